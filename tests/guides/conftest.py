"""The people of the admin, working on guides."""

from collections.abc import Callable

import pytest

from guides.models import Guide
from tests.support.admin_client import AdminClient, log_in
from tests.support.library import create_guide

GUIDES = "guides_guide"


@pytest.fixture
def admin_model() -> str:
    return GUIDES


@pytest.fixture
def onlooker(db: None) -> AdminClient:
    """Olga is staff and may only view guides."""
    return log_in("Olga", model=GUIDES, permissions=["view_guide"])


@pytest.fixture
def stranger(db: None) -> AdminClient:
    """Simon has an account and is not staff."""
    return log_in("Simon", model=GUIDES, staff=False)


@pytest.fixture
def guide(db: None) -> Callable[..., Guide]:
    """Creates a guide, published unless a test says otherwise."""
    return create_guide

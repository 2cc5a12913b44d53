"""The people at the admin. A folder or module of tests says by `admin_model` whose pages they open, such as "guides_guide"."""

import pytest
from django.contrib.auth.models import User

from tests.support.admin_client import Desk, person


@pytest.fixture
def ines(db: None, admin_model: str) -> Desk:
    """Ines edits, and may publish."""
    return person("Ines", "Editors", model=admin_model)


@pytest.fixture
def rui(db: None, admin_model: str) -> Desk:
    """Rui writes drafts."""
    return person("Rui", "Writers", model=admin_model)


@pytest.fixture
def owner(db: None, admin_model: str) -> Desk:
    """Runs the site, and has every right."""
    return Desk(User.objects.create_superuser("owner"), admin_model)

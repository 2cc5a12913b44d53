"""The people at the admin. A folder or module of tests says by `admin_model` whose pages they open, such as "guides_guide"."""

import pytest
from django.contrib.auth.models import User

from tests.support.admin_client import AdminClient, log_in


@pytest.fixture
def ines(db: None, admin_model: str) -> AdminClient:
    """Ines edits, and may publish."""
    return log_in("Ines", "Editors", model=admin_model)


@pytest.fixture
def rui(db: None, admin_model: str) -> AdminClient:
    """Rui writes drafts."""
    return log_in("Rui", "Writers", model=admin_model)


@pytest.fixture
def owner(db: None, admin_model: str) -> AdminClient:
    """Runs the site, and has every right."""
    return AdminClient(User.objects.create_superuser("owner"), admin_model)

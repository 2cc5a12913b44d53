"""The cast of the editors' side, at the admin's pages of guides."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from guides.models import KIND, Guide
from tests.support.admin_client import Desk, person
from tests.support.builders import guide_text

GUIDES = "guides_guide"


@pytest.fixture
def ines(db: None) -> Desk:
    """Ines edits, and may publish."""
    return person("Ines", "Editors", model=GUIDES)


@pytest.fixture
def rui(db: None) -> Desk:
    """Rui writes drafts."""
    return person("Rui", "Writers", model=GUIDES)


@pytest.fixture
def onlooker(db: None) -> Desk:
    """Works here and may look at guides."""
    desk = person("Olga", model=GUIDES)
    desk.user.user_permissions.add(Permission.objects.get(codename="view_guide"))
    return desk


@pytest.fixture
def stranger(db: None) -> Desk:
    """Has an account, and no business here."""
    return person("Simon", model=GUIDES, staff=False)


@pytest.fixture
def owner(db: None) -> Desk:
    """Runs the site."""
    return Desk(User.objects.create_superuser("owner"), GUIDES)


@pytest.fixture
def guide(db: None) -> Callable[..., Guide]:
    """Makes a guide, published unless said otherwise."""

    def make(slug: str = "waiting", state: str = Guide.State.PUBLISHED, text: str = "") -> Guide:
        made = Guide(kind=KIND, state=state)
        made.rewrite(
            text or guide_text(slug),
            by=None,
            now=timezone.now(),
            note="Imported from its file",
        )
        return made

    return make

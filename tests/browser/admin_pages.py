"""An editor at the admin's pages."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission, User
from playwright.sync_api import Locator, Page

PASSWORD = "only for this test"


def log_in(page: Page, permissions: Iterable[Permission]) -> None:
    """Creates Ines, and logs her in by the login page. She is in no group, because a transactional test before may have emptied them."""
    user = User.objects.create_user("ines", password=PASSWORD, is_staff=True)
    user.user_permissions.set(permissions)
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def text_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text:", exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").first.click()

"""What holds for every public page, and for each of them."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from pages import helplines
from tests.pages.conftest import Page

OWN = re.compile(r"/(?!/)|#|http://testserver/|tel:|sms:")
LEAVING = {  # outside addresses that a reader may choose to follow, and that no page loads by itself
    "https://www.wikipedia.org/",
    "https://creativecommons.org/licenses/by/4.0/",
}


@pytest.fixture
def outside_links():
    found, _ = helplines.parse((settings.CONTENT_DIR / "helplines.yaml").read_text(encoding="utf-8"))
    return LEAVING | {contact.href for line in found for contact in line.contacts}


def foreign(page, outside_links):
    """Outside addresses that are no link in a guide's sources and none of the few we know."""
    return [
        address
        for tag, address, around in page.urls
        if not OWN.match(address) and not (tag == "a" and (address in outside_links or is_source(around, address)))
    ]


def is_source(around, address):
    return address.startswith("https://") and any(anchor.startswith("source-") for anchor in around)


def test_no_public_page_sets_a_cookie_or_loads_from_another_site(client, guides, quiz, outside_links):
    listed = re.findall("<loc>(.+?)</loc>", client.get("/sitemap.xml").content.decode())
    assert len(listed) == 6 + len(guides)
    for address in {*listed, "/help/", "/about/", "/quiz/", "/no-such-page/", "/guides/no-such-guide/"}:
        response = client.get(address)
        page = Page(response.content.decode())
        assert response.status_code == (404 if "no-such" in address else 200), address
        assert not response.cookies, address
        assert "Cookie" not in response.headers.get("Vary", ""), address
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], address
        assert "unsafe" not in response.headers["Content-Security-Policy"], address
        assert page.tags.count("h1") == 1, address
        assert foreign(page, outside_links) == [], address


@pytest.mark.parametrize("address", ["/", "/guides/", "/guides/anxious/", "/quiz/", "/quiz/take/", "/help/", "/about/", "/privacy/", "/no"])
def test_no_page_has_an_id_twice(client, guides, quiz, address):
    found = re.findall(r'\bid="([^"]*)"', client.get(address).content.decode())
    assert "main" in found
    assert len(found) == len({*found})


@pytest.mark.parametrize("address", ["/help/", "/guides/anxious/", "/quiz/take/", "/no-such-page/"])
def test_outside_the_admin_no_session_is_read(admin_client, guides, quiz, address):
    own = vars(admin_client.get("/admin/").wsgi_request)
    asked = vars(admin_client.get(address).wsgi_request)
    assert own.keys() - asked.keys() >= {"session", "user", "_messages"}


def test_no_public_page_has_a_form_or_an_inline_script_or_style(client, guides, quiz):
    for address in ("/", "/help/", "/about/", "/privacy/", "/quiz/", "/guides/", "/guides/anxious/", "/no-such-page/"):
        response = client.get(address)
        assert response.status_code == (404 if "no-such" in address else 200), address
        html = re.sub(r'<script type="application/ld\+json">', "", response.content.decode())  # is read and never run
        assert not re.search(r"<form|<style|\sstyle=|\son[a-z]+=|<script(?![^>]+src=)", html), address


def test_public_pages_refuse_post(client):
    for address in ("/", "/help/", "/about/", "/privacy/", "/quiz/", "/robots.txt", "/healthz", "/readyz"):
        assert client.post(address).status_code == 405, address


def test_home_links_to_each_guide_in_a_readers_words(guides, read):
    home = read("/")
    for guide in guides:
        assert guide.get_absolute_url() in home.links
        assert guide.summary in home.text
    assert "“I pull away when someone gets close”" in home.text
    assert {"/guides/", "/quiz/", "/help/", "/privacy/"} <= home.links


def test_home_does_not_link_to_a_guide_that_readers_can_not_see_yet(publish, read):
    tomorrow = publish("anxious", timezone.now() + timedelta(days=1))
    home = read("/")
    assert tomorrow.get_absolute_url() not in home.links
    assert "What brings you here?" not in home.text


@pytest.mark.django_db
def test_about_says_what_the_site_is_not_and_where_its_evidence_ends(read):
    about = read("/about/")
    for promise in ("not a diagnosis", "not therapy", "We found no trial", "open an issue", "MIT licence"):
        assert promise in about.text


@pytest.mark.django_db
def test_the_privacy_notice_has_readers_takers_and_editors(read):
    privacy = read("/privacy/")
    for promise in ("no cookie", "no analytics", "consumer health data", "may keep its own log", "under a secret link", "12 months"):
        assert promise in privacy.text


@pytest.mark.django_db
def test_a_wrong_address_leads_on_to_guides_and_to_help(read):
    missing = read("/no-such-page/")
    assert "There is no page at this address" in missing.text
    assert {"/", "/guides/", "/help/"} <= missing.links


def test_an_error_on_our_side_says_so_and_still_leads_to_help(client, settings, tmp_path):
    settings.CONTENT_DIR = tmp_path  # where no helplines are, which a release can't do without
    client.raise_request_exception = False
    response = client.get("/help/")
    page = Page(response.content.decode())
    assert response.status_code == 500
    assert "Something went wrong on our side" in page.text
    assert {"/", "/help/"} <= page.links
    assert foreign(page, set()) == []

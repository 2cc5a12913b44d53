"""The guides' pages, as readers and search engines see them."""

import json
import re
from datetime import date, timedelta
from html import unescape
from textwrap import dedent

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from documents.checking import check_document
from documents.image_files import EncodedImage
from documents.images import Picture
from documents.text.references import SOURCE_ID_PREFIX
from guides.models import Guide
from guides.parser import OTHER_IDS, PAGE_ANCHORS
from guides.parts import ADDRESS
from tests.support.builders import VALID, guide_text
from tests.support.library import create_guide


@pytest.fixture
def publish(db):
    """Creates a guide, published unless a test says otherwise."""
    return create_guide


def json_ld_of(page):
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)["@graph"]


def test_the_address_in_the_pure_module_is_that_of_the_url():
    assert reverse("guides:guide", args=["anxious"]) == ADDRESS.format("anxious")


def test_a_draft_is_nowhere_to_be_seen(client, publish):
    publish("open", related="secret", title="An open guide")
    publish("secret", state="draft", title="A secret guide")
    assert client.get("/guides/secret/").status_code == 404
    for address in ("/", "/guides/", "/guides/open/", "/sitemap.xml"):
        assert "secret" not in client.get(address).content.decode()


def test_a_link_to_a_draft_is_plain_words_until_it_is_published(client, publish):
    publish("open", text=guide_text("open").replace("### Rest\n\n", "### Rest\n\nSee [the other one](/guides/secret/). "))
    secret = publish("secret", state="draft")
    assert "See the other one." in client.get("/guides/open/").content.decode()
    secret.state = "published"
    secret.save_revision(secret.source, by=None, now=timezone.now(), note="Published")
    assert 'See <a href="/guides/secret/">the other one</a>.' in client.get("/guides/open/").content.decode()


@pytest.mark.parametrize(
    "address", ["/guides/secret/?x", "/guides/secret/?x#a", "/guides/secret", "/guides/./secret/", "/guides/%73ecret/"]
)
@pytest.mark.parametrize("is_stored", [True, False])
def test_no_way_to_write_an_address_makes_a_link_to_a_draft(client, publish, address, is_stored):
    publish("secret", state="draft")
    publish("open", text=guide_text("open").replace("### Rest\n\n", f"### Rest\n\nSee [the other one]({address}). "))
    if not is_stored:
        Guide.objects.update(made_of=None)
    assert "See the other one." in client.get("/guides/open/").content.decode()


def test_a_link_with_a_query_leads_to_a_published_guide(client, publish):
    publish("other")
    publish("open", text=guide_text("open").replace("### Rest\n\n", "### Rest\n\nSee [all of it](/guides/other/?steps=open). "))
    assert 'See <a href="/guides/other/?steps=open">all of it</a>.' in client.get("/guides/open/").content.decode()


def test_an_editor_may_link_to_an_open_form_of_a_guide(publish):
    other = publish("other")
    text = guide_text("open").replace("### Rest\n\n", "### Rest\n\nSee [all of it](/guides/other/?steps=open). ")
    found = check_document(Guide(kind="guide"), other.parse(text), timezone.now().date())
    assert [problem for problem in found if problem.code == "link-broken"] == []


# Facts that a guide lacks are not shown


def without(text, *keys):
    return re.sub(rf"^(?:{'|'.join(keys)}): .*\n", "", text, flags=re.MULTILINE)


def facts(page):
    """Returns the facts below a guide's title as texts."""
    (found,) = re.findall(r'<ul class="plain cluster facts">(.*?)</ul>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", "", fact).split()) for fact in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (["style"], ["By Safe Haven", "1 minute to read", "1 source", "Reviewed 1 November 2026, next review 1 November 2027"]),
        (["authors"], ["1 minute to read", "1 source", "Reviewed 1 November 2026, next review 1 November 2027"]),
        (["next_review"], ["By Safe Haven", "1 minute to read", "1 source", "Reviewed 1 November 2026"]),
        (["reviewed"], ["By Safe Haven", "1 minute to read", "1 source", "Next review 1 November 2027"]),
        (["authors", "reviewed", "next_review"], ["1 minute to read", "1 source"]),
    ],
)
def test_the_page_shows_only_facts_of_the_text(client, publish, missing, expected):
    publish(text=without(VALID, *missing))
    assert facts(client.get("/guides/waiting/").content.decode()) == expected


def test_a_guide_without_sources_has_no_list_of_them(client, publish):
    publish(text=VALID.replace(" [@feeney-2007]", ""))
    page = client.get("/guides/waiting/").content.decode()
    assert "ources" not in page
    assert not any("source" in fact for fact in facts(page))


def test_the_json_ld_of_a_guide_without_authors_names_none(client, publish):
    publish(text=VALID)
    publish("waiting-2", text=without(VALID.replace("slug: waiting", "slug: waiting-2"), "authors"))
    named, nameless = (json_ld_of(client.get(f"/guides/{slug}/").content.decode())[0] for slug in ("waiting", "waiting-2"))
    assert named["author"] == [{"@type": "Organization", "name": "Safe Haven"}]
    assert "author" not in nameless


def test_the_example_of_the_readme_passes_the_check_and_its_page_says_only_what_it_says(client, publish, settings):
    readme = (settings.BASE_DIR / "README.md").read_text()
    (block,) = re.findall(r"\n((?:    .*\n|\n)+)\nThen let the check read it", readme)
    guide = publish(text=dedent(block).strip() + "\n")
    assert check_document(guide, guide.parse(guide.source), date(2026, 11, 24)) == []
    expected = ["1 minute to read", "1 source", "Reviewed 1 November 2026, next review 1 November 2027"]
    assert facts(client.get("/guides/waiting/").content.decode()) == expected


def test_titles_and_summaries_have_typographic_quotes_wherever_readers_see_them(client, publish):
    text = VALID.replace("title: How to wait", "title: \"How to 'wait'").replace("an answer\nslug", 'an answer"\nslug')
    publish(text=text.replace("summary: Two", "summary: Don't wait. Two"))
    for address in ("/guides/", "/guides/waiting/"):
        page = unescape(client.get(address).content.decode())
        assert "How to ‘wait’ for an answer" in page
        assert "Don’t wait." in page
        assert not re.search(r"Don't|'wait'", page)


# Ids


def ids_in(page):
    return re.findall(r'\bid="([^"]*)"', page)


def test_the_ids_of_a_guides_page_are_those_of_its_parts_steps_and_sources(client, publish):
    publish("anxious")
    publish(text=VALID)
    found = ids_in(client.get("/guides/waiting/").content.decode())
    steps = {"wait", "ask"}
    assert len(found) == len({*found})
    assert {*found} == {*PAGE_ANCHORS, *OTHER_IDS, *steps, f"{SOURCE_ID_PREFIX}feeney-2007"}


@pytest.mark.parametrize("anchor", [*PAGE_ANCHORS, *OTHER_IDS, f"{SOURCE_ID_PREFIX}feeney-2007"])
def test_no_step_may_have_an_id_of_the_page(client, publish, anchor):
    guide = publish(text=VALID.replace("{#wait ", f"{{#{anchor} "))
    found = check_document(guide, guide.parse(guide.source), date(2026, 11, 24))
    assert ("anchor-reserved", 20) in {(problem.code, problem.line) for problem in found}


def test_a_guide_appears_at_its_time(client, publish):
    guide = publish()
    Guide.objects.filter(pk=guide.pk).update(publish_at=timezone.now() + timedelta(days=1))
    assert client.get("/guides/waiting/").status_code == 404
    Guide.objects.filter(pk=guide.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/guides/waiting/").status_code == 200


def test_an_old_address_leads_to_the_new_one(client, publish):
    guide = publish()
    guide.save_revision(guide_text("patience"), by=None, now=timezone.now(), note="Renamed")
    answer = client.get("/guides/waiting/")
    assert (answer.status_code, answer["Location"]) == (301, "/guides/patience/")


def test_an_old_address_of_a_draft_leads_nowhere(client, publish):
    guide = publish(state="draft")
    guide.save_revision(guide_text("patience"), by=None, now=timezone.now(), note="Renamed")
    assert client.get("/guides/waiting/").status_code == 404


@pytest.mark.parametrize("address", ["/guides/", "/guides/waiting/"])
def test_the_pages_allow_only_safe_methods(client, publish, address):
    publish()
    assert client.post(address).status_code == 405
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


def test_a_guide_needs_the_same_queries_for_any_number_of_guides(client, publish, django_assert_max_num_queries):
    publish("one", related="two")
    publish("two")
    for number in range(50):
        publish(f"more-{number}")
    with django_assert_max_num_queries(1):
        client.get("/guides/one/")
    with django_assert_max_num_queries(1):
        client.get("/guides/")


@pytest.mark.parametrize("name", ["anxious", "dismissive-avoidant", "fearful-avoidant"])
def test_the_stored_page_equals_the_rendered_one(client, publish, settings, name):
    for path in settings.CONTENT_DIR.glob("guides/*.md"):
        publish(text=path.read_text())
    ready = client.get(f"/guides/{name}/")
    assert ready.status_code == 200
    Guide.objects.update(made_of=None)
    assert client.get(f"/guides/{name}/").content == ready.content


@pytest.mark.parametrize("other", [{"made_of": b"0" * 32}, {"made_of": None, "facts": None, "html": ""}])
def test_a_page_stored_by_another_release_is_not_shown(client, publish, other):
    publish()
    before = client.get("/guides/waiting/")
    assert before.status_code == 200
    Guide.objects.update(**{"html": "As it was", **other})
    assert client.get("/guides/waiting/").content == before.content


@pytest.mark.parametrize(("days", "expected"), [(0, ", next review <time"), (1, ", review was due <time")])
def test_readers_see_from_the_day_after_that_a_review_is_overdue(client, publish, days, expected):
    due = (timezone.now() - timedelta(days=days)).date()
    publish(text=guide_text().replace("next_review: 2027-11-01", f"next_review: {due}"))
    assert expected in client.get("/guides/waiting/").content.decode()


def test_a_page_stored_for_another_text_is_not_shown(client, publish):
    """An earlier release may have changed the text without the stored page."""
    guide = publish()
    Guide.objects.update(source=guide.source.replace("### Rest\n\n", "### Rest\n\nRead *this* first. "))
    assert "Read <em>this</em> first." in client.get("/guides/waiting/").content.decode()


def test_the_page_with_open_steps_is_rendered_on_request(client, publish, django_assert_max_num_queries):
    publish()
    with django_assert_max_num_queries(3):
        page = client.get("/guides/waiting/?steps=open").content.decode()
    assert page.count('class="step" open') == 8


@pytest.mark.parametrize(("address", "queries"), [("/guides/waiting/", 1), ("/guides/waiting/?steps=open", 4)])
def test_a_picture_has_its_size_so_that_the_page_does_not_jump(client, publish, django_assert_max_num_queries, address, queries):
    picture = Picture.objects.store(EncodedImage(b"RIFF of bytes", 1600, 900), None, timezone.now())
    publish(text=guide_text().replace("### Rest\n\n", f"### Rest\n\n![A lamp]({picture}) "))
    with django_assert_max_num_queries(queries):
        page = client.get(address).content.decode()
    assert f'<img src="{picture}" width="1600" height="900" alt="A lamp" loading="lazy">' in page


def test_the_list_shows_the_styles_in_their_order_and_no_empty_one(client, publish):
    for slug, style in [("a", "fearful"), ("b", ""), ("c", "anxious")]:
        publish(slug, text=guide_text(slug, title=f"Guide {slug}").replace("reviewed", f"style: {style}\nreviewed", 1))
    page = client.get("/guides/").content.decode()
    places = [page.index(escape(name)) for name in ("Guide c", "Guide a", "For everyone", "Guide b")]
    assert places == sorted(places)
    assert "Dismissive" not in page


def test_the_json_ld_says_what_the_page_shows(client, publish):
    guide = publish(title="How to wait & see")
    page = client.get("/guides/waiting/").content.decode()
    article, crumbs = json_ld_of(page)
    assert article["headline"] == "How to wait & see"
    assert article["dateModified"] == guide.changed_at.isoformat(timespec="seconds")
    assert article["url"] == "http://testserver/guides/waiting/"
    assert [crumb["name"] for crumb in crumbs["itemListElement"]] == ["Home", "Guides", "How to wait & see"]
    assert '<link rel="canonical" href="http://testserver/guides/waiting/">' in page


def test_a_title_can_not_break_out_of_the_json_ld(client, publish):
    publish(title='"</script><script>alert(1)</script>"')
    page = client.get("/guides/waiting/").content.decode()
    assert "<script>alert" not in page
    assert json_ld_of(page)[0]["headline"] == "</script><script>alert(1)</script>"


def test_a_link_opens_all_steps_where_no_script_runs(client, publish):
    publish()
    page, opened = (client.get(address).content.decode() for address in ("/guides/waiting/", "/guides/waiting/?steps=open"))
    assert [text.count("<details open") + text.count('" open>') for text in (page, opened)] == [1, 8]


def test_a_text_with_problems_still_has_its_page(client, publish):
    publish()
    Guide.objects.update(source="no front matter\n\n## Odd\n\n<script>alert(1)</script>\n")
    page = client.get("/guides/waiting/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()

"""Writing a guide in the admin: what is saved, what is refused, and that nothing typed is lost."""

from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from markdown_it import MarkdownIt

from documents.models import DERIVED_FIELDS, Redirect, Revision
from documents.text.source import parse_source
from guides.models import Guide
from tests.support.admin_client import run_and_disconnect, wait_until_blocked
from tests.support.builders import VALID, guide_text


def reader_sees(guide):
    return Client().get(guide.get_absolute_url()).status_code == 200


def line_of(text, body):
    """Counts as the editor's textarea does."""
    return body.replace("\r\n", "\n")[: body.replace("\r\n", "\n").index(text)].count("\n") + 1


def test_the_form_shows_keys_as_fields_and_no_yaml(ines, guide):
    values = ines.form(guide(text=VALID.replace("[anxious]", "[]")))
    assert values["title"] == "How to wait for an answer"
    assert values["style"] == "anxious"
    assert values["next_review"] == "2027-11-01"
    assert values["authors"] == "Safe Haven"
    assert values["body"].startswith("A quiet phone")
    assert not any("---" in value for value in values.values())


def test_saving_an_untouched_form_changes_no_byte_of_the_text(ines, guide):
    guide("other")
    text = guide_text(related=" other ").replace("summary:", "# for the search engines\nsummary:")
    document = guide(text=text)
    assert ines.save(document).saved
    document.refresh_from_db()
    assert document.source == text
    assert document.revisions.first().note == "Saved without a change"


@pytest.mark.parametrize("changed", [("---\ntitle", "\ufeff---\ntitle"), ("---\n", "--- \n"), ("\n", "\r\n")])
def test_an_untouched_form_keeps_what_a_writers_own_editor_left_in_the_file(ines, guide, changed):
    document = guide(text=guide_text().replace(*changed))
    before = document.source
    assert ines.save(document).saved
    document.refresh_from_db()
    assert document.source == before != guide_text()


def test_an_untouched_form_changes_no_byte_of_our_own_guides(ines, guide, settings):
    for path in sorted((settings.CONTENT_DIR / "guides").glob("*.md")):
        guide(text=path.read_text())
    assert Guide.objects.count() >= 3
    for document in Guide.objects.all():
        before = document.source, document.publish_at
        assert ines.save(document).errors == {}
        document.refresh_from_db()
        assert (document.source, document.publish_at) == before


def test_a_corrected_sentence_reaches_the_reader(ines, guide):
    document = guide()
    body = ines.form(document)["body"]
    assert ines.save(document, body=body.replace("## Quick", "Someone corrected this.\r\n\r\n## Quick", 1)).saved
    assert "Someone corrected this." in Client().get(document.get_absolute_url()).content.decode()


@pytest.fixture
def parsed(monkeypatch):
    """The bodies that were parsed as Markdown."""
    bodies, parse = [], MarkdownIt.parse

    def parse_and_note(parser, body, env=None):
        bodies.append(body)
        return parse(parser, body, env)

    monkeypatch.setattr(MarkdownIt, "parse", parse_and_note)
    return bodies


@pytest.mark.parametrize("heading", ["## Steps", "## Nonsense"], ids=["saved", "refused"])
def test_a_save_parses_the_text_once_whether_it_is_saved_or_refused(ines, guide, parsed, heading):
    document = guide()
    form = ines.form(document)
    parsed.clear()
    ines.send({**form, "body": form["body"].replace("## Steps", heading), "summary": "Somebody changed this."}, document)
    assert len(parsed) == 1


def test_a_save_derives_title_links_and_page_from_the_text_that_was_sent(ines, guide):
    document = guide()
    body = ines.form(document)["body"].replace("### Step 0", "### Breathe {#breathe}")
    assert ines.save(document, title="How to breathe", slug="breathing", body=body).saved
    columns = list(Guide.objects.filter(pk=document.pk).values_list(*DERIVED_FIELDS))
    document.refresh_from_db()
    document.derive(document.parse(document.source))
    assert columns == [tuple(getattr(document, name) for name in DERIVED_FIELDS)]
    assert (document.title, document.slug, "breathe" in document.anchors) == ("How to breathe", "breathing", True)


def test_a_new_guide_begins_with_the_headings_that_every_guide_has(ines):
    assert "## When to find professional help" in ines.form()["body"]


def test_a_new_guide_is_a_draft_that_only_editors_see(ines):
    values = {
        "title": "Rest",
        "slug": "rest",
        "summary": "One small skill.",
        "authors": "Ines",
        "next_review": "2027-11-01",
    }
    assert ines.save(body=parse_source(guide_text()).body, **values).errors == {}
    document = Guide.objects.get(slug="rest")
    assert document.state == Guide.State.DRAFT
    assert not reader_sees(document)
    assert document.source.startswith(
        "---\ntitle: Rest\nslug: rest\nsummary: One small skill.\nnext_review: 2027-11-01\nauthors: [Ines]\n---\n"
    )
    assert [(last.number, last.made_by, last.note) for last in document.revisions.all()] == [(1, ines.user, "Written")]


def test_all_problems_of_a_body_are_reported_at_once_with_the_lines_the_editor_sees(ines, guide):
    document = guide(state="draft", text=VALID.replace("[anxious]", "[]"))
    body = ines.form(document)["body"]
    broken = body.replace("- [ ] Write the question on paper first.", "<b>Bold</b>").replace("[@feeney-2007]", "[@nobody-1900]")
    answer = ines.save(document, body=broken)
    assert not answer.saved
    problems = answer.errors["body"]
    assert [problem.rpartition("(")[2] for problem in problems] == [
        "citation-unknown)",
        "step-without-actions)",
        "raw-html)",
        "raw-html)",
    ]
    places = [line_of(text, broken) for text in ("[@nobody", "### Ask once", "<b>Bold", "<b>Bold")]
    assert [problem.partition(":")[0] for problem in problems] == [f"Line {line}" for line in places]


def test_a_text_without_its_parts_names_each_missing_one(ines, guide):
    problems = ines.save(guide(), body="").errors["body"]
    assert len(problems) == 6
    assert all("(part-missing)" in problem for problem in problems)


def test_lines_that_a_message_names_are_those_the_editor_sees_too(ines, guide):
    document = guide()
    again = "This very sentence stands here three times."
    body = ines.form(document)["body"].replace("\r\n\r\n## Quick", f"\r\n\r\n{again}\r\n{again}\r\n{again}\r\n\r\n## Quick", 1)
    first = line_of(again, body)
    (message,) = ines.save(document, body=body).errors["body"]
    assert message.startswith(f"Line {first + 1}: ")
    assert f"in lines {first}, {first + 1}, {first + 2}." in message


def test_the_summary_is_named_where_the_text_repeats_it(ines, guide):
    document = guide()
    again = "This very sentence stands here three times."
    body = ines.form(document)["body"].replace("\r\n\r\n## Quick", f"\r\n\r\n{again}\r\n{again}\r\n\r\n## Quick", 1)
    first = line_of(again, body)
    (message,) = ines.save(document, summary=again, body=body).errors["body"]
    assert f"in lines of the summary, {first}, {first + 1}." in message


def test_a_repeated_anchor_is_reported_with_the_lines_the_editor_sees(ines, guide):
    document = guide()
    body = ines.form(document)["body"].replace("### Step 0", "### Step 1", 1)
    (message,) = ines.save(document, body=body).errors["body"]
    assert f"the step in line {line_of('### Step 1', body)} too" in message


def test_a_problem_of_a_key_is_shown_at_its_field(ines, guide):
    document = guide()
    answer = ines.save(document, slug="Not A Slug", next_review="2020-01-01", related="nowhere")
    assert set(answer.errors) == {"slug", "next_review", "related"}
    assert "small letters, digits and single hyphens" in answer.errors["slug"][0]
    assert "(link-broken)" in answer.errors["related"][0]


def test_a_missing_key_is_reported_once_at_its_field(ines, guide):
    answer = ines.save(guide(), title="", slug="", summary="")
    assert {field: len(problems) for field, problems in answer.errors.items()} == {"title": 1, "slug": 1, "summary": 1}


def test_a_key_that_the_form_does_not_know_does_not_keep_a_guide_from_being_saved(ines, guide):
    document = guide(text=guide_text().replace("summary:", "mood: calm\nsummary:"))
    assert '"mood" is not known here' in unescape(ines.page("change", document.pk))
    assert ines.save(document).saved
    assert "mood" not in Guide.objects.get(pk=document.pk).source


def test_an_impossible_day_is_reported_at_its_field(ines, guide):
    assert list(ines.save(guide(), reviewed="31.31.2026").errors) == ["reviewed"]


def test_nothing_typed_is_lost_when_a_text_is_refused(ines, guide):
    document = guide(state="draft")
    typed = {
        "title": "Typed title",
        "slug": "typed",
        "summary": "Typed summary.",
        "style": "fearful",
        "reviewed": "never",
        "next_review": "2030-02-03",
        "authors": "Ines\r\nRui",
        "related": "nowhere",
        "body": "Typed body.\r\n\r\n![A lamp](/images/lamp.webp)",
        "state": "published",
        "publish_at_0": "2031-01-01",
        "publish_at_1": "half past",
    }
    answer = ines.save(document, **typed)
    assert not answer.saved
    assert {key: answer.fields[key] for key in typed} == typed
    document.refresh_from_db()
    assert (document.title, document.state) == ("How to wait for an answer", "draft")
    assert document.revisions.count() == 1


def test_a_warning_does_not_block_and_is_shown_after_saving(ines, guide):
    document = guide()
    body = ines.form(document)["body"].replace("\r\n\r\n## Quick", "\r\n\r\nResearch shows that waiting helps.\r\n\r\n## Quick", 1)
    answer = ines.save(document, body=body)
    assert answer.saved
    line = line_of("Research shows", body)
    assert next(message for message in answer.messages if "claim-without-source" in message).startswith(f"Line {line}: ")
    assert f"Line {line}: " in ines.page("change", document.pk)


def test_warnings_are_shown_together_with_errors(ines, guide):
    document = guide()
    body = ines.form(document)["body"].replace("\r\n\r\n## Quick", "\r\n\r\nResearch shows <b>it</b>.\r\n\r\n## Quick", 1)
    problems = ines.save(document, body=body).errors["body"]
    assert sorted(problem.rpartition("(")[2] for problem in problems) == [
        "raw-html)",
        "raw-html)",
        "warning, claim-without-source)",
    ]


def test_related_guides_keep_the_order_of_the_writer(ines, guide):
    guide("alpha"), guide("omega")
    document = guide()
    assert ines.save(document, related="omega\r\nalpha").saved
    assert parse_source(Guide.objects.get(pk=document.pk).source).values()["related"] == ("omega", "alpha")


def test_a_slug_that_another_guide_has_is_refused(ines, guide):
    guide("taken")
    assert "taken by another guide" in ines.save(guide(), slug="taken").errors["slug"][0]


def test_an_address_that_a_guide_gives_up_leads_to_the_new_one(ines, guide):
    document = guide()
    old = document.get_absolute_url()
    assert ines.save(document, slug="moved").saved
    assert Client().get(old).headers["Location"] == "/guides/moved/"


def test_published_without_a_time_means_now(ines, guide):
    document = guide(state="draft")
    assert ines.save(document, state="published").saved
    assert reader_sees(document)
    assert document.revisions.first().note == "Published"


def test_a_guide_published_for_a_later_day_stays_hidden_until_then(ines, guide):
    document = guide(state="draft")
    assert ines.save(document, state="published", publish_at_0="2999-01-01", publish_at_1="08:00:00").saved
    assert not reader_sees(document)
    assert "View on site" not in ines.page("changelist")


def test_a_guide_goes_back_to_draft_with_its_text(ines, guide):
    document = guide()
    assert ines.save(document, state="draft").saved
    assert not reader_sees(document)
    assert document.revisions.first().note == "Back to draft"


def test_the_second_of_two_saves_reports_the_first_and_keeps_what_was_typed(ines, rui, guide):
    document = guide(state="draft")
    opened = ines.form(document)
    assert rui.save(document, title="Rui's title").saved
    answer = ines.send({**opened, "title": "Ines's title"}, document)
    (message,) = answer.errors["__all__"]
    assert message.startswith("Rui saved this guide on ")
    assert "Text changed" in message
    assert answer.fields["title"] == "Ines's title"
    assert Guide.objects.get(pk=document.pk).title == "Rui's title"
    assert ines.send(answer.fields, document).saved  # after the warning it is her decision
    assert Guide.objects.get(pk=document.pk).title == "Ines's title"


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_concurrent_saves_reports_the_first(owner, guide):
    document = guide(state="draft")
    values = {**owner.form(document), "title": "The owner's title"}
    with ThreadPoolExecutor() as elsewhere:
        with transaction.atomic():
            Guide.objects.select_for_update().get(pk=document.pk)
            answer = elsewhere.submit(run_and_disconnect, owner.send, values, document)
            wait_until_blocked(answer)
            document.save_revision(guide_text(title="Another title"), by=None, now=timezone.now(), note="Text changed")
        assert answer.result().errors["__all__"][0].startswith("An import saved this guide")
    assert Guide.objects.get(pk=document.pk).title == "Another title"


def test_a_save_is_one_revision_with_its_author_and_note(ines, guide):
    document = guide(state="draft")
    assert ines.save(document, title="Another title", state="published").saved
    assert ines.save(document, publish_at_0="2020-01-01").saved
    revisions = [(last.number, last.made_by, last.note) for last in document.revisions.all()]
    assert revisions == [
        (3, ines.user, "Time of publishing changed"),
        (2, ines.user, "Text changed, Published"),
        (1, None, "Imported from its file"),
    ]


def test_deleting_asks_first_and_deletes_revisions_and_redirects(owner, guide):
    document = guide()
    owner.save(document, slug="moved")
    address = reverse("admin:guides_guide_delete", args=[document.pk])
    assert "Are you sure" in owner.client.get(address).content.decode()
    owner.client.post(address, {"post": "yes"})
    assert (Guide.objects.count(), Revision.objects.count(), Redirect.objects.count()) == (0, 0, 0)


def test_an_invisible_character_is_reported_at_its_field_and_line(ines, guide):
    text = guide()
    body = ines.form(text)["body"] + "\r\nOne\u200bword."
    answer = ines.save(text, title="How to \u202ewait", authors="Ines\x1b", body=body)
    assert not answer.saved
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in str(answer.errors["title"])
    assert "U+001B ESCAPE" in str(answer.errors["authors"])
    assert f"Line {line_of('word.', body)}: U+200B ZERO WIDTH SPACE" in str(answer.errors["body"])

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
    """As the editor's window counts."""
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
    made = guide(text=text)
    assert ines.save(made).saved
    made.refresh_from_db()
    assert made.source == text
    assert made.revisions.first().note == "Saved without a change"


@pytest.mark.parametrize("changed", [("---\ntitle", "\ufeff---\ntitle"), ("---\n", "--- \n"), ("\n", "\r\n")])
def test_an_untouched_form_keeps_what_a_writers_own_editor_left_in_the_file(ines, guide, changed):
    made = guide(text=guide_text().replace(*changed))
    before = made.source
    assert ines.save(made).saved
    made.refresh_from_db()
    assert made.source == before != guide_text()


def test_an_untouched_form_changes_no_byte_of_our_own_guides(ines, guide, settings):
    for path in sorted((settings.CONTENT_DIR / "guides").glob("*.md")):
        guide(text=path.read_text())
    assert Guide.objects.count() >= 3
    for made in Guide.objects.all():
        before = made.source, made.publish_at
        assert ines.save(made).errors == {}
        made.refresh_from_db()
        assert (made.source, made.publish_at) == before


def test_a_corrected_sentence_reaches_the_reader(ines, guide):
    made = guide()
    body = ines.form(made)["body"]
    assert ines.save(made, body=body.replace("## Quick", "Someone corrected this.\r\n\r\n## Quick", 1)).saved
    assert "Someone corrected this." in Client().get(made.get_absolute_url()).content.decode()


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
    made = guide()
    form = ines.form(made)
    parsed.clear()
    ines.send({**form, "body": form["body"].replace("## Steps", heading), "summary": "Somebody changed this."}, made)
    assert len(parsed) == 1


def test_a_save_derives_title_links_and_page_from_the_text_that_was_sent(ines, guide):
    made = guide()
    body = ines.form(made)["body"].replace("### Step 0", "### Breathe {#breathe}")
    assert ines.save(made, title="How to breathe", slug="breathing", body=body).saved
    columns = list(Guide.objects.filter(pk=made.pk).values_list(*DERIVED_FIELDS))
    made.refresh_from_db()
    made.derive(made.parse(made.source))
    assert columns == [tuple(getattr(made, name) for name in DERIVED_FIELDS)]
    assert (made.title, made.slug, "breathe" in made.anchors) == ("How to breathe", "breathing", True)


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
    made = Guide.objects.get(slug="rest")
    assert made.state == Guide.State.DRAFT
    assert not reader_sees(made)
    assert made.source.startswith(
        "---\ntitle: Rest\nslug: rest\nsummary: One small skill.\nnext_review: 2027-11-01\nauthors: [Ines]\n---\n"
    )
    assert [(last.number, last.made_by, last.note) for last in made.revisions.all()] == [(1, ines.user, "Written")]


def test_every_problem_of_a_body_is_said_at_once_with_the_line_the_editor_sees(ines, guide):
    made = guide(state="draft", text=VALID.replace("[anxious]", "[]"))
    body = ines.form(made)["body"]
    broken = body.replace("- [ ] Write the question on paper first.", "<b>Bold</b>").replace("[@feeney-2007]", "[@nobody-1900]")
    answer = ines.save(made, body=broken)
    assert not answer.saved
    said = answer.errors["body"]
    assert [problem.rpartition("(")[2] for problem in said] == [
        "citation-unknown)",
        "step-without-actions)",
        "raw-html)",
        "raw-html)",
    ]
    places = [line_of(text, broken) for text in ("[@nobody", "### Ask once", "<b>Bold", "<b>Bold")]
    assert [problem.partition(":")[0] for problem in said] == [f"Line {line}" for line in places]


def test_a_text_without_its_parts_names_each_missing_one(ines, guide):
    said = ines.save(guide(), body="").errors["body"]
    assert len(said) == 6
    assert all("(part-missing)" in problem for problem in said)


def test_lines_that_a_message_names_are_those_the_editor_sees_too(ines, guide):
    made = guide()
    again = "This very sentence stands here three times."
    body = ines.form(made)["body"].replace("\r\n\r\n## Quick", f"\r\n\r\n{again}\r\n{again}\r\n{again}\r\n\r\n## Quick", 1)
    first = line_of(again, body)
    (said,) = ines.save(made, body=body).errors["body"]
    assert said.startswith(f"Line {first + 1}: ")
    assert f"in lines {first}, {first + 1}, {first + 2}." in said


def test_the_summary_is_named_where_the_text_repeats_it(ines, guide):
    made = guide()
    again = "This very sentence stands here three times."
    body = ines.form(made)["body"].replace("\r\n\r\n## Quick", f"\r\n\r\n{again}\r\n{again}\r\n\r\n## Quick", 1)
    first = line_of(again, body)
    (said,) = ines.save(made, summary=again, body=body).errors["body"]
    assert f"in lines of the summary, {first}, {first + 1}." in said


def test_two_steps_with_one_anchor_are_told_by_the_lines_the_editor_sees(ines, guide):
    made = guide()
    body = ines.form(made)["body"].replace("### Step 0", "### Step 1", 1)
    (said,) = ines.save(made, body=body).errors["body"]
    assert f"the step in line {line_of('### Step 1', body)} too" in said


def test_a_problem_of_a_key_stands_at_its_field(ines, guide):
    made = guide()
    answer = ines.save(made, slug="Not A Slug", next_review="2020-01-01", related="nowhere")
    assert set(answer.errors) == {"slug", "next_review", "related"}
    assert "small letters, digits and single hyphens" in answer.errors["slug"][0]
    assert "(link-broken)" in answer.errors["related"][0]


def test_a_missing_key_is_said_once_by_its_own_field(ines, guide):
    answer = ines.save(guide(), title="", slug="", summary="")
    assert {field: len(said) for field, said in answer.errors.items()} == {"title": 1, "slug": 1, "summary": 1}


def test_a_key_that_the_form_does_not_know_does_not_keep_a_guide_from_being_saved(ines, guide):
    made = guide(text=guide_text().replace("summary:", "mood: calm\nsummary:"))
    assert '"mood" is not known here' in unescape(ines.page("change", made.pk))
    assert ines.save(made).saved
    assert "mood" not in Guide.objects.get(pk=made.pk).source


def test_a_day_that_is_none_is_said_at_its_field(ines, guide):
    assert list(ines.save(guide(), reviewed="31.31.2026").errors) == ["reviewed"]


def test_nothing_typed_is_lost_when_a_text_is_refused(ines, guide):
    made = guide(state="draft")
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
    answer = ines.save(made, **typed)
    assert not answer.saved
    assert {key: answer.fields[key] for key in typed} == typed
    made.refresh_from_db()
    assert (made.title, made.state) == ("How to wait for an answer", "draft")
    assert made.revisions.count() == 1


def test_a_warning_does_not_block_and_is_said_after_saving(ines, guide):
    made = guide()
    body = ines.form(made)["body"].replace("\r\n\r\n## Quick", "\r\n\r\nResearch shows that waiting helps.\r\n\r\n## Quick", 1)
    answer = ines.save(made, body=body)
    assert answer.saved
    line = line_of("Research shows", body)
    assert next(said for said in answer.messages if "claim-without-source" in said).startswith(f"Line {line}: ")
    assert f"Line {line}: " in ines.page("change", made.pk)


def test_the_warnings_stand_beside_the_errors_so_that_one_round_is_enough(ines, guide):
    made = guide()
    body = ines.form(made)["body"].replace("\r\n\r\n## Quick", "\r\n\r\nResearch shows <b>it</b>.\r\n\r\n## Quick", 1)
    said = ines.save(made, body=body).errors["body"]
    assert sorted(problem.rpartition("(")[2] for problem in said) == [
        "raw-html)",
        "raw-html)",
        "warning, claim-without-source)",
    ]


def test_the_order_of_related_guides_is_the_writers(ines, guide):
    guide("alpha"), guide("omega")
    made = guide()
    assert ines.save(made, related="omega\r\nalpha").saved
    assert parse_source(Guide.objects.get(pk=made.pk).source).values()["related"] == ("omega", "alpha")


def test_a_slug_that_another_guide_has_is_refused(ines, guide):
    guide("taken")
    assert "taken by another guide" in ines.save(guide(), slug="taken").errors["slug"][0]


def test_an_address_that_a_guide_gives_up_leads_to_the_new_one(ines, guide):
    made = guide()
    old = made.get_absolute_url()
    assert ines.save(made, slug="moved").saved
    assert Client().get(old).headers["Location"] == "/guides/moved/"


def test_published_without_a_time_means_now(ines, guide):
    made = guide(state="draft")
    assert ines.save(made, state="published").saved
    assert reader_sees(made)
    assert made.revisions.first().note == "Published"


def test_a_guide_published_for_a_later_day_stays_hidden_until_then(ines, guide):
    made = guide(state="draft")
    assert ines.save(made, state="published", publish_at_0="2999-01-01", publish_at_1="08:00:00").saved
    assert not reader_sees(made)
    assert "View on site" not in ines.page("changelist")


def test_a_guide_goes_back_to_draft_with_its_text(ines, guide):
    made = guide()
    assert ines.save(made, state="draft").saved
    assert not reader_sees(made)
    assert made.revisions.first().note == "Back to draft"


def test_whoever_saves_second_is_told_who_was_first_and_keeps_what_she_typed(ines, rui, guide):
    made = guide(state="draft")
    opened = ines.form(made)
    assert rui.save(made, title="Rui's title").saved
    answer = ines.send({**opened, "title": "Ines's title"}, made)
    (said,) = answer.errors["__all__"]
    assert said.startswith("Rui saved this guide on ")
    assert "Text changed" in said
    assert answer.fields["title"] == "Ines's title"
    assert Guide.objects.get(pk=made.pk).title == "Rui's title"
    assert ines.send(answer.fields, made).saved  # she has been told
    assert Guide.objects.get(pk=made.pk).title == "Ines's title"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_the_second_is_told(owner, guide):
    made = guide(state="draft")
    values = {**owner.form(made), "title": "The owner's title"}
    with ThreadPoolExecutor() as elsewhere:
        with transaction.atomic():
            Guide.objects.select_for_update().get(pk=made.pk)
            answer = elsewhere.submit(run_and_disconnect, owner.send, values, made)
            wait_until_blocked(answer)
            made.save_revision(guide_text(title="Another title"), by=None, now=timezone.now(), note="Text changed")
        assert answer.result().errors["__all__"][0].startswith("An import saved this guide")
    assert Guide.objects.get(pk=made.pk).title == "Another title"


def test_a_save_is_one_revision_with_who_and_what(ines, guide):
    made = guide(state="draft")
    assert ines.save(made, title="Another title", state="published").saved
    assert ines.save(made, publish_at_0="2020-01-01").saved
    said = [(last.number, last.made_by, last.note) for last in made.revisions.all()]
    assert said == [
        (3, ines.user, "Time of publishing changed"),
        (2, ines.user, "Text changed, Published"),
        (1, None, "Imported from its file"),
    ]


def test_deleting_asks_first_and_takes_revisions_and_redirects_along(owner, guide):
    made = guide()
    owner.save(made, slug="moved")
    address = reverse("admin:guides_guide_delete", args=[made.pk])
    assert "Are you sure" in owner.client.get(address).content.decode()
    owner.client.post(address, {"post": "yes"})
    assert (Guide.objects.count(), Revision.objects.count(), Redirect.objects.count()) == (0, 0, 0)


def test_a_character_that_nobody_sees_is_named_at_its_field_and_in_its_line(ines, guide):
    text = guide()
    body = ines.form(text)["body"] + "\r\nOne\u200bword."
    answer = ines.save(text, title="How to \u202ewait", authors="Ines\x1b", body=body)
    assert not answer.saved
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in str(answer.errors["title"])
    assert "U+001B ESCAPE" in str(answer.errors["authors"])
    assert f"Line {line_of('word.', body)}: U+200B ZERO WIDTH SPACE" in str(answer.errors["body"])

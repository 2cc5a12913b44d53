"""Quizzes in the admin: form, preview, publishing, and deletion, which kept results prevent."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import chain

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from documents.text.source import parse_source
from quiz.admin.forms import InstrumentForm
from quiz.instrument.parser import LABELS, SECTIONS
from quiz.instrument.types import REGION_TEXT_KEYS
from quiz.models import Instrument, Result
from tests.support.admin_client import log_in, run_and_disconnect, wait_until_blocked
from tests.support.library import create_quiz

QUIZ = "quiz_instrument"
PREVIEW = "/admin/quiz/instrument/preview/"


@pytest.fixture
def admin_model() -> str:
    return QUIZ


def another(library, slug="second", state="draft"):
    """A second quiz with the texts of the first."""
    return create_quiz(library.source.replace("slug: attachment", f"slug: {slug}"), state)


def front_matter(quiz):
    return parse_source(quiz.source).values()


def text_of_html(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


# The form


def test_the_form_shows_the_numbers_and_facets_as_fields_and_no_yaml(ines, library):
    values = ines.form(library)
    assert (values["scale__from"], values["scale__to"], values["scale__middle"]) == ("1", "7", "In between")
    assert values["dimensions__avoidance__sd"] == "1.26"
    assert values["dimensions__anxiety__about"].startswith("A high score means")
    assert values["correlation"] == "-0.05"
    assert values["facets"].splitlines()[0] == "alarm: Fear of losing you, anxiety"
    assert values["body"].startswith("This quiz asks")
    assert not any("---" in value for value in values.values())


def test_saving_an_untouched_form_changes_no_byte_of_our_own_quiz(ines, library):
    before = library.source, library.publish_at
    assert ines.save(library).errors == {}
    library.refresh_from_db()
    assert (library.source, library.publish_at) == before
    assert library.revisions.first().note == "Saved without a change"


def test_a_changed_number_changes_its_own_line_and_no_other(ines, library):
    before = library.source
    assert ines.save(library, dimensions__avoidance__sd="1.30").errors == {}
    library.refresh_from_db()
    assert library.source == before.replace("sd: 1.26", "sd: 1.30")


def test_every_field_reaches_its_key(ines, library):
    typed = {
        "scale__low": "Never",
        "scale__middle": "",
        "scale__high": "Always",
        "dimensions__anxiety__name": "Fear",
        "dimensions__anxiety__mean": "4.5",
        "dimensions__anxiety__reliability": "0.9",
        "dimensions__avoidance__about": "Says: how often you step back.",
        "correlation": "0.1",
        "planning": "A guess, until there are answers.",
        "authors": "Ines\r\nRui",
    }
    assert ines.save(library, **typed).errors == {}
    front = front_matter(Instrument.objects.get(pk=library.pk))
    assert front["scale"] == {"from": "1", "to": "7", "low": "Never", "high": "Always"}
    assert (front["dimensions"]["anxiety"]["name"], front["dimensions"]["anxiety"]["mean"]) == ("Fear", "4.5")
    assert front["dimensions"]["anxiety"]["reliability"] == "0.9"
    assert front["dimensions"]["avoidance"]["about"] == "Says: how often you step back."
    assert (front["correlation"], front["planning"]) == ("0.1", "A guess, until there are answers.")
    assert front["authors"] == ("Ines", "Rui")


def test_facets_keep_the_order_in_which_they_are_typed(ines, library):
    first, second, *rest = ines.form(library)["facets"].splitlines()
    assert ines.save(library, facets="\r\n".join([second.replace("Pull", "Wish"), first, *rest])).errors == {}
    facets = front_matter(Instrument.objects.get(pk=library.pk))["facets"]
    assert list(facets)[:2] == ["reassurance", "alarm"]
    assert facets["reassurance"] == {"name": "Wish for closeness", "dimension": "anxiety"}


def test_a_corrected_statement_reaches_the_next_visitor(ines, library):
    body = ines.form(library)["body"].replace("I say sorry before I know", "I say sorry long before I know")
    assert ines.save(library, body=body).errors == {}
    assert "I say sorry long before I know" in Client().get("/quiz/take/").content.decode()


def test_a_broken_statement_is_rejected_with_its_line_and_the_text_is_kept(ines, library):
    body = ines.form(library)["body"].replace("- alarm-2: I watch", "- alarm two: I watch")
    answer = ines.save(library, body=body)
    line = body.replace("\r\n", "\n").split("- alarm two")[0].count("\n") + 1
    assert any(message.startswith(f"Line {line}: ") and "(line-unreadable)" in message for message in answer.errors["body"])
    assert answer.fields["body"] == body
    assert 'name="alarm-2"' in Client().get("/quiz/take/").content.decode()


def test_all_problems_are_shown_at_their_fields_and_all_input_is_kept(ines, library):
    typed = {
        "title": "",
        "scale__from": "one",
        "dimensions__anxiety__mean": "12",
        "dimensions__avoidance__sd": "wide",
        "correlation": "0.99",
        "planning": "",
        "facets": "alarm: Fear of losing you, anxiety\r\nnot a facet\r\nalarm: Again, anxiety",
        "body": "<b>Nothing</b> is left.",
    }
    answer = ines.save(library, **typed)
    assert not answer.saved
    assert set(answer.errors) == {*typed, "dimensions__avoidance__mean"}  # a wide sd makes the whole scale unfit
    assert "“not a facet” can’t be read" in answer.errors["facets"][0]
    assert "“alarm” stands 2 times" in answer.errors["facets"][1]
    assert '"from" is "one" and has to be a whole number' in answer.errors["scale__from"][0]
    assert '"anxiety" needs a mean within the scale' in answer.errors["dimensions__anxiety__mean"][0]
    assert '"sd" is "wide"' in answer.errors["dimensions__avoidance__sd"][0]
    assert {key: answer.fields[key] for key in typed} == typed
    assert library.revisions.count() == 1


def test_the_problem_of_a_descending_scale_is_shown_at_its_first_number(ines, library):
    messages = ines.save(library, scale__from="7", scale__to="1").errors["scale__from"]
    assert messages[0].startswith('"scale" has to go from a whole number to one that is 2 to 100 larger')


def test_an_invalid_line_of_facets_is_the_only_problem_shown(ines, library):
    assert list(ines.save(library, facets="fear").errors) == ["facets"]


def test_a_quiz_with_another_scale_is_created_from_an_empty_form(ines, library):
    form = ines.form()
    assert (form["scale__from"], form["scale__to"], form["dimensions__avoidance__name"]) == ("1", "7", "Avoidance")
    assert form["facets"].splitlines()[-1] == "withdrawal: Shutting down, avoidance"
    assert "## What you are good at" in form["body"]
    saved = {key: value for key, value in ines.form(library).items() if key in InstrumentForm.keys}
    answer = ines.save(**{**saved, "slug": "five", "title": "Five", "scale__to": "5", "dimensions__anxiety__mean": "3"}, body=form["body"])
    assert set(answer.errors) == {"body"}  # the gaps of the template
    answer = ines.send({**answer.fields, "body": parse_source(library.source).body.replace("\n", "\r\n")})
    assert answer.errors == {}
    created = Instrument.objects.get(slug="five")
    assert created.state == "draft"
    assert front_matter(created)["scale"]["to"] == "5"


def test_the_text_of_a_new_quiz_has_gaps_that_the_check_reports(ines, library):
    text = text_of_html(ines.client.post(PREVIEW, {"content": ines.form()["body"]}).content.decode())
    assert '"[insert two or three sentences: what is asked, how long it takes, and what comes out]" looks like a gap' in text
    assert text.count("looks like a gap") == ines.form()["body"].count("[insert") - 2  # two are headings
    for part in ("section-unknown", "part-missing", "label-missing", "line-unreadable"):
        assert f"({part})" not in text


def test_a_user_who_may_only_view_reads_every_field(library):
    olga = log_in("Olga", model=QUIZ, permissions=["view_instrument"])
    page = unescape(olga.page("change", library.pk))
    assert 'name="_save"' not in page
    for text in ("1.26", "alarm: Fear of losing you, anxiety", "46,610 people", "I keep asking them whether we are okay."):
        assert text in page


# The preview


def test_the_preview_shows_statements_as_the_form_does_and_texts_as_results_do(ines, library, taker):
    answer = ines.client.post(f"{PREVIEW}?document={library.pk}", {"content": parse_source(library.source).body})
    preview = answer.content.decode()
    form = taker.client.get("/quiz/take/").content.decode()
    questions = re.findall(r"<legend>.*?</legend>", form)
    assert len(questions) == 19
    assert all(question in preview for question in questions)
    result = taker.send(keep="no").content.decode()
    texts = re.findall(r"<dd>.*?</dd>", result)
    assert len(texts) > 6
    assert all(text in preview for text in texts)
    assert "The check finds nothing to mend." in preview


def test_the_preview_shows_every_region_trigger_and_strength(ines, library):
    body = parse_source(library.source).body
    preview = unescape(ines.client.post(f"{PREVIEW}?document={library.pk}", {"content": body}).content.decode())
    wanted = re.findall(r"^### ([^{\n]+)$", body, re.MULTILINE)
    assert len(wanted) > 20
    shown = preview.replace("“", '"').replace("”", '"')
    assert [title for title in wanted if f"<h3>{title}</h3>" not in shown] == []
    for name in ("Secure", "Anxious", "Dismissive-avoidant", "Fearful-avoidant", "Between two regions"):
        assert f"<h3>{name}</h3>" in preview


def test_the_preview_shows_each_problem_with_its_line(ines, library):
    body = parse_source(library.source).body.replace("- alarm-2: I watch", "- alarm-2 I watch")
    text = text_of_html(ines.client.post(f"{PREVIEW}?document={library.pk}", {"content": body}).content.decode())
    line = body.split("- alarm-2 I")[0].count("\n") + 1
    assert f"Line {line}: " in text


@pytest.mark.parametrize(
    "body", ["", "## Statements\n- nobody-1: I wait.", "## What sets you off\n### A\n- Facet: alarm, high", "<script>x</script>"]
)
def test_the_preview_of_a_broken_text_is_shown_with_its_problems(rui, library, body):
    answer = rui.client.post(PREVIEW, {"content": body})
    assert answer.status_code == 200
    assert "What the check says" in answer.content.decode()
    assert "<script" not in answer.content.decode()


@pytest.mark.parametrize("page", ["preview", "upload"])
def test_a_writer_of_guides_alone_can_not_use_the_quizzes_editor(page, library):
    paula = log_in("Paula", model=QUIZ)
    paula.user.user_permissions.set(Permission.objects.filter(content_type__app_label="guides"))
    assert paula.client.post(reverse(f"admin:{QUIZ}_{page}"), {"content": "Hello."}).status_code == 403


# Publishing


def test_a_writer_saves_drafts_and_may_not_publish(rui, library):
    draft = another(library)
    assert rui.save(draft, title="Rui's quiz", state="published").saved
    draft.refresh_from_db()
    assert (draft.title, draft.state) == ("Rui's quiz", "draft")
    assert "only somebody who may publish can change it" in rui.page("change", library.pk)
    refused = rui.send({**rui.form(draft), "title": "Mine"}, library).errors["__all__"][0]
    assert refused.startswith("This quiz is published, and you may change drafts only.")


def test_the_list_says_which_quiz_visitors_get(ines, library):
    another(library, "third")
    draft = another(library)
    page = ines.page("changelist")
    assert page.count("Visitors get this one") == 1
    assert page.index(f"/{library.pk}/change/") < page.index("Visitors get this one") < page.index(f"/{draft.pk}/change/")
    assert ines.save(draft, state="published").errors == {}
    page = ines.page("changelist")
    assert page.count("Visitors get this one") == 1
    assert page.index(f"/{draft.pk}/change/") < page.index("Visitors get this one") < page.index(f"/{library.pk}/change/")


def test_while_there_are_only_drafts_visitors_get_none(ines, library):
    assert ines.save(library, state="draft").saved
    page = ines.page("changelist")
    assert ">No<" in page
    assert "Visitors get this one" not in page


def test_an_empty_list_says_that_there_is_no_quiz_yet(ines):
    assert "There is no quiz yet." in ines.page("changelist")


def test_the_form_of_a_published_quiz_says_what_happens_to_answers_and_results(ines, library):
    message = "finishes with the version that they opened"
    assert message in ines.page("change", library.pk)
    assert message not in ines.page("change", another(library).pk)


def test_an_old_revision_can_be_opened_in_the_editor(ines, library):
    body = ines.form(library)["body"].replace("I say sorry before", "I say sorry long before")
    assert ines.save(library, body=body, dimensions__anxiety__sd="1.5").saved
    page = unescape(ines.page("revision", library.pk, 2))
    assert "+    sd: 1.5\n" in page
    assert "-- self-doubt-1: I say sorry before" in page
    old = ines.form(library, query="?revision=1")
    assert (old["dimensions__anxiety__sd"], "I say sorry before" in old["body"]) == ("1.21", True)


def test_editors_and_writers_have_their_permissions_on_quizzes(db):
    of_quizzes = Permission.objects.filter(content_type__app_label="quiz")
    rights = {group.name: {right.codename for right in of_quizzes.filter(group=group)} for group in Group.objects.all()}
    assert rights == {
        "Editors": {"add_instrument", "change_instrument", "view_instrument", "publish_instrument", "view_result"},
        "Writers": {"add_instrument", "change_instrument", "view_instrument"},
    }


@pytest.mark.django_db(transaction=True)
def test_the_migration_of_permissions_can_be_reversed_and_applied_again():
    def rights():
        of_quizzes = Permission.objects.filter(content_type__app_label="quiz")
        return {name: of_quizzes.filter(group__name=name).count() for name in ("Editors", "Writers")}

    def migrate(*targets):
        MigrationExecutor(connection).migrate(targets)

    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("quiz")
    for _ in range(2):  # the tables may be empty the first time
        migrate(("quiz", "0002_again"))
        taken = rights()
        migrate(*newest)
    assert (taken, rights()) == ({"Editors": 0, "Writers": 0}, {"Editors": 5, "Writers": 3})


# Deleting


def test_a_quiz_without_results_is_deleted_by_the_owner_alone(owner, ines, library):
    address = reverse(f"admin:{QUIZ}_delete", args=[library.pk])
    assert ines.client.post(address, {"post": "yes"}).status_code == 403
    owner.client.post(address, {"post": "yes"})
    assert Instrument.objects.count() == 0


def test_a_quiz_with_kept_results_is_not_deleted_and_the_page_says_why(owner, library, kept):
    address = reverse(f"admin:{QUIZ}_delete", args=[library.pk])
    for answer in (owner.client.get(address), owner.client.post(address, {"post": "yes"})):
        text = text_of_html(answer.content.decode())
        assert answer.status_code == 200
        assert "results that visitors keep, which rest on its versions. Take the quiz back to draft instead" in text
        assert str(kept().day) not in text
    assert (Instrument.objects.count(), Result.objects.count()) == (1, 1)


def test_no_quiz_is_deleted_from_the_list(owner, library):
    data = {"action": "delete_selected", "_selected_action": [library.pk], "post": "yes"}
    owner.client.post(reverse(f"admin:{QUIZ}_changelist"), data)
    assert Instrument.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_result_that_is_kept_while_its_quiz_is_being_deleted_prevents_it(owner, library, taker):
    address = reverse(f"admin:{QUIZ}_delete", args=[library.pk])
    with ThreadPoolExecutor() as elsewhere:
        with transaction.atomic():
            library.revisions.select_for_update().get()  # so that deleting waits after it has looked
            taker.send()
            answer = elsewhere.submit(run_and_disconnect, owner.client.post, address, {"post": "yes"})
            wait_until_blocked(answer)
        assert answer.result().headers["Location"] == address  # where it says why
    assert (Instrument.objects.count(), Result.objects.count()) == (1, 1)


def test_kept_results_stay_the_same_after_the_next_version_and_without_publication(ines, library, taker):
    taker.send()
    before = Client().get(taker.address).content.decode()
    body = ines.form(library)["body"].replace("I say sorry before", "I say sorry long before")
    assert ines.save(library, body=body).saved
    assert ines.save(library, state="draft").saved
    assert Client().get(taker.address).content.decode() == before


def test_the_docs_for_editors_name_every_key_region_section_and_label_of_a_quiz():
    page = (settings.BASE_DIR / "docs/editors.md").read_text()
    keys = {f"`{key}`" for name in InstrumentForm.keys for key in name.split("__")}
    labels = {f"- {label}:" for label in chain(*LABELS.values())}
    named = {*keys, *labels, *(f"`{style}`" for style in REGION_TEXT_KEYS), *(f"## {title}" for title in SECTIONS)}
    assert {word for word in named if word not in page} == set()

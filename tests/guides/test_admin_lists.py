"""Finding a guide in the admin, and its history."""

from html import unescape

from guides.models import Guide
from tests.support.builders import guide_text


def test_the_list_shows_state_style_and_what_readers_see(ines, guide):
    guide(text=guide_text("calm", title="Calm").replace("summary:", "style: fearful\nsummary:"))
    guide("rest", state="draft", text=guide_text("rest", title="Rest"))
    page = ines.page("changelist")
    assert "Fearful-avoidant" in page
    assert page.count(">View on site</a>") == 1
    assert '<a href="/guides/calm/">View on site</a>' in page
    assert ">Hidden<" in page


def test_guides_are_found_by_state_style_and_title(ines, guide):
    guide(text=guide_text("calm", title="Calm").replace("summary:", "style: fearful\nsummary:"))
    guide(text=guide_text("rest", title="Rest"), state="draft")

    def found(query):
        page = ines.page("changelist", query=query)
        return [title for title in ("Calm", "Rest") if f">{title}</a>" in page]

    assert found("") == ["Calm", "Rest"]
    assert found("?state__exact=draft") == ["Rest"]
    assert found("?style=fearful") == ["Calm"]
    assert found("?style=none") == ["Rest"]
    assert found("?q=cal") == ["Calm"]


def test_an_empty_list_shows_the_way_to_the_first_guide(ines):
    assert "There is no guide yet." in ines.page("changelist")


def test_a_search_without_a_result_says_what_to_do(ines, guide):
    guide()
    assert "Search for another word" in ines.page("changelist", query="?q=nothing")


def test_the_list_needs_the_same_queries_for_any_number_of_guides(ines, guide, django_assert_num_queries):
    guide("one")
    ines.page("changelist")
    with django_assert_num_queries(7):
        ines.page("changelist")
    for slug in ("two", "three", "four"):
        guide(slug)
    with django_assert_num_queries(7):
        ines.page("changelist")


def test_the_history_lists_each_save_with_its_author_and_note(ines, guide):
    document = guide()
    ines.save(document, title="Another title")
    page = ines.page("history", document.pk)
    assert page.index("Revision 2</a>") < page.index("Revision 1</a>")
    assert "ines" in page
    assert "Text changed" in page
    assert "An import" in page


def test_a_revision_shows_what_it_changed_and_its_whole_text(ines, guide):
    document = guide()
    ines.save(document, title="A title with <b>markup</b>")
    page = ines.page("revision", document.pk, 2)
    assert "<b>markup" not in page
    text = unescape(page)
    assert "-title: How to wait for an answer\n" in text
    assert '+title: "A title with <b>markup</b>"\n' in text
    assert "## Quick takeaways" in text


def test_the_first_revision_shows_its_whole_text_and_no_change(ines, guide):
    page = ines.page("revision", guide().pk, 1)
    assert "\nsummary: " in page
    assert "What changed" not in page


def test_a_save_that_left_the_text_as_it_was_says_so(ines, guide):
    document = guide()
    ines.save(document)
    assert "The text stayed the same." in ines.page("revision", document.pk, 2)


def test_a_revision_that_does_not_exist_is_not_found(ines, guide):
    assert ines.client.get(f"/admin/guides/guide/{guide().pk}/revisions/9/").status_code == 404
    assert ines.client.get("/admin/guides/guide/nobody/revisions/1/").status_code == 404


def test_an_old_text_goes_back_into_the_editor_and_is_saved_only_by_save(ines, guide):
    document = guide()
    old = document.source
    ines.save(document, title="Another title", body=ines.form(document)["body"].replace("Rest", "Sleep"))
    assert f'href="/admin/guides/guide/{document.pk}/change/?revision=1"' in ines.page("revision", document.pk, 1)
    form = ines.form(document, query="?revision=1")
    assert form["title"] == "How to wait for an answer"
    assert Guide.objects.get(pk=document.pk).title == "Another title"
    assert ines.send(form, document, query="?revision=1").saved
    document.refresh_from_db()
    assert document.source == old
    assert document.revisions.first().number == 3


def test_an_old_text_of_a_published_guide_is_not_offered_to_a_writer(rui, guide):
    assert "Put this text into the editor" not in rui.page("revision", guide().pk, 1)


def test_the_form_warns_of_an_overdue_review(ines, guide):
    document = guide(state="draft", text=guide_text().replace("2027-11-01", "2026-11-02"))
    assert "Next review: The text was to be checked by 2026-11-02" in ines.page("change", document.pk)

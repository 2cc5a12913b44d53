"""Finding a guide in the admin, and its history."""

from html import unescape

from guides.models import Guide
from tests.support.builders import guide_text


def test_the_list_says_state_style_and_what_readers_see(ines, guide):
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


def test_the_list_costs_the_same_queries_however_many_guides_there_are(ines, guide, django_assert_num_queries):
    guide("one")
    ines.page("changelist")
    with django_assert_num_queries(7):
        ines.page("changelist")
    for slug in ("two", "three", "four"):
        guide(slug)
    with django_assert_num_queries(7):
        ines.page("changelist")


def test_the_history_lists_each_save_with_who_and_what(ines, guide):
    made = guide()
    ines.save(made, title="Another title")
    page = ines.page("history", made.pk)
    assert page.index("Revision 2</a>") < page.index("Revision 1</a>")
    assert "ines" in page
    assert "Text changed" in page
    assert "An import" in page


def test_a_revision_shows_what_it_changed_and_its_whole_text(ines, guide):
    made = guide()
    ines.save(made, title="A title with <b>signs</b>")
    page = ines.page("revision", made.pk, 2)
    assert "<b>signs" not in page
    said = unescape(page)
    assert "-title: How to wait for an answer\n" in said
    assert '+title: "A title with <b>signs</b>"\n' in said
    assert "## Quick takeaways" in said


def test_the_first_revision_shows_its_whole_text_and_no_change(ines, guide):
    page = ines.page("revision", guide().pk, 1)
    assert "\nsummary: " in page
    assert "What changed" not in page


def test_a_save_that_left_the_text_as_it_was_says_so(ines, guide):
    made = guide()
    ines.save(made)
    assert "The text stayed the same." in ines.page("revision", made.pk, 2)


def test_a_revision_that_does_not_exist_is_not_found(ines, guide):
    assert ines.client.get(f"/admin/guides/guide/{guide().pk}/revisions/9/").status_code == 404
    assert ines.client.get("/admin/guides/guide/nobody/revisions/1/").status_code == 404


def test_an_old_text_goes_back_into_the_editor_and_is_saved_only_by_save(ines, guide):
    made = guide()
    old = made.source
    ines.save(made, title="Another title", body=ines.form(made)["body"].replace("Rest", "Sleep"))
    assert f'href="/admin/guides/guide/{made.pk}/change/?revision=1"' in ines.page("revision", made.pk, 1)
    form = ines.form(made, query="?revision=1")
    assert form["title"] == "How to wait for an answer"
    assert Guide.objects.get(pk=made.pk).title == "Another title"
    assert ines.send(form, made, query="?revision=1").saved
    made.refresh_from_db()
    assert made.source == old
    assert made.revisions.first().number == 3


def test_a_published_old_text_is_not_offered_to_who_may_not_change_it(rui, guide):
    assert "Put this text into the editor" not in rui.page("revision", guide().pk, 1)


def test_an_overdue_review_is_said_on_the_form(ines, guide):
    made = guide(state="draft", text=guide_text().replace("2027-11-01", "2026-11-02"))
    assert "Next review: The text was to be checked by 2026-11-02" in ines.page("change", made.pk)

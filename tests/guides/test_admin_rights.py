"""Who may do what in the admin: Ines edits and publishes, Rui writes drafts, Olga looks, Simon is a stranger."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from guides.models import Guide


def test_a_writer_saves_drafts(rui, guide):
    document = guide(state="draft")
    assert rui.save(document, title="Rui's title").saved
    assert Guide.objects.get(pk=document.pk).title == "Rui's title"


def test_a_writer_may_not_publish_her_own_draft_and_the_form_says_so(rui, guide):
    document = guide(state="draft")
    assert "Somebody who may publish does the rest." in rui.page("change", document.pk)
    assert "state" not in rui.form(document)
    assert rui.save(document, state="published", publish_at_0="2020-01-01", publish_at_1="08:00:00").saved
    document.refresh_from_db()
    assert (document.state, document.publish_at) == ("draft", None)


def test_a_writer_reads_a_published_guide_and_can_not_save_it(rui, guide):
    page = rui.page("change", guide().pk)
    assert "only somebody who may publish can change it" in page
    assert 'name="_save"' not in page
    assert "Quick takeaways" in page


def test_a_writer_whose_draft_was_published_meanwhile_gets_back_what_she_typed(rui, ines, guide):
    document = guide(state="draft")
    opened = rui.form(document)
    assert ines.save(document, state="published").saved
    answer = rui.send({**opened, "title": "Rui's title"}, document)
    assert "This guide is published, and you may change drafts only." in answer.errors["__all__"][0]
    assert answer.fields["title"] == "Rui's title"
    assert not rui.send(answer.fields, document).saved  # and trying again does not help
    assert Guide.objects.get(pk=document.pk).title == "How to wait for an answer"


def test_an_onlooker_sees_a_guide_and_can_not_save_it(onlooker, guide):
    document = guide(state="draft")
    page = onlooker.page("change", document.pk)
    assert 'name="_save"' not in page
    assert "Quick takeaways" in page
    assert onlooker.send({"title": "Olga's title"}, document).status == 403


def test_only_the_owner_may_delete(ines, owner, guide):
    ines.user.user_permissions.add(Permission.objects.get(codename="delete_guide"))
    address = reverse("admin:guides_guide_delete", args=[guide().pk])
    assert ines.client.post(address, {"post": "yes"}).status_code == 403
    assert owner.client.get(address).status_code == 200


@pytest.mark.parametrize("name", ["changelist", "add", "change", "history", "revision"])
def test_a_colleague_without_a_right_to_guides_sees_none_of_them(onlooker, guide, name):
    onlooker.user.user_permissions.clear()
    pk = guide(state="draft").pk
    args = {"changelist": [], "add": [], "revision": [pk, 1]}.get(name, [pk])
    assert onlooker.client.get(reverse(f"admin:guides_guide_{name}", args=args)).status_code == 403


def test_a_stranger_is_sent_to_the_login(stranger, guide):
    address = reverse("admin:guides_guide_change", args=[guide().pk])
    assert stranger.client.get(address).headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("name", ["history", "revision"])
def test_a_stranger_does_not_see_the_history(stranger, guide, name):
    more = [1] if name == "revision" else []
    answer = stranger.client.get(reverse(f"admin:guides_guide_{name}", args=[guide(state="draft").pk, *more]))
    assert answer.status_code == 302


def test_the_group_of_editors_may_publish_and_that_of_writers_may_not(db):
    of_guides = Permission.objects.filter(content_type__app_label="guides")
    rights = {group.name: {right.codename for right in of_guides.filter(group=group)} for group in Group.objects.all()}
    assert rights == {
        "Editors": {"add_guide", "change_guide", "view_guide", "publish_guide"},
        "Writers": {"add_guide", "change_guide", "view_guide"},
    }


def test_the_admin_names_the_site_and_lists_guides_first(owner):
    page = owner.client.get("/admin/").content.decode()
    assert "Safe Haven" in page
    assert page.index(">Guides<") < page.index(">Users<")

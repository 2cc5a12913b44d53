"""The pages of the healing guides. Both are public: no cookie, no session."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from guides.json_ld import structured
from guides.models import Guide
from web.cache_policy import public
from web.shortcuts import render

ALL_OPEN = "steps=open"
QUERIES = {ALL_OPEN}  # which mean something on a public page


@public
@require_safe
def guide_list(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/list.html", {"groups": Guide.objects.groups(timezone.now())})


@public
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    now, all_open = timezone.now(), request.META["QUERY_STRING"] == ALL_OPEN
    page = None if all_open else Guide.objects.ready_page(slug, now)
    if page is None:
        found = Guide.objects.published(now).filter(slug=slug).first()
        if found is None:
            return moved(slug)
        page = found.made_page(now, all_open=all_open)
    told = structured(page.about, settings.SITE_URL, request.path, page.modified)
    return render(request, "guides/guide.html", {**vars(page), "structured": told})


def moved(slug: str) -> HttpResponse:
    """Where a guide went that once had this slug."""
    guide = Guide.objects.published(timezone.now()).once_at(slug).first()
    if guide is None:
        raise Http404
    return redirect(guide, permanent=True)

"""The public pages of the guides."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from guides.json_ld import guide_json_ld
from guides.models import Guide
from web.cache_policy import public_page
from web.shortcuts import render

ALL_OPEN = "steps=open"
PUBLIC_QUERIES = {ALL_OPEN}  # the query strings that change a public page; the page cache ignores all others


@public_page
@require_safe
def guide_list(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/list.html", {"groups": Guide.objects.groups(timezone.now())})


@public_page
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    now, all_open = timezone.now(), request.META["QUERY_STRING"] == ALL_OPEN
    page = None if all_open else Guide.objects.prerendered_page(slug, now)
    if page is None:
        found = Guide.objects.published(now).filter(slug=slug).first()
        if found is None:
            return redirect_from_former_slug(slug, now)
        page = found.render_page(now, all_open=all_open)
    json_ld = guide_json_ld(page.metadata, settings.SITE_URL, request.path, page.modified)
    return render(request, "guides/guide.html", {**vars(page), "json_ld": json_ld})


def redirect_from_former_slug(slug: str, now: datetime) -> HttpResponse:
    """Redirects to the guide that had this slug before. Raises Http404 where there is none."""
    found = Guide.objects.published(now).with_former_slug(slug).first()
    if found is None:
        raise Http404
    return redirect(found, permanent=True)

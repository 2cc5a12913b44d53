"""The pages of the healing guides. Both are public: no cookie, no session."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.public import public
from guides.models import Guide
from guides.structured import structured

ALL_OPEN = ("steps", "open")  # the one query that means something on a public page
QUERIES = {"=".join(ALL_OPEN)}


@public
@require_safe
def guide_list(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/list.html", {"groups": Guide.objects.groups(timezone.now())})


@public
@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    guide = Guide.objects.opened(slug, now)
    if guide is None:
        return moved(slug)
    all_open = ALL_OPEN in request.GET.items()
    page = (None if all_open else guide.ready_page()) or guide.made_page(now, all_open=all_open)
    site = f"{request.scheme}://{request.get_host()}"
    context = {
        "guide": guide,
        "page": page,
        "structured": structured(page.about, site, guide.get_absolute_url(), guide.lastmod),
        "review_overdue": bool(guide.next_review and guide.next_review < now.date()),
    }
    return render(request, "guides/guide.html", context)


def moved(slug: str) -> HttpResponse:
    """Where a guide went that once had this slug."""
    guide = Guide.objects.published(timezone.now()).filter(redirects__slug=slug).first()
    if guide is None:
        raise Http404
    return redirect(guide, permanent=True)

"""Home, help, about, privacy, robots.txt and health checks. No view uses a session or sets a cookie."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guides.models import Guide
from pages import helplines
from pages.helplines import Helpline, Scope
from pages.readiness import not_ready_reason
from web.cache_policy import public_page
from web.shortcuts import mark_database_error, render

# The slug of a guide, and a reader's reason to read it, in the reader's words.
ENTRY_POINTS = {
    "dismissive-avoidant": "I pull away when someone gets close",
    "anxious": "I’m scared that they will leave me",
    "fearful-avoidant": "I long for someone, and then I run",
}


@dataclass(frozen=True)
class EntryPoint:
    words: str
    guide: Guide


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    guides = {guide.slug: guide for guide in Guide.objects.listed(timezone.now()).filter(slug__in=ENTRY_POINTS)}
    entry_points = [EntryPoint(words, guides[slug]) for slug, words in ENTRY_POINTS.items() if slug in guides]
    return render(request, "pages/home.html", {"entry_points": entry_points})


@public_page
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    lines = helplines.visible(load_helplines(settings.CONTENT_DIR / "helplines.yaml"), timezone.now().date())
    emergency = [line for line in lines if line.scope is Scope.EMERGENCY]
    return render(request, "pages/help.html", {"helplines": lines, "emergency": emergency})


@cache
def load_helplines(file: Path) -> tuple[Helpline, ...]:
    """Reads the file once a process, because it is part of the release."""
    return helplines.parse(file.read_text(encoding="utf-8"))[0]


@public_page
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html")


@public_page
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/privacy.html")


@public_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = settings.SITE_URL + reverse("pages:sitemap")
    return plain_text(f"User-agent: *\nDisallow: {reverse('admin:index')}\n\nSitemap: {sitemap}\n")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. It doesn't ask the database, whose outage must not get the process killed."""
    return plain_text("alive\n")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: the database answers, can be written to, and has every migration of this release."""
    try:
        reason = not_ready_reason()
    except Error as error:
        return mark_database_error(request, plain_text("database\n"), error)
    return plain_text(f"{reason}\n", status=503) if reason else plain_text("ready\n")


def plain_text(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")

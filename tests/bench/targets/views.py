"""A guide's page rendered in two other ways: from HTML in one row, and from Markdown on each request."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from markdown_it import MarkdownIt

from guides.models import Guide

ROW = "SELECT title, html FROM bench_page WHERE slug = %s"


def one_row(request: HttpRequest, slug: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(ROW, [slug])
        title, html = cursor.fetchone()
    return render(request, "bench_page.html", {"title": title, "html": html})


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    guide = get_object_or_404(Guide.objects.published(timezone.now()), slug=slug)
    text = guide.source.split("---\n", 2)[2]
    return render(request, "bench_page.html", {"title": guide.title, "html": MarkdownIt().render(text)})

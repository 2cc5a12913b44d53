"""What the Markdown editor asks for while somebody writes: the preview of a text, and a place for a picture."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from documents.kinds import KINDS
from documents.models import Document, problems_in
from documents.pictures import Picture
from documents.source import compose, split
from documents.uploads import MOST_BYTES, RefusedError, redrawn
from guides.models import CHANGE, KIND, WRITE, Guide
from guides.places import places_of

View = Callable[[HttpRequest], HttpResponse]
UNSAVED = {"title": "New guide", "slug": "new-guide", "summary": "New guide."}  # stands in until the first save
IN_ALT = str.maketrans("[]\\`", "()/'")  # signs that would end or change the words in ![words](address)


def for_writers(view: View) -> View:
    """Only staff who may write guides. The editor's script asks, so the answer is JSON and never a login page."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_active and user.is_staff and (user.has_perm(WRITE) or user.has_perm(CHANGE)):
            return view(request)
        return refusal("Only people who may write guides can do this. Log in again in another tab, then go on here.", 403)

    return guarded


def refusal(said: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": said}, status=status)


@require_POST
@for_writers
def preview(request: HttpRequest) -> HttpResponse:
    """The body as the guide's page would show it, with its problems on top. `?guide=` says whose body it is."""
    body = request.POST.get("content")
    if body is None:
        return refusal("There is no text. Send it as the form field “content”.")
    number = request.GET.get("guide", "")
    own = int(number) if number.isdecimal() else 0
    guide = Guide.objects.filter(pk=own).first()
    saved = guide.source if guide else ""
    source = compose(split(saved).values() or UNSAVED, body, old=saved)
    problems = problems_in(source, KINDS[KIND], Document.objects.exclude(pk=own), timezone.now().date())
    shown = Guide(kind=KIND, source=source, slug=guide.slug if guide else "")
    parts, related = shown.page(timezone.now())
    places = [place for place in places_of(problems, split(source)) if place.field == "body"]
    return render(request, "admin/guides/guide/preview.html", {"parts": parts, "related": related, "places": places})


@require_POST
@for_writers
def upload(request: HttpRequest) -> HttpResponse:
    """Keeps a picture and answers the Markdown that shows it."""
    file = request.FILES.get("image")
    if file is None or file.size is None:
        return refusal("There is no picture. Send it as the file “image”.")
    try:
        raster = redrawn(file.read(MOST_BYTES + 1))
    except RefusedError as reason:
        return refusal(str(reason))
    picture = Picture.objects.keep(raster, by=cast("User", request.user), now=timezone.now())
    alt = " ".join(request.POST.get("alt", "").translate(IN_ALT).split())
    return JsonResponse({"image_code": f"![{alt}]({picture.get_absolute_url()})"})

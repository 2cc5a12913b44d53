"""What the Markdown editor asks for while somebody writes: the preview of a text, and a place for a picture."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from documents.admin.field_problems import check_document, places_of
from documents.admin.forms import DocumentForm
from documents.files.bounded_read import FileRefusedError
from documents.image_files import MAX_IMAGE_BYTES, reencode
from documents.images import Picture
from documents.text.source import compose, parse_source
from documents.text.strict_yaml import Value

View = Callable[[HttpRequest], HttpResponse]
NUMBER = re.compile("[0-9]{1,18}")
IN_ALT = str.maketrans("[]\\`", "()/'")  # signs that would end or change the words in ![words](address)


class EditorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes its model by registration only
    """A model's pages with the two addresses that its editor asks."""

    form: type[DocumentForm]
    unsaved: ClassVar[Mapping[str, Value]]  # front matter that stands in until the first save
    preview_template: ClassVar[str]

    def previewed(self, document: Any) -> dict[str, Any]:
        """What the template shows of a document that nobody saved."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("preview/", require_POST(self.for_writers(self.preview_view)), name=f"{name}_preview"),
            path("upload/", require_POST(self.for_writers(self.upload_view)), name=f"{name}_upload"),
            *super().get_urls(),
        ]

    def for_writers(self, view: View) -> View:
        """Only staff who may write such texts. The editor's script asks, so the answer is JSON and never a login page."""

        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            may_write = self.has_add_permission(request) or self.has_change_permission(request)
            if may_write and self.admin_site.has_permission(request):
                return view(request)
            what = self.opts.verbose_name_plural
            return refusal(f"Only people who may write {what} can do this. Log in again in another tab, then go on here.", 403)

        return guarded

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The body as visitors would see it, with its problems on top. `?document=` says whose body it is."""
        body = request.POST.get("content")
        if body is None:
            return refusal("There is no text. Send it as the form field “content”.")
        document = self.model.objects.filter(pk=number_in(request, "document")).first() or self.form.Meta.model(kind=self.form.kind)
        source = compose(parse_source(document.source).values() or self.unsaved, body, old=document.source)
        problems = check_document(document, document.parse(source), timezone.now().date())
        document.source = source
        places = [place for place in places_of(problems, parse_source(source)) if place.field == "body"]
        return render(request, self.preview_template, {"places": places, **self.previewed(document)})

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Keeps a picture and answers the Markdown that shows it."""
        file = request.FILES.get("image")
        if file is None or file.size is None:
            return refusal("There is no picture. Send it as the file “image”.")
        try:
            image = reencode(file.read(MAX_IMAGE_BYTES + 1))
        except FileRefusedError as reason:
            return refusal(str(reason))
        picture = Picture.objects.store(image, by=cast("User", request.user), now=timezone.now())
        alt = " ".join(request.POST.get("alt", "").translate(IN_ALT).split())
        return JsonResponse({"image_code": f"![{alt}]({picture.get_absolute_url()})"})


def number_in(request: HttpRequest, name: str) -> int:
    """The whole number in the query; 0, which no row has, for what is none or is too long to be one."""
    text = request.GET.get(name, "")
    return int(text) if NUMBER.fullmatch(text) else 0


def refusal(said: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": said}, status=status)

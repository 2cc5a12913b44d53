"""The two views that the Markdown editor requests: the preview of a text, and the upload of a picture."""

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

from documents.admin.field_problems import locate_problems
from documents.admin.forms import DocumentForm
from documents.checking import check_document
from documents.files.bounded_read import FileRefusedError
from documents.image_files import MAX_IMAGE_BYTES, reencode
from documents.images import Picture
from documents.text.source import compose, parse_source
from documents.text.strict_yaml import Value

View = Callable[[HttpRequest], HttpResponse]
NUMBER = re.compile("[0-9]{1,18}")  # fits a bigint
ALT_REPLACEMENTS = str.maketrans("[]\\`", "()/'")  # characters that would end or format the text in ![text](address)


class EditorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # ModelAdmin is not subscriptable at runtime
    """Adds the two views to the admin of a model."""

    form: type[DocumentForm]
    placeholder_front_matter: ClassVar[Mapping[str, Value]]  # for the preview of a text that was never saved
    preview_template: ClassVar[str]

    def preview_context(self, document: Any) -> dict[str, Any]:
        """Returns the template's context for a document with an unsaved text."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("preview/", require_POST(self.require_writer(self.preview_view)), name=f"{name}_preview"),
            path("upload/", require_POST(self.require_writer(self.upload_view)), name=f"{name}_upload"),
            *super().get_urls(),
        ]

    def require_writer(self, view: View) -> View:
        """Limits a view to staff who may write such texts. Answers others in JSON instead of a login page, for the editor's script."""

        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            may_write = self.has_add_permission(request) or self.has_change_permission(request)
            if may_write and self.admin_site.has_permission(request):
                return view(request)
            what = self.opts.verbose_name_plural
            return json_error(f"Only people who may write {what} can do this. Log in again in another tab, then go on here.", 403)

        return guarded

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Renders a body as visitors would see it, below its problems. `?document=` is the document that it belongs to."""
        body = request.POST.get("content")
        if body is None:
            return json_error("There is no text. Send it as the form field “content”.")
        document = self.model.objects.filter(pk=query_number(request, "document")).first() or self.form.Meta.model(kind=self.form.kind)
        source = compose(parse_source(document.source).values() or self.placeholder_front_matter, body, old=document.source)
        problems = check_document(document, document.parse(source), timezone.now().date())
        document.source = source
        in_body = [found for found in locate_problems(problems, parse_source(source)) if found.field == "body"]
        return render(request, self.preview_template, {"field_problems": in_body, **self.preview_context(document)})

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Stores a picture and returns the Markdown that shows it."""
        file = request.FILES.get("image")
        if file is None or file.size is None:
            return json_error("There is no picture. Send it as the file “image”.")
        try:
            image = reencode(file.read(MAX_IMAGE_BYTES + 1))
        except FileRefusedError as reason:
            return json_error(str(reason))
        picture = Picture.objects.store(image, by=cast("User", request.user), now=timezone.now())
        alt = " ".join(request.POST.get("alt", "").translate(ALT_REPLACEMENTS).split())
        return JsonResponse({"image_code": f"![{alt}]({picture.get_absolute_url()})"})


def query_number(request: HttpRequest, name: str) -> int:
    """Returns a whole number from the query string; 0, which no row has, for anything that is not one or is too long."""
    text = request.GET.get(name, "")
    return int(text) if NUMBER.fullmatch(text) else 0


def json_error(message: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)

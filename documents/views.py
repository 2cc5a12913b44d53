"""Serves the pictures in texts. Public: no cookie, no session."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from documents.images import Picture
from web.cache_policy import public_page

CACHE_FOREVER = "public, max-age=31536000, immutable"  # the address holds the digest of the content


@public_page
@require_safe
def picture(request: HttpRequest, digest: bytes) -> HttpResponse:
    found = get_object_or_404(Picture, digest=digest)
    return HttpResponse(bytes(found.content), content_type="image/webp", headers={"Cache-Control": CACHE_FOREVER})

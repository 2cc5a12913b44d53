"""Static files as WhiteNoise serves them, with two differences."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CachedUrlStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Computes the URL of each file once a process: a page links to a dozen, and they change with a release only."""

    @cache  # noqa: B019  # there is one storage
    def url(self, name: str, force: bool = False) -> str:
        url: str = super().url(name, force)
        return url


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Accepts several tags in If-None-Match (RFC 9110, 13.1.2), as a cache sends them that has several versions of a file."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        if static_file.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            request.META["HTTP_IF_NONE_MATCH"] = static_file.etag
        response: HttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        return response

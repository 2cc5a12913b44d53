"""Static files as WhiteNoise serves them, with two differences."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """A page asks for the addresses of a dozen files, which stay the same until the site is started anew; so each is made once."""

    @cache  # noqa: B019 (there is one storage)
    def url(self, name: str, force: bool = False) -> str:
        address: str = super().url(name, force)
        return address


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """As RFC 9110 (13.1.2) wants it: a cache may ask with the tags of several versions at once."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        if static_file.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            request.META["HTTP_IF_NONE_MATCH"] = static_file.etag
        response: HttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        return response

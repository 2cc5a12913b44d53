"""Static files as WhiteNoise serves them, and as RFC 9110 (13.1.2) wants: a cache may ask with the tags of several versions at once."""

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        if static_file.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            request.META["HTTP_IF_NONE_MATCH"] = static_file.etag
        response: HttpResponse = WhiteNoiseMiddleware.serve(static_file, request)
        return response

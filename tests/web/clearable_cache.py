"""The site as it is served, with one more address that clears the page cache."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from config.wsgi import application as site


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/clear-cache":
        answer: Iterable[bytes] = site(environ, start_response)
        return answer
    site.clear(site.version)
    start_response("204 No Content", [])
    return []

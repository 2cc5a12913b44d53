"""What asks whether the site is well asks from inside: by a machine's number for a name, and without TLS."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

PATHS = {"/healthz", "/readyz"}


class Supervisors:
    """Answers them before the rules on names and TLS, which are for visitors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PATHS:
            return self.get_response(request)
        answer: HttpResponse = resolve(request.path_info).func(request)
        return answer

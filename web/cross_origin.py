"""Protects the forms of public pages against other sites without a CSRF token, which would need a cookie."""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from web.cache_policy import View
from web.shortcuts import render


def same_origin_only(view: View) -> View:
    """Decorator that answers a POST from a page of another site with 403."""

    @csrf_exempt
    @wraps(view)
    def same_origin_view(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.method == "POST" and not is_same_origin(request):
            return render(request, "403_cross_origin.html", status=403)
        return view(request, *args, **kwargs)

    return same_origin_view


def is_same_origin(request: HttpRequest) -> bool:
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in {"same-origin", "none"}
    origin, host = request.META.get("HTTP_ORIGIN"), request.get_host()
    # Compared as text, because parsing may raise. The site's configured address counts too: a proxy may drop the port from Host.
    return origin is None or origin in {f"http://{host}", f"https://{host}", settings.SITE_URL}

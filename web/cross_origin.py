"""Protects the forms of public pages against other sites without a CSRF token, which would need a cookie."""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from web.cache_policy import View
from web.shortcuts import render


def same_origin_only(view: View) -> View:
    """Refuses what another site makes a browser send. There is no authority to steal here, but nobody else shall write."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.method == "POST" and not is_own(request):
            return render(request, "403_cross_origin.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def is_own(request: HttpRequest) -> bool:
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in {"same-origin", "none"}
    origin, host = request.META.get("HTTP_ORIGIN"), request.get_host()
    # Compared and never parsed. The site's own address counts as well, because a proxy may have dropped the port from Host.
    return origin is None or origin in {f"http://{host}", f"https://{host}", settings.SITE_URL}

"""The quiz: what it asks, the form, and results under their secret links. No cookie, no session; a key is in the request itself."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quiz.breakdown import break_down, position
from quiz.forms import AnswerForm
from quiz.models import Addresses, Instrument, Result, read

View = Callable[..., HttpResponse]


def sent_by_own_page(view: View) -> View:
    """Refuses what another site makes a browser send. There is no authority to steal here, but nobody else shall write."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if request.method == "POST" and not is_own(request):
            return render(request, "quiz/refused.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def is_own(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def origin_of(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def secret(view: View) -> View:
    """For pages that only a link opens: nobody stores them, lists them, or learns their address from a click."""

    @wraps(view)
    def kept_secret(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "strict-origin"  # "no-referrer" would make browsers hide the origin of our own forms
        return response

    return kept_secret


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    current = Instrument.objects.current(now)
    if current is None:
        return render(request, "quiz/none.html", status=404)
    return render(request, "quiz/start.html", {"instrument": read(current.source, now)[0]})


@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    current = Instrument.objects.current(now)
    if current is None:
        return render(request, "quiz/none.html", status=404)
    instrument, titles = read(current.source, now)
    form = AnswerForm(instrument, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        response = render(request, "quiz/take.html", {"form": form, "instrument": instrument})
        response["Cache-Control"] = "private, no-cache"
        return response
    relation, answers = form.cleaned_data["relation"], form.answers
    if request.POST.get("keep") != "yes":
        breakdown = break_down(instrument, answers, relation, titles)
        return secret(render)(request, "quiz/result.html", {"breakdown": breakdown, "instrument": instrument, "kept": None})
    key = form.cleaned_data["key"]
    Result.objects.keep(key, current, answers, relation, position(instrument, answers), now.date())
    response = HttpResponse(status=303, headers={"Location": reverse("quiz:result", args=[key])})
    response["Cache-Control"] = "no-store"
    return response


@secret
@require_safe
def result(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    found = Result.objects.under(key, now.date()).select_related("revision").first()
    if found is None:
        return gone(request)
    instrument, titles = read(found.revision.source, now)
    breakdown = break_down(instrument, found.answers, found.relation, titles)
    kept = Addresses(found, key, origin_of(request))
    return render(request, "quiz/result.html", {"breakdown": breakdown, "instrument": instrument, "kept": kept})


@secret
@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: HttpRequest, key: str) -> HttpResponse:
    found = Result.objects.under(key, timezone.now().date()).first()
    if found is None:
        return gone(request)
    if request.method == "POST":
        found.delete()
        return render(request, "quiz/deleted.html")
    return render(request, "quiz/deletion.html", {"kept": Addresses(found, key, origin_of(request))})


@secret
@sent_by_own_page
@require_POST
def renewal(request: HttpRequest, key: str) -> HttpResponse:
    if not Result.objects.renew(key, timezone.now().date()):
        return gone(request)
    return HttpResponse(status=303, headers={"Location": reverse("quiz:result", args=[key])})


@secret
@require_safe
def answers(request: HttpRequest, key: str) -> HttpResponse:
    found = Result.objects.under(key, timezone.now().date()).select_related("revision").first()
    if found is None:
        return gone(request)
    scores = {"anxiety": found.anxiety, "avoidance": found.avoidance}
    told = {"day": found.day, "version": found.revision.number, "relation": found.relation, "answers": found.answers, "scores": scores}
    response = JsonResponse(told, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="answers.json"'
    return response


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/gone.html", status=404)

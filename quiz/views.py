"""The quiz: what it asks, the form, and results under their secret links. No cookie, no session; a key is in the request itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.models import Revision
from quiz.forms import AnswerForm
from quiz.instrument_cache import asked, read
from quiz.models import Instrument, Result
from quiz.result.breakdown import break_down, position
from quiz.result.comparison import Attempt, compare
from quiz.result.ical import to_ical
from quiz.result.weekly_plan import plan_weeks
from quiz.submission import FORM_TYPE, fields, fields_of, read_sent, version_in
from web.cache_policy import public, secret
from web.cross_origin import sent_by_own_page
from web.database_errors import is_outage
from web.shortcuts import database_failed, render
from web.throttle.models import Limit, address_of

Form = Mapping[str, str]  # what was sent, by the fields' names
AWAY = "Our database does not answer right now, so nothing could be kept."
FAILED = "Something went wrong on our side, so nothing could be kept."
KEEPING = Limit("results kept", most=300, seconds=3600)  # a school or a clinic behind one address stays far below


def form_in(request: HttpRequest) -> Form:
    """As `request.POST`, which takes Django four times the work, and is there for what no browser sends."""
    if request.META.get("CONTENT_TYPE") != FORM_TYPE:
        return request.POST
    try:
        return fields(request.body, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)
    except ValueError as error:
        raise TooManyFieldsSent(str(error)) from error


@public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    current = Instrument.objects.current(now)
    if current is None:
        return render(request, "quiz/none.html", status=404)
    context = {"instrument": read(current.source, now)[0], "taken": Result.objects.taken(now.date()), "today": now.date()}
    return render(request, "quiz/start.html", context)


@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return secret(answered)(request)  # what comes back holds the answers
    now = timezone.now()
    current = Instrument.objects.current(now)
    if current is None:
        return render(request, "quiz/none.html", status=404)
    return asking(request, AnswerForm(asked(current), version=current.pk))


@secret
@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, key: str) -> HttpResponse:
    """The quiz once more, to be compared with the result under `key`."""
    if request.method == "POST":
        return answered(request, key)
    now = timezone.now()
    earlier = opened(key, now)
    if earlier is None:
        return gone(request)
    current = Instrument.objects.current(now)
    if current is None:
        return render(request, "quiz/none.html", status=404)
    return asking(request, AnswerForm(asked(current), version=current.pk), earlier)


def asking(request: HttpRequest, form: AnswerForm, earlier: Result | None = None, action: str = "") -> HttpResponse:
    """The form's page. It is sent to its own address, or to `action`.

    Before anything is answered a browser may keep it: Back then finds the same key and what was chosen, and a correction is no second
    result, as it would be with `no-store`, under a secret link too.
    """
    to, then = action or request.path, taking(earlier) if earlier else None
    context = {"form": form, "instrument": form.instrument, "earlier": then, "action": to}
    response = render(request, "quiz/take.html", context)
    if request.method != "POST":
        response["Cache-Control"] = "private, no-cache"
    return response


def answered(request: HttpRequest, earlier_key: str = "") -> HttpResponse:
    """What a sent form leads to: itself with what is missing, the result under its link, or the result alone."""
    now = timezone.now()  # of the arrival, which orders what is sent for one key: before anything has to be waited for, be it the body
    form, version = form_in(request), None
    try:
        version = Instrument.objects.answered(version_in(form), now)
        if version is None:
            return render(request, "quiz/none.html", status=404)
        return led_to(request, form, version, earlier_key, now)
    except Error as error:
        if version is None:
            raise  # nobody knows what was asked, so that the answers come back on a page without the questions (web.middleware)
        return database_failed(request, not_now(request, form, version, AWAY if is_outage(error) else FAILED), error)


def led_to(request: HttpRequest, form: Form, version: Revision, earlier_key: str, now: datetime) -> HttpResponse:
    quiz = asked(version)
    sent = read_sent(form, quiz)
    if sent.problems:
        return asking(request, AnswerForm(quiz, form), opened(earlier_key, now))
    if form.get("keep") != "yes":
        shown = Result(revision=version, answers=sent.answers, relation=sent.relation, day=now.date())
        return render(request, "quiz/result.html", page_of(shown, opened(earlier_key, now), now))
    turn = KEEPING.turn_of(address_of(request), now)
    if not Result.objects.keep(sent, version, position(quiz, sent.answers), turn, now, earlier_key):
        return too_many(request, form, version)
    return HttpResponse(status=303, headers={"Location": reverse("quiz:result", args=[sent.key])})


def opened(key: str, now: datetime) -> Result | None:
    """The result that a key opens; none for no key."""
    return Result.objects.under(key, now.date()).select_related("revision").first() if key else None


def too_many(request: HttpRequest, form: Form, version: Revision) -> HttpResponse:
    response = not_now(request, form, version, "Very many results were kept from your network within an hour.")
    response.status_code, response["Retry-After"] = 429, str(KEEPING.seconds)
    return response


def not_now(request: HttpRequest, form: Form, version: Revision, reason: str) -> HttpResponse:
    """The form once more with all answers, to be sent again later."""
    again = AnswerForm(asked(version), form)
    again.add_error(None, reason)
    return asking(request, again)


@secret
@require_safe
def result(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    found = opened(key, now)
    if found is None:
        return gone(request)
    earlier = Result.objects.before(found, now.date())
    kept = Addresses(found, key, settings.SITE_URL)
    return render(request, "quiz/result.html", {**page_of(found, earlier, now), "kept": kept})


def page_of(shown: Result, earlier: Result | None, now: datetime) -> dict[str, Any]:
    """What the result's page shows of a result, kept or not."""
    instrument, titles = read(shown.revision.source, now)
    comparison = compare(taking(earlier), taking(shown)) if earlier else None
    before = comparison.earlier_position if comparison else None
    return {
        "breakdown": break_down(instrument, shown.answers, shown.relation, titles, before),
        "instrument": instrument,
        "comparison": comparison,
        "sent": fields_of(shown.revision.pk, shown.relation, shown.answers),
    }


def taking(result: Result) -> Attempt:
    return Attempt(asked(result.revision), result.answers, result.relation, result.day)


@secret
@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """The plan for the answers that a result sends along, as a sheet to print or as a calendar file. Nothing is stored."""
    if request.method != "POST":
        return redirect("quiz:start")  # the sheet's address, opened again without the answers
    form, now = form_in(request), timezone.now()
    version = Instrument.objects.answered(version_in(form), now)
    if version is None:
        return render(request, "quiz/none.html", status=404)
    quiz = asked(version)
    sent = read_sent(form, quiz)
    if sent.problems:
        return asking(request, AnswerForm(quiz, form), action=reverse("quiz:take"))
    instrument, titles = read(version.source, now)
    breakdown = break_down(instrument, sent.answers, sent.relation, titles)
    if form.get("as") == "calendar" and breakdown.plan:
        return calendar_file(to_ical(breakdown.plan, settings.SITE_URL, now))
    host = settings.SITE_URL.partition("://")[2]
    return render(request, "quiz/plan.html", {"breakdown": breakdown, "plan_weeks": plan_weeks(breakdown.plan, now), "host": host})


def calendar_file(text: str) -> HttpResponse:
    disposition = {"Content-Disposition": 'attachment; filename="small-steps.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=disposition)


@secret
@sent_by_own_page
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    found = opened(key, now)
    if found is None:
        return gone(request)
    if request.method == "POST":
        Result.objects.delete_under(key, now)
        if Result.objects.under(key, now.date()).exists():  # it was sent again after this deletion was
            return HttpResponse(status=303, headers={"Location": reverse("quiz:result", args=[key])})
        return render(request, "quiz/deleted.html")
    return render(request, "quiz/deletion.html", {"kept": Addresses(found, key, settings.SITE_URL)})


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
    found = opened(key, timezone.now())
    if found is None:
        return gone(request)
    scores = {"anxiety": found.anxiety, "avoidance": found.avoidance}
    told = {"day": found.day, "version": found.revision.number, "relation": found.relation, "answers": found.answers, "scores": scores}
    response = JsonResponse(told, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="answers.json"'
    return response


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/not_found.html", status=404)


class Addresses:
    """A kept result with the addresses that only its key can name."""

    def __init__(self, result: Result, key: str, origin: str) -> None:
        self.day, self.expires_on = result.day, result.expires_on
        self.link = origin + reverse("quiz:result", args=[key])
        self.deletion = reverse("quiz:deletion", args=[key])
        self.renewal = reverse("quiz:renewal", args=[key])
        self.again = reverse("quiz:again", args=[key])
        self.answers_json = reverse("quiz:answers", args=[key])

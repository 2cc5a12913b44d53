"""Views of the quiz: start page, form, results and plan. They use no cookie and no session: the key of a result is in the request."""

from datetime import datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.models import Revision
from guides.models import Guide
from guides.parts import guide_slug
from quiz.forms import AnswerForm
from quiz.instrument_cache import instrument_of, instrument_with_links
from quiz.models import KEEP_LIMIT, Instrument, Result
from quiz.result.breakdown import break_down
from quiz.result.ical import to_ical
from quiz.result.weekly_plan import plan_weeks
from quiz.result_page import attempt_of, result_context
from quiz.submission import Submission, read_submission
from web.cache_policy import make_private, private_page, public_page
from web.client_address import client_address
from web.cross_origin import same_origin_only
from web.database_errors import is_outage
from web.post_data import post_data
from web.shortcuts import mark_database_error, render

OUTAGE = "Our database does not answer right now, so nothing could be kept."
FAILED = "Something went wrong on our side, so nothing could be kept."
TOO_MANY = "Very many results were kept from your network within an hour."


@public_page
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    current = Instrument.objects.current_revision(now)
    if current is None:
        return no_quiz(request)
    context = {
        "instrument": instrument_with_links(current.source, now)[0],
        "public_count": Result.objects.public_count(now.date()),
        "today": now.date(),
    }
    return render(request, "quiz/start.html", context)


@same_origin_only
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return make_private(submit(request))  # the response shows the answers
    return render_blank_form(request, timezone.now())


@private_page
@same_origin_only
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, key: str) -> HttpResponse:
    """The quiz again, to compare with the result that has this key."""
    if request.method == "POST":
        return submit(request, key)
    now = timezone.now()
    earlier_result = Result.objects.find(key, now.date())
    if earlier_result is None:
        return result_not_found(request)
    return render_blank_form(request, now, earlier_result)


def render_blank_form(request: HttpRequest, now: datetime, earlier_result: Result | None = None) -> HttpResponse:
    current = Instrument.objects.current_revision(now)
    if current is None:
        return no_quiz(request)
    return render_form(request, AnswerForm(Submission.blank(instrument_of(current), current.pk)), earlier_result)


def render_form(request: HttpRequest, form: AnswerForm, earlier_result: Result | None = None, action: str = "") -> HttpResponse:
    """Renders the form. It is submitted to `action`, or to the address of the page.

    A browser may store the page before it is submitted, even under a secret link. Then Back finds the same key and the chosen answers,
    and a correction doesn't become a second result, as it would with `no-store`. This Cache-Control takes precedence over that of
    `private_page`.
    """
    context = {
        "form": form,
        "instrument": form.instrument,
        "earlier_attempt": attempt_of(earlier_result) if earlier_result else None,
        "action": action or request.path,
    }
    response = render(request, "quiz/take.html", context)
    if request.method != "POST":
        response["Cache-Control"] = "private, no-cache"
    return response


def submit(request: HttpRequest, earlier_key: str = "") -> HttpResponse:
    """Reads a submitted form and handles it. If the database fails meanwhile, the form comes back with all answers."""
    now = timezone.now()  # orders the submissions for one key, so it is read before anything that may wait, even the body
    fields = post_data(request)
    revision = Instrument.objects.revision_for_form(fields.get("version", ""), now)
    if revision is None:
        return no_quiz(request)
    submission = read_submission(fields, instrument_of(revision), revision.pk)
    try:
        return handle_submission(request, submission, revision, earlier_key, now)
    except Error as error:
        return mark_database_error(request, retry_later(request, submission, OUTAGE if is_outage(error) else FAILED), error)


def handle_submission(request: HttpRequest, submission: Submission, revision: Revision, earlier_key: str, now: datetime) -> HttpResponse:
    """Responds with the form and its problems, with the result, or with a redirect to the kept result."""
    if submission.problems:
        return render_form(request, AnswerForm(submission), Result.objects.find(earlier_key, now.date()))
    if not submission.keep:
        result = Result(revision=revision, answers=submission.answers, relation=submission.relation, day=now.date())
        return render(request, "quiz/result.html", result_context(result, Result.objects.find(earlier_key, now.date()), now))
    if not Result.objects.keep(submission, client_address(request), now, earlier_key):
        response = retry_later(request, submission, TOO_MANY, Result.objects.find(earlier_key, now.date()))
        response.status_code, response["Retry-After"] = 429, str(KEEP_LIMIT.seconds)
        return response
    return redirect_to_result(submission.key)


def retry_later(request: HttpRequest, submission: Submission, reason: str, earlier_result: Result | None = None) -> HttpResponse:
    """The form with all answers, to be submitted again."""
    form = AnswerForm(submission)
    form.add_error(None, reason)
    return render_form(request, form, earlier_result)


def redirect_to_result(key: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": reverse("quiz:result", args=[key])})


@private_page
@require_safe
def result(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    found = Result.objects.find(key, now.date())
    if found is None:
        return result_not_found(request)
    earlier_result = Result.objects.find_earlier(found, now.date())
    kept = ResultLinks(found, key, settings.SITE_URL)
    return render(request, "quiz/result.html", {**result_context(found, earlier_result, now), "kept": kept})


@private_page
@same_origin_only
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """The plan for the answers in the form of a result, as a page to print or as a calendar file. Stores nothing."""
    if request.method != "POST":
        return redirect("quiz:start")  # opened again without the answers, which are not in the address
    fields, now = post_data(request), timezone.now()
    revision = Instrument.objects.revision_for_form(fields.get("version", ""), now)
    if revision is None:
        return no_quiz(request)
    submission = read_submission(fields, instrument_of(revision), revision.pk)
    if submission.problems:
        return render_form(request, AnswerForm(submission), action=reverse("quiz:take"))
    instrument, titles = instrument_with_links(revision.source, now)
    breakdown = break_down(instrument, submission.answers, submission.relation, titles)
    if fields.get("as") == "calendar" and breakdown.plan:
        return calendar_file(to_ical(breakdown.plan, settings.SITE_URL, now))
    guides = Guide.objects.parts_of({guide_slug(entry.step_address) for entry in breakdown.plan}, now)
    host = settings.SITE_URL.partition("://")[2]
    return render(request, "quiz/plan.html", {"breakdown": breakdown, "plan_weeks": plan_weeks(breakdown.plan, guides), "host": host})


def calendar_file(text: str) -> HttpResponse:
    disposition = {"Content-Disposition": 'attachment; filename="small-steps.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=disposition)


@private_page
@same_origin_only
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    found = Result.objects.find(key, now.date())
    if found is None:
        return result_not_found(request)
    if request.method == "POST":
        is_deleted = Result.objects.delete_for_key(key, now)
        return render(request, "quiz/deleted.html") if is_deleted else redirect_to_result(key)
    return render(request, "quiz/deletion.html", {"kept": ResultLinks(found, key, settings.SITE_URL)})


@private_page
@same_origin_only
@require_POST
def renewal(request: HttpRequest, key: str) -> HttpResponse:
    if not Result.objects.renew(key, timezone.now().date()):
        return result_not_found(request)
    return redirect_to_result(key)


@private_page
@require_safe
def answers(request: HttpRequest, key: str) -> HttpResponse:
    found = Result.objects.find(key, timezone.now().date())
    if found is None:
        return result_not_found(request)
    scores = {"anxiety": found.anxiety, "avoidance": found.avoidance}
    data = {"day": found.day, "version": found.revision.number, "relation": found.relation, "answers": found.answers, "scores": scores}
    response = JsonResponse(data, json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="answers.json"'
    return response


def no_quiz(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/none.html", status=404)


def result_not_found(request: HttpRequest) -> HttpResponse:
    return render(request, "quiz/not_found.html", status=404)


class ResultLinks:
    """The dates of a kept result, and the addresses that contain its key."""

    def __init__(self, result: Result, key: str, origin: str) -> None:
        self.day, self.expires_on = result.day, result.expires_on
        self.link = origin + reverse("quiz:result", args=[key])
        self.deletion = reverse("quiz:deletion", args=[key])
        self.renewal = reverse("quiz:renewal", args=[key])
        self.again = reverse("quiz:again", args=[key])
        self.answers_json = reverse("quiz:answers", args=[key])

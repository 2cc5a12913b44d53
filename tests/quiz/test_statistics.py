"""Statistics of the kept results in the admin and from the command planning_figures: correct, and none of small groups."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import StringIO
from statistics import correlation, fmean, stdev

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from documents.bibliography import references
from quiz import scoring
from quiz.admin.text_coverage import answers_at
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE
from quiz.instrument.types import Instrument as ParsedInstrument
from quiz.models import Instrument, Result
from quiz.scoring import Point
from tests.quiz.builders import alpha_of
from tests.support.admin_client import log_in
from tests.support.library import save_text
from tests.support.quiz_taker import keep

PAGE = "/admin/quiz/result/"
Answers = dict[str, int]


def somebody(quiz: ParsedInstrument, chance: random.Random) -> Answers:
    """Answers that correlate within a dimension, as people's do."""
    lean = {ANXIETY: chance.gauss(0.2, 1.3), AVOIDANCE: chance.gauss(-0.4, 1.3)}
    answers = {}
    for item in quiz.items:
        wanted = min(max(round(4 + lean[quiz.facets[item.facet].dimension] + chance.gauss(0, 1.3)), 1), 7)
        answers[item.key] = 8 - wanted if item.is_reversed else wanted
    return answers


@pytest.fixture
def quiz(library: Instrument) -> ParsedInstrument:
    return read_instrument(library.source, {})


@pytest.fixture
def keep_results(library: Instrument, quiz: ParsedInstrument) -> Callable[[int], list[Answers]]:
    """Keeps this many results of the current text, and returns their answers."""

    def keep_some(number: int, **given: int) -> list[Answers]:
        chance = random.Random(4)  # noqa: S311 (simulated people)
        people = [{**somebody(quiz, chance), **{key.replace("_", "-"): answer for key, answer in given.items()}} for _ in range(number)]
        version = library.revisions.first()
        assert version
        for answers in people:
            keep(answers, version, timezone.now())
        return people

    return keep_some


@pytest.fixture
def ines(db: None) -> Client:
    """Ines may see the statistics."""
    return log_in("Ines", model="quiz_result", permissions=["view_result"]).client


def page_text(client: Client) -> str:
    """The text of the page, with a line for each row of a table."""
    response = client.get(PAGE)
    assert response.status_code == 200
    main = response.content.decode().partition('<div id="content-main">')[2].partition("<footer")[0]
    rows = re.sub(r"\s+", " ", main).replace("<tr", "\n<tr").replace("</table", "\n</table")
    return re.sub(r" +", " ", unescape(re.sub(r"<[^>]+>", " ", rows)))


def row(page: str, start: str, after: str = "") -> list[str]:
    """The cells of the first row that begins with `start`."""
    lines = page[page.index(after) :].split("\n")
    return next(line.strip().removeprefix(start).split() for line in lines if line.strip().startswith(start))


# What is published


@pytest.mark.parametrize("dimension", [ANXIETY, AVOIDANCE])
def test_each_scale_has_its_mean_deviation_alpha_and_error_beside_the_planned_ones(keep_results, ines, quiz, dimension):
    people = keep_results(60)
    items = quiz.dimension_items(dimension)
    scores = [scoring.mean_of(items, answers, quiz.scale) for answers in people]
    alpha = alpha_of(quiz, dimension, people)
    name, plan, page = quiz.dimensions[dimension].name, quiz.dimensions[dimension].norm, page_text(ines)
    caption = f"{name}: 60 results"
    assert row(page, "Mean", caption) == [f"{fmean(scores):.2f}", f"{plan.mean:.2f}"]
    assert row(page, "Standard deviation (SD)", caption) == [f"{stdev(scores):.2f}", f"{plan.sd:.2f}"]
    cells = row(page, "Reliability (alpha)", caption)
    assert (cells[0], cells[-1]) == (f"{alpha:.2f}", f"{plan.reliability:.2f}")
    sem = stdev(scores) * (1 - alpha) ** 0.5
    assert row(page, "Standard error of measurement", caption) == [f"{sem:.2f}", f"{plan.sem:.2f}"]


def test_the_page_shows_the_correlation_of_the_scales(keep_results, ines, quiz):
    people = keep_results(60)
    scores = [[scoring.mean_of(quiz.dimension_items(key), answers, quiz.scale) for answers in people] for key in (ANXIETY, AVOIDANCE)]
    assert f"The two scales correlate at {correlation(*scores):.2f}; planned is -0.05." in page_text(ines)


def test_the_spread_of_scores_is_counted_point_by_point_with_the_highest_score_in_the_last(keep_results, ines, quiz):
    highest = {item.key.replace("-", "_"): 1 if item.is_reversed else 7 for item in quiz.items}
    middle = dict.fromkeys(highest, 4)
    keep_results(10, **highest)
    keep_results(20, **middle)
    page = page_text(ines)
    assert row(page, "6 to 7", "Avoidance: how many scores") == ["10"]
    assert row(page, "4 to 5", "Avoidance: how many scores") == ["–", "not", "shown"]  # suppressed beside the empty one before it


def test_regions_are_those_that_scores_clearly_lie_in(keep_results, ines, quiz):
    for number, point in ((10, (2, 2)), (11, (6, 2)), (12, (2, 6)), (13, (6, 6)), (7, (4.3, 6)), (7, (2, 3.7))):
        keep_results(number, **{key.replace("-", "_"): answer for key, answer in answers_at(quiz, Point(*point)).items()})
    page = page_text(ines)
    names = ("Secure", "Anxious", "Dismissive", "Fearful", "Too close to a middle to tell")
    assert [row(page, name, "Results by region") for name in names] == [["10"], ["11"], ["12"], ["13"], ["14"]]


def test_answers_to_a_statement_are_counted_as_they_were_given(keep_results, ines, quiz):
    for answer, number in enumerate((10, 11, 12, 13, 14, 15, 15), start=1):
        keep_results(number, withdrawal_1=answer)
    page = page_text(ines)
    cells = row(page, "When we argue, I go silent. withdrawal-1", "How often each answer was given")
    assert cells == ["10", "11", "12", "13", "14", "15", "15", "4.28", "1.98"]


def test_results_of_every_version_that_asked_the_same_count_together(keep_results, ines, library):
    keep_results(6)
    save_text(library, library.source.replace("sd: 1.21", "sd: 1.3"))
    keep_results(6)
    assert "rest on 10 results" in page_text(ines)


def test_results_of_other_statements_do_not_count(keep_results, ines, library):
    keep_results(12)
    save_text(library, library.source.replace("When we argue, I go silent.", "When we argue, I stop talking."))
    keep_results(10)
    assert "rest on 10 results" in page_text(ines)


def test_results_with_something_left_out_and_expired_ones_do_not_count(keep_results, ines):
    keep_results(21)
    first, second, *_ = Result.objects.all()
    Result.objects.filter(pk=first.pk).update(answers={key: answer for key, answer in first.answers.items() if key != "alarm-1"})
    Result.objects.filter(pk=second.pk).update(day=timezone.now() - timedelta(days=400), expires_on=timezone.now().date())
    assert "rest on 10 results" in page_text(ines)


# What is not published


@pytest.mark.parametrize("number", [0, 1, 9])
def test_of_fewer_than_ten_results_no_figures_are_shown(keep_results, ines, number):
    keep_results(number)
    assert page_text(ines).strip() == "There are under 10 results. Figures are shown from 10 on."


def test_without_a_published_quiz_there_is_nothing_to_count(library, ines):
    Instrument.objects.update(state=Instrument.State.DRAFT)
    assert page_text(ines).strip() == "No quiz is published, so there are no results to count."


def test_no_count_on_the_page_is_below_ten(keep_results, ines):
    keep_results(60)
    counted = page_text(ines).partition("How the scores are spread")[2]
    assert not re.findall(r"(?<=\s)\d(?=\s)", re.sub(r"\d to \d|\n Statement .*", "", counted))


def test_the_figures_change_with_every_tenth_result_so_that_comparing_two_days_discloses_no_single_one(keep_results, ines):
    keep_results(30)
    before = page_text(ines)
    keep_results(9, alarm_1=7)
    assert page_text(ines) == before
    keep_results(1, alarm_1=7)
    assert page_text(ines) != before


def test_nothing_on_the_page_identifies_a_single_result(keep_results, ines):
    keep_results(12)
    page = ines.get(PAGE).content.decode()
    for result in Result.objects.all():
        assert result.digest.hex() not in page
        assert str(result) not in page
    assert str(timezone.now().year) not in page.replace("Bonett 2002", "")


def test_no_result_can_be_opened_added_changed_or_deleted_in_the_admin(keep_results, admin_client):
    keep_results(10)
    pk = Result.objects.all()[0].pk
    for path in (f"{pk}/", f"{pk}/change/", f"{pk}/delete/", f"{pk}/history/", "add/"):
        assert admin_client.get(PAGE + path).status_code == 404
    assert admin_client.post(PAGE, {"action": "delete_selected", "_selected_action": pk, "post": "yes"}).status_code == 200
    assert Result.objects.count() == 10


def test_only_users_with_the_permission_see_the_statistics(library, client):
    assert client.get(PAGE).status_code == 302
    client.force_login(User.objects.create_user("rui", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_results(keep_results, ines, django_assert_num_queries):
    keep_results(20)
    with django_assert_num_queries(12):
        ines.get(PAGE)
    keep_results(40)
    with django_assert_num_queries(12):
        ines.get(PAGE)


# The command


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("planning_figures", *arguments, stdout=out)
    return out.getvalue()


def with_figures(source: str, figures: str) -> str:
    """The text with its dimensions and correlation replaced by the printed ones."""
    return re.sub(r"dimensions:\n.*?\ncorrelation: .*?\n", lambda _: figures, source, flags=re.DOTALL)


def test_the_printed_figures_pasted_into_the_text_pass_the_check_and_say_the_same(keep_results, library, quiz):
    people = keep_results(300)
    out = printed()
    today = timezone.now().date()
    assert out.startswith(f"# From 300 kept results, {today.day} {today:%B %Y}.")
    after = read_instrument(with_figures(library.source, out), references())
    assert after.problems == ()
    assert [(one.name, one.about) for one in after.dimensions.values()] == [(one.name, one.about) for one in quiz.dimensions.values()]
    for dimension in (ANXIETY, AVOIDANCE):
        items = quiz.dimension_items(dimension)
        scores = [scoring.mean_of(items, answers, quiz.scale) for answers in people]
        alpha = alpha_of(quiz, dimension, people)
        norm = after.dimensions[dimension].norm
        assert (norm.mean, norm.sd, norm.reliability) == pytest.approx((fmean(scores), stdev(scores), alpha), abs=0.0051)


def test_too_few_results_for_planning_values_are_refused_without_anyway(keep_results):
    keep_results(40)
    with pytest.raises(CommandError, match="40 results answer these statements in full, and planning values should rest on 300"):
        printed()
    assert printed("--anyway").startswith("# From 40 kept results")


def test_fewer_than_ten_results_are_refused_with_anyway_too(keep_results):
    keep_results(9)
    with pytest.raises(CommandError, match="Under 10 results"):
        printed("--anyway")


def test_statements_that_do_not_hold_together_give_no_planning_values(keep_results, library, quiz):
    everything = {item.key.replace("-", "_"): 4 for item in quiz.items}
    keep_results(20, **everything)
    with pytest.raises(CommandError, match="Alpha of Anxiety is 0"):
        printed("--anyway")


def test_scales_that_measure_one_thing_give_no_planning_values(library, quiz):
    version = library.revisions.first()
    for answer in (1, 2, 3, 4, 5, 6, 7) * 2:
        answers = {item.key: 8 - answer if item.is_reversed else answer for item in quiz.items} | {"alarm-1": 3, "withdrawal-1": 5}
        keep(answers, version, timezone.now())
    with pytest.raises(CommandError, match="they measure one thing"):
        printed("--anyway")


def test_a_quiz_is_named_by_its_slug(keep_results, library):
    keep_results(12)
    assert printed("attachment", "--anyway").startswith("# From 10 kept results")
    with pytest.raises(CommandError, match=r'No quiz has the slug "other"\. Name one by its slug\. Slugs are: attachment\.'):
        printed("other")
    Instrument.objects.update(state=Instrument.State.DRAFT)
    with pytest.raises(CommandError, match="No quiz is published"):
        printed()

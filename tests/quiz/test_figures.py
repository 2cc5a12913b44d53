"""Statistics of results: figures computed from counts, and suppression of small counts against readers who try to infer them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from statistics import fmean, stdev, variance

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f as feldt

from guides.styles import Style
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE, measurement_signature
from quiz.statistics.figures import (
    MIN_CELL,
    NEAR_MIDDLE,
    DimensionTotals,
    Figures,
    Totals,
    alpha,
    alpha_interval,
    compute_figures,
    mean_and_sd,
    suppress_small_counts,
)

TEXT = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()
QUIZ = read_instrument(TEXT, {})

counts = st.lists(st.integers(0, 40), min_size=1, max_size=8)
answers = st.lists(st.integers(1, 7), min_size=2, max_size=60)
people = st.lists(st.lists(st.integers(1, 7), min_size=4, max_size=4), min_size=2, max_size=30)


# Figures


@given(answers)
def test_mean_and_deviation_from_counts_are_those_of_the_answers(given_answers):
    found = mean_and_sd(Counter(given_answers))
    assert found.mean == pytest.approx(fmean(given_answers))
    assert found.sd == pytest.approx(stdev(given_answers), abs=1e-9)


def test_alpha_by_hand():
    """Four persons answer (2, 3), (4, 5), (6, 5), (4, 7): both items have variance 8/3, the persons' means have 2.

    alpha = 2/1 * (1 - (16/3) / (4 * 2)) = 2/3
    """
    assert alpha([8 / 3, 8 / 3], 2) == pytest.approx(2 / 3)


@given(people)
def test_alpha_is_that_of_the_covariance_matrix(rows):
    covariance = np.cov(np.array(rows).T)
    found = alpha([variance(column) for column in zip(*rows, strict=True)], variance([fmean(row) for row in rows]))
    if len({sum(row) for row in rows}) > 1:
        assert found == pytest.approx(4 / 3 * (1 - np.trace(covariance) / covariance.sum()))
    else:
        assert found is None


@given(st.floats(0.01, 10), st.integers(2, 20))
def test_statements_that_all_go_together_have_an_alpha_of_1_and_not_a_hair_above(variance_of_each, number):
    found = alpha([variance_of_each] * number, variance_of_each)
    assert found == pytest.approx(1)
    assert found is not None
    assert found <= 1


def test_one_statement_has_no_alpha():
    assert alpha([1.5], 1.5) is None


@pytest.mark.parametrize(("found", "items", "persons"), [(0.85, 9, 300), (0.7, 6, 100), (0.9, 18, 50)])
def test_the_interval_of_alpha_is_about_that_of_feldts_exact_one(found, items, persons):
    exact = [1 - (1 - found) * feldt.ppf(q, persons - 1, (persons - 1) * (items - 1)) for q in (0.975, 0.025)]
    assert alpha_interval(found, items, persons) == pytest.approx(exact, abs=0.01)


# Suppression of small counts


def partitions(total: int, number: int) -> Iterator[tuple[int, ...]]:
    """Every way to split a total among so many groups."""
    for bars in combinations(range(total + number - 1), number - 1):
        ends = (-1, *bars, total + number - 1)
        yield tuple(right - left - 1 for left, right in pairwise(ends))


def indistinguishable(total: int, number: int, min_cell: int) -> list[Sequence[tuple[int, ...]]]:
    """All counts with a total, in lists of those that are published alike."""
    found = defaultdict(list)
    for split in partitions(total, number):
        found[suppress_small_counts(split, min_cell)].append(split)
    return list(found.values())


@pytest.mark.parametrize(("min_cell", "number", "max_total"), [(3, 2, 14), (3, 3, 16), (3, 4, 14), (2, 5, 10)])
def test_a_small_count_may_be_any_small_number_even_for_a_reader_who_knows_the_total_and_the_rule(min_cell, number, max_total):
    for total in range(min_cell, max_total):
        for splits in indistinguishable(total, number, min_cell):
            for group in range(number):
                values = {split[group] for split in splits}
                assert not values & set(range(min_cell)) or values >= set(range(min_cell)), (total, splits[:3])


@given(counts)
def test_no_small_count_is_published_and_none_is_suppressed_alone(found):
    published = suppress_small_counts(found)
    suppressed = [number for number, cell in zip(found, published, strict=True) if cell is None]
    assert all(number >= MIN_CELL for number in published if number is not None)
    assert len(suppressed) != 1 or len(found) == 1
    assert not suppressed or sum(suppressed) >= MIN_CELL or len(suppressed) == len(found)


@given(counts)
def test_published_counts_are_unchanged(found):
    assert all(cell in (None, number) for number, cell in zip(found, suppress_small_counts(found), strict=True))


@given(st.lists(st.integers(MIN_CELL, 99), min_size=1))
def test_nothing_is_suppressed_without_need(found):
    assert suppress_small_counts(found) == tuple(found)


def test_the_next_count_is_suppressed_beside_a_small_one():
    assert suppress_small_counts([40, 9, 30, 20]) == (40, None, None, 20)
    assert suppress_small_counts([40, 50, 0]) == (None, 50, None)
    assert suppress_small_counts([40, 5, 10, 30]) == (40, None, None, None)  # from 5 + 10 = 15 it would follow that 5 is 8 at most


# Published figures


def totals_of(number: int, *, few: int = 0) -> Totals:
    """`number` results, `few` of which answered 1 to everything, and the others 5 or 6."""
    given_answers = {1: few, 5: (number - few) // 2, 6: number - few - (number - few) // 2}
    dimension = DimensionTotals(4.4, 0.8 * mean_and_sd(given_answers).sd, {1: few, 5: number - few})
    regions = {Style.SECURE: few, Style.FEARFUL: number - few, NEAR_MIDDLE: 0}
    return Totals(number, {ANXIETY: dimension, AVOIDANCE: dimension}, 0.1, regions, {item.key: given_answers for item in QUIZ.items})


def test_no_figures_are_published_of_fewer_than_ten_results():
    assert compute_figures(QUIZ, totals_of(9)) is None
    assert compute_figures(QUIZ, totals_of(10)) is not None
    assert compute_figures(QUIZ, Totals(0, {}, None, {}, {})) is None


def published(totals: Totals) -> Figures:
    found = compute_figures(QUIZ, totals)
    assert found is not None
    return found


def test_a_statement_with_a_suppressed_count_has_no_mean_from_which_it_could_be_computed():
    items = published(totals_of(100, few=30)).items
    assert all(None in item.counts and item.mean is None and item.sd is None for item in items)


def test_a_statement_whose_counts_are_all_published_has_its_mean_and_deviation():
    found = totals_of(140)
    evenly = {item.key: dict.fromkeys(range(1, 8), 20) for item in QUIZ.items}
    item = published(Totals(140, found.dimensions, None, found.regions, evenly)).items[0]
    assert item.counts == (20,) * 7
    assert item.mean == 4
    assert item.sd == pytest.approx(2.007, abs=0.001)


def test_the_error_of_measurement_follows_from_deviation_and_alpha():
    dimension = published(totals_of(100)).dimensions[0]
    assert dimension.alpha is not None
    assert dimension.sem == pytest.approx(dimension.sd * (1 - dimension.alpha) ** 0.5)


def test_every_region_and_every_point_of_the_scale_has_its_group():
    found = published(totals_of(100))
    assert [group.name for group in found.regions] == [*Style, NEAR_MIDDLE]
    assert [group.name for group in found.dimensions[0].bins] == ["1 to 2", "2 to 3", "3 to 4", "4 to 5", "5 to 6", "6 to 7"]


# Which results count together


def is_comparable_after(old: str, new: str) -> bool:
    """Whether results of the text can be compared after this replacement."""
    assert old in TEXT
    return measurement_signature(read_instrument(TEXT.replace(old, new, 1), {})) == measurement_signature(QUIZ)


def test_other_words_around_the_statements_make_no_difference():
    assert is_comparable_after("Your answers lie on the lower side of both scales.", "Your answers lie low on both scales.")
    assert is_comparable_after("    sd: 1.21", "    sd: 1.3")


def test_another_order_of_the_statements_makes_no_difference():
    one, other = (f"- withdrawal-{number}:" for number in (1, 2))
    lines = {start: next(line for line in TEXT.splitlines() if line.startswith(start)) for start in (one, other)}
    swapped = TEXT.replace(lines[one], "@").replace(lines[other], lines[one]).replace("@", lines[other])
    assert measurement_signature(read_instrument(swapped, {})) == measurement_signature(QUIZ)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("When we argue, I go silent.", "When we argue, I leave."),
        ("- withdrawal-1: When", "- withdrawal-1 (reversed): When"),
        ("- withdrawal-1: When", "- withdrawal-4: When"),
        ("  to: 7", "  to: 5"),
        ("    name: Shutting down\n    dimension: avoidance", "    name: Shutting down\n    dimension: anxiety"),
    ],
)
def test_other_statements_keys_or_scales_do(old, new):
    assert not is_comparable_after(old, new)

"""Works in CSL-JSON, formatted for a list of sources."""

import json

import pytest
from django.conf import settings

from documents.text.references import EVIDENCE, read_references

FEENEY = {
    "id": "feeney-2007",
    "type": "article-journal",
    "author": [{"family": "Feeney", "given": "Brooke C."}],
    "title": "The dependency paradox",
    "container-title": "Journal of Personality & Social Psychology",
    "issued": {"date-parts": [[2007]]},
    "volume": "92",
    "issue": "2",
    "page": "268-285",
    "DOI": "10.1037/0022-3514.92.2.268",
    "evidence": "longitudinal",
}


def entry(**changes):
    work = {key: value for key, value in (FEENEY | changes).items() if value is not None}
    found, problems = read_references(json.dumps([work]))
    assert problems == []
    return found[work["id"]]


def people(*names):
    return [{"family": family, "given": given} for family, given in names]


def test_an_article_has_authors_year_title_journal_and_doi():
    assert entry().text == (
        "Feeney, B. C. (2007). The dependency paradox. <em>Journal of Personality &amp; Social Psychology</em>, <em>92</em>(2), 268–285. "
        '<a href="https://doi.org/10.1037/0022-3514.92.2.268">https://doi.org/10.1037/0022-3514.92.2.268</a>'
    )
    assert (entry().label, entry().evidence) == ("Feeney, 2007", "a study over time")


def test_a_book_has_edition_and_publisher():
    book = entry(
        **{"type": "book", "container-title": None, "volume": None, "issue": None, "page": None, "DOI": None},
        edition="2",
        publisher="Guilford Press",
    )
    assert book.text == "Feeney, B. C. (2007). <em>The dependency paradox (2nd ed.)</em>. Guilford Press."


def test_a_chapter_names_its_book_and_editors():
    chapter = entry(
        type="chapter",
        volume=None,
        issue=None,
        DOI=None,
        editor=people(("Poe", "Ann"), ("Roe", "Bo")),
        publisher="Ablex",
    )
    assert chapter.text == (
        "Feeney, B. C. (2007). The dependency paradox. In Poe, A., &amp; Roe, B. (Eds.), "
        "<em>Journal of Personality &amp; Social Psychology</em> (pp. 268–285). Ablex."
    )


def test_two_authors_are_named_and_more_are_shortened():
    two = entry(author=people(("Poe", "Ann"), ("Roe", "Jean-Luc")))
    three = entry(author=[*people(("Poe", "Ann"), ("Roe", "Bo")), {"literal": "Door Group"}])
    assert two.text.startswith("Poe, A., &amp; Roe, J.-L. (2007).")
    assert three.text.startswith("Poe, A., Roe, B., &amp; Door Group (2007).")
    assert [two.label, three.label] == ["Poe and Roe, 2007", "Poe and others, 2007"]


def test_a_title_with_a_question_mark_gets_no_full_stop():
    assert " Why doors? <em>" in entry(title="Why doors?").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[\n{"id": "a"', [(2, "text-unreadable")]),
        ('[{"id": "a-1",\n"title": "x"}]', [(1, "value-wrong")]),
        ('["no work"]', [(1, "value-wrong")]),
        (json.dumps([FEENEY | {"id": "Feeney 2007"}]), [(1, "value-wrong")]),
        (json.dumps([FEENEY, FEENEY]), [(1, "key-repeated")]),
        ("[" * 100_000, [(1, "text-unreadable")]),
    ],
)
def test_a_broken_list_is_reported_with_its_line(text, expected):
    assert [(problem.line, problem.code) for problem in read_references(text)[1]] == expected


def test_our_own_works_are_parsed_with_their_evidence():
    text = (settings.CONTENT_DIR / "references.json").read_text()
    works, problems = read_references(text)
    assert problems == []
    assert len(works) == len(json.loads(text)) > 0
    assert all(work.evidence in EVIDENCE.values() for work in works.values())
    assert {key for item in json.loads(text) for key in item}.isdisjoint({"verified", "verified_at", "finding", "finding_from", "note"})

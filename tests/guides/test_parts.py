"""A guide's text parsed into its parts."""

import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from documents.text.references import read_references
from guides.parser import linked_slugs, read_guide, step_titles
from guides.parts import guide_slug
from tests.support.builders import VALID, guide_text, sentence
from tests.support.readability import grade

WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
SHIPPED = sorted((settings.CONTENT_DIR / "guides").glob("*.md"))


def test_a_guide_is_parsed_into_the_parts_of_its_page():
    parts = read_guide(VALID, WORKS)
    assert (parts.title, parts.slug, parts.style) == ("How to wait for an answer", "waiting", "anxious")
    assert (str(parts.reviewed), parts.authors, parts.related) == ("2026-11-01", ("Safe Haven",), ("anxious",))
    assert parts.introduction == "<p>A quiet phone can feel like a closed door.</p>\n"
    assert parts.takeaways == ("Silence has many reasons.", "You can ask once, and then rest.")
    assert [(step.number, step.title, step.anchor, step.eases) for step in parts.steps] == [
        (1, "Wait a minute", "wait", ("alarm",)),
        (2, "Ask once", "ask", ("alarm", "reassurance")),
    ]
    assert parts.steps[0].actions == ("Put the phone in another room.", "Breathe out slowly, five times.")
    assert "Put the phone" not in parts.steps[0].prose
    assert [(strategy.title, strategy.prose) for strategy in parts.strategies] == [
        ("Walk around the block", "<p>Moving helps a worried body find its pace.</p>\n")
    ]
    assert parts.quote == "<p>You can wait and still matter.</p>\n"
    assert parts.help == "<p>If worry keeps you awake for weeks, talk to a doctor.</p>\n"
    assert [question.title for question in parts.questions] == ["Is it wrong to ask?"]
    assert [(source.number, source.anchor) for source in parts.sources] == [(1, "source-feeney-2007")]


def test_sources_are_numbered_in_the_order_of_the_page_and_once_each():
    text = VALID.replace("reasons.", "reasons [@li-chan-2012].").replace("find out.", "find out [@feeney-2007; @gable-2006].")
    parts = read_guide(text, WORKS)
    assert [(source.number, source.reference.key) for source in parts.sources] == [
        (1, "li-chan-2012"),
        (2, "feeney-2007"),
        (3, "gable-2006"),
    ]


def test_only_words_that_readers_see_are_counted():
    assert read_guide(VALID, WORKS).words == 121  # counted by hand, without front matter, markup, attributes and citations


@pytest.mark.parametrize(("words", "minutes"), [(121, 1), (356, 1), (358, 2), (2380, 10)])
def test_reading_time_is_computed_from_238_words_a_minute(words, minutes):
    parts = read_guide(VALID.replace("find out.", "find out." + "\n\nword" * (words - 121)), WORKS)
    assert (parts.words, parts.minutes) == (words, minutes)


def test_four_strategies_are_shown_and_the_others_are_one_click_away():
    more = "".join(f"### Rest {number}\n\n{sentence(number)}\n\n" for number in range(5))
    parts = read_guide(VALID.replace("### Walk", f"{more}### Walk"), WORKS)
    assert [len(parts.first_strategies), len(parts.more_strategies)] == [4, 2]


def test_the_linked_slugs_are_those_of_links_and_related_guides():
    assert linked_slugs(VALID.replace("out.", "out, see [a](/guides/calm/#x).")) == {"anxious", "calm"}


@pytest.mark.parametrize("link", ["/guides/calm/#x", "&#47;guides&#x2f;c&#97;lm/", r"\/guides/calm\/", "</guides/calm/>"])
def test_every_spelling_of_an_address_counts_as_a_link(link):
    text = VALID.replace("out.", f"out, see [a]({link}).")
    assert any(link.address.startswith("/guides/calm/") for link in read_guide(text, WORKS).links)
    assert "calm" in linked_slugs(text)


@pytest.mark.parametrize(
    "heading", ["## steps", "## STEPS", "##  *Steps*  ##", "Steps\n---", "## Steps\n### First\n- [ ] a\n## Help\n## steps"]
)
def test_step_titles_are_those_of_the_guides_page(heading):
    text = VALID.replace("## Steps", heading)
    steps = read_guide(text, WORKS).steps
    assert steps
    assert step_titles(text) == {step.anchor: step.title for step in steps}


# Steps: action items and prose


def steps_of(body):
    return read_guide(f"---\ntitle: a\n---\n## Steps\n\n{body}", WORKS).steps


def test_a_plain_list_right_above_the_action_items_stays_in_the_text():
    (step,) = steps_of("### Wait\n\nThink of:\n\n- tea\n- toast\n\n- [ ] Sit down.\n")
    assert step.actions == ("Sit down.",)
    assert [word in step.prose for word in ("Think of", "tea", "toast", "Sit down")] == [True, True, True, False]


def test_an_item_that_lost_its_box_is_shown_in_the_text():
    (step,) = steps_of("### Wait\n\n- [ ] Sit down.\n- Breathe.\n- [ ] Get up.\n")
    assert (step.actions, step.prose) == (("Sit down.", "Get up."), "<ul>\n<li>Breathe.</li>\n</ul>\n")


# Anchors


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("Name the fear!", "name-the-fear"),
        ("Café, naïve & Ångström", "cafe-naive-angstrom"),
        ("Smørrebrød, Łódź, Straße", "smorrebrod-lodz-strasse"),
        ("Don’t wait", "don-t-wait"),
        ("Say ναι today", "say-today"),
    ],
)
def test_an_anchor_has_the_latin_letters_of_the_title(title, anchor):
    assert steps_of(f"### {title}\n\nA.\n")[0].anchor == anchor


@pytest.mark.parametrize("title", ["Καλημέρα", "今晚", "🚪", "???"])
def test_the_anchor_of_any_other_title_stays_when_the_text_around_it_changes(title):
    (first,), (_, moved) = steps_of(f"### {title}\n\nA.\n"), steps_of(f"Words.\n\n### One\n\nB.\n\n### {title}\n\nC.\n")
    assert first.anchor == moved.anchor
    assert re.fullmatch(r"step-[0-9a-f]{8}", first.anchor)
    assert first.anchor != steps_of(f"### {title}!\n\nA.\n")[0].anchor


@given(st.text(max_size=30))
def test_every_anchor_fits_into_a_link(title):
    for step in steps_of(f"### {title}\n"):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", step.anchor)


def test_a_page_without_sources_or_related_guides_has_no_anchors_for_them():
    anchors = read_guide(VALID.replace(" [@feeney-2007]", "").replace("related: [anxious]\n", ""), WORKS).anchors
    assert not {"sources", "related"} & {*anchors}
    assert {"sources", "related"} <= {*read_guide(VALID, WORKS).anchors}


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("/guides/calm/", "calm"),
        ("/guides/calm?x#y", "calm"),
        ("/guides/%63alm/", "calm"),
        ("/guides/", ""),
        ("/guides/a/b/", ""),
        ("#calm", ""),
    ],
)
def test_every_spelling_of_an_address_has_the_slug_of_its_guide(address, slug):
    assert guide_slug(address) == slug


@given(st.text(max_size=200))
def test_any_body_is_parsed_without_an_exception(body):
    assert read_guide(f"---\ntitle: A\n---\n{body}", WORKS).title == "A"


# The counts of repeated sentences on the page that inspired this site, and the number of sentences that occur once. Sentences of up to
# three words are left out.
REFRAINS = [32, 25, 24, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2]
UNIQUE = 35


def test_a_text_that_repeats_itself_like_the_page_that_inspired_us_is_refused():
    refrains = [(sentence(10**7 + number), count) for number, count in enumerate(REFRAINS)]
    sentences = [text for text, count in refrains for _ in range(count)] + [sentence(2 * 10**7 + number) for number in range(UNIQUE)]
    assert (len(sentences), len(set(sentences))) == (150, 49)
    joined = "\n\n".join(sentences)
    problems = read_guide(guide_text().replace("### Rest\n", f"### Rest\n\n{joined}\n"), WORKS).problems
    expected = [("sentence-repeated" if count > 2 else "sentence-twice", f'"{text}" stands {count} times') for text, count in refrains]
    assert sorted((problem.code, problem.message.partition(", in lines")[0]) for problem in problems) == sorted(expected)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
class TestShippedGuide:
    def test_it_is_complete(self, path):
        parts = read_guide(path.read_text(), WORKS)
        assert [len(parts.takeaways), len(parts.steps), len(parts.strategies)] == [4, 8, 6]
        assert [len(step.actions) for step in parts.steps] == [3] * 8
        assert len(parts.questions) >= 5
        assert len(parts.sources) >= 12
        assert all(step.eases for step in parts.steps)
        assert parts.quote
        assert parts.help

    def test_it_can_be_read_at_grade_8(self, path):
        sentences = [sentence.text for sentence in read_guide(path.read_text(), WORKS).sentences]
        assert grade(sentences) <= 8
        assert max(len(text.split()) for text in sentences) <= 30

    def test_it_sends_readers_in_danger_to_help(self, path):
        assert "(/help/)" in path.read_text().split("## Quick takeaways")[0]

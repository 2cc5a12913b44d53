"""Quotes and apostrophes are typographic, in texts and in titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.markdown import HtmlRenderer, parse
from documents.text.typography import MAX_LENGTH, typographic

TYPESET = {
    "the '90s and the kids' toys": "the ’90s and the kids’ toys",
    "rock 'n' roll, rock'n'roll": "rock ’n’ roll, rock’n’roll",
    "'Tis late, get 'em 'til noon": "’Tis late, get ’em ’til noon",
    "\"'Twas 'she' who left\"": "“’Twas ‘she’ who left”",
    "He's 5'10\" and she's 6'2\".": "He’s 5′10″ and she’s 6′2″.",
    'a 12" pipe': "a 12″ pipe",
    "'cause I said so": "’cause I said so",
    "the summer of '68.": "the summer of ’68.",
    "\"'Don't,' she said\"—'no'": "“‘Don’t,’ she said”—‘no’",
    "(\"a 'b' c\")": "(“a ‘b’ c”)",
    '"A quote that goes on': "“A quote that goes on",
    'ends here."': "ends here.”",
    "James' and the dogs' beds": "James’ and the dogs’ beds",
    "“curly” and ‘set’": "“curly” and ‘set’",
}


@pytest.mark.parametrize("typed", TYPESET)
def test_a_text_and_a_title_have_the_same_typographic_quotes(typed):
    assert HtmlRenderer({}).html(parse(typed)) == f"<p>{TYPESET[typed]}</p>\n"
    assert typographic(typed) == TYPESET[typed]


def test_code_and_escaped_quotes_stay_as_they_are():
    assert HtmlRenderer({}).html(parse("`'90s` \\'90s \\\"a\\\"")) == "<p><code>'90s</code> '90s \"a\"</p>\n"


@given(st.text(alphabet="ab1 '\"-—(.\n", max_size=60))
def test_only_straight_quotes_are_replaced_each_by_one_character(text):
    shown = typographic(text)
    assert len(shown) == len(text)
    assert all(one == other or one in "'\"" for one, other in zip(text, shown, strict=True))


def test_a_text_too_long_for_a_title_is_left_alone():
    assert typographic("'" * (MAX_LENGTH + 1)) == "'" * (MAX_LENGTH + 1)

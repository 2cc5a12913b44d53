"""Everything in a guide's text is shown to readers, or reported by the check with its line."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from documents.text.references import read_references
from guides.parser import read_guide
from guides.rendering import render_head, render_text
from tests.support.builders import VALID
from tests.support.inserted_blocks import BLOCKS, WORD, body_lines, insert_block, insert_every_block, is_reported
from tests.support.sampling import examples

WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
SHIPPED = {path.stem: path.read_text() for path in sorted((settings.CONTENT_DIR / "guides").glob("*.md"))}


KEYS = VALID.splitlines()[1:9]


def vanishes(text, lines):
    parts = read_guide(text, WORKS)
    return not is_reported(parts.problems, lines) and WORD not in render_head(parts) + render_text(parts)


def test_every_block_anywhere_in_a_guide_is_shown_or_reported():
    assert [(block, lines) for block, text, lines in insert_every_block(VALID) if vanishes(text, lines)] == []


@pytest.mark.parametrize("key", KEYS, ids=[line.partition(":")[0] for line in KEYS])
def test_the_value_of_every_key_is_shown_used_or_reported(key):
    value = key.partition(": ")[2]
    parts = read_guide(VALID.replace(key, key.replace(value, f"[{WORD}]" if value.startswith("[") else WORD)), WORKS)
    assert WORD in render_head(parts) or WORD in (parts.slug, *parts.related) or is_reported(parts.problems, range(2, 10))


def test_text_after_the_end_of_the_yaml_is_reported():
    assert is_reported(read_guide(VALID.replace("style:", f"...\n{WORD}\nstyle:"), WORKS).problems, range(5, 8))


@pytest.mark.parametrize("name", SHIPPED)
@given(data=st.data())
@how(max_examples=examples(30))
def test_a_block_in_our_own_guides_is_shown_or_reported(name, data):
    text = SHIPPED[name]
    block, before = data.draw(st.sampled_from(BLOCKS)), data.draw(st.sampled_from(body_lines(text)))
    assert not vanishes(*insert_block(text, before, block))

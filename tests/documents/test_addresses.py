"""Addresses are normalized as browsers and servers do it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.addresses import path_of

SPELLINGS = [
    *("/guides/a/", "/guides/a", "/guides/a/?b", "/guides/a?b=/c#d", "/guides/a/#b?c"),
    *("/guides/./a/", "/guides//a/", "/guides/b/../a/", "/../guides/a/", "/guides\\a/"),
    *("/guides/%61/", "/%67uides/a/", "/guides/%2e/a/", "/guides%2Fa/"),
]


@pytest.mark.parametrize("address", SPELLINGS)
def test_every_spelling_of_an_address_has_the_same_path(address):
    assert path_of(address) == "/guides/a/"


@pytest.mark.parametrize(("address", "path"), [("", ""), ("#a", ""), ("?a", ""), ("/", "/"), ("/Guides/A/", "/Guides/A/")])
def test_a_path_is_empty_without_one_and_keeps_its_case(address, path):
    assert path_of(address) == path


@given(st.text(alphabet="ab./\\é ", max_size=30))
def test_normalizing_a_path_again_changes_nothing(address):
    assert path_of(path_of(f"/{address}")) == path_of(f"/{address}")

"""One page has one path here, however its address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.addresses import path_of

SAME = ["/guides/a/", "/guides/a", "/guides/a/?b", "/guides/a?b=/c#d", "/guides/a/#b?c", "/guides/./a/", "/guides//a/", "/guides/b/../a/"]
SAME += ["/guides/%61/", "/%67uides/a/", "/guides/%2e/a/", "/guides%2Fa/", "/guides\\a/", "/../guides/a/"]


@pytest.mark.parametrize("address", SAME)
def test_an_address_has_one_path_however_it_is_written(address):
    assert path_of(address) == "/guides/a/"


@pytest.mark.parametrize(("address", "path"), [("", ""), ("#a", ""), ("?a", ""), ("/", "/"), ("/Guides/A/", "/Guides/A/")])
def test_an_address_without_a_path_has_none_and_capitals_count(address, path):
    assert path_of(address) == path


@given(st.text(alphabet="ab./\\é ", max_size=30))
def test_any_path_is_already_that_of_itself(address):
    assert path_of(path_of(f"/{address}")) == path_of(f"/{address}")

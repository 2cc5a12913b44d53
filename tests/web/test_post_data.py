"""The fields of a submitted form are those that Django would find, and as few of them are allowed."""

import pytest
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from web.content_type import URLENCODED
from web.post_data import post_data


def submitted(body):
    return post_data(RequestFactory().post("/quiz/take/", body, URLENCODED))


@given(st.binary(max_size=200) | st.text("a1&=%2fF +;\0\ufffd", max_size=60).map(str.encode))
def test_the_fields_of_a_form_are_those_that_django_finds(body):
    assert submitted(body) == QueryDict(body.decode(errors="replace")).dict()


def test_a_form_with_more_fields_than_the_limit_is_refused(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    assert submitted(b"a=1&b=2") == {"a": "1", "b": "2"}
    with pytest.raises(TooManyFieldsSent):
        submitted(b"a=1&a=2&b=3")

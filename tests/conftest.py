"""What every test stands on."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings

from tests.support.cast import ines as ines
from tests.support.cast import owner as owner
from tests.support.cast import rui as rui
from tests.support.library import committed_library as committed_library
from tests.support.library import library as library
from tests.support.library import shipped_rows as shipped_rows
from tests.support.quiz_taker import kept as kept
from tests.support.quiz_taker import taker as taker
from tests.support.sampling import examples

# Started in the background or under nohup we would be deaf to Ctrl-C and to hanging up, and with us all that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Machines are shared and slow at times: how long an example takes says nothing.
hypothesis.settings.register_profile("house", deadline=None, max_examples=examples())
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_are() -> Iterator[None]:
    """Static files straight from static/: hashed names need collectstatic first, which tests/ops tries."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_that_are_quick() -> Iterator[None]:
    """A safe hash takes its time on purpose, and each test makes its own editors."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield

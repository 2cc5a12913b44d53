"""Settings and fixtures of all tests."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings

from tests.support.cast import ines as ines
from tests.support.cast import owner as owner
from tests.support.cast import rui as rui
from tests.support.checkout import release_template as release_template
from tests.support.library import committed_library as committed_library
from tests.support.library import library as library
from tests.support.library import shipped_rows as shipped_rows
from tests.support.quiz_taker import kept as kept
from tests.support.quiz_taker import taker as taker
from tests.support.sampling import examples

# In the background or under nohup, SIGINT and SIGHUP are ignored, and processes that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# No deadline and no complaint about slow generation, because machines are shared and slow at times.
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("tests", deadline=None, max_examples=examples(), suppress_health_check=SLOW)
hypothesis.settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def plain_static_files() -> Iterator[None]:
    """Serves static files from static/. Hashed names need collectstatic, which tests/ops tests."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns where there is none
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(scope="session", autouse=True)
def fast_password_hashing() -> Iterator[None]:
    """A safe hash is slow on purpose, and each test creates its own users."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield

"""A checkout to run scripts in, and a site to serve."""

from tests.support.checkout import installed as installed
from tests.support.checkout import released as released
from tests.support.checkout import unset as unset

"""A site to serve."""

from tests.support.checkout import released as released

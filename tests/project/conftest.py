"""Checkouts to run scripts in, and the site's own texts in the database."""

from tests.support.checkout import bare as bare
from tests.support.checkout import installed as installed
from tests.support.checkout import unset as unset

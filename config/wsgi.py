"""What a WSGI server such as gunicorn starts: Django, and in front of it the cache of public pages."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()  # sets Django up, so it comes before what needs that

from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from documents.public import is_public  # noqa: E402
from documents.site import Site  # noqa: E402
from guides.views import QUERIES  # noqa: E402

if not (settings.ALLOWED_HOSTS or settings.DEBUG):
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty. Write the names that the site is reached under, with commas between them.")

# Whoever does not count does not even load what counts.
cache = import_string("config.metrics.CountedPageCache" if settings.METRICS else "config.pagecache.PageCache")
application = cache(django, Site().state, is_public, QUERIES)

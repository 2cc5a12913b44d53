"""The sitemap: guides with the day of their last change, and the other pages without one."""

from datetime import datetime

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from guides.models import Guide


class SiteSitemap(Sitemap):  # type: ignore[type-arg]  # generic in the stubs only, not when it runs
    """Begins addresses with SITE_URL, where Django takes scheme and host from the request."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: object = None) -> str:
        return settings.SITE_URL.partition("://")[2]


class GuideSitemap(SiteSitemap):
    def items(self) -> QuerySet[Guide]:
        return Guide.objects.published(timezone.now()).only("kind", "slug", "changed_at", "publish_at").order_by("slug")

    def lastmod(self, guide: Guide) -> datetime:
        return guide.lastmod


class PageSitemap(SiteSitemap):
    def items(self) -> list[str]:
        return ["pages:home", "guides:list", "quiz:start", "pages:help", "pages:about", "pages:privacy"]

    def location(self, name: str) -> str:
        return reverse(name)


SITEMAPS = {"pages": PageSitemap, "guides": GuideSitemap}

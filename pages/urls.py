"""URLs of the pages that are neither a guide nor the quiz. All may be cached except the two health checks."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path

from pages import views
from pages.sitemaps import SITEMAPS
from web.cache_policy import public_page
from web.paths import LIVENESS_PATH, READINESS_PATH

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", public_page(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path(LIVENESS_PATH.removeprefix("/"), views.healthz, name="healthz"),
    path(READINESS_PATH.removeprefix("/"), views.readyz, name="readyz"),
]

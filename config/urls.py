"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

from web.paths import ADMIN_PATH

handler500 = "web.middleware.server_error"
urlpatterns = [
    path("quiz/", include("quiz.urls")),
    path("guides/", include("guides.urls")),
    path("images/", include("documents.urls")),
    path(ADMIN_PATH.removeprefix("/"), admin.site.urls),
    path("", include("pages.urls")),
]

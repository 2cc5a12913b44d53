"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

handler500 = "web.middleware.server_error"
urlpatterns = [
    path("quiz/", include("quiz.urls")),
    path("guides/", include("guides.urls")),
    path("images/", include("documents.urls")),
    path("admin/", admin.site.urls),
    path("", include("pages.urls")),
]

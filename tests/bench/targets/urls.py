"""The site's URLs, which its templates use, and two more."""

from django.urls import path

from config.urls import urlpatterns as site
from tests.bench.targets import views

urlpatterns = [path("bench/row/<slug:slug>/", views.one_row), path("bench/naive/<slug:slug>/", views.naive), *site]

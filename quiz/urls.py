"""Addresses under /quiz/. The start page is public and in the page cache; addresses under results/ contain a secret key."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from quiz import views
from quiz.submission import KEY


class KeyConverter(StringConverter):
    """The key of a kept result."""

    regex = KEY.pattern


register_converter(KeyConverter, "key")

app_name = "quiz"
urlpatterns = [
    path("", views.start, name="start"),
    path("take/", views.take, name="take"),
    path("plan/", views.plan, name="plan"),
    path("results/<key:key>/", views.result, name="result"),
    path("results/<key:key>/again/", views.again, name="again"),
    path("results/<key:key>/deletion/", views.deletion, name="deletion"),
    path("results/<key:key>/renewal/", views.renewal, name="renewal"),
    path("results/<key:key>/answers.json", views.answers, name="answers"),
]

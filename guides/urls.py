"""The URLs under /guides/. Both pages are public, and cached whole."""

from django.urls import path

from guides import views

app_name = "guides"
urlpatterns = [
    path("", views.guide_list, name="list"),
    path("<slug:slug>/", views.guide, name="guide"),
]

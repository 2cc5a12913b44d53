"""Addresses that the Markdown editor asks, under /admin/markdownx/. For staff who may write guides."""

from django.urls import path

from guides import editor

app_name = "editor"
urlpatterns = [
    path("markdownify/", editor.preview, name="preview"),
    path("upload/", editor.upload, name="upload"),
]

"""Addresses of the pictures, under /images/."""

from django.urls import path, register_converter

from documents import views


class DigestConverter:
    """A SHA-256 digest as 64 lower-case hexadecimal digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> bytes:
        return bytes.fromhex(value)

    def to_url(self, value: bytes) -> str:
        return value.hex()


register_converter(DigestConverter, "digest")

app_name = "documents"
urlpatterns = [
    path("<digest:digest>.webp", views.picture, name="picture"),
]

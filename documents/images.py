"""Pictures in texts, stored in the database, so that a backup of it is complete."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.urls import reverse

from documents.image_files import EncodedImage
from documents.text.html import Html
from documents.text.markdown import IMAGES_URL

ADDRESS_PATTERN = re.compile(rf"{IMAGES_URL}([0-9a-f]{{64}})\.webp")
IMG_TAG = re.compile(rf'<img src="{ADDRESS_PATTERN.pattern}"')  # as documents.text.markdown renders it


class PictureManager(models.Manager["Picture"]):
    def store(self, image: EncodedImage, by: User | None, now: datetime) -> Picture:
        """Returns the row of an image, and creates it unless there is one with the same bytes."""
        digest = hashlib.sha256(image.content).digest()
        size = {"width": image.width, "height": image.height}
        defaults = {"content": image.content, **size, "uploaded_at": now, "uploaded_by": by}
        return self.get_or_create(digest=digest, defaults=defaults)[0]

    def used_in(self, text: str) -> models.QuerySet[Picture]:
        """Returns the pictures whose addresses are in `text`."""
        return self.filter(digest__in=[bytes.fromhex(digest) for digest in ADDRESS_PATTERN.findall(text)])

    def add_sizes(self, html: str) -> Html:
        """Returns rendered HTML with the width and height of each picture, so that the layout does not shift while they load.

        One query, and none for HTML without pictures.
        """
        rows = self.used_in(html).values_list("digest", "width", "height")
        sizes = {bytes(digest).hex(): f' width="{width}" height="{height}"' for digest, width, height in rows}
        return Html(IMG_TAG.sub(lambda tag: tag[0] + sizes.get(tag[1], ""), html))

    def unused(self, before: datetime) -> models.QuerySet[Picture]:
        """Returns the pictures uploaded before `before` that no revision of any document shows."""
        shown = RawSQL("SELECT decode((regexp_matches(source, %s, 'g'))[1], 'hex') FROM documents_revision", [ADDRESS_PATTERN.pattern])
        return self.filter(uploaded_at__lt=before).exclude(digest__in=shown)

    def has_address(self, address: str) -> bool:
        return self.used_in(address).exists()


class Picture(models.Model):
    """A WebP picture. Its address holds the digest of its bytes, so the response at an address never changes."""

    digest = models.BinaryField()  # SHA-256 of the content
    content = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    objects: ClassVar[PictureManager] = PictureManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="picture_digest_unique"),
            models.CheckConstraint(
                condition=Q(digest__length=32),
                name="picture_digest_sha256",
                violation_error_message="A digest has 32 bytes.",
            ),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1),
                name="picture_not_empty",
                violation_error_message="A picture has a width and a height.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_absolute_url()

    def get_absolute_url(self) -> str:
        return reverse("documents:picture", args=[bytes(self.digest)])

    @property
    def file_name(self) -> str:
        return f"{bytes(self.digest).hex()}.webp"

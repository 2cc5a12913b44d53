"""Pictures in texts, kept as rows, so that one Postgres is all there is to back up."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.urls import reverse

from documents.uploads import Raster


class PictureManager(models.Manager["Picture"]):
    def keep(self, raster: Raster, by: User, now: datetime) -> Picture:
        """The row of these bytes: the same picture twice is one."""
        digest = hashlib.sha256(raster.content).digest()
        new = {
            "content": raster.content,
            "width": raster.width,
            "height": raster.height,
            "uploaded_at": now,
            "uploaded_by": by,
        }
        return self.get_or_create(digest=digest, defaults=new)[0]


class Picture(models.Model):
    """A WebP picture. Its address is made of its bytes, so what stands there never changes."""

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

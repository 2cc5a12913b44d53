"""Pictures as they are stored and served."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from documents.image_files import EncodedImage
from documents.images import Picture

HALF_A_DAY_AGO = timezone.now() - timedelta(hours=12)


@pytest.fixture
def store(db):
    writer = User.objects.create_user("rui")
    return lambda content=b"RIFF of bytes": Picture.objects.store(EncodedImage(content, 4, 3), writer, HALF_A_DAY_AGO)


def test_a_picture_is_cached_forever_and_sets_no_cookie(store):
    answer = Client().get(store().get_absolute_url())
    assert answer.content == b"RIFF of bytes"
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_address_of_a_picture_depends_on_its_bytes(store):
    first, again, other = store(), store(), store(b"other bytes")
    assert first.pk == again.pk
    assert first.get_absolute_url() == again.get_absolute_url() != other.get_absolute_url()
    assert Picture.objects.count() == 2


@pytest.mark.parametrize("name", ["0" * 64 + ".webp", "lamp.webp", "0" * 64 + ".svg", "../admin/"])
def test_a_picture_that_does_not_exist_is_not_found(db, name):
    assert Client().get(f"/images/{name}").status_code == 404


def test_a_picture_outlives_the_account_that_uploaded_it(store):
    kept = store()
    kept.uploaded_by.delete()
    assert Client().get(kept.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("broken", [{"digest": b"short"}, {"width": 0}, {"height": 0}])
def test_the_database_refuses_an_invalid_picture(db, broken):
    fine = {"digest": b"0" * 32, "content": b"bytes", "width": 4, "height": 3, "uploaded_at": HALF_A_DAY_AGO}
    with pytest.raises(IntegrityError):
        Picture.objects.create(**{**fine, **broken})


def test_the_database_refuses_two_pictures_of_the_same_bytes(store):
    kept = store()
    with pytest.raises(IntegrityError):
        Picture.objects.create(digest=kept.digest, content=b"bytes", width=4, height=3, uploaded_at=HALF_A_DAY_AGO)

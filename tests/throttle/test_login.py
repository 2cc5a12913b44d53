"""Somebody tries passwords at the admin's door."""

import pytest
from django.contrib.auth.models import User

from throttle.admin import BY_ACCOUNT, BY_ADDRESS

GOOD = "a long and quiet evening"


@pytest.fixture
def log_in(client, db):
    User.objects.create_superuser("ines", password=GOOD)

    def log_in(password=GOOD, address="192.0.2.1"):
        sent = {"username": "ines", "password": password}
        answer = client.post("/admin/login/?next=/admin/", sent, REMOTE_ADDR=address)
        if answer.status_code == 429:
            assert "too many tries" in answer.content.decode()
            assert answer["Retry-After"] == "3600"
        return {302: "in", 429: "stopped", 200: "refused"}[answer.status_code]

    return log_in


def test_after_many_tries_from_one_address_even_the_right_password_is_not_looked_at(log_in):
    assert {log_in("wrong") for _ in range(BY_ADDRESS.most)} == {"refused"}
    assert log_in() == "stopped"
    assert log_in(address="192.0.2.2") == "in"


def test_many_addresses_together_do_not_get_further_with_one_account(log_in):
    for number in range(BY_ACCOUNT.most):
        log_in("wrong", address=f"198.51.100.{number}")
    assert log_in(address="192.0.2.9") == "stopped"

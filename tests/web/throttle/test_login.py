"""Somebody guesses passwords for the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from web.throttle.login import ACCOUNT_LIMIT, ADDRESS_LIMIT, DEVICE_COOKIE, DEVICE_LIMIT

GOOD = "a long and quiet evening"


@pytest.fixture
def log_in(client, db):
    for name in ("ines", "rui"):
        User.objects.create_superuser(name, password=GOOD)

    def log_in(password=GOOD, address="192.0.2.1", name="ines", browser=client):
        answer = browser.post("/admin/login/?next=/admin/", {"username": name, "password": password}, REMOTE_ADDR=address)
        if answer.status_code == 429:
            assert "too many tries" in answer.content.decode()
            return f"stopped for {answer['Retry-After']} s"
        return {302: "in", 200: "refused"}[answer.status_code]

    return log_in


def test_after_many_attempts_from_one_address_even_the_right_password_is_refused(log_in):
    assert {log_in("wrong") for _ in range(ADDRESS_LIMIT.max_count)} == {"refused"}
    assert log_in() == "stopped for 900 s"
    assert log_in(address="192.0.2.2") == "in"


def test_attempts_from_many_addresses_count_together_for_an_account(log_in):
    for number in range(ACCOUNT_LIMIT.max_count):
        log_in("wrong", address=f"198.51.100.{number}")
    assert log_in(address="192.0.2.9") == "stopped for 3600 s"


@pytest.fixture
def attacked(log_in):
    """Strangers have reached the limits of Ines's account and of her network."""
    for number in range(ACCOUNT_LIMIT.max_count + 1):
        log_in("wrong", address=f"198.51.100.{number}", browser=Client())
    for _ in range(ADDRESS_LIMIT.max_count + 1):
        log_in("wrong", browser=Client())


@pytest.fixture
def own_browser(log_in, client):
    """Ines has logged in here once, and out again."""
    assert log_in() == "in"
    client.post("/admin/logout/")
    return client


def test_an_owner_under_attack_can_log_in_where_she_did_before(own_browser, attacked, log_in):
    assert log_in() == "in"
    assert log_in(browser=Client()) == "stopped for 900 s"
    assert log_in(address="192.0.2.9", browser=Client()) == "stopped for 3600 s"


def test_attempts_in_the_browser_of_the_owner_are_limited_too(own_browser, log_in):
    assert {log_in("wrong", address=f"198.51.100.{number}") for number in range(DEVICE_LIMIT.max_count)} == {"refused"}
    assert log_in() == "stopped for 3600 s"


def test_the_cookie_of_one_account_does_not_help_with_another(own_browser, log_in):
    for number in range(ACCOUNT_LIMIT.max_count):
        log_in("wrong", address=f"198.51.100.{number}", name="rui", browser=Client())
    assert log_in(name="rui") == "stopped for 3600 s"


@pytest.mark.parametrize("changed", [lambda cookie: "", lambda cookie: cookie[:-1], lambda cookie: "a" + cookie, lambda cookie: "::"])
def test_a_forged_cookie_is_ignored(own_browser, attacked, log_in, changed):
    own_browser.cookies[DEVICE_COOKIE] = changed(own_browser.cookies[DEVICE_COOKIE].value)
    assert log_in() == "stopped for 900 s"


def test_the_cookie_is_sent_to_the_admin_only_and_names_nobody(own_browser, log_in, settings):
    settings.SESSION_COOKIE_SECURE = True  # the default without PLAIN_HTTP
    log_in()
    cookie = own_browser.cookies[DEVICE_COOKIE]
    assert (cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, True, "Strict")
    assert "ines" not in cookie.value


def test_a_wrong_password_sets_no_cookie(log_in, client):
    log_in("wrong")
    assert DEVICE_COOKIE not in client.cookies


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_login_never_redirects_to_another_site(log_in, client, elsewhere):
    answer = client.post("/admin/login/", {"username": "ines", "password": GOOD, "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")

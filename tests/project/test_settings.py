"""A wrong setting is refused at the start in one sentence: its name, its value unless it is secret, and what to write."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.support.checkout import ROOT, SETTINGS

SECRETS = {f"{name}{file}" for name in ("SECRET_KEY", "OLD_SECRET_KEY", "DATABASE_URL", "PGPASSWORD") for file in ("", "_FILE")}
KEY = "only-for-tests-and-worth-nothing-anywhere-else-or-later"  # the same in each process that collects the tests
GOOD = {"SECRET_KEY": KEY, "DATABASE_URL": "postgresql:///none", "ALLOWED_HOSTS": "site.example"}
A_NUMBER = "Write a whole number from 1 to 512"
A_PORT = "Write a port, which is a whole number from 1 to 65535."
A_SWITCH = "Write 1 to turn it on, 0 or nothing to leave it off."
A_NAME = "Write names alone, such as 'example.org'"
A_DATABASE = "Write postgresql://user:password@host/name"
AN_ADDRESS = "Write an address of this machine"
NETWORKS = "Write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8"

WRONG = [
    *(("WEB_CONCURRENCY", value, A_NUMBER) for value in ("abc", "", "0", "-1", "1000000", "1.5", "²")),
    *((name, value, A_PORT) for name in ("PORT", "METRICS_PORT") for value in ("abc", "0", "99999", "-80", "80.5", "8000/tcp", "٨٠")),
    *(("PROXIES", value, "Write a whole number up to 16") for value in ("-1", "many", "17", "1e3")),
    ("POOLER", "statement", "Write session or transaction"),
    *((name, "2", A_SWITCH) for name in ("DEBUG", "PLAIN_HTTP", "HSTS_SUBDOMAINS", "HSTS_PRELOAD")),
    ("ALLOWED_HOSTS", "*", "lets any name in"),
    ("ALLOWED_HOSTS", "*.example.org", "Write '.example.org'"),
    ("ALLOWED_HOSTS", "::1", "Write '[::1]'"),
    *(
        ("ALLOWED_HOSTS", f"good.example,{value}", A_NAME)
        for value in (
            "https://example.org",
            "example.org:8443",
            "example.org/path",
            "two words",
            "example.org.",
            "bücher.example",
            "-x.org",
        )
    ),
    *(
        ("SITE_URL", value, "Write the site's own address without a path")
        for value in ("example.org", "ftp://a.example", "https://a.example/b", "https://-")
    ),
    *(("METRICS_HOST", value, AN_ADDRESS) for value in ("everywhere", "127.0.0", "127.0.0.1:9000", "[::]")),
    *(("FORWARDED_ALLOW_IPS", value, NETWORKS) for value in ("junk", "10.0.0.1/8", "127.0.0.1;10.0.0.7", "proxy.example")),
    *(("DATABASE_URL", value, A_DATABASE) for value in ("mysql://u:hidden@h/n", "words hidden", "postgresql://u:%zzhidden@h/n")),
    ("DATABASE_URL", "postgresql://u:hid/den@h/n", "a port that is no number"),
    ("DATABASE_URL", "postgresql:///n?oops=hidden", '(invalid URI query parameter: "oops")'),
    ("DATABASE_URL", "host=h oops=hidden", '(invalid connection option "oops")'),
    *((name, "hidden", "has 6 characters and needs 50 or more") for name in ("SECRET_KEY", "OLD_SECRET_KEY")),
    *((name, "hidden" + KEY + "\n", "begins or ends with a blank or a line break") for name in ("SECRET_KEY", "OLD_SECRET_KEY")),
    ("SECRET_KEY", "", "has 0 characters and needs 50 or more"),
    *((f"{name}_FILE", "/nowhere", "can't be read (No such file or directory)") for name in ("OLD_SECRET_KEY", "PGPASSWORD")),
    *((f"{name}_FILE", "/etc/hostname", f"{name} and {name}_FILE are both set") for name in ("SECRET_KEY", "DATABASE_URL")),
]
RIGHT = {
    "WEB_CONCURRENCY": ("1", "512", " 4 "),
    "PORT": ("", "1", "65535"),
    "METRICS_PORT": ("", "9000"),
    "METRICS_HOST": ("", "10.0.0.7", "::", "127.0.0.1"),
    "PROXIES": ("", "0", "2"),
    "POOLER": ("", "session", "transaction"),
    "DEBUG": ("", "0", "1", "true", "Off"),
    "PLAIN_HTTP": ("", "1"),
    "HSTS_SUBDOMAINS": ("", "1"),
    "HSTS_PRELOAD": ("", "0"),
    "ALLOWED_HOSTS": ("example.org", "EXAMPLE.org, .example.net ,10.0.0.7,[::1],xn--bcher-kva.example", ""),
    "SITE_URL": ("", "https://example.org", "HTTPS://Example.org/", "http://[::1]:8000"),
    "FORWARDED_ALLOW_IPS": ("", "*", "127.0.0.1,::1", "10.0.0.0/8, fd00::/8"),
    "DATABASE_URL": ("", "postgres://one,two:5433/n?target_session_attrs=read-write", "host=/tmp dbname=n", "postgresql://u:p%40ss@h/n"),
    "SECRET_KEY": (KEY[::-1],),
    "OLD_SECRET_KEY": ("", KEY[::-1]),
    "OLD_SECRET_KEY_FILE": ("",),
    "SECRET_KEY_FILE": ("",),
    "DATABASE_URL_FILE": ("",),
    "PGPASSWORD_FILE": ("",),
}


@pytest.fixture
def settings_with(monkeypatch):
    """All settings as they are with these variables set, and no others of ours."""

    def read(**env: str) -> dict[str, Any]:
        for name in SETTINGS:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**GOOD, **env}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config/settings.py"))

    return read


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_a_wrong_value_is_refused_with_its_name_and_what_to_write(settings_with, name, value, words):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_with(**{name: value})
    said = str(refused.value)
    assert said.startswith(name.removesuffix("_FILE"))
    assert words in said
    assert repr(value.split(",")[-1]) in said or "hidden" in value or name in SECRETS
    assert "hidden" not in said
    assert "\n" not in said


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_right_value_is_taken(settings_with, name, value):
    assert settings_with(**{name: value})["BASE_DIR"] == ROOT


def test_hsts_preload_needs_hsts_subdomains(settings_with):
    with pytest.raises(ImproperlyConfigured, match="HSTS_PRELOAD is on and HSTS_SUBDOMAINS is off"):
        settings_with(HSTS_PRELOAD="1")


def test_each_variable_has_its_wrong_and_its_right_values():
    assert {name for name, _, _ in WRONG} >= SETTINGS
    assert {*RIGHT} >= SETTINGS


def test_any_secret_may_be_read_from_a_file(settings_with, monkeypatch, tmp_path):
    secret = {
        "SECRET_KEY": KEY[::-1],
        "OLD_SECRET_KEY": KEY,
        "PGPASSWORD": "p@ss/w%rd ",
        "DATABASE_URL": "postgresql://ines@db.example/site",
    }
    for name, value in secret.items():
        (tmp_path / name).write_text(value + "\n")
        monkeypatch.setitem(GOOD, name, "")
    found = settings_with(**{f"{name}_FILE": str(tmp_path / name) for name in secret})
    assert (found["SECRET_KEY"], found["SECRET_KEY_FALLBACKS"]) == (KEY[::-1], [KEY])
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["USER"], database["PASSWORD"]) == ("db.example", "ines", "p@ss/w%rd ")


def test_a_password_apart_from_the_address_needs_no_escaping(settings_with):
    for password in ("ab/cd+ef==", "p@ss", "a%b", "with 'quotes' and \\"):
        assert settings_with(PGPASSWORD=password)["DATABASES"]["default"]["PASSWORD"] == password
    assert settings_with(PGPASSWORD="other", DATABASE_URL="postgresql://u:own@h/n")["DATABASES"]["default"]["PASSWORD"] == "own"


def test_an_ipv4_proxy_is_trusted_also_on_a_dual_stack_socket(settings_with):
    assert settings_with(FORWARDED_ALLOW_IPS="10.0.0.0/8")["TRUSTED_PROXIES"] == ["10.0.0.0/8", "::ffff:10.0.0.0/104"]


def test_hsts_covers_no_subdomains_unless_chosen(settings_with):
    names = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    assert [settings_with()[name] for name in names] == [63_072_000, False, False]
    assert [settings_with(HSTS_SUBDOMAINS="1", HSTS_PRELOAD="1")[name] for name in names] == [63_072_000, True, True]


STARTS = {
    "a command": [sys.executable, "manage.py", "check"],
    "a release": [sys.executable, "manage.py", "release"],
    "the server": [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", "--bind=127.0.0.1:0"],
    "a backup": [sys.executable, "-m", "ops.backup", "backup", "file"],
}


def started(command: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    unset = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(command, cwd=ROOT, env={**unset, **GOOD, **env}, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS)
@pytest.mark.processes
def test_every_program_ends_with_one_line_at_a_wrong_setting(command):
    refused = started(command, DATABASE_URL="mysql://u:hidden@h/n")
    assert refused.returncode == 1
    assert refused.stderr.startswith("DATABASE_URL begins with 'mysql://', and only Postgres will do.")
    assert refused.stderr.count("\n") == 1
    assert "hidden" not in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("WEB_CONCURRENCY", "0"), ("WEB_CONCURRENCY", "1000000"), ("PORT", "99999"), ("ALLOWED_HOSTS", "")]
)
@pytest.mark.processes
def test_the_server_reports_a_setting_that_gunicorn_would_ignore(name, value):
    refused = started(STARTS["the server"], **{name: value})
    assert refused.returncode == 1
    assert refused.stderr.startswith(name)
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(("name", "value"), [("WEB_CONCURRENCY", "abc"), ("FORWARDED_ALLOW_IPS", "junk")])
@pytest.mark.processes
def test_a_wrong_setting_that_gunicorn_reads_first_is_reported_by_release(name, value):
    assert started(STARTS["a release"], **{name: value}).stderr.startswith(name)


@pytest.mark.parametrize("command", ["release", "check_content --root=/nowhere", "purge_expired"])
@pytest.mark.processes
def test_a_missing_database_is_one_sentence(command):
    refused = started([sys.executable, "manage.py", *command.split()], DATABASE_URL="postgresql://u:hidden@127.0.0.1:1/n")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "hidden" not in refused.stderr


@pytest.mark.parametrize("place", [".postgres", ".static"])
def test_a_checkout_without_write_permission_is_one_sentence(installed, unset, place):
    path: Path = installed / place
    subprocess.run(["rm", "-rf", path], check=True)
    path.write_text("in the way")
    try:
        env = {**unset, "DEBUG": "0"}
        refused = subprocess.run([installed / "script/serve"], env=env, capture_output=True, text=True, check=False, timeout=120)
    finally:
        path.unlink()
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert str(path) in refused.stderr

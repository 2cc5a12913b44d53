"""The site does not start in production with a setting that is missing, wrong or unsafe."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "site.example",
    "SITE_URL": "https://site.example",
    "DATABASE_URL": "postgresql:///none",
}


def manage(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    of_tests = {"PLAIN_HTTP", "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    unset = {name: value for name, value in os.environ.items() if name not in of_tests}
    run = [sys.executable, *command]
    return subprocess.run(run, cwd=settings.BASE_DIR, env={**unset, **GOOD, **env}, capture_output=True, text=True, check=False)


BROKEN_ORIGINS = (
    "site.example",
    "https://site.example/quiz",
    "ftp://site.example",
    "https://ines@site.example",
    "https://:8000",
    "https://a b",
)


@pytest.mark.processes
def test_djangos_deployment_check_finds_nothing():
    checked = manage("manage.py", "check", "--deploy", "--fail-level=DEBUG")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "System check identified no issues (2 silenced).\n", "")


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY has 0 characters and needs 50 or more."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters and needs 50 or more."),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY has 2 different characters and needs 5 or more."),
        ({"OLD_SECRET_KEY": "short"}, "OLD_SECRET_KEY has 5 characters and needs 50 or more."),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'. Write 1 to turn it on, 0 or nothing to leave it off."),
        ({"PLAIN_HTTP": "nope"}, "PLAIN_HTTP is 'nope'."),
        ({"PROXIES": "many"}, "PROXIES is 'many'. Write a whole number up to 16, or nothing for 0."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL can't be read"),
        *(({"SITE_URL": url}, f"SITE_URL is {url!r}. Write the site's own address without a path") for url in BROKEN_ORIGINS),
        ({"POOLER": "statement"}, "POOLER is 'statement'. Write session or transaction, or nothing for session."),
    ],
)
@pytest.mark.processes
def test_a_wrong_setting_is_refused_in_one_sentence(env, message):
    refused = manage("manage.py", "check", **env)
    assert refused.returncode == 1
    assert refused.stderr.startswith(message)
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"ALLOWED_HOSTS": " ,"}, "ALLOWED_HOSTS is empty. Write the names that the site is reached under"),
        ({"SITE_URL": ""}, "SITE_URL is empty. Write the site's own address, such as https://example.org."),
        ({"SITE_URL": "https://other.example"}, "SITE_URL is 'https://other.example', a name that ALLOWED_HOSTS lacks."),
        ({"SITE_URL": "http://site.example"}, "SITE_URL is 'http://site.example', and the site is served by TLS."),
    ],
)
@pytest.mark.processes
def test_a_site_without_its_own_address_is_not_served(env, message):
    refused = manage("-m", "gunicorn", "--config=ops/gunicorn_conf.py", "--bind=127.0.0.1:0", **env)
    assert refused.returncode
    assert message in refused.stderr


@pytest.mark.processes
def test_a_session_signed_with_the_old_secret_stays_valid():
    session = "from django.contrib.sessions.backends.signed_cookies import SessionStore as S; "
    django = "import django; django.setup(); "
    env = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    signed = manage("-c", f"{django}{session}s = S(); s['who'] = 'ines'; print(s._get_session_key())", **env).stdout.strip()
    new = {**env, "SECRET_KEY": secrets.token_urlsafe(50)}
    read = f"{django}{session}print(S({signed!r}).get('who'))"
    assert manage("-c", read, **new, OLD_SECRET_KEY=GOOD["SECRET_KEY"]).stdout.strip() == "ines"
    assert manage("-c", read, **new).stdout.strip() == "None"

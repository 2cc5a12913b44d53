"""Reads settings from the environment. A wrong value raises ImproperlyConfigured with one sentence, before anything starts."""

import os
import re
from ipaddress import IPv4Network, ip_address, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

TRUE_VALUES, FALSE_VALUES = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
MAX_PORT, MAX_WORKERS = 65535, 512
MIN_SECRET_LENGTH, MIN_DISTINCT_CHARACTERS = 50, 5  # of a secret; as `manage.py check --deploy` asks
DATABASE_HINT = (
    "Write postgresql://user:password@host/name, with each of : / ? # [ ] @ % in the password as % and two digits (@ is %40); "
    "or leave the password out and give it as PGPASSWORD."
)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"  # of a host's name
ORIGIN = re.compile(rf"https?://(?:{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?")
HOST = re.compile(rf"\.?{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\]", re.IGNORECASE)


def env_text(name: str) -> str:
    """Returns the value of a variable, or the content of the file that NAME_FILE names; "" where neither is set."""
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ImproperlyConfigured(
            f"{name}_FILE is {file!r}, which can't be read ({reason}). Write the path of a file with the value."
        ) from None


def env_bool(name: str) -> bool:
    """Returns whether a switch is on: for 1, true, yes and on; off for 0, false, no and off, or where it is not set."""
    value = os.environ.get(name, "").strip().lower()
    if value in TRUE_VALUES | FALSE_VALUES:
        return value in TRUE_VALUES
    raise ImproperlyConfigured(f"{name} is {value!r}. Write 1 to turn it on, 0 or nothing to leave it off.")


def bounded_int(text: str, minimum: int, maximum: int) -> int | None:
    """Returns the number that `text` is in at most five ASCII digits; None for any other text or a number out of bounds."""
    number = int(text) if re.fullmatch("[0-9]{1,5}", text) else None
    return number if number is not None and minimum <= number <= maximum else None


def env_int(name: str, default: int, maximum: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    number = bounded_int(text, 0, maximum)
    if number is None:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write a whole number up to {maximum}, or nothing for {default}.")
    return number


def env_choice(name: str, *choices: str) -> str:
    """Returns one of `choices`, the first where the variable is not set."""
    value = os.environ.get(name, "").strip() or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write {' or '.join(choices)}, or nothing for {choices[0]}.")
    return value


def env_secret(name: str) -> str:
    value = env_text(name)
    if value != value.strip():  # another host may strip it, and would then reject every session signed here
        raise ImproperlyConfigured(f"{name} begins or ends with a blank or a line break. Take that away.")
    for what, number, minimum in (
        ("characters", len(value), MIN_SECRET_LENGTH),
        ("different characters", len(set(value)), MIN_DISTINCT_CHARACTERS),
    ):
        if number < minimum:
            raise ImproperlyConfigured(
                f"{name} has {number} {what} and needs {minimum} or more. Make one with: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
            )
    return value


def connection_parameters(url: str) -> dict[str, str]:
    """Returns the parameters in a Postgres address (libpq, "Connection URIs"). Errors never quote what may be part of the password."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url)
    if scheme and scheme[0] not in {"postgresql://", "postgres://"}:
        raise ImproperlyConfigured(f"DATABASE_URL begins with {scheme[0]!r}, and only Postgres will do. {DATABASE_HINT}")
    try:
        parameters = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        option = re.match(r'invalid (?:URI query parameter:|connection option) "\w+"', str(error))
        raise ImproperlyConfigured(f"DATABASE_URL can't be read{f' ({option[0]})' if option else ''}. {DATABASE_HINT}") from None
    if not re.fullmatch("[0-9,]*", parameters.get("port", "")):
        raise ImproperlyConfigured(f"DATABASE_URL has a port that is no number. {DATABASE_HINT}")
    password = parameters.get("password") or env_text("PGPASSWORD")
    return {**parameters, "password": password} if password else parameters


def env_port(name: str) -> int:
    """Returns 0 where the variable is not set."""
    text = os.environ.get(name, "").strip()
    if not text:
        return 0
    number = bounded_int(text, 1, MAX_PORT)
    if number is None:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write a port, which is a whole number from 1 to {MAX_PORT}.")
    return number


def env_workers(name: str) -> int:
    """Refuses an empty value too, because gunicorn reads the same variable and fails at one."""
    text = os.environ.get(name, "1").strip()
    number = bounded_int(text, 1, MAX_WORKERS)
    if number is None:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Write a whole number from 1 to {MAX_WORKERS}, about one for each core, or leave the variable out."
        )
    return number


def env_hosts(name: str) -> list[str]:
    hosts = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
    for host in hosts:
        if not HOST.fullmatch(host):
            raise ImproperlyConfigured(f"{name} has {host!r}. {host_hint(host)}")
    return hosts


def host_hint(host: str) -> str:
    if host == "*":
        return "That lets any name in, also one that somebody made up. Write the names that the site is reached under."
    if host.startswith("*."):
        return f"Write {host[1:]!r} for all names that end so."
    if host.count(":") > 1 and set(host.lower()) <= set("0123456789abcdef:."):
        return f"Write {f'[{host}]'!r}: an address of IPv6 needs brackets."
    return (
        "Write names alone, such as 'example.org', with commas between them: no https://, port, path or blank, "
        "and a name with other letters than a to z in the form that begins with xn--."
    )


def env_origin(name: str) -> str:
    """Returns scheme and host in lower case; "" where the variable is not set."""
    text = os.environ.get(name, "").strip().lower().removesuffix("/")
    if text and not ORIGIN.fullmatch(text):
        raise ImproperlyConfigured(f"{name} is {text!r}. Write the site's own address without a path, such as https://example.org.")
    return text


def env_ip_address(name: str, default: str) -> str:
    text = os.environ.get(name, "").strip() or default
    try:
        return str(ip_address(text))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Write an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them."
        ) from None


def env_networks(name: str, default: str) -> list[str]:
    """Returns addresses and networks, those of IPv4 also as a dual-stack socket reports them (RFC 4291, 2.5.5.2)."""
    networks = [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]
    for text in networks:
        try:
            network = None if text == "*" else ip_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has {text!r} ({error}). Write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, "
                "with commas between them; * only where nobody but your proxy reaches the port."
            ) from None
        if isinstance(network, IPv4Network):
            networks = [*networks, f"::ffff:{network.network_address}/{96 + network.prefixlen}"]
    return networks

"""What is set in the environment: read strictly, and a wrong value is refused in a sentence before anything starts."""

import os
import re
import socket
from ipaddress import IPv4Network, ip_address, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

ON, OFF = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
MAX_WORKERS = 512
HOW_TO_NAME_A_DATABASE = (
    "Write postgresql://user:password@host/name, with each of : / ? # [ ] @ % in the password as % and two digits (@ is %40); "
    "or leave the password out and give it as PGPASSWORD."
)
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"  # of a host's name
ORIGIN = re.compile(rf"https?://(?:{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?")
HOST = re.compile(rf"\.?{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\]", re.IGNORECASE)


def given(name: str) -> str:
    """The value of a variable, or what is in the file that NAME_FILE names; empty where there is neither."""
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


def connection_parameters(url: str) -> dict[str, str]:
    """A Postgres address by its own rules (libpq, "Connection URIs"). What may hold a part of the password is not said again."""
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url)
    if scheme and scheme[0] not in {"postgresql://", "postgres://"}:
        raise ImproperlyConfigured(f"DATABASE_URL begins with {scheme[0]!r}, and only Postgres will do. {HOW_TO_NAME_A_DATABASE}")
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        option = re.match(r'invalid (?:URI query parameter:|connection option) "\w+"', str(error))
        raise ImproperlyConfigured(f"DATABASE_URL can't be read{f' ({option[0]})' if option else ''}. {HOW_TO_NAME_A_DATABASE}") from None
    if not re.fullmatch("[0-9,]*", found.get("port", "")):
        raise ImproperlyConfigured(f"DATABASE_URL has a port that is no number. {HOW_TO_NAME_A_DATABASE}")
    password = found.get("password") or given("PGPASSWORD")
    return {**found, "password": password} if password else found


def port(name: str) -> int:
    """0 where there is none."""
    text = os.environ.get(name, "").strip()
    if not text:
        return 0
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ImproperlyConfigured(f"{name} is {text!r}. Write a port, which is a whole number from 1 to 65535.")
    return int(text)


def workers(name: str) -> int:
    """gunicorn reads the variable too, and can't make anything of an empty one."""
    text = os.environ.get(name, "1").strip()
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_WORKERS:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Write a whole number from 1 to {MAX_WORKERS}, about one for each core, or leave the variable out."
        )
    return int(text)


def hosts(name: str) -> list[str]:
    found = [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
    for host in found:
        if not HOST.fullmatch(host):
            raise ImproperlyConfigured(f"{name} has {host!r}. {how_to_write(host)}")
    return found


def how_to_write(host: str) -> str:
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


def origin(name: str) -> str:
    """An address that is a scheme and a host alone, in small letters; empty where there is none."""
    text = os.environ.get(name, "").strip().lower().removesuffix("/")
    if text and not ORIGIN.fullmatch(text):
        raise ImproperlyConfigured(f"{name} is {text!r}. Write the site's own address without a path, such as https://example.org.")
    return text


def address(name: str, default: str) -> str:
    text = os.environ.get(name, "").strip() or default
    try:
        return str(ip_address(text))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Write an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them."
        ) from None


def networks(name: str, default: str) -> list[str]:
    """Addresses and networks, also as a socket shows them that listens for IPv6 and IPv4 at once (RFC 4291, 2.5.5.2)."""
    found = [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]
    for text in found:
        try:
            network = None if text == "*" else ip_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} has {text!r} ({error}). Write addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, "
                "with commas between them; * only where nobody but your proxy reaches the port."
            ) from None
        if isinstance(network, IPv4Network):
            found = [*found, f"::ffff:{network.network_address}/{96 + network.prefixlen}"]
    return found


def every_address(number: int) -> list[str]:
    """All addresses of this machine, with IPv6 where there is any, as gunicorn's `bind` wants them."""
    old, new = f"0.0.0.0:{number}", f"[::]:{number}"
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::", 0))
            takes_both = not probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    except OSError:
        return [old]
    return [new] if takes_both else [old, new]

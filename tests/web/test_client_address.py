"""Limits count the address of the client and not that of a proxy, and nobody can claim another address."""

import pytest
from django.test import RequestFactory

from web.client_address import client_address


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # any client can send that header
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        *(
            (1, "10.0.0.1", f"198.51.100.7, {node}", "203.0.113.9")
            for node in ("203.0.113.9:5555", '"203.0.113.9:_obscured"', "[::ffff:cb00:7109]:80")
        ),
        *(
            (1, "10.0.0.1", node, "2001:0db8:0001:0002")
            for node in ("2001:db8:1:2::3", '"[2001:db8:1:2::4]:4711"', "[2001:db8:1:2::5%eth0]")
        ),
        *(
            (1, "10.0.0.1", nonsense, "10.0.0.1")
            for nonsense in ("unknown", "_hidden", '"', "[", "[]:80", "x, ", "203.0.113.09", "1.2.3", "²", "a:b:c")
        ),
        (1, "", "unknown", ""),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:0db8:0001:0002"),
        (0, "2001:db8:1:2:ffff::1", None, "2001:0db8:0001:0002"),
        (0, "::ffff:192.0.2.1", None, "192.0.2.1"),  # a socket that accepts IPv4 and IPv6
        (0, "", None, ""),  # a Unix socket
    ],
)
def test_only_our_own_proxies_may_name_the_client(settings, proxies, remote, forwarded, address):
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory(REMOTE_ADDR=remote).get("/", headers=headers)) == address

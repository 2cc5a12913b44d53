"""The address of the client that sent a request, also behind proxies of our own."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Returns the client's IPv4 address, or the /64 network of its IPv6 address, which one customer has; "" if neither is known.

    Behind `settings.PROXIES` proxies of our own, the entry of X-Forwarded-For that the outermost of them added names the client.
    Entries to the left of it were sent by the client and prove nothing. If that entry is no address, the proxy's address counts, so that
    nobody becomes many clients by sending many kinds of nonsense.
    """
    remote = parse_ip(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.PROXIES :] if settings.PROXIES else [""]
    address = parse_ip(forwarded[0]) or remote
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address.exploded[:19])
    return str(address or "")


def parse_ip(node: str) -> IPv4Address | IPv6Address | None:
    """The address in a node identifier (RFC 7239, section 6), which may have quotes, brackets and a port; None if there is none."""
    host = node.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return ip_address(host.partition("%")[0])  # the zone of an IPv6 address means something on its own host only
    except ValueError:
        return None

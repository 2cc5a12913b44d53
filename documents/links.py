"""The pages of the site that are not documents."""

from django.urls import Resolver404, resolve

from documents.kinds import KINDS


def is_page(address: str) -> bool:
    """Whether an address has a page whatever documents there are, such as that of the one quiz."""
    prefixes = [kind.prefix for kind in KINDS.values() if kind.prefix != kind.address]
    if any(address.startswith(prefix) and address != prefix for prefix in prefixes):
        return False  # an address of a document resolves whether the document exists or not
    try:
        resolve(address)
    except Resolver404:
        return False
    return True

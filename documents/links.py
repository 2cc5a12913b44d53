"""Which addresses of this site have a page."""

from django.urls import Resolver404, resolve

from documents.kinds import KINDS


def is_page(address: str) -> bool:
    """Whether an address that is no document's is a page of the site."""
    named = [kind.address.partition("{}")[0] for kind in KINDS.values() if "{}" in kind.address]
    if any(address.startswith(folder) and address != folder for folder in named):
        return False  # it looks like a document's, and those are known by name
    try:
        resolve(address)
    except Resolver404:
        return False
    return True

"""Addresses of this site, normalized as browsers and servers do it."""

import re
from posixpath import normpath
from urllib.parse import unquote

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def path_of(address: str) -> str:
    """Returns the path that a browser requests for an address of this site: "/guides/a/" for "/guides/./a?b#c", "" for "#c".

    The path ends with a slash, as the site redirects to it. Whether it has a page is not checked.
    """
    path = unquote(re.split(r"[?#]", address, maxsplit=1)[0]).replace("\\", "/")
    return re.sub(r"/+", "/", f"{normpath(path)}/") if path else ""

"""Addresses of this site, normalized as browsers and servers do it."""

import re
from posixpath import normpath
from urllib.parse import unquote

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def path_of(address: str) -> str:
    """The path that an address of this site asks for, without query and anchor: "/guides/./a?b#c" asks for "/guides/a/".

    Empty for one that has no path. Two addresses that the site answers alike have the same path here; not each path has a page.
    """
    path = unquote(re.split(r"[?#]", address, maxsplit=1)[0]).replace("\\", "/")
    return re.sub(r"/+", "/", f"{normpath(path)}/") if path else ""

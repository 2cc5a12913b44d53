"""Checks a request's Content-Type before Django reads it. Pure: no Django.

Django looks up every charset that a request names, in its header and in each part of a multipart body. Python caches each name that
is looked up, so names made up by a client would fill the memory, and some of its charsets do not decode to text at all.
"""

import re

from web.paths import ADMIN_PATH, LOGIN_PATH

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
UNSUPPORTED = "unsupported"  # replaces a form's type with files, a charset or a boundary that is not accepted; web.middleware refuses it
UTF_8 = {"", "charset=utf-8", 'charset="utf-8"'}
BOUNDARY = re.compile(r"""boundary=("?)[A-Za-z0-9'()+_,./:=?-]{1,70}\1""")  # RFC 2046, 5.1.1


def normalize(content_type: str, path: str) -> str:
    """Returns the media type without parameters (with its boundary where files may be sent), or UNSUPPORTED.

    Only the admin takes files.
    """
    kind, _, parameters = (part.strip() for part in content_type.partition(";"))
    if kind.lower() == MULTIPART:
        takes_files = path.startswith(ADMIN_PATH) and path != LOGIN_PATH
        return content_type if takes_files and BOUNDARY.fullmatch(parameters) else UNSUPPORTED
    return kind.lower() if parameters.lower() in UTF_8 or kind.lower() != URLENCODED else UNSUPPORTED

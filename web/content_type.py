"""The Content-Type of a request, judged before Django reads it. Pure: no Django.

Django looks up whatever charset it names, in the header and in each part of a multipart body. Python remembers every name that it
was asked for, so that a stranger's made-up names would fill the memory, and it knows charsets that are no text at all.
"""

import re

UNREADABLE = "unreadable"  # takes the place of a type that no form of ours is sent as; web.middleware refuses it
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
UTF_8 = {"", "charset=utf-8", 'charset="utf-8"'}
BOUNDARY = re.compile(r"""boundary=("?)[A-Za-z0-9'()+_,./:=?-]{1,70}\1""")  # RFC 2046, 5.1.1
LOGIN = "/admin/login/"


def readable(content_type: str, path: str) -> str:
    """The type as far as it means something to us, or UNREADABLE. Only editors send files."""
    kind, _, parameters = (part.strip() for part in content_type.partition(";"))
    if kind.lower() == MULTIPART:
        takes_files = path.startswith("/admin/") and path != LOGIN
        return content_type if takes_files and BOUNDARY.fullmatch(parameters) else UNREADABLE
    return kind.lower() if parameters.lower() in UTF_8 or kind.lower() != FORM else UNREADABLE

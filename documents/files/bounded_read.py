"""Reads files that somebody else wrote: never more than a limit, and nothing outside the given folder."""

import os
import stat
from pathlib import Path

from documents.image_files import RefusedError

LARGEST = 2**20  # bytes of a file that is read as text


def bytes_of(path: Path, root: Path, most: int) -> bytes:
    """At most so many bytes of a file, and one that says that there are more. Raises `RefusedError` for what is no file of `root`."""
    if not path.name.isprintable():  # it would forge lines of our output
        raise RefusedError("The name of this file holds a sign that can't be shown. Name it after its slug.")
    try:
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return regular_bytes(path, most + 1)
    except OSError as error:
        raise RefusedError(f"This file can't be opened: {error.strerror}. Let the one who runs this read it.") from None
    raise RefusedError("This is no file, or a link that leads out of the folder. Put the file itself here.")


def regular_bytes(path: Path, most: int) -> bytes:
    """Does not wait for a pipe that has taken the place of the file since it was looked at."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise RefusedError("This file is being replaced. Run this again.")
        return file.read(most)

"""Reads files that somebody else wrote: never more than a limit, and nothing outside a given folder."""

import os
import stat
from pathlib import Path

MAX_TEXT_BYTES = 2**20


class FileRefusedError(Exception):
    """Why a file is not taken, in a sentence for the person who chose it."""


class FileTooLargeError(FileRefusedError):
    pass


def read_bounded(path: Path, root: Path, limit: int) -> bytes:
    """Returns the bytes of a file.

    Raises `FileTooLargeError` for more than `limit` bytes, a whole number of MiB, and `FileRefusedError` unless `path` is a regular file
    inside `root`.
    """
    if not path.name.isprintable():  # it could fake lines in our output
        raise FileRefusedError("The name of this file holds a sign that can't be shown. Name it after its slug.")
    try:
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            content = read_regular_file(path, limit + 1)
            if len(content) > limit:
                raise FileTooLargeError(f"This file is larger than {limit // 2**20} MB, and so much is not read. Make it smaller.")
            return content
    except OSError as error:
        raise FileRefusedError(f"This file can't be opened: {error.strerror}. Let the one who runs this read it.") from None
    raise FileRefusedError("This is no file, or a link that leads out of the folder. Put the file itself here.")


def read_regular_file(path: Path, size: int) -> bytes:
    """Reads up to `size` bytes. Does not wait for a pipe that has replaced the file since it was looked at."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileRefusedError("This file is being replaced. Run this again.")
        return file.read(size)

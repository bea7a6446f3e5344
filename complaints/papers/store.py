"""Where the bytes of documents are kept: a folder outside what the web server shows, under names that say nothing.

A key is 32 hexadecimal digits drawn at random; `ab12…` lies in `ab/12/`. A file is there whole or not at all.
"""

import os
import re
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO
from uuid import uuid4

CHUNK = 64 * 1024
_KEY = re.compile("[0-9a-f]{32}")


class BadKey(ValueError):
    """Not the key of a kept file, whatever else it may be."""


class NotKept(LookupError):
    """The key is one, and no file is there."""


def keep(directory: Path, content: bytes | IO[bytes]) -> str:
    """Write `content`, a file from its beginning, below `directory` and return its key.

    `directory` is made where it is missing, not what it lies in. Only this program's own user may read what is
    kept, and once this returns it outlives a power cut. Raises OSError where the disk is full or the folder may
    not be written, and leaves no half of a file behind.
    """
    source = BytesIO(content) if isinstance(content, bytes) else content
    source.seek(0)
    key = uuid4().hex
    path = _path(directory, key)
    folders = (directory, path.parent.parent, path.parent)
    for folder in folders:
        folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    for folder in reversed(folders):
        _sync(folder)
    return key


def open_(directory: Path, key: str) -> BinaryIO:
    """The kept file, to be read and closed. Raises BadKey, or NotKept where there is none."""
    try:
        return _path(directory, key).open("rb")
    except FileNotFoundError as error:
        raise NotKept(key) from error


def remove(directory: Path, key: str) -> None:
    """Take a kept file away, say because what it belongs to was not saved after all. Gone already is well.

    Raises BadKey.
    """
    _path(directory, key).unlink(missing_ok=True)


def _path(directory: Path, key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise BadKey("A key is 32 hexadecimal digits.")
    return directory / key[:2] / key[2:4] / key


def _sync(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, as fsync does for a file's content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

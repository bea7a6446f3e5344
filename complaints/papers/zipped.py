"""Opening an office file, which is a zip of XML, without being hurt by it.

Nothing is unpacked before the file's own list of what is in it has been looked at, and no part is read beyond
the size that list gives.
"""

import struct
import zlib
from types import TracebackType
from typing import IO, Self
from xml.etree.ElementTree import Element
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from complaints.papers.elements import BadXml, read_tree

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 5_000
MOST_UNPACKED = 300 * MEGABYTE
# Text packs to a twentieth, a sheet full of blanks to a hundredth. Small files may be packed as they like.
MOST_RATIO = 200
RATIO_MATTERS = 20 * MEGABYTE
MOST_READ = 40 * MEGABYTE
# How a file begins that is locked with a password, or made by an office program from before 2007.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

BROKEN = "The file is damaged, or is not what its name says. Open it, save it again and upload the saved one."
LOCKED = "The file is locked with a password. Open it, take the password off, save it and upload it again."
LOCKED_OR_OLD = (
    "The file is locked with a password, or has an old format. Open it, save it as .docx, .xlsx or PDF without a "
    "password and upload that."
)
MACROS = "The file has macros in it, small programs that can do harm. Save it without macros or as PDF and upload that."
TOO_MUCH = "The file unpacks to far more than a document holds. Save it as PDF and upload that."

_ENTRY = b"PK\x01\x02"
_LISTED = "[content_types].xml"
# The type of the main part, or of an OpenDocument file as a whole, and the extension that goes with it.
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_PROGRAMS = ("macroenabled", "vbaproject", "activex")
# What Python's reader raises at a zip that was made to hurt.
_UNREADABLE = (BadZipFile, zlib.error, struct.error, ValueError, EOFError, OSError, RuntimeError, IndexError)


class BadPackage(ValueError):
    """The file cannot be opened, or must not be. The message is for its owner and says how to mend it."""


class Package:
    """An office file that was looked at and may be read. Names of parts are compared without case.

    Raises BadPackage where it is broken, locked, holds macros or would unpack to too much.
    """

    def __init__(self, file: IO[bytes]) -> None:
        if _entries(file) > MOST_ENTRIES:
            raise BadPackage(TOO_MUCH)
        try:
            file.seek(0)
            self._zip = ZipFile(file)
        except _UNREADABLE as error:
            raise BadPackage(BROKEN) from error
        self._parts = self._listed()
        self.kind = self._kind()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def part(self, name: str) -> bytes:
        """The bytes of a part. Raises BadPackage where it is missing, damaged or larger than MOST_READ."""
        info = self._parts.get(name.casefold())
        if info is None:
            raise BadPackage(BROKEN)
        if info.file_size > MOST_READ:
            raise BadPackage(TOO_MUCH)
        try:
            return self._zip.read(info)
        except _UNREADABLE as error:
            raise BadPackage(BROKEN) from error

    def tree(self, name: str) -> Element:
        """The root of a part that is XML. Raises BadPackage as `part` does, and for bad XML."""
        try:
            return read_tree(self.part(name))
        except BadXml as error:
            raise BadPackage(BROKEN) from error

    def _listed(self) -> dict[str, ZipInfo]:
        infos = self._zip.infolist()
        parts = {info.filename.replace("\\", "/").casefold(): info for info in infos}
        if any(info.flag_bits & 1 for info in infos):
            raise BadPackage(LOCKED)
        # Two parts of one name: this program would read one and an office program perhaps the other.
        if len(parts) != len(infos) or any(
            info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for info in infos
        ):
            raise BadPackage(BROKEN)
        unpacked = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if unpacked > MOST_UNPACKED or (unpacked > RATIO_MATTERS and unpacked > MOST_RATIO * packed):
            raise BadPackage(TOO_MUCH)
        if any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in parts):
            raise BadPackage(MACROS)
        return parts

    def _kind(self) -> str:
        """'docx', 'xlsx', 'odt', 'ods', or '' for any other."""
        if _LISTED in self._parts:
            types = [element.get("ContentType", "").casefold() for element in self.tree(_LISTED)]
            if any(program in kind for kind in types for program in _PROGRAMS):
                raise BadPackage(MACROS)
            return next((_MAIN[kind] for kind in types if kind in _MAIN), "")
        if "mimetype" not in self._parts or "meta-inf/manifest.xml" not in self._parts:
            return ""
        if next(self.tree("meta-inf/manifest.xml").iter("encryption-data"), None) is not None:
            raise BadPackage(LOCKED)
        return _MAIN.get(self.part("mimetype").strip().decode("ascii", "replace"), "")


def _entries(file: IO[bytes]) -> int:
    """How many parts the zip may list, counted without building the list. Some chance finds are no matter."""
    count, before = 0, b""
    file.seek(0)
    while chunk := file.read(MEGABYTE):
        count += (before + chunk).count(_ENTRY)
        before = chunk[-len(_ENTRY) + 1 :]
    return count

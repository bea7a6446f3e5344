"""The zip inside an xlsx or ods file, checked before a reader is let at it.

A reader lays a sheet out cell by cell: a file of one kilobyte that names the last cell of the last row, repeats one
long text a million times, or promises four thousand million texts, stops the process that opens it. So each part is
unpacked within a limit and what it comes to is counted first; the reader then gets those same parts and nothing else.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

from complaints.importing.parts import Parts
from complaints.importing.room import SAVE_AGAIN, Extent, FileError, strange

LARGEST_UNPACKED = 120_000_000
MOST_PARTS = 2_000
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_PARTS = ("mimetype", "content.xml", "meta-inf/manifest.xml")
_PIECE = 1 << 16


@dataclass
class Archive:
    """What was found: the checked parts as a zip of their own, whose `kind` is 'xlsx' or 'ods', and the extents
    of its sheets by name."""

    kind: str
    content: io.BytesIO
    extents: dict[str, Extent]


def unpack(data: bytes) -> Archive:
    """The checked parts of a zipped spreadsheet. Raises FileError."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
            members = source.infolist()
            _check_directory(members)
            parts = Parts(_kind(source))
            for member in {info.filename: info for info in members}.values():
                if _is_needed(parts.kind, member.filename.lower()):
                    _copy(source, member, target, parts)
        extents = parts.extents()
    except FileError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        KeyError,
        OSError,
        ValueError,
    ) as error:
        raise FileError(f"The file is damaged and cannot be opened. {SAVE_AGAIN}") from error
    packed.seek(0)
    return Archive(parts.kind, packed, extents)


def _copy(source: zipfile.ZipFile, member: zipfile.ZipInfo, target: zipfile.ZipFile, parts: Parts) -> None:
    """Copy a part as it is looked through, a piece at a time: it is never whole in memory twice."""
    looked_at = parts.part(member.filename) if _is_xml(parts.kind, member.filename.lower()) else None
    with source.open(member) as part, target.open(member.filename, "w") as copy:
        while piece := part.read(_PIECE):
            if looked_at:
                looked_at.feed(piece)
            copy.write(piece)
    if looked_at:
        looked_at.close()


def _is_xml(kind: str, name: str) -> bool:
    return kind == "xlsx" or name == "content.xml"


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    if sum(member.file_size for member in members) > LARGEST_UNPACKED or len(members) > MOST_PARTS:
        raise FileError(
            "The file unpacks to far more than a tracker holds, so it was not opened. "
            "Copy the rows into a new workbook and use that file."
        )
    if any(member.flag_bits & 1 for member in members):
        raise FileError(
            "The file is protected by a password. Save a copy without the password and use that file."
        )
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise FileError(f"The file is packed in a way that cannot be read. {SAVE_AGAIN}")
    names = {member.filename for member in members}
    if len({name.lower() for name in names}) != len(names):
        raise strange()  # which of the two is checked, which is read?


def _kind(source: zipfile.ZipFile) -> str:
    names = {name.lower() for name in source.namelist()}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise FileError(
            "The file is a binary Excel workbook (.xlsb). In Excel choose 'Save as', 'Excel Workbook (*.xlsx)' "
            "and use that file."
        )
    if "content.xml" in names and "mimetype" in names:
        if source.read("mimetype").decode("ascii", "replace").strip() != ODS_TYPE:
            raise FileError(
                "The file is an OpenDocument file, but not a spreadsheet. Save the tracker as .ods or .xlsx."
            )
        if b"encryption-data" in (
            source.read("META-INF/manifest.xml") if "meta-inf/manifest.xml" in names else b""
        ):
            raise FileError(
                "The file is protected by a password. Save a copy without the password and use that file."
            )
        return "ods"
    raise FileError(f"The file is not a spreadsheet. {SAVE_AGAIN}")


def _is_needed(kind: str, name: str) -> bool:
    """Pictures, macros and other programs' notes are left out: nothing of them is read."""
    if kind == "ods":
        return name in _ODS_PARTS
    return name.endswith((".xml", ".rels")) and (
        name.startswith(("xl/", "_rels/")) or name == "[content_types].xml"
    )

"""What may be uploaded: by extension, with content that is what the extension says, under a name that is safe.

Nothing is looked for inside a file beyond that: a virus is a matter for the council's scanner on the way in and
on the desk of who opens it.
"""

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import filetype

from complaints.papers.zipped import LOCKED_OR_OLD, MEGABYTE, OLD_OFFICE, BadPackage, Package

BIGGEST = 25 * MEGABYTE
LONGEST_NAME = 150  # characters, the extension among them
CHUNK = 64 * 1024
HEAD = 8192  # what `filetype` looks at

AS_PDF = "Save it as PDF and upload that."
# Why a kind of file that people often have is not taken, and what to do instead.
_INSTEAD = {
    ("docm", "xlsm", "dotm", "xltm", "pptm"): (
        "has macros in it, small programs that can do harm. Save it without macros, as .docx or .xlsx, or as PDF."
    ),
    ("doc", "dot", "rtf", "wpd", "pages"): "is not taken. Open it, save it as .docx or PDF and upload that.",
    ("xls", "xlt", "numbers"): "is not taken. Open it, save it as .xlsx or PDF and upload that.",
    ("ppt", "pptx", "odp", "vsd", "vsdx", "pub", "one"): f"is not taken. {AS_PDF}",
    ("tif", "tiff", "bmp", "webp", "avif"): "is not taken. Save the picture as .jpg, .png or PDF and upload that.",
    ("html", "htm", "mht", "mhtml", "xhtml", "svg", "xml"): (
        "could run a program in the browser of who opens it. Print the page to PDF and upload that."
    ),
    ("zip", "rar", "7z", "gz", "tar"): "is not taken, as nobody sees what is in it. Upload its files one by one.",
    ("mp4", "mov", "avi", "wmv", "webm", "3gp"): "is a video, which is not taken. Say in a note where it is kept.",
    ("wav", "wma", "aac", "ogg", "amr"): "is not taken. Save the recording as .mp3 or .m4a and upload that.",
}  # fmt: skip
INSTEAD = {extension: words for extensions, words in _INSTEAD.items() for extension in extensions}


class FileRefused(ValueError):
    """The file is not taken. The message is for who uploaded it and says how to mend it."""


@dataclass(frozen=True)
class Checked:
    """`name` is safe to show and to save under; `size` in bytes; `sha256` in hexadecimal digits."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class _Kind:
    """`fits` looks at the first HEAD bytes and the file; it may raise FileRefused with better words."""

    content_type: str
    fits: Callable[[bytes, IO[bytes]], bool]


def check(name: str, content: bytes | IO[bytes], *, biggest: int = BIGGEST) -> Checked:
    """What is known of an uploaded file, `biggest` bytes at most. A file is left open, at its beginning.

    Raises FileRefused where it is empty, too big, of a kind that is not taken, or not what its name says.
    """
    file = BytesIO(content) if isinstance(content, bytes) else content
    cleaned = clean_name(name)
    extension = extension_of(cleaned)
    if extension not in KINDS:
        words = INSTEAD.get(extension, f"is not taken. {AS_PDF}")
        called = f"A .{extension} file" if extension else "A file without an extension such as .pdf"
        raise FileRefused(f"'{cleaned}' was not kept. {called} {words}")
    size, digest = _measured(file, cleaned, biggest)
    file.seek(0)
    head = file.read(HEAD)
    try:
        fits = KINDS[extension].fits(head, file)
    except BadPackage as error:
        raise FileRefused(f"'{cleaned}' was not kept. {error}") from error
    if not fits:
        raise FileRefused(f"'{cleaned}' was not kept. {_mismatch(extension, head)}")
    file.seek(0)
    return Checked(cleaned, KINDS[extension].content_type, size, digest)


def _measured(file: IO[bytes], name: str, biggest: int) -> tuple[int, str]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > biggest:
            raise FileRefused(
                f"'{name}' was not kept. It is bigger than {biggest / MEGABYTE:g} MB. Save it smaller, "
                "with fewer or smaller pictures, or upload it in parts."
            )
    if not size:
        raise FileRefused(
            f"'{name}' was not kept. The file is empty. Open it to see what is in it, and save it again."
        )
    return size, digest.hexdigest()


def _mismatch(extension: str, head: bytes) -> str:
    real = filetype.guess_extension(head) or ""
    if real == "zip" or not real:
        return f"Its content is not that of a .{extension} file. Open it, save it again and upload the saved one."
    if real in KINDS:
        return f"It is a .{real} file under a wrong name. Rename it to end in .{real} and upload it again."
    return f"It is a .{real} file under a wrong name, and a .{real} file {INSTEAD.get(real, f'is not taken. {AS_PDF}')}"


# --- names ------------------------------------------------------------------------------------------

# Not seen, or writing in the other direction: what would make a name read as another.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_TAGS = re.compile("[\ud800-\udfff\U000e0000-\U000e007f]")
# Not allowed in a file's name by Windows, whose users most will be.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]) *\.", re.IGNORECASE)


def clean_name(name: str) -> str:
    """`name` without folders, unseen characters and what a computer forbids; at most LONGEST_NAME characters.

    Its extension is kept. 'document' where nothing is left.
    """
    name = unicodedata.normalize("NFC", _TAGS.sub("", _UNSEEN.sub(" ", name)))
    name = _FORBIDDEN.sub("-", re.split(r"[/\\]", name)[-1])
    name = " ".join(name.split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    extension = extension.strip()
    if not dot or not 0 < len(extension) <= 10:
        stem, dot, extension = name, "", ""
    stem = f"_{stem}" if _DEVICE.match(f"{stem}.") else stem
    stem = stem[: LONGEST_NAME - len(dot + extension)].rstrip(". \u200d")
    return (stem or "document") + dot + extension


def extension_of(name: str) -> str:
    """'pdf' of 'Letter.PDF'; '' where there is none."""
    return name.rpartition(".")[2].casefold() if "." in name else ""


# --- what the content is ----------------------------------------------------------------------------

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_MAIL_HEADER = re.compile(rb"^(?:from|to|subject|date|received|mime-version|message-id):", re.I | re.M)
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_SOUND_BRANDS = {
    b"M4A ",
    b"M4B ",
    b"mp41",
    b"mp42",
    b"isom",
    b"iso2",
    b"iso5",
    b"iso6",
    b"dash",
    b"3gp4",
    b"3gp5",
}


def _guessed(*content_types: str) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, _: filetype.guess_mime(head) in content_types


def _is_pdf(head: bytes, _: IO[bytes]) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-")


def _brand(*brands: bytes) -> Callable[[bytes, IO[bytes]], bool]:
    """Films, sounds and telephone pictures share one container, which names its kind at the beginning."""
    return lambda head, _: head[4:8] == b"ftyp" and head[8:12] in brands


def _is_mp3(head: bytes, _: IO[bytes]) -> bool:
    # Eleven bits to find the beginning by, and 01 for the third layer. The same bits in UTF-16 name the first.
    return head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0" and head[1] & 0x06 == 0x02)


def _office(kind: str) -> Callable[[bytes, IO[bytes]], bool]:
    def fits(head: bytes, file: IO[bytes]) -> bool:
        if head.startswith(OLD_OFFICE):
            raise BadPackage(LOCKED_OR_OLD)
        if not head.startswith(b"PK\x03\x04"):
            return False
        with Package(file) as package:
            return package.kind == kind

    return fits


def _is_outlook(head: bytes, file: IO[bytes]) -> bool:
    return head.startswith(OLD_OFFICE) and _holds(file, "__properties_version1.0".encode("utf-16-le"))


def _holds(file: IO[bytes], words: bytes) -> bool:
    file.seek(0)
    before = b""
    while chunk := file.read(CHUNK):
        if words in before + chunk:
            return True
        before = chunk[-len(words) :]
    return False


def _is_text(head: bytes, file: IO[bytes]) -> bool:
    """Words and nothing else, in UTF-8, Windows' own alphabet or, if it says so, UTF-16."""
    if _is_pdf(head, file) or head.lstrip().startswith(b"{\\rtf"):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(file, "utf-16")
    file.seek(0)
    while chunk := file.read(CHUNK):
        if _CONTROLS.search(chunk):
            return False
    return True


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            if "\x00" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mail(head: bytes, file: IO[bytes]) -> bool:
    return len({header.lower() for header in _MAIL_HEADER.findall(head)}) > 1 and _is_text(head, file)


_DOCUMENT = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "pdf": _Kind("application/pdf", _is_pdf),
    "docx": _Kind(f"{_DOCUMENT}wordprocessingml.document", _office("docx")),
    "xlsx": _Kind(f"{_DOCUMENT}spreadsheetml.sheet", _office("xlsx")),
    "odt": _Kind("application/vnd.oasis.opendocument.text", _office("odt")),
    "ods": _Kind("application/vnd.oasis.opendocument.spreadsheet", _office("ods")),
    "txt": _Kind("text/plain", _is_text),
    "csv": _Kind("text/csv", _is_text),
    "eml": _Kind("message/rfc822", _is_mail),
    "msg": _Kind("application/vnd.ms-outlook", _is_outlook),
    "jpg": _Kind("image/jpeg", _guessed("image/jpeg")),
    "jpeg": _Kind("image/jpeg", _guessed("image/jpeg")),
    "png": _Kind("image/png", _guessed("image/png", "image/apng")),
    "gif": _Kind("image/gif", _guessed("image/gif")),
    "heic": _Kind("image/heic", _brand(*_PICTURE_BRANDS)),
    "mp3": _Kind("audio/mpeg", _is_mp3),
    "m4a": _Kind("audio/mp4", _brand(*_SOUND_BRANDS)),
}
# For a file field's `accept`, and to say in a hint what is taken.
EXTENSIONS = tuple(KINDS)

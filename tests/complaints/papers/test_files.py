"""What may be uploaded to a case, and what is not taken: each with words on how to mend it."""

import hashlib
import re
import unicodedata
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.papers import zipped
from complaints.papers.files import (
    BIGGEST,
    CHUNK,
    EXTENSIONS,
    INSTEAD,
    KINDS,
    LONGEST_NAME,
    FileRefused,
    check,
    clean_name,
    extension_of,
)
from tests.complaints.papers import samples
from tests.complaints.papers.samples import docx, paragraph

same_every_time = settings(derandomize=True, max_examples=500, deadline=None, database=None)

OUTLOOK = zipped.OLD_OFFICE + b"\0" * 70_000 + "__properties_version1.0".encode("utf-16-le") + b"\0" * 500
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 40
MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Late taxis\r\n\r\nDear council\r\n"
GOOD = {
    "letter.pdf": b"%PDF-1.7\n...",
    "scan.pdf": b"\xef\xbb\xbf\r\n%PDF-1.4\n...",
    "letter.docx": docx(paragraph("Dear Mrs Okafor")),
    "costs.xlsx": samples.xlsx(),
    "letter.odt": samples.open_document("text"),
    "costs.ods": samples.open_document("spreadsheet"),
    "note.txt": "She said: “too late”. BM MZ ID3 <b>\r\n\f".encode(),
    "windows.txt": "She said: “too late”, £20".encode("cp1252"),
    "unicode.txt": "She said: “too late”".encode("utf-16"),
    "list.csv": b"date,minutes\n2026-05-04,20\n",
    "message.eml": MAIL,
    "message.msg": OUTLOOK,
    "photo.jpg": JPEG,
    "photo.JPEG": JPEG,
    "screen.png": PNG,
    "screen.gif": b"GIF89a" + b"\0" * 40,
    "telephone.heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + b"\0" * 40,
    "tape.mp3": b"ID3\x04\0\0" + b"\0" * 40,
    "bare.mp3": b"\xff\xfb\x90\x64" + b"\0" * 40,
    "tape.m4a": b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom" + b"\0" * 40,
}


def refused(name: str, content: bytes, **options: int) -> str:
    with pytest.raises(FileRefused) as caught:
        check(name, content, **options)
    return str(caught.value)


# --- what is taken ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_it_is_taken(name):
    checked = check(name, GOOD[name])
    assert (checked.name, checked.size) == (name, len(GOOD[name]))
    assert checked.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert checked.content_type == KINDS[extension_of(name)].content_type


def test_every_kind_that_is_taken_has_an_example():
    assert {extension_of(name) for name in GOOD} == set(EXTENSIONS)


@pytest.mark.parametrize("upload", [SimpleUploadedFile, None], ids=["in memory", "on disk"])
def test_an_upload_is_checked_and_left_at_its_beginning(upload):
    content = GOOD["letter.docx"]
    file = (
        upload("letter.docx", content)
        if upload
        else TemporaryUploadedFile("letter.docx", "", len(content), "")
    )
    file.write(content)
    file.read(5)
    assert check(file.name, file).size == len(content)
    assert file.read() == content


def test_an_outlook_message_is_known_wherever_its_mark_stands():
    mark = "__properties_version1.0".encode("utf-16-le")
    for at in range(CHUNK - len(mark) - 1, CHUNK + 2):
        assert check("a.msg", zipped.OLD_OFFICE.ljust(at, b"\0") + mark)


def test_a_recording_made_by_a_telephone_is_taken():
    """H22: a complaint may be spoken on tape."""
    assert (
        check("Recording 4.m4a", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 40).content_type
        == "audio/mp4"
    )


# --- what is not ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["page.html", "a.svg", "setup.exe", "letter.docm", "all.zip", "x.js", "x.lnk", "x.iso", "letter.pdf.exe"],
)
def test_a_kind_that_is_not_on_the_list_is_refused(name):
    message = refused(name, b"%PDF-1.7")
    assert message.startswith(f"'{name}' was not kept. A .{extension_of(name)} file ")
    assert re.search(r"(Save|upload|Upload|Print) .*\.$", message)


@pytest.mark.parametrize("extension", sorted(INSTEAD))
def test_what_is_not_taken_says_what_to_do_instead(extension):
    assert extension not in KINDS
    assert re.search(r"\. (Save|Open|Print|Upload|Say) .*\.$", refused(f"a.{extension}", b"x"))


def test_a_name_without_an_extension_is_refused():
    assert "without an extension" in refused("letter", b"%PDF-1.7")
    assert "without an extension" in refused("", b"%PDF-1.7")
    assert "without an extension" in refused(".pdf", b"%PDF-1.7")


def test_an_empty_file_is_refused():
    assert refused("letter.pdf", b"") == (
        "'letter.pdf' was not kept. The file is empty. Open it to see what is in it, and save it again."
    )


def test_a_file_that_is_too_big_is_refused_before_it_is_read_to_its_end():
    assert check("a.txt", b"x" * 1000, biggest=1000).size == 1000
    assert "bigger than 25 MB" in refused("a.txt", b"x" * (BIGGEST + 1))

    class Endless(BytesIO):
        read_so_far = 0

        def read(self, size: int = -1, /) -> bytes:
            self.read_so_far += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(FileRefused, match=r"bigger than 2\.5 MB"):
        check("a.txt", endless, biggest=2_621_440)
    assert endless.read_so_far < 2_800_000


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("other", sorted({*EXTENSIONS} - {"jpeg", "csv"}))
def test_content_under_another_kinds_name_is_refused(name, other):
    own = extension_of(name)
    if own == other or {own, other} in ({"jpg", "jpeg"}, {"csv", "txt"}) or (own, other) == ("eml", "txt"):
        assert check(f"x.{other}", GOOD[name])
    else:
        assert refused(f"x.{other}", GOOD[name]).startswith(f"'x.{other}' was not kept.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.docx",
            b"%PDF-1.7",
            "It is a .pdf file under a wrong name. Rename it to end in .pdf and upload it again.",
        ),
        (
            "a.pdf",
            b"{\\rtf1",
            "It is a .rtf file under a wrong name, and a .rtf file is not taken. Open it, save it",
        ),
        ("a.png", b"MZ" + b"\0" * 99, "It is a .exe file under a wrong name, and a .exe file is not taken."),
        ("a.txt", b"\x7fELF" + b"\0" * 99, "It is a"),
        ("a.pdf", b"<script>alert(1)</script>", "Its content is not that of a .pdf file."),
        ("a.eml", b"Subject: not a message\r\n\r\nDear council", "Its content is not that of a .eml file."),
        ("a.eml", b"Dear council, from: me", "Its content is not that of a .eml file."),
        ("a.docx", zipped.OLD_OFFICE + b"\0" * 999, zipped.LOCKED_OR_OLD),
        ("a.msg", zipped.OLD_OFFICE + b"\0" * 999, "Its content is not that of a .msg file."),
        ("a.odt", samples.open_document("text", encrypted=True), zipped.LOCKED),
        ("a.docx", samples.with_parts(docx(), {"word/vbaProject.bin": "x"}), zipped.MACROS),
        ("a.xlsx", samples.with_parts(samples.xlsx(), {"xl/vbaProject.bin": "x"}), zipped.MACROS),
        (
            "a.odt",
            samples.with_parts(samples.open_document("text"), {"Basic/Standard/a.xml": "x"}),
            zipped.MACROS,
        ),
        ("a.docx", samples.zipped({"a.txt": "x"}), "Its content is not that of a .docx file."),
        ("a.txt", "a\0b".encode("utf-16"), "Its content is not that of a .txt file."),
        ("a.txt", b"\xff\xfe\x00", "Its content is not that of a .txt file."),
        ("a.txt", b"x" * 100_000 + b"\0", "Its content is not that of a .txt file."),
    ],
)
def test_what_is_wrong_inside_is_said(name, content, message):
    assert refused(name, content).startswith(f"'{name}' was not kept. {message}")


@same_every_time
@given(st.sampled_from(EXTENSIONS), st.sampled_from([*GOOD.values(), b""]), st.binary(max_size=200))
def test_no_bytes_are_an_error_of_ours(extension, begin, end):
    try:
        assert check(f"a.{extension}", begin[:60] + end).size
    except FileRefused as error:
        assert str(error).endswith(".")


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Letter of 4 May.pdf", "Letter of 4 May.pdf"),
        ("Brief für Zoë 😀.PDF", "Brief für Zoë 😀.PDF"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\jo\letter.pdf", "letter.pdf"),
        ("letter\u202efdp.exe", "letter fdp.exe"),
        ("a\x00b\r\nc.pdf", "a b c.pdf"),
        ("  letter . pdf ", "letter.pdf"),
        ("letter.pdf...", "letter.pdf"),
        ("...letter.pdf", "letter.pdf"),
        ('a"b<c>d|e?f*g:h.pdf', "a-b-c-d-e-f-g-h.pdf"),
        ("con.pdf", "_con.pdf"),
        ("LPT1.backup.pdf", "_LPT1.backup.pdf"),
        ("console.pdf", "console.pdf"),
        ("e\u0301.pdf", "é.pdf"),
        ("👩\u200d👧.jpg", "👩\u200d👧.jpg"),
        ("half \ud83d.pdf", "half.pdf"),
        ("\u200b.pdf", "pdf"),
        ("", "document"),
        ("شكوى.pdf", "شكوى.pdf"),
        ("x" * 300 + ".docx", "x" * 145 + ".docx"),
        ("x" * 145 + "\u200dy.pdf", "x" * 145 + ".pdf"),
        ("x." + "y" * 300, ("x." + "y" * 300)[:150]),
    ],
)
def test_a_name_is_made_safe(name, cleaned):
    assert clean_name(name) == cleaned


@same_every_time
@given(
    st.lists(st.sampled_from("ab./\\ :\0\n\u202e\u200d\ud83d😀é") | st.characters(), max_size=200).map(
        "".join
    )
)
def test_any_name_is_made_safe_and_stays_so(name):
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= LONGEST_NAME
    assert not set(cleaned) & set('/\\<>:"|?*')
    assert all(
        unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp") and c not in "\u202e\u2066\u200e"
        for c in cleaned
    )
    assert not cleaned.startswith((".", " ")) and not cleaned.endswith((".", " "))
    assert clean_name(cleaned) == cleaned


@same_every_time
@given(st.text(max_size=300), st.sampled_from(EXTENSIONS))
def test_a_name_keeps_its_extension(stem, extension):
    assert extension_of(clean_name(f"{stem}a.{extension}")) == extension

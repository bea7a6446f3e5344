"""Bytes kept outside what the web server shows."""

import os
import stat
from io import BytesIO

import pytest

from complaints.papers import store
from complaints.papers.store import BadKey, NotKept, keep, open_, remove


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_kept_is_what_is_opened(tmp_path):
    content = os.urandom(3 * store.CHUNK + 1)
    key = keep(tmp_path, content)
    with open_(tmp_path, key) as file:
        assert file.read() == content


def test_a_file_is_kept_from_its_beginning_and_left_open(tmp_path):
    upload = BytesIO(b"Dear Mrs Okafor")
    upload.read()
    with open_(tmp_path, keep(tmp_path, upload)) as file:
        assert file.read() == b"Dear Mrs Okafor"
    assert not upload.closed


def test_it_lies_two_folders_deep_and_only_this_user_reads_it(tmp_path):
    folder = tmp_path / "documents"
    previous = os.umask(0)
    try:
        key = keep(folder, b"x")
    finally:
        os.umask(previous)
    (path,) = files_in(folder)
    assert path == folder / key[:2] / key[2:4] / key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for made in (folder, path.parent, path.parent.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_the_same_bytes_twice_are_two_files(tmp_path):
    one, other = keep(tmp_path, b"x"), keep(tmp_path, b"x")
    assert one != other
    remove(tmp_path, one)
    with open_(tmp_path, other) as file:
        assert file.read() == b"x"


NO_KEYS = ["", "..", "../../etc/passwd", "/etc/passwd", "A" * 32, "g" * 32, "٣" * 32]
NO_KEYS += ["a" * 31, "a" * 33, "a" * 32 + "\n", "a" * 30 + "/.", "a" * 31 + "\0"]


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key_reaches_no_file(tmp_path, key):
    with pytest.raises(BadKey):
        open_(tmp_path, key)
    with pytest.raises(BadKey):
        remove(tmp_path, key)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    key = keep(tmp_path, b"x")
    remove(tmp_path, key)
    remove(tmp_path, key)
    assert files_in(tmp_path) == []
    with pytest.raises(NotKept):
        open_(tmp_path, key)


class Breaks(BytesIO):
    """An upload whose line goes dead, or a disk that is full."""

    def read(self, size: int = -1, /) -> bytes:
        if self.tell():
            raise OSError("the line went dead")
        return super().read(size)


def test_half_a_file_is_not_kept(tmp_path):
    with pytest.raises(OSError, match="dead"):
        keep(tmp_path, Breaks(b"x" * 2 * store.CHUNK))
    assert files_in(tmp_path) == []


def test_a_file_has_its_name_only_when_it_is_whole_and_on_the_disk(tmp_path, monkeypatch):
    """What a power cut leaves is seen by no key."""
    seen = []

    def fsync(descriptor, real=os.fsync):
        seen.append([path.name for path in files_in(tmp_path)])
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    key = keep(tmp_path, b"x")
    assert seen == [[f"{key}.part"], [key], [key], [key]]


def test_a_big_file_takes_no_more_memory_than_a_small_one(tmp_path):
    class Counting(BytesIO):
        most = 0

        def read(self, size: int = -1, /) -> bytes:
            self.most = max(self.most, size if size >= 0 else 10**9)
            return super().read(size)

    upload = Counting(b"x" * 1_000_000)
    keep(tmp_path, upload)
    assert upload.most == store.CHUNK

"""Who uploaded which kept file lately, so that nobody fills the disk with files that nothing uses.

A mark is an empty file beside the kept ones, `uploaded-by/7/ab12…` for person 7: its age is when they uploaded it.
"""

import os
from datetime import datetime
from pathlib import Path

FOLDER = "uploaded-by"


def note(directory: Path, person: int, key: str, *, now: datetime) -> None:
    """Remember that `person`, by number, uploaded the file kept under `key`. Raises OSError."""
    folder = directory / FOLDER / str(person)
    for made in (folder.parent, folder):
        made.mkdir(mode=0o700, exist_ok=True)
    (folder / key).touch(mode=0o600)
    os.utime(folder / key, (now.timestamp(), now.timestamp()))


def since(directory: Path, person: int, moment: datetime) -> set[str]:
    """The keys of what `person` uploaded after `moment`."""
    folder = directory / FOLDER / str(person)
    return {path.name for path in folder.glob("*") if _changed_at(path) > moment.timestamp()}


def forget(directory: Path, *, before: datetime) -> None:
    """Forget who uploaded what before then."""
    for path in (directory / FOLDER).glob("*/*"):
        if _changed_at(path) < before.timestamp():
            path.unlink(missing_ok=True)


def forget_one(directory: Path, key: str) -> None:
    """Forget who uploaded the file under `key`, because it is gone."""
    for path in (directory / FOLDER).glob(f"*/{key}"):
        path.unlink(missing_ok=True)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("nan")  # forgotten since it was listed

"""YAML with line numbers: every mistake in a pack is reported with its file and line."""

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import yaml

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LARGEST_FILE = 1_000_000
LONGEST_CODE, LONGEST_NAME, LONGEST_NOTE = 60, 200, 2000
_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


class PackError(ValueError):
    """A mistake in a pack: it is refused whole. The message begins with file and line."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{file}, line {line}: {what}")
        self.line = line
        self.what = what


class Entry:
    """One value of the file with the place where it stands. Values are taken out typed, or refused."""

    def __init__(self, node: yaml.Node, file: str) -> None:
        self.node = node
        self.file = file
        self.line = node.start_mark.line + 1

    def error(self, what: str) -> PackError:
        return PackError(self.file, self.line, what)

    def text(self, longest: int = LONGEST_NOTE) -> str:
        """The words, on one line. Refuses a list or group, and more than `longest` characters."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("a single value is wanted here, not a list or a group")
        text = " ".join(str(self.node.value).split())
        if not text.isprintable():
            raise self.error("it has a character that cannot be seen or kept; write it with plain ones")
        if len(text) > longest:
            raise self.error(
                f"{longest} characters at most are kept of a name, code or note; '{text[:30]}…' is longer"
            )
        return text

    def note(self) -> str:
        """Words for people, lines kept."""
        self.text()
        return str(self.node.value).strip()

    def words(self) -> str:
        """A name: some words, not too many."""
        if not (text := self.text(LONGEST_NAME)):
            raise self.error("a name or source is wanted here; it is empty")
        return text

    def code(self) -> str:
        return self.parse_code(self.text())

    def parse_code(self, text: str) -> str:
        if not CODE.fullmatch(text) or len(text) > LONGEST_CODE:
            raise self.error(
                f"'{text}' is not a code: use small letters, digits and hyphens, {LONGEST_CODE} at most"
            )
        return text

    def codes(self) -> tuple[str, ...]:
        """Comma-separated words, as in 'S7.1, SA1'."""
        return tuple(part.strip() for part in self.words().split(",") if part.strip())

    def number(self) -> int:
        text = self.text()
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            raise self.error(f"'{text}' is not a version number: it is a whole number up to 9999")
        return int(text)

    def yes(self) -> bool:
        text = self.text().lower()
        if text not in _YES_NO:
            raise self.error(f"'{text}' is neither yes nor no")
        return _YES_NO[text]

    def day(self) -> date:
        return self.parse_day(self.text())

    def parse_day(self, text: str) -> date:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            raise self.error(f"'{text.strip()}' is not a date: write it as 2026-05-12") from None

    def time(self) -> time:
        text = self.text()
        try:
            return time.fromisoformat(text)
        except ValueError:
            raise self.error(f"'{text}' is not a time: write it in quotes as '17:00'") from None

    def choice(self, *choices: str) -> str:
        text = self.text()
        if text not in choices:
            raise self.error(f"'{text}' is not one of: {', '.join(choices)}")
        return text

    def items(self) -> Iterator["Entry"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("a list is wanted here, each entry beginning with '- '")
        return (Entry(node, self.file) for node in self.node.value)

    def group(
        self, *, required: tuple[str, ...] = (), optional: tuple[str, ...] | None = ()
    ) -> dict[str, "Entry"]:
        """The named entries of a group. Refuses a name twice, an unknown one (unless `optional` is None),
        and a missing one."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("a group of 'name: value' lines is wanted here")
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            name = Entry(key, self.file).text()
            if name in found:
                raise Entry(key, self.file).error(f"'{name}' is said twice")
            if optional is not None and name not in required + optional:
                known = ", ".join(required + optional)
                raise Entry(key, self.file).error(f"'{name}' is not known here; it could be: {known}")
            found[name] = Entry(value, self.file)
        for name in required:
            if name not in found:
                raise self.error(f"'{name}' is missing")
        return found


def read_documents(path: Path) -> list[Entry]:
    """The documents of the YAML file at `path`. PackError when it is not readable YAML."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise PackError(path.name, 1, "is over a megabyte, which no pack is")
        text = path.read_text(encoding="utf-8")
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except OSError as error:
        raise PackError(path.name, 0, error.strerror or "cannot be read") from None
    except UnicodeDecodeError:
        raise PackError(path.name, 1, "is not text in UTF-8") from None
    except RecursionError:
        raise PackError(path.name, 1, "is nested too deeply to be a pack") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise PackError(
            path.name, line, f"has a character that cannot stand in YAML: {error.character!r}"
        ) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise PackError(path.name, mark.line + 1 if mark else 1, f"is not YAML: {error.problem}") from None
    if not nodes:
        raise PackError(path.name, 1, "is empty")
    return [Entry(node, path.name) for node in nodes]

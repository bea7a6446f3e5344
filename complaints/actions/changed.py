"""What was changed of a case, in words for its timeline: from what to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from slas.core.wording import listed

SHORT = 80
"""The most characters of a text that the timeline repeats; what a longer one was is kept beside the entry."""


@dataclass
class Changes:
    """What was changed, each as a part of a sentence ('took the safeguarding flag off'); `before` has the longer texts
    as they were, by what they are. Both are erased with the entry."""

    said: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.said)

    def text(self, what: str, old: str, new: str) -> None:
        """That a text was changed, written for the first time or taken out."""
        if old == new:
            return
        if _is_short(old) and _is_short(new):
            self.said.append(_from_to(what, old, new))
        else:
            self.said.append(f"{'changed' if old and new else 'wrote' if new else 'took out'} {what}")
            self._keep(what, old)

    def flag(self, what: str, new: bool) -> None:
        """That a flag was put on or taken off."""
        self.said.append(f"put {what} on" if new else f"took {what} off")

    def added(self, what: str, text: str) -> None:
        """That a point of its own was added."""
        self.said.append(f"added {what} '{text}'" if _is_short(text) else f"added {what}")

    def removed(self, what: str, text: str) -> None:
        """That a point of its own was taken away."""
        self.said.append(f"took away {what} '{text}'" if _is_short(text) else f"took away {what}")
        self._keep(what, text)

    def _keep(self, what: str, old: str) -> None:
        """A longer text as it was, under a name of its own."""
        if not _is_short(old):
            same = sum(name.startswith(what) for name in self.before)
            self.before[f"{what} ({same + 1})" if same else what] = old

    @property
    def sentence(self) -> str:
        """All of it, to follow who did it: with semicolons, for the parts have commas of their own."""
        return "; ".join(self.said)

    @property
    def details(self) -> Mapping[str, Mapping[str, str]]:
        """What the entry keeps beside its sentence."""
        return {"before": self.before} if self.before else {}


def _is_short(text: str) -> bool:
    return len(text) <= SHORT and "\n" not in text


def _from_to(what: str, old: str, new: str) -> str:
    if old and new:
        return f"changed {what} from '{old}' to '{new}'"
    return f"wrote {what}: '{new}'" if new else f"took out {what}: '{old}'"


def names(words: Iterable[str]) -> str:
    """The names of what was chosen, in quotes: 'Delay' and 'Communication'."""
    return listed([f"'{word}'" for word in words])

"""Who writes: most people once, some again and again, one most of all; members of Parliament and councillors often."""

import random
from dataclasses import dataclass

from complaints.actions.parties import PartyDraft
from complaints.demo.many import words

PROLIFIC = "Marguerite Ottershaw-Pell"
"""Who writes most: about one case in a thousand is hers."""
LEAST_OF_PROLIFIC = 8
MPS, COUNCILLORS = 12, 80
AGAIN = 0.22
"""The share of cases by people who wrote before."""
_BASE = 7_919_000_000


@dataclass(frozen=True)
class Writers:
    """The people who write in `total` cases; the same seed, the same people."""

    total: int
    seed: int

    def is_prolific(self, index: int) -> bool:
        """Whether the case of this number is of the most prolific writer."""
        every = max(2, self.total // max(LEAST_OF_PROLIFIC, self.total // 1000))
        return index % every == every // 2

    def of(self, index: int, rng: random.Random) -> PartyDraft:
        """Who wrote the case of this number."""
        if self.is_prolific(index):
            return self._person(0)
        if rng.random() < AGAIN:
            return self._person(1 + int(max(600, self.total // 25) * rng.random() ** 1.4))
        return self._person(_BASE + index)

    def _person(self, number: int) -> PartyDraft:
        """The same person each time they write."""
        own = random.Random(self.seed * 1_000_003 + number)  # noqa: S311 nothing secret
        name = words.full_name(own) if number else PROLIFIC
        where, postcode = words.address(own)
        reached = own.random() if number else 0.5
        return PartyDraft(
            "complainant",
            name,
            email=words.email(name, number % 100_000) if reached < 0.75 else "",
            phone=words.telephone(own) if reached > 0.35 else "",
            address=where,
            postcode=postcode,
            preferred_contact="email" if reached < 0.5 else "",
            adjustments="Large print, please" if own.random() < 0.03 else "",
        )

    def office(self, rng: random.Random) -> PartyDraft:
        """A member of Parliament or a councillor."""
        if rng.random() < 0.45:
            number = rng.randrange(MPS)
            own = random.Random(number - 1000)  # noqa: S311 nothing secret
            return PartyDraft("mp", f"{words.full_name(own)} MP", office=f"{words.place(own)} constituency")
        number = rng.randrange(COUNCILLORS)
        own = random.Random(number - 5000)  # noqa: S311 nothing secret
        return PartyDraft("councillor", f"Cllr {words.full_name(own)}", office=f"{words.place(own)} ward")

    def beside(self, rng: random.Random, writer: PartyDraft) -> list[PartyDraft]:
        """Who else a case is about or for: now and then a child, an advocate, somebody complained about."""
        found = []
        if rng.random() < 0.3:
            child = f"{rng.choice(words.FIRST)} {writer.name.split()[-1]}"
            found.append(PartyDraft("young-person", child, relationship="child"))
        if rng.random() < 0.04:
            found.append(PartyDraft("advocate", words.full_name(rng), consent="given"))
        if rng.random() < 0.03:
            found.append(PartyDraft("subject", words.full_name(rng)))
        return found

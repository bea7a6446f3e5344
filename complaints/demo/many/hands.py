"""Who does what in a story: whoever a move table lets, their own officer and responder before others."""

from collections.abc import Collection

from accounts.models import User
from accounts.roles import Role
from complaints.demo.many.plots import Plot, pick
from complaints.demo.many.teller import Teller
from complaints.demo.many.telling import Chapter
from complaints.workflow import Move, Need, Verb


class Hands:
    """The people of one story."""

    def __init__(self, plot: Plot, teller: Teller) -> None:
        self.plot, self.teller, self.staff = plot, teller, plot.council.staff

    def turn(self, chapter: Chapter) -> User | None:
        """Who does what a stage waits for."""
        return self._for(chapter, chapter.turn())

    def verb(self, chapter: Chapter, verb: Verb) -> User | None:
        """Who does a verb in the state a stage is in; None where nobody may."""
        return self._for(chapter, chapter.move(verb))

    def deciding(self, chapter: Chapter) -> User | None:
        """Who decides on a draft: nobody who wrote any of it and, where that bars them, nobody who took part before."""
        move = chapter.turn()
        barred = {draft.author_id for draft in chapter.drafts}
        if move is not None and Need.INDEPENDENT in move.needs:
            barred |= {pk for one in self.teller.before(chapter) for pk in one.took_part()}
        return self._for(chapter, move, {pk for pk in barred if pk is not None})

    def holding(self, chapter: Chapter, role: str, barred: Collection[int] = ()) -> User | None:
        """Somebody who does the work of a role where a stage is."""
        people = self.seeing(self.staff.holding(role, self.teller.unit_of(chapter)))
        people = tuple(person for person in people if person.pk not in barred)
        return pick(self.plot.rng, people) if people else None

    def seeing(self, people: tuple[User, ...]) -> tuple[User, ...]:
        """Those of `people` who may open the case."""
        if not self.plot.contact.restricted:
            return people
        return tuple(person for person in people if person.pk in self.teller.readers)

    def answering(self) -> User | None:
        """Somebody of the team it is for."""
        people = self.seeing(self.staff.holding(Role.RESPONDER, self.plot.team))
        return pick(self.plot.rng, people) if people else None

    def _for(self, chapter: Chapter, move: Move | None, barred: Collection[int] = ()) -> User | None:
        for role in move.roles if move else ():
            own = self._own(chapter, role)
            person = own if own and own.pk not in barred else self.holding(chapter, role, barred)
            if person is not None:
                return person
        return None

    def _own(self, chapter: Chapter, role: str) -> User | None:
        """The stage's own officer or responder, where they do the work of the role."""
        if role == Role.CR_OFFICER:
            return self.teller.officer_of(chapter)
        return self.teller.responder_of(chapter) if role == Role.RESPONDER else None

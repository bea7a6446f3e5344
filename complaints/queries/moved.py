"""Cases whose dates moved because the days that are worked were changed."""

from django.db.models import Exists, Max, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import User
from audit.models import Event
from complaints import permissions
from complaints.models import Case

VERB = "calendar-changed"
"""As `actions.calendars` records it on each case that moves."""


def latest_event() -> int:
    """The number of the latest event there is, to be asked before a change; 0 where there is none."""
    return int(Event.objects.aggregate(latest=Max("pk"))["latest"] or 0)


def moved_since(event: int, user: User) -> QuerySet[Case]:
    """Those of the cases `user` may see that say, after `event`, that a change of theirs moved a date."""
    said = Event.objects.filter(
        stream__name=Concat(Value("case:"), OuterRef("reference")), verb=VERB, actor_id=user.pk, pk__gt=event
    )
    return permissions.visible_cases(user).filter(Exists(said))

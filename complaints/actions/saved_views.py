"""Lists that somebody keeps for themself under a name."""

from django.db import IntegrityError, transaction

from accounts.actions import Refused
from accounts.models import User
from complaints.models import SavedView

MOST = 20
LONGEST_NAME = 60
LONGEST_QUERY = 2_000


@transaction.atomic
def save_view(*, user: User, name: str, query: str) -> SavedView:
    """Keep what `query`, the address of a list after its question mark, asks for as `name`. Refused without a name or
    with a long one, for a name they have already (however it is capitalised), for nothing asked or too much, and for
    the twenty-first."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name for the list.", "name")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The name must be {LONGEST_NAME} characters or fewer.", "name")
    if not query:
        raise Refused("This is the list as everybody sees it. Choose a filter first, then save it.")
    if len(query) > LONGEST_QUERY:
        raise Refused("This asks for too much to be kept. Remove some filters, or use fewer words.")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two at once must not be the twenty-first
    mine = SavedView.objects.filter(user=user)
    if mine.filter(name__iexact=name).exists():
        raise Refused(
            f"You have a list called “{name}” already. Choose another name, or remove that one.", "name"
        )
    if mine.count() >= MOST:
        raise Refused(f"You have {MOST} saved lists, which is the most. Remove one you no longer use.")
    try:
        with transaction.atomic():
            return SavedView.objects.create(user=user, name=name, query=query)
    except IntegrityError as error:
        raise Refused(f"You have a list called “{name}” already. Choose another name.", "name") from error


def remove_view(*, user: User, number: int) -> str:
    """Remove one of `user`'s own lists, by its number in the database. Returns its name, '' where it was removed
    already or is somebody else's."""
    found = SavedView.objects.filter(user=user, pk=number).first()
    if found is None:
        return ""
    found.delete()
    return found.name

"""Who answers an imported row: the people whose work its type is, and no others."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from complaints.models import ImportLine
from tests.complaints.trackers import imported, opened, row, stage_of, told, tracker
from tests.factories import make_grant, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def clerk(council):
    person = make_user("Bea Clerk")
    make_grant(person, Role.BUSINESS_ADMINISTRATOR, council.send_north)
    return person


def test_whoever_answers_a_row_may_answer_its_type(council, clerk):
    """An officer of Customer Relations does not answer a corporate complaint; an Ofsted notification is kept by a
    business administrator or an officer."""
    batch = imported(
        row("1", responder="Olu Officer"),
        row("2", type="Ofsted notification", responder="Bea Clerk"),
        row("3", type="Ofsted notification", responder="Olu Officer"),
    )
    assert [stage_of(n).responder for n in ("1", "2", "3")] == [None, clerk, council.officer]
    assert stage_of("1").responder_text == "Olu Officer"
    why = "Olu Officer does not do this at SEND North. The name is kept as text."
    assert (2, "Responding manager", why) in told(batch, ImportLine.Kind.REMARK)


def test_the_people_offered_are_those_who_may_answer_something(council, clerk, client_for):
    batch = opened(tracker(row("1", responder="R. R.")), by=council.senior, unit=council.children)
    form = client_for(council.senior).get(reverse("import-match", args=[batch.pk])).context["match_form"]
    asked = next(one for one in form.asked if one.field == "responder")
    offered = str(form[asked.name])
    for person in (clerk, council.responder, council.service_manager):
        assert person.email in offered
    for person in (council.auditor, council.administrator):
        assert person.email not in offered

"""A guard keeps the door and says in plain words whose page it is."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse

from accounts.guards import Access, Door, public, roles, signed_in
from accounts.roles import Role
from tests.factories import make_grant, make_user

pytestmark = pytest.mark.django_db


def page(request):
    return HttpResponse("inside")


@pytest.fixture
def knock(rf):
    def knock(view, user):
        request = rf.get("/somewhere/?page=2")
        request.user = user
        return view(request)

    return knock


def test_a_guard_leaves_its_mark():
    assert public(page).access == Access(Door.PUBLIC)
    assert signed_in(page).access == Access(Door.SIGNED_IN)
    guarded = roles(Role.DIRECTOR, Role.AUDITOR)(page)
    assert guarded.access == Access(Door.ROLES, frozenset({Role.DIRECTOR, Role.AUDITOR}))
    assert guarded.__name__ == "page"


def test_roles_must_be_named():
    with pytest.raises(ValueError, match="Name the roles"):
        roles()


def test_any_of_the_roles_opens(knock):
    view = roles(Role.DIRECTOR, Role.AUDITOR)(page)
    auditor = make_user()
    make_grant(auditor, Role.AUDITOR)
    assert knock(view, auditor).content == b"inside"


def test_the_wrong_role_is_told_whose_page_it_is(knock):
    responder = make_user()
    make_grant(responder, Role.RESPONDER)
    with pytest.raises(PermissionDenied) as refused:
        knock(roles(Role.AUDITOR, Role.DIRECTOR)(page), responder)
    assert str(refused.value) == (
        "This page is for people with the role Director or Auditor or leadership reader."
    )


def test_a_guard_holds_without_the_middleware(knock):
    from django.contrib.auth.models import AnonymousUser

    for view in [signed_in(page), roles(Role.AUDITOR)(page)]:
        response = knock(view, AnonymousUser())
        assert response.headers["Location"] == "/sign-in/?next=/somewhere/%3Fpage%3D2"


def test_a_view_may_say_itself_how_long_it_is_kept(knock):
    @signed_in
    def kept(request):
        return HttpResponse("inside", headers={"Cache-Control": "private, max-age=60"})

    assert knock(kept, make_user()).headers["Cache-Control"] == "private, max-age=60"
    assert "no-store" in knock(signed_in(page), make_user()).headers["Cache-Control"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_people_are_for_administrators_only(client_for, role):
    client = client_for(role)
    for name in ["people", "add-person", "units", "add-unit"]:
        response = client.get(reverse(name))
        assert response.status_code == 403
        assert "for people with the role Administrator" in response.content.decode()


def test_the_wrong_role_can_change_nothing(client_for):
    client = client_for(Role.CR_MANAGER)
    someone = make_user()
    for step in ["", "revoke/", "deactivate/", "new-password/"]:
        assert client.post(f"/people/{someone.pk}/{step}").status_code == 403
    someone.refresh_from_db()
    assert someone.is_active

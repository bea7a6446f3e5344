"""Every address is public, for anybody signed in, or for certain roles; none is forgotten."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.guards import Access, Door
from accounts.models import User
from accounts.roles import Role
from tests.factories import make_grant, make_user

# Addresses of others that cannot carry a guard of ours, each with its reason. Static files have none: the web
# server and WhiteNoise answer before any address is looked up.
EXEMPT: dict[str, str] = {}

PUBLIC = {"/sign-in/", "/healthz", "/readyz"}

SAMPLES = {
    "int": 1,
    "row": 1,
    "slug": "sample",
    "str": "sample",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "path": "a/b",
    "reference": "26-00001-0",
}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def example(route: str, pattern: URLPattern) -> str:
    """An address the pattern answers to, its parts filled with samples."""
    address = route
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for spelled in (f"<{kind}:{name}>", f"<{name}>"):
            address = address.replace(spelled, str(SAMPLES[kind]))
    assert "<" not in address, f"{route} has a part there is no sample for"
    return f"/{address}"


def all_views() -> list[tuple[str, Access | None]]:
    return [
        (example(route, pattern), getattr(pattern.callback, "access", None))
        for route, pattern in patterns(get_resolver())
        if route not in EXEMPT
    ]


def with_door(door: Door) -> list[tuple[str, Access]]:
    return [(address, access) for address, access in all_views() if access and access.door is door]


def test_every_address_is_classified():
    assert [address for address, access in all_views() if access is None] == []


def test_what_is_public_is_known_by_name():
    assert {address for address, _ in with_door(Door.PUBLIC)} == PUBLIC


def test_every_role_guarded_address_names_roles():
    guarded = with_door(Door.ROLES)
    assert guarded
    assert all(access.roles <= set(Role) and access.roles for _, access in guarded)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client, method):
    for address, _ in with_door(Door.SIGNED_IN) + with_door(Door.ROLES):
        response = getattr(client, method)(address)
        assert response.status_code == 302, address
        assert response.headers["Location"] == f"/sign-in/?next={address}", address


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_without_a_role_is_refused_where_one_is_needed(client, method):
    client.force_login(make_user())
    for address, _ in with_door(Door.ROLES):
        response = getattr(client, method)(address)
        assert response.status_code == 403, address
        assert "This page is for people with the role" in response.content.decode(), address


@pytest.mark.django_db
def test_every_other_role_is_refused_too():
    holders: dict[Role, Client] = {}
    for role in Role:
        user: User = make_user()
        make_grant(user, role)
        holders[role] = Client()
        holders[role].force_login(user)
    for address, access in with_door(Door.ROLES):
        for role, client in holders.items():
            refused = client.get(address).status_code == 403
            assert refused == (role not in access.roles), (address, role)


@pytest.mark.django_db
def test_a_starting_password_opens_nothing_but_the_way_to_another(client):
    user = make_user(must_change_password=True)
    for role in Role:
        make_grant(user, role)
    client.force_login(user)
    for address, _ in with_door(Door.SIGNED_IN) + with_door(Door.ROLES):
        if address in {"/account/password/", "/sign-out/"}:
            continue
        assert client.get(address).headers.get("Location") == "/account/password/", address

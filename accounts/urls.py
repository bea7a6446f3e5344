"""Addresses about people: signing in, one's own account, and the administrators' pages."""

from django.urls import path, register_converter

from accounts.converters import RowConverter
from accounts.views import account, cover, people, signing_in, units

register_converter(RowConverter, "row")

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("cover/", cover.cover, name="cover"),
    path("cover/<row:pk>/end/", cover.end, name="end-cover"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add-person"),
    path("people/<row:pk>/", people.person, name="person"),
    path("people/<row:pk>/revoke/", people.revoke, name="revoke-grant"),
    path("people/<row:pk>/deactivate/", people.deactivate, name="deactivate-person"),
    path("people/<row:pk>/reactivate/", people.reactivate, name="reactivate-person"),
    path("people/<row:pk>/new-password/", people.new_password, name="new-password"),
    path("units/", units.units, name="units"),
    path("units/add/", units.add_unit, name="add-unit"),
    path("units/<row:pk>/", units.unit, name="unit"),
    path("units/<row:pk>/retire/", units.retire, name="retire-unit"),
    path("units/<row:pk>/bring-back/", units.bring_back, name="bring-back-unit"),
]

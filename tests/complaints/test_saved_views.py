"""Lists that somebody keeps under a name."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.actions import Refused
from complaints.actions.saved_views import MOST, remove_view, save_view
from complaints.models import Entry, SavedView
from tests.complaints import cases
from tests.complaints.cases import Council, entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def save(client: Client, name: str, query: str = "unit=EDUCATION&colour=red", **more: Any) -> Any:
    return client.post(f"{reverse('save-view')}?{query}", {"name": name}, **more)


def errors(response: Any) -> list[str]:
    assert response.status_code == 200
    return [str(error) for some in response.context["form"].errors.values() for error in some]


def test_the_present_list_is_saved_and_stands_above_the_list(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    page = client.get(reverse("cases"), {"unit": "EDUCATION", "colour": "red", "page": "4", "ticked": "4"})
    assertContains(page, 'href="/cases/saved/new/?colour=red&amp;unit=EDUCATION"')
    assertContains(
        client.get("/cases/saved/new/?colour=red&unit=EDUCATION"), "Open work, Colour: Red, Unit: Education."
    )
    response = save(client, "  Red  in education ", "colour=red&unit=EDUCATION", follow=True)
    assertRedirects(response, "/cases/?colour=red&unit=EDUCATION")
    assertContains(response, "Saved as “Red in education”.")
    assertContains(
        client.get(reverse("cases")),
        '<a class="govuk-link" href="/cases/?colour=red&amp;unit=EDUCATION">Red in education</a>',
    )
    assertContains(response, 'aria-current="page">Red in education</a>')


def test_the_same_list_is_the_same_address_however_it_was_asked_for(
    council: Council, client_for: Any
) -> None:
    client = client_for(council.officer)
    for number, query in enumerate(
        (
            "colour=red&unit=EDUCATION",
            "unit=EDUCATION&colour=red&sort=due&page=2&x=y",
            "show=work&unit=EDUCATION&colour=red",
        )
    ):
        save(client, f"List {number}", query)
    assert set(SavedView.objects.values_list("query", flat=True)) == {"colour=red&unit=EDUCATION"}


def test_one_sees_and_removes_ones_own_only(council: Council, client_for: Any) -> None:
    view = save_view(user=council.officer, name="Mine", query="colour=red")
    other = client_for(council.senior)
    for address in ("cases", "saved-views"):
        assertNotContains(other.get(reverse(address)), "Mine")
    other.post(reverse("remove-view", args=[view.pk]))
    assert SavedView.objects.get() == view
    client = client_for(council.officer)
    assertContains(client.get(reverse("saved-views")), "Open work, Colour: Red")
    assertContains(client.post(reverse("remove-view", args=[view.pk]), follow=True), "Removed “Mine”.")
    assert not SavedView.objects.exists()
    assert client.post(reverse("remove-view", args=[view.pk])).status_code == 302
    assert client.get(reverse("remove-view", args=[view.pk]))["Location"] == reverse("saved-views")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a name for the list"),
        ("   ", "Enter a name for the list"),
        ("x" * 61, "The name must be 60 characters or fewer."),
        ("red ones", "You have a list called “red ones” already. Choose another name, or remove that one."),
    ],
)
def test_a_name_that_will_not_do_is_said_and_kept(
    council: Council, client_for: Any, name: str, said: str
) -> None:
    save_view(user=council.officer, name="Red ones", query="colour=red")
    response = save(client_for(council.officer), name)
    assert errors(response) == [said]
    assert response.context["form"]["name"].value() == name
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", ["🙂", "<b>x</b>", "x" * 60, "a\x00b", "ş" * 60])
def test_odd_names_are_kept_as_text(council: Council, client_for: Any, name: str) -> None:
    client = client_for(council.officer)
    save(client, name)
    assert client.get(reverse("cases")).status_code == 200
    assertNotContains(client.get(reverse("saved-views")), "<b>x</b>")
    assert SavedView.objects.count() <= 1


def test_twenty_are_enough(council: Council, client_for: Any) -> None:
    for number in range(MOST):
        save_view(user=council.officer, name=f"List {number}", query="colour=red")
    save_view(user=council.senior, name="Somebody else's", query="colour=red")
    assert errors(save(client_for(council.officer), "One more")) == [
        "You have 20 saved lists, which is the most. Remove one you no longer use."
    ]
    assert SavedView.objects.filter(user=council.officer).count() == MOST


def test_what_everybody_sees_needs_no_name(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    assertNotContains(client.get(reverse("cases")), "Save this list")
    assert errors(save(client, "All", "")) == [
        "This is the list as everybody sees it. Choose a filter first, then save it."
    ]


def test_an_address_without_end_is_not_kept(council: Council) -> None:
    with pytest.raises(Refused, match="asks for too much"):
        save_view(user=council.officer, name="Long", query=f"search={'x' * 2000}")


def test_one_that_asks_for_what_is_gone_says_so_and_can_be_removed(council: Council, client_for: Any) -> None:
    theme = entry("theme", "transport")
    client = client_for(council.officer)
    save(client, "Taxis", "theme=transport")
    save(client, "Red", "colour=red")
    Entry.objects.filter(pk=theme.pk).update(code="transport-2026")
    page = client.get(reverse("saved-views"))
    assertContains(
        page, "It no longer works: Choose theme from the list: &#x27;transport&#x27; is not in it.", count=1
    )
    listed = client.get(reverse("cases"), {"theme": "transport"})
    assertContains(listed, "Choose theme from the list: &#x27;transport&#x27; is not in it.")
    assertContains(listed, "Your saved list “Taxis” asks for something that is no longer there.")
    view = SavedView.objects.get(name="Taxis")
    client.post(reverse("remove-view", args=[view.pk]))
    assert SavedView.objects.get().name == "Red"


def test_a_list_that_cannot_be_read_is_not_saved(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    for send in (client.get, client.post):
        assertRedirects(send(f"{reverse('save-view')}?unit=NOWHERE"), "/cases/?unit=NOWHERE")
    assert not SavedView.objects.exists()


def test_its_lines_are_those_of_the_day_it_is_opened(council: Council, client_for: Any) -> None:
    client = client_for(council.officer)
    save(client, "Education", "unit=EDUCATION")
    address = f"{reverse('cases')}?{SavedView.objects.get().query}"
    assert len(client.get(address).context["rows"]) == 0
    cases.log(council)
    assert len(client.get(address).context["rows"]) == 1


def test_only_for_those_who_read_cases(council: Council, client_for: Any) -> None:
    client = client_for(council.administrator)
    for name in ("saved-views", "save-view"):
        assert client.get(reverse(name)).status_code == 403
    assert remove_view(user=council.administrator, number=1) == ""

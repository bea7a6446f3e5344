"""Long lists are written straight out. They read as the templates of forms would have written them."""

from typing import Any

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from complaints.forms.markup import ManyBoxes, options

CHOICES = [("1", "Ann O'Brien, <b>Officer</b>"), (2, "“Tom” & Jo"), ('"3"', "🙂")]


@pytest.mark.parametrize("chosen", [[], ["2"], [2, '"3"'], None])
@pytest.mark.parametrize("classes", [{}, {"class": "govuk-checkboxes--small"}])
def test_boxes_of_a_long_list_are_as_any_others(chosen: Any, classes: dict[str, str]) -> None:
    args = ("who", chosen, {"id": "id_who"})
    slow = forms.CheckboxSelectMultiple(attrs=classes, choices=CHOICES).render(*args)
    assert "O&#x27;Brien" in slow
    assertHTMLEqual(ManyBoxes(attrs=classes, choices=CHOICES).render(*args), slow)


def test_lines_of_a_select_are_as_any_others() -> None:
    slow = forms.Select(choices=CHOICES).render("who", "2", {"id": "id_who"})
    lines = options(CHOICES, ["2"])
    assertHTMLEqual(f'<select class="govuk-select" name="who" id="id_who">{lines}</select>', slow)

"""Before any policy is loaded."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deadlines", "No policy is loaded yet"),
        ("policies", "No policy is loaded yet"),
        ("calendars", "No bank holidays are loaded"),
    ],
)
def test_each_page_says_what_to_do(client_for, name, words):
    assertContains(client_for().get(reverse(name)), words)

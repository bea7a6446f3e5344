"""Policies to read: every rule as it is read aloud, with its source."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains


def test_a_policy_reads_aloud_rule_by_rule(client_for, surrey):
    page = client_for().get(reverse("policy", args=["surrey-cfllc"]))
    for words in (
        "Stage 1, children&#x27;s services",
        "10 working days after received",
        "May be extended to 20 working days",
        "More time is approved by Senior Customer Relations Officer or Customer Relations Manager",
        "More time only if the complainant agrees",
        "5 working days before respond; when that is extended, 10 working days before respond",
        "Panel chair",
        "S11.2, SA3",
    ):
        assertContains(page, words)


def test_the_list_marks_the_councils_own(client_for, surrey):
    assertContains(client_for().get(reverse("policies")), "Our policy", count=1)


def test_its_queries_do_not_grow_with_its_slas(client_for, surrey):
    client = client_for()

    def queries(code):
        with CaptureQueriesContext(connection) as context:
            client.get(reverse("policy", args=[code]))
        return len(context)

    assert queries("lgsco-code-2024") == queries("surrey-cfllc")

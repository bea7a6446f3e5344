"""Behind a proxy, the lock falls on the machine that typed the passwords and on no other."""

import pytest
from django.test import RequestFactory

from config.client_ip import behind_proxy


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first was typed by the browser
        ("", "127.0.0.1"),
        ("garbage", "127.0.0.1"),
        ("203.0.113.7:99", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),  # one machine has the whole network
    ],
)
def test_the_last_address_counts_because_our_own_proxy_wrote_it(forwarded, address):
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert behind_proxy(request) == address

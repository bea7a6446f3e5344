"""Whose machine a request comes from, for the lock after too many wrong passwords."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest


def behind_proxy(request: HttpRequest) -> str:
    """The address our own proxy saw: the last one it wrote. What stands before it, anybody may have typed.

    Of an IPv6 address the network counts, because one machine has the whole of it. What is no address at
    all falls back to the proxy's own.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = ip_address(forwarded)
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False).network_address)
    return str(address)

"""Network addresses, as far as we judge by them."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach what listens there."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def one_place(told: str) -> str | None:
    """An address to count by; None for what is no address. One IPv6 host has a whole /64, so that is one place."""
    address = _address(told)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address) if address else None


def _address(told: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A socket for both kinds tells an IPv4 client as ::ffff:1.2.3.4, and all of those lie in one /64."""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

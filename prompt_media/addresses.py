"""Network addresses, as far as we judge by them."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def one_place(told: str) -> str | None:
    """An address to count by; None for what is no address. One IPv6 host has a whole /64, so that is one place."""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False).network_address)

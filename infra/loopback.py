"""Which hosts are this machine itself: what the environment names as a proxy leads out of it, and never back."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether an address, an IPv6 address without its brackets, or a name is this machine. Looks nothing up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"

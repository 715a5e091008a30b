"""Which addresses an organisation may have Serra ask: its ADMINs set them, so they must lead to no inner network."""

import asyncio
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from infra.loopback import is_loopback

_LONGEST = 2_000
_TRIED = 3
_SITE_LOCAL = IPv6Network("fec0::/10")
_OF_IPV4 = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""Networks whose last 32 bits are an IPv4 address (RFC 6052, RFC 4291): behind a gateway they lead there."""


class AddressRefused(Exception):
    """The address is not asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The rule. In development a provider may run on this machine; the operator vouches for `private_hosts`."""

    in_development: bool
    private_hosts: Collection[str] = ()

    def refusal(self, address: str, *, query: bool = False) -> str | None:
        """Why an address cannot be asked, in a sentence; None where it can, by what it says. Looks nothing up."""
        parts = _split(address)
        if parts is None or not parts.hostname or len(address) > _LONGEST:
            return "Give the full address: https://login.example.org."
        if parts.scheme != "https" and not (self.in_development and is_plain_here(address)):
            return f"«{address}» must begin with https://."
        if parts.username or parts.password or parts.fragment or (parts.query and not query) or "\\" in address:
            return f"«{address}» must be a plain address, without a user, a query or a fragment."
        literal = _literal(parts.hostname)
        if literal is not None and not self._may_ask(parts.hostname, literal):
            return f"«{address}» lies in a private network. Whoever runs this instance can allow it."
        return None

    async def of(self, host: str, port: int) -> list[str]:
        """The IP addresses of a host, if each of them may be asked. Raises AddressRefused and OSError."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        for address in addresses:
            if not self._may_ask(host, ip_address(address.partition("%")[0])):
                raise AddressRefused(f"{host} lies in a private network. Whoever runs this instance can allow it.")
        return addresses[:_TRIED]

    def _may_ask(self, host: str, address: IPv4Address | IPv6Address) -> bool:
        reached = _reached(address)
        return (
            self.in_development
            or host.lower() in self.private_hosts
            or (reached.is_global and not reached.is_multicast and reached not in _SITE_LOCAL)
        )


def origin_of(address: str) -> str:
    """The origin of an address, as browsers write it."""
    parts = urlsplit(address)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


def is_plain_here(address: str) -> bool:
    """Whether an address is plain http on this machine, where browsers send secure cookies to nobody."""
    parts = urlsplit(address)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        return None
    return parts if address.isascii() and address.isprintable() and " " not in address else None


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, if it does; else itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in _OF_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None

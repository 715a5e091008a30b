"""TCP ports: is this one free, and which ones may the servers have."""

import random
import socket

from infra.embedded.errors import EmbeddedError

# Below the range from which Linux (32768 up) and macOS (49152 up) take the ports of outgoing connections, so that no
# connection of some other program takes a port between the moment it is chosen and the moment its server binds it.
_LOWEST, _HIGHEST = 15_000, 31_999
ADMIN_OFFSET = 10_000
"""SeaweedFS's worker looks for its administrator's gRPC port at the HTTP port plus this, whatever it was told."""

_random = random.SystemRandom()


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen at this address now. A host that is not of this machine has no free port."""
    try:
        addresses = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        return False
    return bool(addresses) and all(_binds(family, address) for family, _, _, _, address in addresses)


def free_ports(count: int) -> list[int]:
    """So many different ports, free at 127.0.0.1 and at every other address: SeaweedFS insists on both."""
    return _draw(count, _HIGHEST, set())


def free_port_pair(taken: list[int]) -> tuple[int, int]:
    """A port whose partner, ADMIN_OFFSET above it, is free too, both apart from the ports already taken."""
    for _ in range(1_000):
        (port,) = _draw(1, _HIGHEST - ADMIN_OFFSET, set(taken))
        partner = port + ADMIN_OFFSET
        if partner not in taken and _free_everywhere(partner):
            return port, partner
    raise EmbeddedError(
        "No two free ports could be found for the file store's administrator. End programs that listen."
    )


def _draw(count: int, highest: int, taken: set[int]) -> list[int]:
    ports: list[int] = []
    for _ in range(1_000 * count):
        port = _random.randint(_LOWEST, highest)
        if port not in taken and port not in ports and _free_everywhere(port):
            ports.append(port)
            if len(ports) == count:
                return ports
    raise EmbeddedError(f"No {count} free ports could be found from {_LOWEST} to {highest}. End programs that listen.")


def _free_everywhere(port: int) -> bool:
    return _binds(socket.AF_INET, ("127.0.0.1", port)) and _binds(socket.AF_INET, ("", port))


def _binds(family: int, address: tuple[object, ...]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of an earlier run that are still fading away are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True

"""From where a request comes: known to whatever answers it, without being handed from one to the next."""

from contextvars import ContextVar

from litestar.types import HTTPScope, WebSocketScope

from infra.http.limits import address_of

address: ContextVar[str] = ContextVar("serra_address", default="")
"""An IPv4 address, or the network of an IPv6 address; empty where it is not known."""


def note_address(scope: HTTPScope | WebSocketScope, proxies: int) -> None:
    """Know the address of a request, which came through so many proxies of our own, for the rest of its task."""
    peer = scope["client"]
    # Some proxies add a line of their own instead of adding to the client's: all lines are one list (RFC 9110, 5.3).
    hops = (value for name, value in scope["headers"] if proxies and name == b"x-forwarded-for")
    address.set(address_of(peer[0] if peer else None, b",".join(hops).decode("latin-1"), proxies))

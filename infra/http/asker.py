"""From where a request comes: known to whatever answers it, without being handed from one to the next."""

from contextvars import ContextVar

from litestar.types import HTTPScope, WebSocketScope

from infra.http.limits import address_of

address: ContextVar[str] = ContextVar("serra_address", default="")
"""An IPv4 address, or the network of an IPv6 address; empty where it is not known."""


def note_address(scope: HTTPScope | WebSocketScope, proxies: int) -> None:
    """Know the address of a request, which came through so many proxies of our own, for the rest of its task."""
    peer = scope["client"]
    forwarded_for = next((value for name, value in scope["headers"] if name == b"x-forwarded-for"), b"")
    address.set(address_of(peer[0] if peer else None, forwarded_for.decode("latin-1") if proxies else "", proxies))

"""What all that is answered here has in common: bodies as they come in, and responses as they go out."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

import msgspec
from litestar.types import Receive, Send

from infra.http.refusal import Refused

encode = msgspec.json.Encoder(enc_hook=str).encode
_WITHOUT_LENGTH = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, largest: int) -> bytes:
    """The whole body of a request, of so many bytes at most. Raises Refused."""
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > largest:
        raise _too_large(largest)
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "BAD_REQUEST", "The request ended early.")
        pieces.append(message["body"])
        size += len(pieces[-1])
        if size > largest:
            raise _too_large(largest)
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def refusal(refused: Refused) -> bytes:
    """The body that tells of it."""
    return encode({"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]})


async def respond(
    send: Send, status: int, media_type: str, body: bytes, extra: Mapping[str, str], *, cookies: Iterable[str] = ()
) -> None:
    """Send a whole response, which nobody else may keep. One without a body has no media type."""
    headers: list[tuple[bytes, bytes]] = []
    if body:
        headers.append((b"content-type", f"{media_type}; charset=utf-8".encode()))
    if status not in _WITHOUT_LENGTH:
        headers.append((b"content-length", str(len(body)).encode()))
    if "Cache-Control" not in extra:
        headers.append((b"cache-control", b"private, no-store"))
    headers.extend((name.lower().encode(), value.encode("latin-1")) for name, value in extra.items())
    headers.extend((b"set-cookie", cookie.encode("latin-1")) for cookie in cookies)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _too_large(largest: int) -> Refused:
    return Refused(413, "BODY_TOO_LARGE", f"This request may have {largest:,} bytes at most.")

"""The messages of graphql-transport-ws."""

from typing import Any, Final

import msgspec

from infra.http.request import RequestBody

PROTOCOL: Final = "graphql-transport-ws"


class ConnectionInit(msgspec.Struct, tag="connection_init"):
    """The client says who it is: `payload.Authorization`, where its WebSocket cannot send headers."""

    payload: dict[str, Any] | None = None


class Ping(msgspec.Struct, tag="ping"):
    """Is the other one there?"""

    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, tag="pong"):
    """Yes."""

    payload: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, tag="subscribe"):
    """Run an operation under an id that no other running one has."""

    id: str
    payload: RequestBody


class Complete(msgspec.Struct, tag="complete"):
    """The client wants no more of an operation."""

    id: str


Message = ConnectionInit | Ping | Pong | Subscribe | Complete
read_message = msgspec.json.Decoder(Message).decode
_write = msgspec.json.Encoder().encode

ACKNOWLEDGED = '{"type":"connection_ack"}'
PING = '{"type":"ping"}'


def pong(asked: Ping) -> str:
    """The answer to a ping."""
    told = {"type": "pong"} if asked.payload is None else {"type": "pong", "payload": asked.payload}
    return _write(told).decode()


def next_result(operation: str, result: bytes) -> str:
    """One result of an operation."""
    return _write({"id": operation, "type": "next", "payload": msgspec.Raw(result)}).decode()


def failed(operation: str, errors: object) -> str:
    """An operation was not executed, and is over."""
    return _write({"id": operation, "type": "error", "payload": errors}).decode()


def completed(operation: str) -> str:
    """An operation is over."""
    return _write({"id": operation, "type": "complete"}).decode()

"""The parameters of a GraphQL request, as GET and POST bring them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
from litestar.types import Receive

from infra.http.negotiation import JSON_TYPE
from infra.http.refusal import Refused
from infra.http.wire import read_body


class RequestBody(msgspec.Struct, rename="camel"):
    """The parameters of a GraphQL request; those it does not know are passed over."""

    query: str | None = None
    document_id: str | None = None
    operation_name: str | None = None
    variables: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(RequestBody).decode
TOO_DEEP = "is JSON with lists or objects nested too deep to be read. Nest them less."


async def posted(headers: Mapping[bytes, bytes], receive: Receive, largest: int) -> RequestBody:
    """The request of a POST, of so many bytes at most. Raises Refused."""
    content_type = headers.get(b"content-type", b"").decode("latin-1").lower()
    media_type, _, parameters = content_type.partition(";")
    if media_type.strip() != JSON_TYPE or ("charset=" in parameters and "utf-8" not in parameters):
        raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json in UTF-8.")
    body = await read_body(headers, receive, largest)
    try:
        request = _decode(body)
    except msgspec.ValidationError as error:
        raise Refused(400, "BAD_REQUEST", f"The request has a parameter of the wrong type: {error}.") from None
    except RecursionError:
        raise Refused(400, "BAD_REQUEST", f"The body {TOO_DEEP}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(400, "BAD_REQUEST", "The body is not valid JSON.") from None
    if b"\\u0000" in body:
        _check_variables(request)
    return request


def asked(query_string: bytes) -> RequestBody:
    """The request of a GET. Raises Refused."""
    given = {
        name: values[-1] for name, values in parse_qs(query_string.decode("latin-1"), keep_blank_values=True).items()
    }
    try:
        request = RequestBody(
            query=given.get("query"),
            document_id=given.get("documentId"),
            operation_name=given.get("operationName") or None,
            variables=msgspec.json.decode(given["variables"], type=dict[str, Any] | None)
            if given.get("variables")
            else None,
            extensions=msgspec.json.decode(given["extensions"], type=dict[str, Any] | None)
            if given.get("extensions")
            else None,
        )
    except RecursionError:
        raise Refused(400, "BAD_REQUEST", f"What you send {TOO_DEEP}") from None
    except msgspec.DecodeError:
        raise Refused(400, "BAD_REQUEST", "`variables` and `extensions` are JSON objects.") from None
    _check_variables(request)
    return request


def has_nul(value: Any) -> bool:
    """PostgreSQL stores no NUL, so none is let in, however deep it lies."""
    unseen = [value]
    while unseen:
        match unseen.pop():
            case str() as text if "\x00" in text:
                return True
            case dict() as pairs:
                unseen += (*pairs, *pairs.values())
            case list() as items:
                unseen += items
            case _:
                pass
    return False


def _check_variables(request: RequestBody) -> None:
    if has_nul(request.variables):
        raise Refused(400, "BAD_REQUEST", "A text must not contain the character NUL.")

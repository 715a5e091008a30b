"""Answers to GET, which a browser may keep if it asks each time whether they still hold."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

_VARY = {"Vary": "Authorization, Cookie, Accept, Accept-Language"}
_KEPT = {**_VARY, "Cache-Control": "private, no-cache"}
_LONGEST_PERSON = 16


class Answer(NamedTuple):
    """A status, the bytes, and headers beside the usual ones."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def kept(answer: Answer, media_type: str, if_none_match: str) -> Answer:
    """The answer with its validator, and without its bytes where the client has them."""
    if answer.status != HTTPStatus.OK:
        return answer._replace(headers={**answer.headers, **_VARY})
    etag = etag_of(media_type, answer.body)
    headers = {**answer.headers, **_KEPT, "ETag": etag}
    if still_holds(etag, if_none_match):
        return Answer(HTTPStatus.NOT_MODIFIED, b"", headers)
    return answer._replace(headers=headers)


def etag_of(media_type: str, body: bytes) -> str:
    """The strong validator of an answer: its bytes, and what they are said to be."""
    made = hashlib.blake2b(body, digest_size=16, person=media_type.encode()[-_LONGEST_PERSON:])
    return f'"{made.hexdigest()}"'


def still_holds(etag: str, if_none_match: str) -> bool:
    """Whether the client already has what the validator stands for (RFC 9110, 13.1.2: compared weakly)."""
    given = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return etag in given or "*" in given

"""What a request is told that no part of the service answers, or that one failed to answer."""

import html
import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException

from infra.http.negotiation import JSON_TYPE, wants_page
from infra.http.refusal import Refused
from infra.http.wire import refusal
from infra.postgres.away import is_away

logger = logging.getLogger("serra.http")

_AWAY: Final = "The database is away for the moment. Try again in a few seconds."
_LONGEST_ECHO: Final = 100
_OF_USE: Final = frozenset({"GET", "POST"})
_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Serra</title></head>'
    '<body><h1>{title}</h1><p>{text}</p><p><a href="/">To the entrance</a></p></body></html>'
)


def refused_by(error: Exception, method: str, path: str) -> Refused:
    """How an error is told that nobody has made an answer of. What is none of the client's business gets an id."""
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _refused_by_route(error, method, path)
    if is_away(error):
        logger.warning("The database is away: %r", error)
        return unavailable()
    error_id = secrets.token_hex(6)
    logger.error("error %s", error_id, exc_info=error)
    told = f"Something went wrong on our side. Tell us the id {error_id}."
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL", told)


def unavailable(told: str = _AWAY) -> Refused:
    """How it is told that the database is away."""
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", told, {"Retry-After": "5"})


def answer_to(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer of a route that raised something, or of none."""
    refused = refused_by(error, request.method, request.scope["path"])
    headers = {"Cache-Control": "no-store", "Vary": "Accept", **refused.headers}
    if wants_page(request.headers.get("accept", "")):
        title = html.escape(HTTPStatus(refused.status).phrase)
        page = _PAGE.format(title=title, text=html.escape(str(refused)))
        return Response(page, status_code=refused.status, media_type=MediaType.HTML, headers=headers)
    return Response(refusal(refused), status_code=refused.status, media_type=JSON_TYPE, headers=headers)


def _refused_by_route(error: HTTPException, method: str, path: str) -> Refused:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            told = f"There is nothing at {path[:_LONGEST_ECHO]}. GraphQL is at /graphql; / tells what else there is."
            return Refused(HTTPStatus.NOT_FOUND, "NOT_FOUND", told)
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = _allowed(error.headers or {})
            told = f"{method} does nothing here. Use {' or '.join(sorted(_OF_USE.intersection(allowed)))}."
            return Refused(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", told, {"Allow": ", ".join(allowed)})
        case status:
            return Refused(status, "BAD_REQUEST", f"{error.detail}. / tells what there is.")


def _allowed(headers: Mapping[str, str]) -> list[str]:
    return sorted(method.strip() for method in headers.get("allow", "GET").split(","))

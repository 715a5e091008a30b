"""What graphql-core has come to, as a client sees it."""

import logging
import secrets
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError

from infra.http.failures import unavailable
from infra.http.refusal import Refused
from infra.postgres.away import is_away
from services.errors import NotSignedIn
from services.search.ports import SearchEngineUnavailable

logger = logging.getLogger("serra.http")
_LOST: Final = (
    "The database was lost while this ran. Try again in a few seconds. A mutation may have been saved all the same:"
    " look, or send it again with its `idempotencyKey`."
)


def formatted(result: ExecutionResult) -> dict[str, Any]:
    """A result as it is sent, what is none of the client's business masked.

    Raises Refused where it takes a person, and where the database was lost before anything came of the operation.
    """
    if not result.errors:
        return {"data": result.data}
    for error in result.errors:
        if isinstance(error.original_error, NotSignedIn):
            raise Refused(401, "UNAUTHENTICATED", str(error.original_error), {"WWW-Authenticate": "Bearer"})
    errors = [_masked(error) for error in result.errors]
    if not _has_come_to_something(result) and any(_is_lost(error.original_error) for error in result.errors):
        raise unavailable(_LOST)
    # Without `data` the request was not executed at all, and the answer says so by leaving the key out.
    return {"errors": errors} if _never_ran(result) else {"errors": errors, "data": result.data}


def _never_ran(result: ExecutionResult) -> bool:
    return result.data is None and all(error.path is None for error in result.errors or ())


def _has_come_to_something(result: ExecutionResult) -> bool:
    return any(value is not None for value in (result.data or {}).values())


def _masked(error: GraphQLError) -> dict[str, Any]:
    """What a client sees of an error: our own words, or an id under which the log has the rest."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        told = dict(error.formatted)
        told.setdefault("extensions", {"code": "BAD_USER_INPUT"})
        return told
    if _is_lost(original):
        logger.warning("The database was lost: %r", original)
        return {"message": _LOST, "path": error.path, "extensions": {"code": unavailable().code}}
    error_id = secrets.token_hex(6)
    logger.error("error %s", error_id, exc_info=original)
    return {
        "message": f"Something went wrong on our side. Tell us the id {error_id}.",
        "path": error.path,
        "extensions": {"code": "INTERNAL", "id": error_id},
    }


def _is_lost(error: BaseException | None) -> bool:
    return is_away(error) or isinstance(error, SearchEngineUnavailable)  # which falls back to the database

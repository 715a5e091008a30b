"""Mutations: parse, one service call, map the result, map a refusal."""

import dataclasses
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import strawberry

from schema.shared import UserError, user_errors
from services.errors import DomainError

T = TypeVar("T")
P = TypeVar("P", bound="Payload")


@strawberry.type
class Payload:
    """What every mutation answers with: what it changed, or why it did not.

    `references` holds the ids behind the fields that `reference()` and `references()` declare, by GraphQL name.
    """

    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was done."
    )
    references: strawberry.Private[dict[str, UUID | Sequence[UUID]]] = dataclasses.field(default_factory=dict)


async def answer(payload: type[P], field: str, call: Awaitable[UUID | Sequence[UUID]]) -> P:
    """Await a service call that returns the id of what it changed, or the ids; a refusal becomes `userErrors`."""
    try:
        return payload(references={field: await call})
    except DomainError as error:
        return payload(user_errors=user_errors(error))


def read(of: type[T], given: Any) -> T:
    """The domain's dataclass from a GraphQL input that has its shape; fields with other names are left out."""
    return msgspec.convert(given, of, from_attributes=True)

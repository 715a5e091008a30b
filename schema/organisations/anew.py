"""Mutations that change what the viewer may read."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

from strawberry.types import Info

from schema.compiler.run import Context
from schema.payload import Payload, answer
from services.organisations.people import viewer_again

P = TypeVar("P", bound=Payload)


async def answer_anew(info: Info[Context, None], payload: type[P], field: str, call: Awaitable[UUID]) -> P:
    """As `answer`, for a change of roles and keys: the payload, and what follows it, is read with those held now."""
    answered = await answer(payload, field, call)
    info.context.viewer = await viewer_again(info.context.viewer)
    return answered

"""The way from an id to a round that a verb may change, and the end of every such change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.columns import Column

from services import idempotency, log
from services.access import access_for_change, check_revision, require_role
from services.cases.partners import is_partner
from services.cases.tables import Case
from services.life_cycle import check_thing_going_on
from services.organisations.terms import Role, TokenScope
from services.test_rounds.rules import ACTS, AT_ANY_TIME, check_when
from services.test_rounds.tables import TestRound
from services.test_rounds.terms import RoundStatus
from services.viewer import Viewer


async def reached(viewer: Viewer, round_id: UUID | None, verb: str) -> TestRound:
    """The round, locked until the transaction ends, when the viewer may use the verb on it.

    Raises DomainError NOT_FOUND, also where the round's case is no longer theirs to read, and FORBIDDEN. Whether
    this is the time for it is for `check_ready` to say.
    """
    viewer.require_scope(TokenScope.WRITE)
    found = await access_for_change(TestRound, viewer, round_id, "test round", "id")
    if not await _is_partner(viewer, found, verb):
        await require_role(viewer, found.organisation, Role.EDITOR, ACTS[verb].to)
    return found


async def _is_partner(viewer: Viewer, found: TestRound, verb: str) -> bool:
    """Whether the round is run by its case's owner, whose partners may use the verb on it."""
    if viewer.has_role(found.organisation, Role.EDITOR):
        return False
    owned = (Case.id == found.case) & (Case.owner == found.organisation)
    return await Case.exists().where(owned) and await is_partner(viewer, found.case, verb)


async def check_ready(found: TestRound, verb: str, expected: int | None) -> None:
    """Raise DomainError CONFLICT or WRONG_STATE unless the verb may be used now, on what the caller read."""
    check_revision(expected, found.revision)
    check_when(verb, RoundStatus(found.status))
    if verb not in AT_ANY_TIME:
        await check_thing_going_on(("TestRound", found.id), "id")


async def ready(viewer: Viewer, round_id: UUID | None, verb: str, expected: int | None) -> TestRound:
    """`reached` and `check_ready`."""
    found = await reached(viewer, round_id, verb)
    await check_ready(found, verb, expected)
    return found


async def is_repeated(viewer: Viewer, verb: str, key: str | None, found: TestRound, given: object) -> bool:
    """Whether an earlier request with this key has added the same to the round already."""
    return (await idempotency.claim(viewer, verb, key, (found.id, given))).made


async def changed(
    viewer: Viewer,
    found: TestRound,
    verb: str,
    values: Mapping[Column | str, Any] | None = None,
    **detail: object,
) -> None:
    """Write columns of the round with its next revision, move it to the state that the verb leads to, and log it."""
    leads_to = ACTS[verb].leads_to
    status: dict[Column | str, Any] = {TestRound.status: leads_to} if leads_to else {}
    shown = {**(values or {}), **status, TestRound.revision: TestRound.revision + 1}
    await changed_inside(viewer, found, verb, shown, **detail)


async def changed_inside(
    viewer: Viewer,
    found: TestRound,
    verb: str,
    values: Mapping[Column | str, Any] | None = None,
    **detail: object,
) -> None:
    """As `changed`, where only those who run the round can read what changed: all its readers see its revision."""
    now = datetime.now(UTC)
    await TestRound.update({**(values or {}), TestRound.updated_at: now}).where(TestRound.id == found.id)
    await log.record(viewer, verb, "TestRound", found.id, organisation=found.organisation, detail=detail)

"""What has been kept for as long as was promised is let go: the daily job.

Everything happens in small transactions, may be interrupted anywhere, and may run twice.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from services import log
from services.artefacts.retention import end_recording, recordings_due
from services.ids import new_id
from services.organisations.tables import Person
from services.privacy.ages import AgeLimits
from services.privacy.data_exports import drop_export
from services.privacy.departures import end_retention
from services.privacy.erasure import forget_links
from services.privacy.tables import DataExport
from services.test_rounds.departures import drop_prints, prints_due
from services.test_rounds.retention import rounds_due
from services.transaction import transaction
from services.viewer import ANYONE

BATCH: Final = 1_000
"""Rows that go in one transaction."""

STRAGGLERS: Final = timedelta(days=2)
"""For how long after an erasure links to the person are looked for that were written while it ran."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Aged:
    """Rows `t` that only their age makes superfluous, and since when: `limit` names the field of AgeLimits."""

    table: str
    since: str
    limit: str


AGED: Final = (
    Aged("notification", "t.created_at", "notifications"),
    Aged("idempotency_key", "t.created_at", "idempotency_keys"),
    Aged("personal_token", "least(t.revoked_at, t.expires_at)", "ended_tokens"),
    Aged("invitation", "t.expires_at", "ended_tokens"),
    Aged("access_request", "t.created_at", "notifications"),
    Aged("session", "least(t.revoked_at, t.expires_at)", "ended_tokens"),
)
"""A line for each table."""

_EXPORTS_DUE: Final = "select person from data_export where asked_at < {} order by id"
_ERASED_LATELY: Final = "select id from person where erased_at > {} order by id"


async def due(limits: AgeLimits, today: date) -> dict[str, int]:
    """How much would be let go on a day, by what it is: rounds, recordings, exports, and rows by table."""
    counts = {
        "test_round": len(await rounds_due(today)),
        "recording": len(await recordings_due(today)),
        "data_export": len(await _exports_due(limits, today)),
        "withdrawn_words": await prints_due(today),
    }
    for aged in AGED:
        (counted,) = await Person.raw(
            f'select count(*) as n from "{aged.table}" t where {aged.since} < {{}}',  # noqa: S608 - our own names
            _before(today, limits, aged.limit),
        )
        counts[aged.table] = counted["n"]
    return counts


async def retain(limits: AgeLimits, today: date, report: Report) -> dict[str, int]:
    """Let go of everything that is due on a day, and tell it as it goes; gives what went, and the log has it too."""
    counts: Counter[str] = Counter()
    async for what, number in _steps(limits, today):
        if number:
            counts[what] += number
            report(f"{what}: {counts[what]} let go")
    if counts:
        async with transaction():
            await log.record(ANYONE, "end_retention", "Retention", new_id(), detail=counts)
    return dict(counts)


async def _steps(limits: AgeLimits, today: date) -> AsyncIterator[tuple[str, int]]:
    for test_round in await rounds_due(today):
        for what, number in (await end_retention(test_round, today)).items():
            yield what, number
    for recording in await recordings_due(today):
        yield "recordings", await end_recording(recording, today)
    for person in await _exports_due(limits, today):
        yield "data_export", await _drop(person)
    yield "withdrawn_words", await drop_prints(today)
    for aged in AGED:
        while number := await _delete_batch(aged, _before(today, limits, aged.limit)):
            yield aged.table, number
    for row in await Person.raw(_ERASED_LATELY, datetime.now(UTC) - STRAGGLERS):
        yield "links_to_erased", await _forget(row["id"])


async def _drop(person: UUID) -> int:
    async with transaction():
        return await drop_export(person)


async def _forget(person: UUID) -> int:
    async with transaction():
        return (await forget_links(person)).total()


async def _delete_batch(aged: Aged, before: datetime) -> int:
    (counted,) = await Person.raw(
        f'with gone as (delete from "{aged.table}" where id in (select t.id from "{aged.table}" t'  # noqa: S608 - our own names
        f" where {aged.since} < {{}} order by {aged.since} limit {BATCH}) returning 1) select count(*) as n from gone",
        before,
    )
    count: int = counted["n"]
    return count


async def _exports_due(limits: AgeLimits, today: date) -> list[UUID]:
    return [row["person"] for row in await DataExport.raw(_EXPORTS_DUE, _before(today, limits, "data_exports"))]


def _before(today: date, limits: AgeLimits, limit: str) -> datetime:
    days: int = getattr(limits, limit)
    return datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=days)

"""What a participant leaves behind in a round's own words, when their observations have gone (rule 5).

Files, comments and reviews point at rounds, so what becomes of those is for `services.privacy.departures`.
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.columns import JSONB, Column
from piccolo.table import Table

from services import log
from services.access import readable_rows
from services.audiences import keyring_of
from services.cases.partners import may_edit
from services.passages import TELLING, Print, packed, prints_of, unpacked, without
from services.test_rounds.tables import (
    Criterion,
    Deviation,
    Observation,
    RoundFinding,
    TestRound,
    Verdict,
    WithdrawnWords,
)
from services.text import texts_of
from services.viewer import ANYONE, Viewer

KEPT: Final = timedelta(days=30)
"""For how long at least withdrawn words are recognised, also where the round's own date is nearer."""
KEPT_AT_MOST: Final = timedelta(days=2 * 365)
"""For how long at most, also where that date is further."""

_WRITTEN: Final[tuple[tuple[type[RoundFinding | Verdict | Deviation], tuple[JSONB, ...]], ...]] = (
    (RoundFinding, (RoundFinding.statement, RoundFinding.action)),
    (Verdict, (Verdict.note,)),
    (Deviation, (Deviation.change, Deviation.reason)),
)
"""What a lab writes after it has seen people. What it wrote before does not quote them."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that were observed of somebody, and when they were written down."""

    words: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What recognises words that have left a round, and since when they had stood there."""

    recorded_at: datetime
    prints: frozenset[Print]


@dataclass(frozen=True, slots=True)
class Departure:
    """Who left a round, by folded alias, what had been observed of them, and what still stands in the round.

    `withdrawn` recognises the words that are gone, and none that others in the round said, too. `edits_case`: whether
    the round's organisation may edit its case. `keyring`: what that organisation itself holds.
    """

    test_round: UUID
    case: UUID
    organisation: UUID
    aliases: frozenset[str] = frozenset()
    passages: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    edits_case: bool = False
    keyring: tuple[str, ...] = ()

    async def own(self, table: type[Table], rows: Iterable[Mapping[str, Any]]) -> frozenset[UUID]:
        """Those of the rows that the round's organisation answers for, and may read itself.

        What its people keep from it is another's here: else it could guess what they said, and see whether it changes.
        """
        answered = [row["id"] for row in rows if row["organisation"] == self.organisation]
        return await readable_rows(table, answered, self.keyring)

    def prints_for(
        self, thing: UUID, test_round: UUID | None, written_at: datetime, own: Collection[UUID]
    ) -> frozenset[Print]:
        """What recognises the words in a thing of a round, or of its case.

        All of them in what is of this round, or among its `own`. In what others have on the case: those which stood
        in the round before it was written, for whoever repeats comes after; and none where the case's owner has not
        let the round's organisation edit it. So nobody takes words out of a text by recording them.
        """
        if test_round == self.test_round or thing in own:
            return recognising(self.withdrawn)
        return recognising(self.withdrawn, before=written_at) if self.edits_case else frozenset()


def recognising(withdrawn: Iterable[Withdrawn], *, before: datetime | None = None) -> frozenset[Print]:
    """What recognises withdrawn words; only those that had been recorded before an instant, where one is given."""
    found = [one.prints for one in withdrawn if before is None or one.recorded_at < before]
    # A round may hold millions of prints: they are not copied where there is nothing to join.
    return found[0] if len(found) == 1 else frozenset().union(*found)


def said(rows: Iterable[Mapping[str, Any]]) -> tuple[Passage, ...]:
    """What observations hold of participants: text and quote, in every language. A task is the lab's."""
    return tuple(
        Passage(words, row["created_at"])
        for row in rows
        for column in (row["text"], row["quote"])
        if column is not None
        for words in texts_of(json.loads(column)).values()
    )


def nobody(found: TestRound) -> Departure:
    """That nobody left."""
    return Departure(found.id, found.case, found.organisation)


async def depart(found: TestRound, aliases: Collection[str], passages: Sequence[Passage]) -> Departure:
    """In the caller's transaction, after the observations have gone: take their words out of what the round says.

    Prints of the words stay, so that texts which are read out of files later are rid of them, too.
    """
    seen = await Observation.select(Observation.text, Observation.quote, Observation.created_at).where(
        Observation.test_round == found.id
    )
    standing = (*(one.words for one in said(seen)), *await _planned(found))
    # Of a long round this takes seconds, in which others are served.
    withdrawn = await asyncio.to_thread(_withdrawn, passages, standing, found.id.bytes)
    edits_case = await may_edit(found.organisation, found.case)
    if withdrawn:
        until = _last_day(found.retain_until, datetime.now(UTC).date())
        await WithdrawnWords.insert(
            *(
                WithdrawnWords(
                    test_round=found.id,
                    prints=prints,
                    recorded_at=one.recorded_at,
                    kept_until=until,
                    edits_case=edits_case,
                )
                for one, prints in zip(withdrawn, await asyncio.to_thread(_packed, withdrawn), strict=True)
            )
        )
        await _redact(found, recognising(withdrawn))
    return Departure(
        found.id,
        found.case,
        found.organisation,
        frozenset(aliases),
        tuple(one.words for one in passages),
        standing,
        withdrawn,
        edits_case,
        tuple(await keyring_of(found.organisation)),
    )


async def log_redaction(
    viewer: Viewer, departure: Departure, action: str, thing: tuple[str, UUID], organisation: UUID
) -> None:
    """Say of a text, in the log of the organisation that answers for it, that words were taken out of it."""
    # Who let the participant go is for the log of their round: others may not know of it.
    actor = viewer if organisation == departure.organisation else ANYONE
    detail = await reason([departure.test_round], organisation)
    await log.record(actor, action, *thing, organisation=organisation, detail=detail)


async def reason(test_rounds: Collection[UUID], organisation: UUID) -> dict[str, object]:
    """Why something of an organisation's was changed, as its log tells: by which rounds, where it reads them itself."""
    known = await readable_rows(TestRound, test_rounds, await keyring_of(organisation))
    return {"because": "withdrawn_words"} | ({"test_rounds": sorted(map(str, known))} if known else {})


async def withdrawn_from(ids: Collection[UUID]) -> dict[UUID, tuple[Withdrawn, ...]]:
    """What recognises words that were withdrawn, by round; `ids` are of rows of `WithdrawnWords`."""
    found: dict[UUID, tuple[Withdrawn, ...]] = {}
    if not ids:
        return found
    for row in await WithdrawnWords.select().where(WithdrawnWords.id.is_in(list(ids))):
        one = Withdrawn(row["recorded_at"], await asyncio.to_thread(unpacked, bytes(row["prints"])))
        found[row["test_round"]] = (*found.get(row["test_round"], ()), one)
    return found


async def drop_prints(today: date) -> int:
    """Let go of prints that have been kept for long enough; gives their number."""
    gone = await WithdrawnWords.delete().where(WithdrawnWords.kept_until < today).returning(WithdrawnWords.id)
    return len(gone)


async def prints_due(today: date) -> int:
    """How many `drop_prints` would let go of."""
    return int(await WithdrawnWords.count().where(WithdrawnWords.kept_until < today))


def _last_day(retain_until: date | None, today: date) -> date:
    return min(max(retain_until or today, today + KEPT), today + KEPT_AT_MOST)


def _withdrawn(passages: Iterable[Passage], standing: Iterable[str], salt: bytes) -> tuple[Withdrawn, ...]:
    """What recognises passages and nothing that still stands, by when they were recorded."""
    known = prints_of(standing, salt)
    by_time: dict[datetime, list[str]] = {}
    for one in passages:
        by_time.setdefault(one.recorded_at, []).append(one.words)
    return tuple(
        Withdrawn(recorded_at, prints)
        for recorded_at, words in sorted(by_time.items())
        if (prints := prints_of(words, salt) - known)
    )


def _packed(withdrawn: Iterable[Withdrawn]) -> list[bytes]:
    return [packed(one.prints) for one in withdrawn]


async def _planned(found: TestRound) -> list[str]:
    """What the round said before anybody was observed."""
    criteria = await Criterion.select(Criterion.statement).where(Criterion.test_round == found.id)
    columns = [found.problem, found.hypothesis, *(row["statement"] for row in criteria)]
    return [words for column in columns if column for words in texts_of(json.loads(column)).values()]


async def _redact(found: TestRound, prints: frozenset[Print]) -> None:
    for table, columns in _WRITTEN:
        for row in await table.select(table.id, *columns).where(table.test_round == found.id):
            changed: dict[Column | str, Any] = {
                column: after
                for column in columns
                if (after := _redacted(row[column._meta.name], prints, found)) is not None  # noqa: SLF001 - reflection
            }
            if changed:
                await table.update(changed).where(table.id == row["id"])
    after = _redacted(found.decision_reason, prints, found)
    if after is not None:
        await TestRound.update({TestRound.decision_reason: after}).where(TestRound.id == found.id)


def _redacted(column: str | None, prints: frozenset[Print], found: TestRound) -> str | None:
    """A stored text without the words; None where it does not hold them."""
    if column is None:
        return None
    stored = json.loads(column)
    removals = {
        language: without(words, prints, found.id.bytes, least=TELLING) for language, words in texts_of(stored).items()
    }
    if not any(removal.longest for removal in removals.values()):
        return None
    for language, removal in removals.items():
        stored[language]["text"] = removal.text
    return json.dumps(stored, ensure_ascii=False)

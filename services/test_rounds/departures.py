"""What a participant leaves behind in a round's own words, when their observations have gone (rule 5).

Files, comments and reviews point at rounds, so what becomes of those is for `services.privacy.departures`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo.columns import JSONB, Column

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

KEPT: Final = timedelta(days=30)
"""For how long at least withdrawn words are recognised, also where the round's own date is nearer."""

_WRITTEN: Final[tuple[tuple[type[RoundFinding | Verdict | Deviation], tuple[JSONB, ...]], ...]] = (
    (RoundFinding, (RoundFinding.statement, RoundFinding.action)),
    (Verdict, (Verdict.note,)),
    (Deviation, (Deviation.change, Deviation.reason)),
)
"""What a lab writes after it has seen people. What it wrote before does not quote them."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Who left a round, by folded alias, what had been observed of them, and what still stands in the round.

    `prints` recognise the words that are gone, and none that others in the round said, too.
    """

    test_round: UUID
    case: UUID
    organisation: UUID
    aliases: frozenset[str] = frozenset()
    passages: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    prints: frozenset[Print] = frozenset()


def said(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What observations hold of participants: text and quote, in every language. A task is the lab's."""
    return tuple(
        words
        for row in rows
        for column in (row["text"], row["quote"])
        if column is not None
        for words in texts_of(json.loads(column)).values()
    )


def nobody(found: TestRound) -> Departure:
    """That nobody left."""
    return Departure(found.id, found.case, found.organisation)


async def depart(found: TestRound, aliases: Collection[str], passages: Sequence[str]) -> Departure:
    """In the caller's transaction, after the observations have gone: take their words out of what the round says.

    Prints of the words stay, so that texts which are read out of files later are rid of them, too.
    """
    seen = await Observation.select(Observation.text, Observation.quote).where(Observation.test_round == found.id)
    standing = (*said(seen), *await _planned(found))
    salt = found.id.bytes
    prints = prints_of(passages, salt) - prints_of(standing, salt)
    if prints:
        today = datetime.now(UTC).date()
        until = _last_day(found.retain_until, today)
        await WithdrawnWords.insert(WithdrawnWords(test_round=found.id, prints=packed(prints), kept_until=until))
        await _redact(found, prints)
    return Departure(found.id, found.case, found.organisation, frozenset(aliases), tuple(passages), standing, prints)


async def withdrawn_prints(test_rounds: Collection[UUID]) -> dict[UUID, frozenset[Print]]:
    """What recognises the words that were withdrawn in rounds, by round."""
    found: dict[UUID, frozenset[Print]] = {}
    if not test_rounds:
        return found
    for row in await WithdrawnWords.select().where(WithdrawnWords.test_round.is_in(list(test_rounds))):
        found[row["test_round"]] = found.get(row["test_round"], frozenset()) | unpacked(bytes(row["prints"]))
    return found


async def drop_prints(today: date) -> int:
    """Let go of prints that have been kept for long enough; gives their number."""
    gone = await WithdrawnWords.delete().where(WithdrawnWords.kept_until < today).returning(WithdrawnWords.id)
    return len(gone)


async def prints_due(today: date) -> int:
    """How many `drop_prints` would let go of."""
    return int(await WithdrawnWords.count().where(WithdrawnWords.kept_until < today))


def _last_day(retain_until: date | None, today: date) -> date:
    return today + KEPT if retain_until is None else max(retain_until, today + KEPT)


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

"""Verification: every seal and every sealed line of the log, held against each other."""

import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.chain import Chain, Fault, check_lines
from services.audit.proof import Seal, address_commitment, commitment_of, leaf, shown_line
from services.audit.seals import COLUMNS, head
from services.audit.tables import LogAddress, LogSeal
from services.log import LogEntry

_SEALS_AT_ONCE: Final = 20
_OF_BATCHES: Final = f"select {COLUMNS} from log where id > {{}} and id <= {{}} order by id"  # noqa: S608 - our own names
_OUTSIDE: Final = """
    select count(*) filter (where id <= 0) as before, count(*) filter (where id > {}) as after
    from log where id <= 0 or id > {}
"""

Told = Callable[[int, int], None]
"""Is told how many batches of how many are done."""


@dataclass(slots=True)
class Verdict:
    """What was looked at, and what is wrong with it."""

    batches: int = 0
    lines: int = 0
    unsealed: int = 0
    head: Seal | None = None
    faults: list[Fault] = field(default_factory=list)


async def verify_log(*, expected: bytes | None = None, told: Told = lambda _, __: None) -> Verdict:
    """Look at the whole log. `expected` is the hash of a seal that was kept elsewhere.

    Without it the removal of the newest seals goes unseen: what is left is a shorter chain that hangs together.
    """
    verdict, chain, all_of_them = Verdict(), Chain(expected), (await head()).number
    async for seals in pages_of_seals(1):
        rows = await lines_of(seals)
        changed = await _with_changed_addresses(rows)
        for seal in seals:
            verdict.faults += chain.follow(seal)
            own = among(rows, seal)
            verdict.faults += check_lines(seal, [_leaf(row) for row in own])
            for line in sorted(changed.intersection(map(_id, own))):
                verdict.faults.append(Fault(seal.number, f"the address of line {line} is not the one that was sealed."))
            verdict.lines += len(own)
            verdict.batches += 1
        told(verdict.batches, max(all_of_them, verdict.batches))
    verdict.faults += chain.end()
    verdict.head = chain.previous
    last = chain.previous.last if chain.previous else 0
    outside = (await LogEntry.raw(_OUTSIDE, last, last))[0]
    verdict.unsealed = outside["after"]
    if outside["before"]:
        verdict.faults.append(Fault(1, f"lines with numbers below 1 were put before it, {outside['before']} of them."))
    return verdict


async def pages_of_seals(first: int) -> AsyncIterator[list[Seal]]:
    """The seals from a number on, some at a time."""
    number = first - 1
    while True:
        rows = await LogSeal.select().where(LogSeal.number > number).order_by(LogSeal.number).limit(_SEALS_AT_ONCE)
        if not rows:
            return
        yield [Seal.of_row(row) for row in rows]
        number = rows[-1]["number"]


async def lines_of(seals: Sequence[Seal]) -> list[Mapping[str, Any]]:
    """The rows that are now where some consecutive seals say that theirs are, in order."""
    rows: list[Mapping[str, Any]] = await LogEntry.raw(
        _OF_BATCHES, min(seal.after for seal in seals), max(seal.last for seal in seals)
    )
    return rows


def among(rows: Sequence[Mapping[str, Any]], seal: Seal) -> Sequence[Mapping[str, Any]]:
    """Those of the rows, which are in order, that are where a seal says that its own are."""
    return rows[bisect_right(rows, seal.after, key=_id) : bisect_right(rows, seal.last, key=_id)]


async def _with_changed_addresses(rows: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """The lines whose address is kept, and is not the one that they commit to."""
    committed = {
        commitment: _id(row)
        for row in rows
        if '"address"' in row["detail"] and (commitment := commitment_of({"detail": json.loads(row["detail"])}))
    }
    if not committed:
        return frozenset()
    kept = await LogAddress.objects().where(LogAddress.commitment.is_in(list(committed)))
    return frozenset(
        committed[row.commitment] for row in kept if address_commitment(row.salt, row.address) != row.commitment
    )


def _id(row: Mapping[str, Any]) -> int:
    number: int = row["id"]
    return number


def _leaf(row: Mapping[str, Any]) -> bytes:
    try:
        return leaf(shown_line(row))
    except (ValueError, OverflowError):  # such as a time of «infinity», which no line of ours has
        return b""

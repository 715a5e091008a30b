"""Lines of the log with the proof of each, for somebody outside: docs/audit.md says how they are read and checked."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.audit.chain import Chain, Fault
from services.audit.proof import Seal, Tree, address_commitment, commitment_of, instant, leaf, root_of, shown_line
from services.audit.seals import COLUMNS, head
from services.audit.tables import LogAddress
from services.audit.verification import among, lines_of, pages_of_seals
from services.log import LogEntry

FORMAT: Final = "serra-audit-export/1"
_UNSEALED_AT_ONCE: Final = 1_000
_WANTED: Final = """
    ({}::uuid is null or organisation = {}) and ({}::timestamptz is null or at >= {})
    and ({}::timestamptz is null or at < {})
"""
_FIRST: Final = f"select min(id) as id from log where {_WANTED}"  # noqa: S608 - only the constant above stands in it
_IDS: Final = f"select id from log where id > {{}} and id <= {{}} and {_WANTED}"  # noqa: S608 - as above
_AFTER: Final = f"select {COLUMNS} from log where id > {{}} and {_WANTED} order by id limit {_UNSEALED_AT_ONCE}"  # noqa: S608 - as above
_BATCH_OF: Final = "select min(number) as number from log_seal where last >= {}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: those of one organisation, or all; from an instant on, and before another."""

    organisation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def values(self) -> tuple[object, ...]:
        """What stands in _WANTED."""
        return tuple(value for one in (self.organisation, self.since, self.until) for value in (one, one))


async def export_log(wanted: Wanted) -> AsyncIterator[dict[str, Any]]:
    """The objects of an export, in order: what it is, each seal followed by its lines, and lines not yet sealed.

    It begins with the batch of the first line that is wanted and goes on to the newest seal, so that its end can be
    held against a hash kept elsewhere. Read in pages: what is in memory at once does not grow with the log.
    """
    yield {
        "format": FORMAT,
        "organisation": str(wanted.organisation) if wanted.organisation else None,
        "since": instant(wanted.since) if wanted.since else None,
        "until": instant(wanted.until) if wanted.until else None,
        "exportedAt": instant(datetime.now(UTC)),
    }
    last = (await head()).last
    first: int | None = (await LogEntry.raw(_FIRST, *wanted.values))[0]["id"]
    if first is None:
        return
    batch: int | None = (await LogEntry.raw(_BATCH_OF, first))[0]["number"]
    if batch is not None:
        async for seals in pages_of_seals(batch):
            async for shown in _sealed(seals, wanted):
                yield shown
            last = seals[-1].last
    while rows := await LogEntry.raw(_AFTER, last, *wanted.values):
        for shown in await _with_addresses([{"line": shown_line(row)} for row in rows]):
            yield {**shown, "seal": None}
        last = rows[-1]["id"]


async def _sealed(seals: list[Seal], wanted: Wanted) -> AsyncIterator[dict[str, Any]]:
    ids = {
        row["id"]
        for row in await LogEntry.raw(
            _IDS, min(seal.after for seal in seals), max(seal.last for seal in seals), *wanted.values
        )
    }
    concerned = [seal for seal in seals if any(seal.after < one <= seal.last for one in ids)]
    rows = await lines_of(concerned) if concerned else []
    for seal in seals:
        yield {"seal": seal.shown()}
        if seal in concerned:
            for shown in await _with_addresses(_proved(seal, rows, ids)):
                yield shown


def _proved(seal: Seal, rows: Sequence[Mapping[str, Any]], ids: set[int]) -> list[dict[str, Any]]:
    lines = [shown_line(row) for row in among(rows, seal)]
    tree = Tree([leaf(line) for line in lines])
    return [
        {"line": line, "seal": seal.number, "index": index, "path": [one.hex() for one in tree.path(index)]}
        for index, line in enumerate(lines)
        if line["id"] in ids
    ]


async def _with_addresses(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines, with the addresses that they commit to as long as those are kept."""
    commitments = {commitment for one in shown if (commitment := commitment_of(one["line"]))}
    rows = await LogAddress.objects().where(LogAddress.commitment.is_in(list(commitments))) if commitments else []
    kept = {row.commitment: {"address": row.address, "salt": row.salt.hex()} for row in rows}
    return [{**one, "address": kept[found]} if (found := commitment_of(one["line"])) in kept else one for one in shown]


class NotAnExport(Exception):
    """What was given is not the output of an export."""


@dataclass(slots=True)
class ExportCheck:
    """Checks an export, object after object."""

    chain: Chain
    lines: int = 0
    unsealed: int = 0
    last: int = 0
    begun: bool = False

    def check(self, shown: Mapping[str, Any]) -> list[Fault]:
        """What is wrong with the next object. Raises NotAnExport."""
        try:
            return list(self._check(shown))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotAnExport("This is no line of an export: something that each has is missing.") from error

    def _check(self, shown: Mapping[str, Any]) -> list[Fault]:
        if not self.begun:
            if shown.get("format") != FORMAT:
                raise NotAnExport(f"The first line does not say that the format is {FORMAT}.")
            self.begun = True
            return []
        if "line" not in shown:
            seal = Seal.of_json(shown["seal"])
            if self.chain.previous is None:
                self.chain.first = seal.number
            behind = (
                [Fault(seal.number, "it stands behind lines that are said not to be sealed.")] if self.unsealed else []
            )
            return [*behind, *self.chain.follow(seal)]
        newest, number = self.chain.previous, shown["line"]["id"]
        batch = newest.number if newest else 0
        if number <= self.last:
            return [Fault(batch, f"line {number} stands behind line {self.last}: it is there twice, or was put there.")]
        self.last = number
        if shown["seal"] is None:
            self.unsealed += 1
            sealed = newest is not None and number <= newest.last
            return [Fault(batch, f"line {number} is said not to be sealed, and its batch is.")] if sealed else []
        self.lines += 1
        return self._check_line(shown)

    def _check_line(self, shown: Mapping[str, Any]) -> list[Fault]:
        seal, line = self.chain.previous, shown["line"]
        if seal is None or seal.number != shown["seal"]:
            return [Fault(shown["seal"], f"line {line['id']} does not stand behind the seal of its batch.")]
        path = [bytes.fromhex(one) for one in shown["path"]]
        if (
            not seal.after < line["id"] <= seal.last
            or root_of(leaf(line), shown["index"], seal.lines, path) != seal.root
        ):
            return [Fault(seal.number, f"line {line['id']} is not what was sealed.")]
        if "address" in shown:
            salt, address = bytes.fromhex(shown["address"]["salt"]), shown["address"]["address"]
            if address_commitment(salt, address) != commitment_of(line):
                return [Fault(seal.number, f"the address of line {line['id']} is not the one that was sealed.")]
        return []

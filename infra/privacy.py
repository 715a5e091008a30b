"""What the command line does with what is held about people. Everything it prints goes to whoever runs Serra."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from services.privacy import erasure, receipts, retention
from services.privacy.ages import AgeLimits
from services.privacy.export import as_text, find_person, gather
from services.privacy.foresight import foresee
from services.privacy.namesakes import Match, matches


async def export(who: str, also: Sequence[str] = ()) -> tuple[str, list[str]]:
    """Everything about a person, with matches that are named, as the text of a JSON file; and lines for the operator.

    These say who it is, and what was left out. Raises DomainError.
    """
    person = await find_person(who)
    gathered = await gather(person, also)
    (profile,) = gathered["sections"]["profile"]["rows"]
    left = [line for match in await matches(person) if match.name not in also for line in _left(match)]
    return as_text(gathered), [_whom(profile["name"], profile["email"], person), *left]


async def foretell(who: str, also: Sequence[str] = ()) -> list[str]:
    """Whom an erasure would concern and what it would do, in lines. Raises DomainError where it would be refused."""
    seen = await foresee(await find_person(who), also)
    goes = [*_counted(seen.goes), *([f"notes to themselves {seen.notes}"] if seen.notes else [])]
    roles = [f"{role} of {slug}" for slug, role in seen.roles.items()]
    kept = {section: count for section, count in seen.kept.items() if section != "profile"}  # it is told by its parts
    return [
        _whom(seen.name, seen.email, seen.person),
        f"  Roles: {', '.join([*roles, *(['steward of this installation'] if seen.is_steward else [])]) or 'none'}",
        f"  Goes: {', '.join(['name and address', *goes])}",
        f"  Stays, without them: {', '.join(_counted(seen.unlinked)) or 'nothing'}",
        f"  Stays as it is, and knows them by an id that leads nowhere: {', '.join(_counted(kept)) or 'nothing'}",
        "  In comments, reviews and file names of theirs that stay, their own name and address become […].",
        *(line for match in seen.taken for line in [f"  Goes, as you said: {match.name}", *_rows(match)]),
        *(line for match in seen.left for line in _left(match)),
    ]


def _whom(name: str, email: str | None, person: UUID) -> str:
    return _plain(", ".join(part for part in (name or "(no name)", email, f"id {person}") if part))


def _left(match: Match) -> list[str]:
    line = f"  Bears their name or address, and is left alone without --also {match.name}. Anybody may choose these:"
    return [line, *_rows(match)]


def _rows(match: Match) -> list[str]:
    return [_plain(f"    {json.dumps(row, ensure_ascii=False)}") for row in match.rows]


def _plain(line: str) -> str:
    """The line without what moves a terminal: people choose their names, and somebody decides by what is shown."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)


def _counted(sections: Mapping[str, int]) -> list[str]:
    """The register speaks to the person; here it is spoken of them."""
    return [f"{section.replace('_', ' ').replace('you', 'them')} {count}" for section, count in sections.items()]


async def erase(who: str, also: Sequence[str] = ()) -> str:
    """Erase a person, with matches that are named; gives the receipt's line. Raises DomainError."""
    return (await erasure.erase_person(await find_person(who), also)).as_text()


async def list_receipts() -> list[str]:
    """The lines of all receipts in the log."""
    return [receipt.as_text() for receipt in await receipts.receipts()]


async def erase_again(lines: Iterable[str]) -> list[str]:
    """Repeat the erasures of receipts whose people came back; gives the new lines. Raises DomainError."""
    known = [receipts.read_receipt(line) for line in lines if line.strip()]
    return [receipt.as_text() for receipt in await erasure.erase_anew(known)]


async def check(line: str) -> None:
    """Raise DomainError unless the log holds a receipt and its person is erased."""
    await receipts.check_receipt(receipts.read_receipt(line))


async def would_go(ages: AgeLimits) -> dict[str, int]:
    """How much retention would let go of today."""
    return await retention.due(ages, datetime.now(UTC).date())


async def let_go(ages: AgeLimits, say: Callable[[str], None]) -> dict[str, int]:
    """Let go of what is due today."""
    return await retention.retain(ages, datetime.now(UTC).date(), say)


def write_new(to: Path, text: str) -> None:
    """Write a file that is not there yet, and that only its owner may read. Raises OSError."""
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

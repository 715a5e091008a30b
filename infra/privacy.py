"""What the command line does with what is held about people. Everything it prints goes to whoever runs Serra."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from services.privacy import erasure, receipts, retention
from services.privacy.ages import AgeLimits
from services.privacy.export import as_text, find_person, gather
from services.privacy.foresight import foresee


async def export(who: str) -> str:
    """Everything about a person, as the text of a JSON file. Raises DomainError."""
    return as_text(await gather(await find_person(who)))


async def foretell(who: str) -> list[str]:
    """Whom an erasure would concern and what it would do, in lines. Raises DomainError where it would be refused."""
    seen = await foresee(await find_person(who))
    goes = [*_counted(seen.goes), *([f"notes to themselves {seen.notes}"] if seen.notes else [])]
    roles = [f"{role} of {slug}" for slug, role in seen.roles.items()]
    kept = {section: count for section, count in seen.kept.items() if section != "profile"}  # it is told by its parts
    return [
        ", ".join(part for part in (seen.name or "(no name)", seen.email, f"id {seen.person}") if part),
        f"  Roles: {', '.join([*roles, *(['steward of this installation'] if seen.is_steward else [])]) or 'none'}",
        f"  Goes: {', '.join(['name and address', *goes])}",
        f"  Stays, without them: {', '.join(_counted(seen.unlinked)) or 'nothing'}",
        f"  Stays as it is, and knows them by an id that leads nowhere: {', '.join(_counted(kept)) or 'nothing'}",
        "  In comments, reviews and file names of theirs that stay, their own name and address become […].",
    ]


def _counted(sections: Mapping[str, int]) -> list[str]:
    """The register speaks to the person; here it is spoken of them."""
    return [f"{section.replace('_', ' ').replace('you', 'them')} {count}" for section, count in sections.items()]


async def erase(who: str) -> str:
    """Erase a person; gives the receipt's line. Raises DomainError."""
    return (await erasure.erase_person(await find_person(who))).as_text()


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


def write_private(to: Path, text: str) -> bool:
    """Write a new file that only its owner may read; False when there is one already."""
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True

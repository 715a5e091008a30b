"""What the command line does with what is held about people. Everything it prints goes to whoever runs Serra."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from infra.parts import Parts
from services.privacy import erasure, receipts, retention
from services.privacy.export import as_text, find_person, gather


async def export(who: str) -> str:
    """Everything about a person, as the text of a JSON file. Raises DomainError."""
    return as_text(await gather(await find_person(who)))


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


async def would_go(parts: Parts) -> dict[str, int]:
    """How much retention would let go of today."""
    return await retention.due(parts.ports.ages, datetime.now(UTC).date())


async def let_go(parts: Parts, say: Callable[[str], None]) -> dict[str, int]:
    """Let go of what is due today."""
    return await retention.retain(parts.ports.ages, datetime.now(UTC).date(), say)


def write_private(to: Path, text: str) -> bool:
    """Write a new file that only its owner may read; False when there is one already."""
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True

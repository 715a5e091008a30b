"""What is left of an erasure: that it was done, when and by whom, how much of what, and a hash of all that.

A receipt holds no name. It stands in the log; whoever keeps a copy can hold the two against each other, and erase anew
after a backup from before it was restored.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.errors import ErrorCode, refusal
from services.log import LogEntry
from services.organisations.tables import Person
from services.terms import Term

ACTION: Final = "erase_person"
"""How the log calls it."""


class ErasedBy(Term):
    """Who had somebody erased."""

    SELF = "SELF", "They themselves."
    OPERATOR = "OPERATOR", "Whoever runs this instance, at its command line."
    REPLAY = "REPLAY", "As before: the erasure was repeated after a backup had been restored."


@dataclass(frozen=True, slots=True)
class Receipt:
    """An erasure. `counts` are rows, by table and column.

    `also` are the cases and organisations out of which went what bore the person's name or address, as the operator
    had named it; it stands in a receipt only where there are any.
    """

    person: UUID
    erased_at: datetime
    by: ErasedBy
    counts: Mapping[str, int]
    also: tuple[UUID, ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        """What the hash is of."""
        also = {"also": [str(one) for one in self.also]} if self.also else {}
        return {
            "person": str(self.person),
            "erased_at": self.erased_at.isoformat(),
            "by": str(self.by),
            "counts": dict(sorted(self.counts.items())),
            **also,
        }

    @property
    def sha256(self) -> str:
        """The hash of what it says, as compact JSON with its keys in order; lower-case hex."""
        said = json.dumps(self.said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def as_text(self) -> str:
        """One line of JSON."""
        return json.dumps({**self.said, "sha256": self.sha256})


def read_receipt(text: str) -> Receipt:
    """A receipt from its line. Raises DomainError INVALID when it is none, or says something else than its hash."""
    try:
        given = json.loads(text)
        counts = {str(name): int(count) for name, count in given["counts"].items()}
        erased_at = datetime.fromisoformat(given["erased_at"])
        also = tuple(UUID(one) for one in given.get("also", ()))
        receipt = Receipt(UUID(given["person"]), erased_at, ErasedBy(given["by"]), counts, also)
        kept = given["sha256"]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise refusal(ErrorCode.INVALID, "This is no receipt of an erasure: it is one line of JSON.") from None
    if receipt.sha256 != kept:
        raise refusal(ErrorCode.INVALID, "This receipt was changed: it does not say what its hash was made of.")
    return receipt


async def receipts() -> list[Receipt]:
    """Those in the log, the earliest first."""
    lines = await LogEntry.select(LogEntry.detail).where(LogEntry.action == ACTION).order_by(LogEntry.id)
    return [read_receipt(line["detail"]) for line in lines]


async def check_receipt(receipt: Receipt) -> None:
    """Raise DomainError unless the log holds this receipt and the person is still erased."""
    lines = await LogEntry.select(LogEntry.detail).where(
        (LogEntry.subject_type == "Person") & (LogEntry.subject_id == receipt.person) & (LogEntry.action == ACTION)
    )
    if receipt not in [read_receipt(line["detail"]) for line in lines]:
        raise refusal(
            ErrorCode.NOT_FOUND,
            "The log does not hold this erasure. If a backup from before it was restored, erase anew: see"
            " docs/privacy.md.",
        )
    if not await Person.exists().where((Person.id == receipt.person) & Person.erased_at.is_not_null()):
        raise refusal(ErrorCode.WRONG_STATE, "The log holds this erasure, and yet the person is there. Erase anew.")

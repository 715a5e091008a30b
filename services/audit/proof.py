"""What is hashed, byte for byte, and how hashes hang together: docs/audit.md says it for outsiders.

A line and a seal are JSON in the canonical form of RFC 8785. The lines of a batch are the leaves of a Merkle tree as
RFC 9162 (2.1) has it, so that one line can be shown to belong to a batch without showing the others.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

NOTHING = bytes(32)
"""What the first seal follows."""


def canonical(value: object) -> bytes:
    """RFC 8785, for what the log holds: text, whole numbers, truth values and null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def instant(at: datetime) -> str:
    """`2026-03-01T09:00:00.000000Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def shown_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the log as it is exported and hashed: every column but `transaction`, which tells no more than when."""
    return {
        "id": row["id"],
        "at": instant(row["at"]),
        "person": _text(row["person"]),
        "organisation": _text(row["organisation"]),
        "action": row["action"],
        "subjectType": row["subject_type"],
        "subject": _text(row["subject_id"]),
        "detail": json.loads(row["detail"]),
        "salt": _text(row["salt"]),
    }


def leaf(line: Mapping[str, Any]) -> bytes:
    """The hash of a shown line."""
    return hashlib.sha256(b"\0" + canonical(line)).digest()


def address_commitment(salt: bytes, address: str) -> bytes:
    """What the log holds of an address."""
    return hashlib.sha256(salt + address.encode()).digest()


@dataclass(slots=True)
class Tree:
    """The Merkle tree over the leaves of a batch, of which there is at least one."""

    leaves: Sequence[bytes]
    _nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def root(self) -> bytes:
        """The hash over all leaves."""
        return self._node(0, len(self.leaves))

    def path(self, index: int) -> list[bytes]:
        """What shows that a leaf is in the tree: the hashes beside its way to the root, the lowest first."""
        low, high, beside = 0, len(self.leaves), []
        while high - low > 1:
            middle = low + _left(high - low)
            if index < middle:
                beside.append(self._node(middle, high))
                high = middle
            else:
                beside.append(self._node(low, middle))
                low = middle
        return beside[::-1]

    def _node(self, low: int, high: int) -> bytes:
        if high - low == 1:
            return self.leaves[low]
        if (low, high) not in self._nodes:
            middle = low + _left(high - low)
            self._nodes[low, high] = _joined(self._node(low, middle), self._node(middle, high))
        return self._nodes[low, high]


def root_of(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at an index of so many follows by a path to; None where they cannot belong together."""
    turns = []
    while count > 1:
        left = _left(count)
        turns.append(index < left)
        index, count = (index, left) if index < left else (index - left, count - left)
    if index != 0 or len(turns) != len(path):
        return None
    found = leaf
    for is_left, beside in zip(reversed(turns), path, strict=True):
        found = _joined(found, beside) if is_left else _joined(beside, found)
    return found


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed batch: it holds every line above `after` up to `last`."""

    number: int
    after: int
    last: int
    lines: int
    root: bytes
    previous: bytes
    sealed_at: datetime
    hash: bytes = b""

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """The seal in a row of the table."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @classmethod
    def of_json(cls, shown: Mapping[str, Any]) -> Self:
        """The seal that `shown` shows. Raises KeyError, TypeError and ValueError."""
        root, previous, own = (bytes.fromhex(shown[name]) for name in ("root", "previous", "hash"))
        number, after, last, lines = (int(shown[name]) for name in ("number", "after", "last", "lines"))
        return cls(number, after, last, lines, root, previous, datetime.fromisoformat(shown["sealedAt"]), own)

    def hashed(self) -> Self:
        """The seal with the hash that follows from what it says."""
        return replace(self, hash=self.computed())

    def computed(self) -> bytes:
        """The hash that follows from what it says."""
        return hashlib.sha256(canonical(self._content())).digest()

    def shown(self) -> dict[str, Any]:
        """The seal as it is exported."""
        return {**self._content(), "hash": self.hash.hex()}

    def _content(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "after": self.after,
            "last": self.last,
            "lines": self.lines,
            "root": self.root.hex(),
            "previous": self.previous.hex(),
            "sealedAt": instant(self.sealed_at),
        }


def _left(count: int) -> int:
    """The largest power of two below a number above 1: so many leaves are in the left branch."""
    return 1 << (count - 1).bit_length() - 1


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def commitment_of(line: Mapping[str, Any]) -> bytes | None:
    """The commitment to an address that a line holds; None where it holds none."""
    try:
        return bytes.fromhex(line["detail"]["address"])
    except (KeyError, TypeError, ValueError):
        return None

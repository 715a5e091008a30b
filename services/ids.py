"""Identifiers: UUID version 7, so that they sort by the time they were made."""

import os
import time
from uuid import UUID

_RANDOM_BITS = 0x3FFFFFFFFFFFFFFF


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    return UUID(
        int=(milliseconds & 0xFFFFFFFFFFFF) << 80
        | 0x7 << 76
        | (random >> 64 & 0xFFF) << 64
        | 0x2 << 62
        | random & _RANDOM_BITS
    )

"""Texts that a page may show as a link."""

import re
from collections.abc import Iterator

from services.errors import ErrorCode, Problem
from services.text import check_line

_RUNS = re.compile(
    r"(?:javascript|vbscript)\s*:|(?:about|blob|data|file|filesystem|intent|view-source):\S", re.IGNORECASE
)
"""What browsers run or open on the reader's own machine. «Data: the survey of 2024» is none."""


def check_source(text: str, *field: str) -> Iterator[Problem]:
    """Where something is said, in words or as an address: one line, and no address that runs something."""
    yield from check_line(text, *field)
    if _RUNS.match(text):
        yield Problem(
            ErrorCode.INVALID, "Give a title, or an address on the web, such as https://www.example.org.", field
        )

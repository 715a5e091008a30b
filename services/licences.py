"""Licences of texts and files, by their SPDX identifiers."""

import re
from collections.abc import Iterator

from services.errors import ErrorCode, Problem

_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,39}", re.ASCII)


def check_licence(licence: str | None) -> Iterator[Problem]:
    """A licence, where one is given, looks like an SPDX identifier."""
    if licence is not None and not _SHAPE.fullmatch(licence):
        yield Problem(ErrorCode.INVALID, "Give the licence as an SPDX identifier, such as «CC-BY-4.0».", ("licence",))

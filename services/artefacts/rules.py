"""What makes an upload acceptable, when it is announced and when it has arrived. Pure functions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.access import within
from services.artefacts.media_types import agrees, is_allowed, recognise
from services.artefacts.ports import StoredFile
from services.artefacts.terms import ScanState, UploadState
from services.errors import ErrorCode, Problem
from services.text import check_line

FILE_NAME_LIMIT: Final = 200
PATIENCE: Final = timedelta(hours=24)
"""How long an upload may stay unfinished."""

_MEBIBYTE: Final = 1024 * 1024
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]{1,20})?", re.ASCII)
_FOLDERS: Final = frozenset("/\\")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a sender says of a file before sending it. `size` in bytes, `sha256` in lower-case hex."""

    file_name: str
    media_type: str
    size: int
    sha256: str


def storage_key(artefact: UUID, version: UUID) -> str:
    """Where a version's bytes lie: ids alone, nothing that a person typed."""
    return f"artefacts/{artefact.hex}/{version.hex}"


def check_announced(file: FileFacts, largest: int) -> Iterator[Problem]:
    """A file may be sent when its name is a plain name, its type is on the list and its size is at most `largest`."""
    if not file.file_name or _FOLDERS & set(file.file_name) or any(check_line(file.file_name)):
        yield Problem(
            ErrorCode.INVALID,
            "Give the file's plain name, such as «report.pdf», without folders or control characters.",
            ("fileName",),
        )
    if len(file.file_name) > FILE_NAME_LIMIT:
        yield Problem(ErrorCode.TOO_LONG, f"A file name has at most {FILE_NAME_LIMIT} characters.", ("fileName",))
    if not _MEDIA_TYPE.fullmatch(file.media_type) or not is_allowed(file.media_type):
        yield Problem(
            ErrorCode.INVALID,
            f"Files of the type «{file.media_type[:80]}» are not taken. Give the type as in «application/pdf»;"
            " put web pages, programs and scripts into a ZIP archive.",
            ("mediaType",),
        )
    if not 0 <= file.size <= largest:
        yield Problem(
            ErrorCode.INVALID,
            f"The file has {file.size} bytes; at most {largest} ({largest / _MEBIBYTE:.0f} MiB) are taken.",
            ("size",),
        )
    if not _SHA256.fullmatch(file.sha256):
        yield Problem(ErrorCode.INVALID, "Give the SHA-256 of the file as 64 hexadecimal digits.", ("sha256",))


def check_readers(chosen: Iterable[str], own: str, whole: Iterable[str]) -> Iterator[Problem]:
    """The readers of a file are among those of the thing it belongs to; its own organisation always is."""
    if not within([key for key in chosen if key != own], whole):
        yield Problem(
            ErrorCode.INVALID,
            "Name only readers that the thing itself names, for a file is shared no further than what it belongs to;"
            " or leave the audience out, to share it with the same readers.",
            ("audience",),
        )


def check_arrived(announced: FileFacts, arrived: StoredFile) -> Iterator[Problem]:
    """What arrived is what was announced: the same bytes, and of the kind they were said to be."""
    if arrived.size != announced.size:
        yield _mismatch(f"{arrived.size} bytes arrived; {announced.size} were announced.")
    if arrived.sha256 != announced.sha256:
        yield _mismatch("Other bytes arrived than were announced: their SHA-256 differs.")
    if not agrees(announced.media_type, arrived.head):
        yield _mismatch(f"The file was announced as {announced.media_type}, but begins like {recognise(arrived.head)}.")


def may_download(state: UploadState, scan_state: ScanState) -> bool:
    """Whether a version's bytes may be fetched: verified, and not known to be harmful."""
    return state is UploadState.STORED and scan_state is not ScanState.INFECTED


def _mismatch(what: str) -> Problem:
    return Problem(ErrorCode.UPLOAD_MISMATCH, f"{what} The file was removed; start a new upload.")

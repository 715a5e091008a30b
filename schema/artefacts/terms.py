"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.artefacts.terms import (
    ArtefactKind,
    ScanState,
    UploadState,
)

__all__ = [
    "ArtefactKind",
    "ScanState",
    "UploadState",
]

show(ArtefactKind, UploadState, ScanState)

"""The words of this noun, as GraphQL enums."""

from schema.shared import term
from services.artefacts import terms

ArtefactKind = term(terms.ArtefactKind)
UploadState = term(terms.UploadState)
ScanState = term(terms.ScanState)

"""The words this noun uses for kinds and states of files."""

from services.terms import Term


class ArtefactKind(Term):
    """What a file is to its readers."""

    REPORT = "REPORT", "A report or another document."
    PROTOTYPE = "PROTOTYPE", "A prototype."
    TEMPLATE = "TEMPLATE", "A form or a template to use again."
    VIDEO = "VIDEO", "A film."
    RECORDING = "RECORDING", "A recording of participants."
    DATA = "DATA", "Data."
    OTHER = "OTHER", "Something else."


class UploadState(Term):
    """Whether a version's bytes have arrived and are what was announced."""

    AWAITED = "AWAITED", "The bytes have not been confirmed yet."
    STORED = "STORED", "Stored, and what was announced."
    REFUSED = "REFUSED", "What arrived was not what was announced."


class ScanState(Term):
    """What the malware scan said."""

    NOT_SCANNED = "NOT_SCANNED", "Not scanned for malware."
    CLEAN = "CLEAN", "Scanned; nothing found."
    INFECTED = "INFECTED", "Malware was found; it cannot be downloaded."

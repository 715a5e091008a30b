"""Files and their versions. The bytes lie in the file store, under `storage_key`."""

from piccolo.columns import JSONB, Array, BigInt, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from services.artefacts.terms import ArtefactKind, ScanState, UploadState
from services.cases.tables import Case
from services.columns import Dated, Identified, Shareable
from services.events.tables import Event
from services.organisations.tables import Organisation, Person
from services.practices.tables import Practice
from services.test_rounds.tables import TestRound


class Artefact(Identified, Dated, Shareable, Table):
    """A file of exactly one case, round, practice or event.

    Until a first upload has been verified its audience is its organisation. From then on the database keeps it within
    its whole's, also when that changes (`artefacts_follow` in the migrations).
    """

    case = ForeignKey(Case, null=True, on_delete=OnDelete.cascade)
    test_round = ForeignKey(TestRound, null=True, on_delete=OnDelete.cascade)
    practice = ForeignKey(Practice, null=True, on_delete=OnDelete.cascade)
    event = ForeignKey(Event, null=True, on_delete=OnDelete.cascade)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    title = JSONB()
    kind = Varchar(length=12, choices=ArtefactKind)
    licence = Varchar(length=40, null=True, default=None, help_text="SPDX identifier.")
    narrowed_to = Array(
        base_column=Text(),
        null=True,
        default=None,
        help_text="The readers that its author chose among its whole's; null: all of them.",
    )
    current_number = Integer(default=0, help_text="0 until the first upload has been verified.")
    participant = Varchar(length=60, null=True, default=None, help_text="The pseudonym of whom a round's file shows.")
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")


class ArtefactVersion(Identified, Table):
    """One upload of a file: what was announced, and whether that is what arrived."""

    artefact = ForeignKey(Artefact, null=False, on_delete=OnDelete.cascade)
    number = Integer(null=True, default=None, help_text="Given when it is verified: gaps would tell of others.")
    file_name = Text()
    media_type = Varchar(length=120)
    size = BigInt(help_text="Bytes.")
    sha256 = Varchar(length=64, help_text="Lower-case hex.")
    storage_key = Varchar(length=120, unique=True)
    state = Varchar(length=10, choices=UploadState, default=UploadState.AWAITED)
    scan_state = Varchar(length=12, choices=ScanState, default=ScanState.NOT_SCANNED)
    text = Text(null=True, default=None, help_text="Extracted text.")
    uploaded_by = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    created_at = Timestamptz(default=TimestamptzNow())
    stored_at = Timestamptz(null=True, default=None)
    withheld_at = Timestamptz(null=True, default=None, help_text="Since when it is known to hold withdrawn words.")

"""A practice, its versions, and the parts of a version."""

from piccolo.columns import JSONB, Array, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from services.cases.tables import Case
from services.cases.terms import PublicationStatus
from services.columns import Dated, Identified, Ordered, Shareable
from services.concepts.tables import Concept
from services.organisations.tables import Organisation, Person
from services.test_rounds.tables import TestRound


class Practice(Identified, Dated, Shareable, Table):
    """The permanent address of a practice. What it says stands in the version numbered `current_number`."""

    slug = Varchar(length=120, unique=True)
    owner = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    current_number = Integer(default=1)
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")


class PracticeVersion(Identified, Shareable, Table):
    """One version: immutable once published."""

    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    number = Integer()
    status = Varchar(length=20, choices=PublicationStatus, default=PublicationStatus.DRAFT)
    release_audience = Array(base_column=Text(), default=list)
    embargo_until = Timestamptz(null=True, default=None)
    title = JSONB()
    summary = JSONB(null=True, default=None)
    fits_when = JSONB(null=True, default=None)
    does_not_fit_when = JSONB(null=True, default=None)
    steps = JSONB(default="[]", help_text="A list of texts, in order.")
    resources = JSONB(default="[]", help_text="A list of texts.")
    created_by = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    created_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    review_note = Text(null=True, default=None)


class PracticePart(Identified, Ordered):
    """A part of a version; it has no readers of its own."""

    version = ForeignKey(PracticeVersion, null=False, on_delete=OnDelete.cascade)


class PracticeConcept(PracticePart, Table):
    """What a practice is filed under."""

    concept = ForeignKey(Concept, null=False, on_delete=OnDelete.restrict)


class PracticeSource(PracticePart, Table):
    """A case or a round that the practice was distilled from; exactly one of the two."""

    case = ForeignKey(Case, null=True, on_delete=OnDelete.restrict)
    test_round = ForeignKey(TestRound, null=True, on_delete=OnDelete.restrict)

"""A practice, its versions, and the parts of a version."""

from piccolo.columns import JSONB, ForeignKey, OnDelete
from piccolo.table import Table

from services.cases.tables import Case
from services.columns import Identified, Ordered
from services.concepts.tables import Concept
from services.publications import Edition, Publication
from services.test_rounds.tables import TestRound


class Practice(Publication):
    """The permanent address of a practice. What it says stands in the version numbered `current_number`."""


class PracticeVersion(Edition):
    """One version: immutable once published."""

    practice = ForeignKey(Practice, null=False, on_delete=OnDelete.cascade)
    title = JSONB()
    summary = JSONB(null=True, default=None)
    fits_when = JSONB(null=True, default=None)
    does_not_fit_when = JSONB(null=True, default=None)
    steps = JSONB(default="[]", help_text="A list of texts, in order.")
    resources = JSONB(default="[]", help_text="A list of texts.")


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

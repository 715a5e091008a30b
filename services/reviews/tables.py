"""Reviews."""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from services.cases.tables import Case
from services.columns import Dated, Identified, Shareable
from services.organisations.tables import Organisation, Person
from services.practices.tables import Practice
from services.reviews.terms import Recommendation, ReviewStatus
from services.test_rounds.tables import TestRound


class Review(Identified, Dated, Shareable, Table):
    """A review of one version of exactly one case, round or practice."""

    case = ForeignKey(Case, null=True, on_delete=OnDelete.cascade)
    test_round = ForeignKey(TestRound, null=True, on_delete=OnDelete.cascade)
    practice = ForeignKey(Practice, null=True, on_delete=OnDelete.cascade)
    subject_version = Integer(help_text="The version of the case or practice, or the revision of the round.")
    reviewer = ForeignKey(Person, null=True, on_delete=OnDelete.set_null)
    organisation = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    requested_by = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    status = Varchar(length=12, choices=ReviewStatus, default=ReviewStatus.REQUESTED)
    due_on = Date(default=None)
    is_guest = Boolean(default=False, help_text="The reviewer may read the subject only because of this review.")
    lent_until = Timestamptz(
        null=True, default=None, help_text="When a guest's key ends, if the review has not ended before."
    )
    conflict_of_interest = Text(
        null=True,
        default=None,
        help_text="The reviewer's declaration, made when accepting; empty: they declared that there is none.",
    )
    declined_reason = Text(null=True, default=None)
    body = Text(null=True, default=None)
    language = Varchar(length=12, null=True, default=None)
    recommendation = Varchar(length=24, choices=Recommendation, null=True, default=None)
    submitted_at = Timestamptz(null=True, default=None)
    revision = Integer(default=1, help_text="Rises with every change; guards against lost updates.")

"""Reviews as GraphQL shows them."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from schema.cases.types import Case
from schema.compiler.declare import column, declare, declared, expression, one
from schema.compiler.sources import OneOf, Rule
from schema.organisations.types import Organisation, Person
from schema.practices.types import Practice
from schema.reviews.terms import Recommendation, ReviewStatus
from schema.shared import Node
from schema.terms import LanguageCode
from schema.test_rounds.types import TestRound
from services.reviews.rules import EXPIRES_AFTER_DAYS
from services.reviews.tables import Review as Row

_OPEN = "{review}.status in ('REQUESTED', 'ACCEPTED')"
_LATE = (
    f"case when {_OPEN} then current_date > {{review}}.due_on"
    " else coalesce(({review}.submitted_at at time zone 'UTC')::date > {review}.due_on, false) end"
)
_EXPIRY = f"{{review}}.due_on + {EXPIRES_AFTER_DAYS}"

ReviewSubject = Annotated[
    Case | TestRound | Practice, strawberry.union("ReviewSubject", description="What can be reviewed.")
]


@declare(Row, Rule.AUDIENCE)
@strawberry.type(
    description="A peer review of one version of a case, a round or a practice. Read by the organisation that asked for"
    " it and by its reviewer."
)
class Review(Node):
    """A review."""

    status: ReviewStatus = column(Row.status, "Where it stands.")
    subject: ReviewSubject | None = declared(
        OneOf(
            {
                "Case": '{target}.id = {review}."case"',
                "TestRound": "{target}.id = {review}.test_round",
                "Practice": "{target}.id = {review}.practice",
            }
        ),
        "What is reviewed; null for a reviewer who could read it only while the review lasted.",
    )
    subject_version: int = column(Row.subject_version, "The version under review, or the revision of the round.")
    reviewer: Person | None = one(
        Row.reviewer, "Who was asked; null once they were erased, and for those who may not read their name."
    )
    organisation: Organisation = one(Row.organisation, "The organisation that they review for.")
    requested_by: Organisation = one(Row.requested_by, "The organisation that asked.")
    due_on: date = column(Row.due_on, "The last day on which it is in time.")
    expires_on: date = expression(_EXPIRY, "The last day on which it is accepted at all.")
    is_late: bool = expression(_LATE, "Whether it came after the day it was due, or is still to come after it.")
    is_expired: bool = expression(
        f"{_OPEN} and current_date > {_EXPIRY}", "Whether it did not come and is no longer accepted."
    )
    is_guest: bool = column(
        Row.is_guest, "Whether the reviewer may read the version only because of this review, while it lasts."
    )
    conflict_of_interest: str | None = column(
        Row.conflict_of_interest,
        "What the reviewer declared when accepting: empty, if that there is none; null before that, and once they were"
        " erased.",
    )
    declined_reason: str | None = column(Row.declined_reason, "Why it was declined, if the reviewer said so.")
    body: str | None = column(Row.body, "The review; null until it is submitted.")
    language: LanguageCode | None = column(Row.language, "The language it is in; null if the reviewer did not say.")
    recommendation: Recommendation | None = column(
        Row.recommendation, "What the reviewer advises; it binds nobody. Null until it is submitted."
    )
    created_at: datetime = column(Row.created_at, "When it was asked for.")
    submitted_at: datetime | None = column(Row.submitted_at, "When it was handed in.")
    revision: int = column(Row.revision, "Rises with every change; give it back as `expectedVersion`.")

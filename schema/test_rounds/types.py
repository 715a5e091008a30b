"""Test rounds as GraphQL shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.artefacts.lists import artefacts_of
from schema.comments.lists import comments_by
from schema.compiler.declare import column, declare, inline, many, one, page, text
from schema.compiler.sources import Rule
from schema.organisations.types import Organisation
from schema.practices.lists import drawn_from, practices_by
from schema.reviews.lists import reviews_by
from schema.shared import Connection, LocalisedText, Node, SuppressedCount
from schema.test_rounds import lists, parts
from schema.test_rounds.terms import Decision, LawfulBasis, RoundStatus
from services.artefacts.tables import Artefact as ArtefactRow
from services.comments.tables import Comment as CommentRow
from services.reviews.tables import Review as ReviewRow
from services.test_rounds import tables as t

if TYPE_CHECKING:
    from schema.artefacts.types import Artefact
    from schema.cases.types import Case
    from schema.comments.types import Comment
    from schema.practices.types import Practice
    from schema.reviews.types import Review


@declare(t.TestRound, Rule.AUDIENCE, wholes=(t.TestRound.case,))
@strawberry.type(description="A round of testing with customers. Read by its audience, of those who may read its case.")
class TestRound(Node):
    """A round."""

    case: Annotated["Case", strawberry.lazy("schema.cases.types")] = one(t.TestRound.case, "The case that is tested.")
    organisation: Organisation = one(t.TestRound.organisation, "The organisation that runs it.")
    number: int = column(t.TestRound.number, "Its number among the organisation's rounds on the case, from 1.")
    status: RoundStatus = column(t.TestRound.status, "Where it stands in its life.")
    revision: int = column(
        t.TestRound.revision,
        "Rises with every change of what all its readers may read, so neither with consents nor with the number of a"
        " group that is hidden before and after; give it back as `expectedVersion`.",
    )
    is_example: bool = column(t.TestRound.is_example, "Whether it was made up for demonstration.")
    problem: LocalisedText = text(t.TestRound.problem, "What is to be solved. Frozen by registration.")
    hypothesis: LocalisedText = text(t.TestRound.hypothesis, "What is put to the test. Frozen by registration.")
    prototype_version: str | None = column(
        t.TestRound.prototype_version, "The version of the prototype. Frozen by registration."
    )
    window: parts.TestWindow | None = inline(
        "The days on which people test; null if not planned yet. Frozen by registration.",
        present=t.TestRound.window_start,
    )
    comparison_group: bool = column(t.TestRound.comparison_group, "Whether some test without the change.")
    records_people: bool = column(
        t.TestRound.records_people, "Whether sound or pictures of participants are recorded, each with consent."
    )
    lawful_basis: LawfulBasis | None = column(
        t.TestRound.lawful_basis, "On what ground people's data are processed; null until it is decided."
    )
    retain_until: date | None = column(
        t.TestRound.retain_until, "Until when people's data are kept; null until it is decided."
    )
    created_at: datetime = column(t.TestRound.created_at, "When it was planned.")
    registered_at: datetime | None = column(t.TestRound.registered_at, "When it was registered.")
    started_at: datetime | None = column(t.TestRound.started_at, "When people began to test.")
    concluded_at: datetime | None = column(t.TestRound.concluded_at, "When the decision was taken.")
    sites: list[parts.Site] = many(t.Site.test_round, "Where it takes place. Frozen by registration.")
    criteria: list[parts.Criterion] = many(t.Criterion.test_round, "The success criteria. Frozen by registration.")
    participants: list[parts.ParticipantGroup] = many(
        t.ParticipantGroup.test_round, "The groups that take part. What is planned is frozen by registration."
    )
    planned_participants: SuppressedCount | None = parts.total(
        "planned", "test_round", "How many people were wanted in all."
    )
    actual_participants: SuppressedCount | None = parts.total("actual", "test_round", "How many people came in all.")
    deviations: list[parts.Deviation] = many(
        t.Deviation.test_round, "What was done otherwise than registered, beside the original, in order."
    )
    observations: Connection[parts.Observation] = page(
        "What was seen and heard, in the order of recording. Withdrawn participants' observations are gone.",
        on=t.Observation.test_round,
        orders=lists.OBSERVATION_ORDERS,
        filters=lists.OBSERVATION_FILTERS,
        filter_type=lists.ObservationFilter,
    )
    findings: list[parts.RoundFinding] = many(t.RoundFinding.test_round, "The themes found in the observations.")
    verdicts: list[parts.Verdict] = many(
        t.Verdict.test_round, "Whether each criterion held at each site.", order=parts.VERDICT_ORDER
    )
    consents: list[parts.Consent] = many(
        t.Consent.test_round,
        "Consents of participants. Empty outside the organisation that runs the round.",
        where=parts.INSIDE,
    )
    decision: Decision | None = column(t.TestRound.decision, "What it led to; null before the conclusion.")
    decision_reason: LocalisedText | None = text(t.TestRound.decision_reason, "Why.")
    cancelled_reason: LocalisedText | None = text(t.TestRound.cancelled_reason, "Why it was cancelled, if it was.")
    practices: Connection[Annotated["Practice", strawberry.lazy("schema.practices.types")]] = practices_by(
        drawn_from("test_round", "{test_round}"), "Best practices distilled from it, the newest first."
    )
    comments: Connection[Annotated["Comment", strawberry.lazy("schema.comments.types")]] = comments_by(
        CommentRow.test_round, "What was said of it, the oldest first."
    )
    reviews: Connection[Annotated["Review", strawberry.lazy("schema.reviews.types")]] = reviews_by(
        ReviewRow.test_round, "Its peer reviews that the viewer may read, the newest first."
    )
    artefacts: Connection[Annotated["Artefact", strawberry.lazy("schema.artefacts.types")]] = artefacts_of(
        ArtefactRow.test_round, "Its files that the viewer may read, the newest first."
    )

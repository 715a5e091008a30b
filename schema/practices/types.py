"""Practices as GraphQL shows them: `Practice` is the permanent address, `PracticeVersion` what it says at one time."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.adoptions.lists import adoptions_of, spread_of
from schema.artefacts.lists import artefacts_of
from schema.cases.terms import PublicationStatus
from schema.cases.types import Case
from schema.comments.lists import comments_by
from schema.compiler.declare import argument, column, declare, declared, many, one, rows, text, texts
from schema.compiler.sources import Embedded, Filter, Lookup, Pointing, Rule
from schema.concepts.types import Concept
from schema.drafts import revision_of
from schema.inside import inside
from schema.organisations.types import Organisation
from schema.practices.evidence import EVIDENCE, Evidence
from schema.reviews.lists import reviews_by
from schema.shared import Connection, LocalisedText, Node
from schema.test_rounds.types import TestRound
from services.adoptions.tables import Adoption as AdoptionRow
from services.artefacts.tables import Artefact as ArtefactRow
from services.comments.tables import Comment as CommentRow
from services.practices import tables as t
from services.reviews.tables import Review as ReviewRow

if TYPE_CHECKING:
    from schema.adoptions.types import Adoption
    from schema.artefacts.types import Artefact
    from schema.comments.types import Comment
    from schema.reviews.types import Review


@declare(t.PracticeSource, Rule.PART, wholes=(t.PracticeSource.case, t.PracticeSource.test_round))
@strawberry.type(
    description="What a practice was distilled from: a case or a test round; exactly one of the two."
    " Read by whoever may read the practice and that."
)
class PracticeSource:
    """A source that the viewer may read."""

    case: Case | None = one(t.PracticeSource.case, "The case.")
    test_round: TestRound | None = one(t.PracticeSource.test_round, "The test round.")


@strawberry.interface(description="What a version of a practice says.")
class PracticeContent:
    """Implemented by both types, so that a practice reads like its current version."""

    title: LocalisedText = text(t.PracticeVersion.title, "The title.")
    summary: LocalisedText | None = text(t.PracticeVersion.summary, "What it is about, in at most 500 characters.")
    fits_when: LocalisedText | None = text(t.PracticeVersion.fits_when, "When it fits.")
    does_not_fit_when: LocalisedText | None = text(t.PracticeVersion.does_not_fit_when, "When it does not fit.")
    steps: list[LocalisedText] = texts(t.PracticeVersion.steps, "What to do, in order.")
    resources: list[LocalisedText] = texts(t.PracticeVersion.resources, "What it takes.")
    topics: list[Concept] = rows(
        "{target}.id in (select filed.concept from practice_concept filed where filed.version = {practice_version}.id)",
        "What it is about.",
        order="{target}.notation",
    )
    sources: list[PracticeSource] = many(
        t.PracticeSource.version,
        "The cases and test rounds that it was distilled from; only those that the viewer may read.",
    )


@declare(t.PracticeVersion, Rule.AUDIENCE, wholes=(t.PracticeVersion.practice,))
@strawberry.type(description="One version of a practice. Read by its audience; a draft by its owner's organisation.")
class PracticeVersion(Node, PracticeContent):
    """A version: immutable once published."""

    number: int = column(t.PracticeVersion.number, "Its number, from 1.")
    status: PublicationStatus = column(t.PracticeVersion.status, "Where it stands on its way to its readers.")
    published_at: datetime | None = column(t.PracticeVersion.published_at, "When it was published.")
    review_note: str | None = column(t.PracticeVersion.review_note, "What the last review asked to change.")


@declare(
    t.Practice,
    Rule.AUDIENCE,
    joins={
        t.PracticeVersion: "{practice_version}.practice = {practice}.id"
        " and {practice_version}.number = {practice}.current_number"
    },
)
@strawberry.type(
    description="A practice at its permanent address, reading like its current version. Read by its audience."
)
class Practice(Node, PracticeContent):
    """A practice."""

    slug: str = column(t.Practice.slug, "Its permanent name in addresses.")
    owner: Organisation = one(t.Practice.owner, "The organisation that answers for it.")
    number: int = column(t.PracticeVersion.number, "The number of the current version.")
    status: PublicationStatus = column(t.PracticeVersion.status, "Where the current version stands.")
    revision: int | None = revision_of("practice", inside("{practice}.owner"))
    created_at: datetime = column(t.Practice.created_at, "When it was begun.")
    published_at: datetime | None = column(t.PracticeVersion.published_at, "When the current version was published.")
    evidence: Evidence = declared(
        Embedded(EVIDENCE), "How well it is shown to work: computed, and explained by its reasons."
    )
    spread: int = spread_of(AdoptionRow.practice)
    adoptions: Connection[Annotated["Adoption", strawberry.lazy("schema.adoptions.types")]] = adoptions_of(
        AdoptionRow.practice
    )
    comments: Connection[Annotated["Comment", strawberry.lazy("schema.comments.types")]] = comments_by(
        CommentRow.practice, "What was said of it, the oldest first."
    )
    reviews: Connection[Annotated["Review", strawberry.lazy("schema.reviews.types")]] = reviews_by(
        ReviewRow.practice, "Its peer reviews that the viewer may read, the newest first."
    )
    artefacts: Connection[Annotated["Artefact", strawberry.lazy("schema.artefacts.types")]] = artefacts_of(
        ArtefactRow.practice, "Its files that the viewer may read, the newest first."
    )
    version: PracticeVersion | None = declared(
        Lookup({"number": Filter("{target}.number = {value}::int")}, on=Pointing(t.PracticeVersion.practice)),
        "One of its versions, if the viewer may read it.",
        arguments=(argument("number", int, "The version's number."),),
    )
    versions: list[PracticeVersion] = many(
        t.PracticeVersion.practice,
        "All its versions that the viewer may read, oldest first.",
        order="{target}.number",
    )

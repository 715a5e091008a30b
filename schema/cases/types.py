"""Cases as GraphQL shows them: `Case` is the permanent address, `CaseVersion` what it says at one time."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.adoptions.lists import adoptions_of, spread_of
from schema.artefacts.lists import artefacts_of
from schema.cases import parts
from schema.cases.requests import ADMISSION_ORDERS
from schema.cases.terms import CaseKind, PublicationStatus
from schema.comments.lists import comments_by
from schema.compiler.declare import (
    argument,
    column,
    declare,
    declared,
    embedded,
    expression,
    inline,
    many,
    one,
    page,
    rows,
    text,
)
from schema.compiler.sources import Filter, Lookup, Pointing, Rule
from schema.concepts.types import Concept
from schema.drafts import revision_of
from schema.events.lists import events_where
from schema.inside import inside
from schema.organisations.lists import LAB_ORDERS
from schema.organisations.types import Lab, Organisation
from schema.practices.lists import drawn_from, practices_by
from schema.reviews.lists import reviews_by
from schema.shared import Connection, DateClaim, LocalisedText, Node
from schema.terms import LanguageCode
from schema.test_rounds.lists import TEST_ROUND_FILTERS, TEST_ROUND_ORDERS, TestRoundFilter, TestRoundOrder
from services.adoptions.tables import Adoption as AdoptionRow
from services.artefacts.tables import Artefact as ArtefactRow
from services.cases import tables as t
from services.comments.tables import Comment as CommentRow
from services.reviews.tables import Review as ReviewRow
from services.test_rounds.tables import TestRound as TestRoundRow

if TYPE_CHECKING:
    from schema.adoptions.types import Adoption
    from schema.artefacts.types import Artefact
    from schema.cases.admissions import Admission
    from schema.comments.types import Comment
    from schema.events.types import Event
    from schema.practices.types import Practice
    from schema.reviews.types import Review
    from schema.test_rounds.types import TestRound

_FILED = "{target}.id in (select filed.concept from case_concept filed where filed.version = {case_version}.id)"


@declare(None, Rule.PART)
@strawberry.type(description="The document that a case was written from.")
class SourceDocument:
    """Where a case comes from; columns of the version that it is inline in."""

    title: str | None = expression("{case_version}.source_title", "Its title.")
    publisher: str | None = expression("{case_version}.source_publisher", "Who published it.")
    published_on: date | None = expression("{case_version}.source_published_on", "When; null if not dated.")
    url: str | None = expression("{case_version}.source_url", "Where it can be read.")


@strawberry.interface(description="What a version of a case says.")
class CaseContent:
    """Implemented by both types, so that a case reads like its current version."""

    title: LocalisedText = text(t.CaseVersion.title, "The title.")
    summary: LocalisedText | None = text(t.CaseVersion.summary, "What it is about, in at most 500 characters.")
    challenge: LocalisedText | None = text(t.CaseVersion.challenge, "What had to be solved.")
    context: LocalisedText | None = text(t.CaseVersion.context, "The situation it began in.")
    languages: list[LanguageCode] = column(t.CaseVersion.languages, "The languages of the document it comes from.")
    licence: str | None = column(t.CaseVersion.licence, "SPDX identifier of the licence of these texts.")
    start: list[DateClaim] = embedded(t.CaseVersion.start, "When it began; empty if not reported.")
    end: list[DateClaim] = embedded(t.CaseVersion.end, "When it ended; empty if not reported.")
    source_document: SourceDocument | None = inline(
        "The document it was written from.", present=t.CaseVersion.source_title
    )
    topics: list[Concept] = rows(
        _FILED + " and {target}.scheme in ('topic', 'eurovoc')",
        "What it is about.",
        order="{target}.notation",
    )
    target_groups: list[Concept] = rows(
        _FILED + " and {target}.scheme = 'target-group'", "Whom it is for.", order="{target}.notation"
    )
    functions: list[Concept] = rows(
        _FILED + " and {target}.scheme = 'cofog'",
        "Functions of government (COFOG).",
        order="{target}.notation",
    )
    participations: list[parts.Participation] = many(t.Participation.version, "Who took part.")
    phases: list[parts.Phase] = many(t.Phase.version, "The phases, in order.")
    methods: list[parts.MethodUse] = many(t.MethodUse.version, "The methods, as they were used.")
    findings: list[parts.Finding] = many(t.Finding.version, "What was learned while looking.")
    challenges: list[parts.Challenge] = many(t.Challenge.version, "What the findings asked to be solved.")
    ideas: list[parts.Idea] = many(t.Idea.version, "The solutions that were thought of.")
    road_map: list[parts.RoadMapItem] = many(t.RoadMapItem.version, "What was to happen when.")
    principles: list[parts.Principle] = many(t.Principle.version, "Values, principles and guidelines, in order.")
    outputs: list[parts.Output] = many(t.Output.version, "What was made.")
    outcomes: list[parts.Outcome] = many(t.Outcome.version, "What changed, or why that is not known.")
    lessons: list[parts.Takeaway] = many(t.Takeaway.version, "What was learned.", where="{target}.kind = 'LESSON'")
    barriers: list[parts.Takeaway] = many(
        t.Takeaway.version, "What stood in the way.", where="{target}.kind = 'BARRIER'"
    )
    success_conditions: list[parts.Takeaway] = many(
        t.Takeaway.version, "What must be there.", where="{target}.kind = 'SUCCESS_CONDITION'"
    )
    resource_needs: list[parts.Takeaway] = many(
        t.Takeaway.version, "What it takes.", where="{target}.kind = 'RESOURCE_NEED'"
    )
    contacts: list[parts.CaseContact] = many(t.CaseContact.version, "People whom the source names.")


@declare(t.CaseVersion, Rule.AUDIENCE, wholes=(t.CaseVersion.case,))
@strawberry.type(description="One version of a case. Read by its audience; a draft by its owner's organisation.")
class CaseVersion(Node, CaseContent):
    """A version: immutable once published."""

    number: int = column(t.CaseVersion.number, "Its number, from 1.")
    status: PublicationStatus = column(t.CaseVersion.status, "Where it stands on its way to its readers.")
    published_at: datetime | None = column(t.CaseVersion.published_at, "When it was published.")
    review_note: str | None = column(t.CaseVersion.review_note, "What the last review asked to change.")


@declare(
    t.Case,
    Rule.AUDIENCE,
    joins={t.CaseVersion: '{case_version}."case" = {case}.id and {case_version}.number = {case}.current_number'},
)
@strawberry.type(description="A case at its permanent address, reading like its current version. Read by its audience.")
class Case(Node, CaseContent):
    """A case."""

    slug: str = column(t.Case.slug, "Its permanent name in addresses.")
    kind: CaseKind = column(t.Case.kind, "What sort of account it is.")
    owner: Organisation = one(t.Case.owner, "The organisation that answers for it.")
    number: int = column(t.CaseVersion.number, "The number of the current version.")
    status: PublicationStatus = column(t.CaseVersion.status, "Where the current version stands.")
    revision: int | None = revision_of(
        "case", inside("{case}.owner"), "'admitted:' || {case}.id = any({keyring}::text[])"
    )
    is_example: bool = column(t.Case.is_example, "Whether it was made up for demonstration.")
    created_at: datetime = column(t.Case.created_at, "When it was begun.")
    published_at: datetime | None = column(t.CaseVersion.published_at, "When the current version was published.")
    version: CaseVersion | None = declared(
        Lookup({"number": Filter("{target}.number = {value}::int")}, on=Pointing(t.CaseVersion.case)),
        "One of its versions, if the viewer may read it.",
        arguments=(argument("number", int, "The version's number."),),
    )
    versions: list[CaseVersion] = many(
        t.CaseVersion.case,
        "All its versions that the viewer may read, oldest first.",
        order="{target}.number",
    )
    test_rounds: Connection[Annotated["TestRound", strawberry.lazy("schema.test_rounds.types")]] = page(
        "Rounds of testing it with customers, the newest first.",
        on=TestRoundRow.case,
        orders=TEST_ROUND_ORDERS,
        order_by=TestRoundOrder,
        filters=TEST_ROUND_FILTERS,
        filter_type=TestRoundFilter,
    )
    labs: Connection[Lab] = page(
        "Innovation labs that it tells of, the newest first.", on='{target}."case" = {case}.id', orders=LAB_ORDERS
    )
    practices: Connection[Annotated["Practice", strawberry.lazy("schema.practices.types")]] = practices_by(
        drawn_from("case", "{case}"), "Best practices distilled from it, the newest first."
    )
    spread: int = spread_of(AdoptionRow.case)
    adoptions: Connection[Annotated["Adoption", strawberry.lazy("schema.adoptions.types")]] = adoptions_of(
        AdoptionRow.case
    )
    comments: Connection[Annotated["Comment", strawberry.lazy("schema.comments.types")]] = comments_by(
        CommentRow.case, "What was said of it, the oldest first."
    )
    reviews: Connection[Annotated["Review", strawberry.lazy("schema.reviews.types")]] = reviews_by(
        ReviewRow.case, "Its peer reviews that the viewer may read, the newest first."
    )
    artefacts: Connection[Annotated["Artefact", strawberry.lazy("schema.artefacts.types")]] = artefacts_of(
        ArtefactRow.case, "Its files that the viewer may read, the newest first."
    )
    admissions: Connection[Annotated["Admission", strawberry.lazy("schema.cases.admissions")]] = page(
        "Who was let into it, whatever its audience is: for its owner's organisation, all; for others, themselves.",
        on=t.Admission.case,
        orders=ADMISSION_ORDERS,
    )
    events: Connection[Annotated["Event", strawberry.lazy("schema.events.types")]] = events_where(
        '{target}.id in (select shown.event from event_case shown where shown."case" = {case}.id)',
        "The events at which it was shown, those recorded last first.",
    )

"""Adoptions as GraphQL shows them."""

from datetime import datetime

import strawberry

from schema.adoptions.terms import AdoptionMode, AdoptionStage
from schema.cases.types import Case
from schema.compiler.declare import column, declare, one, text
from schema.compiler.sources import Rule
from schema.organisations.types import Organisation
from schema.practices.types import Practice
from schema.shared import LocalisedText, Node
from services.adoptions.tables import Adoption as Row


@declare(Row, Rule.AUDIENCE)
@strawberry.type(
    description="What an organisation did with another's practice or case. Read by both organisations, and by its"
    " audience among those who may read what was adopted."
)
class Adoption(Node):
    """An adoption."""

    practice: Practice | None = one(
        Row.practice, "The practice that was adopted; null if it was a case, or is not the viewer's to read."
    )
    case: Case | None = one(
        Row.case, "The case that was adopted; null if it was a practice, or is not the viewer's to read."
    )
    organisation: Organisation = one(Row.organisation, "The organisation that adopted it.")
    mode: AdoptionMode = column(Row.mode, "How faithfully.")
    stage: AdoptionStage = column(Row.stage, "How far it has come.")
    changes: LocalisedText | None = text(Row.changes, "What was changed to make it fit; null if not said.")
    evidence: LocalisedText | None = text(Row.evidence, "By what the adopter knows that it helps; null if not said.")
    evidence_url: str | None = column(Row.evidence_url, "Where more of the evidence can be read.")
    abandoned_reason: LocalisedText | None = text(Row.abandoned_reason, "Why it was given up; null if it was not.")
    revision: int = column(Row.revision, "Rises with every change; give it back as `expectedVersion`.")
    created_at: datetime = column(Row.created_at, "When it was recorded.")
    updated_at: datetime = column(Row.updated_at, "When it was last changed.")

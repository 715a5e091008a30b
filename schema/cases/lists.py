"""How lists of cases may be sorted and narrowed."""

import strawberry

from schema.cases.terms import CaseKind, PublicationStatus
from schema.compiler.sources import Filter, Order
from schema.organisations.terms import GovernmentLevel
from schema.terms import show
from services.cases.tables import CaseAudience
from services.terms import Term


class CaseOrder(Term):
    """How cases are sorted."""

    NEWEST = "NEWEST", "The most recently published first."
    OLDEST = "OLDEST", "The earliest published first."
    SLUG = "SLUG", "By slug, alphabetically."


show(CaseOrder)

CASE_ORDERS = {
    "NEWEST": Order("{case}.listed_at", "timestamptz", descending=True, by_key=CaseAudience),
    "OLDEST": Order("{case}.listed_at", "timestamptz", by_key=CaseAudience),
    "SLUG": Order("{case}.slug", "text"),
}

_OWNER = "exists (select from organisation owner where owner.id = {{case}}.owner and {})"
_FILED = (
    "exists (select from case_concept filed join concept on concept.id = filed.concept"
    " where filed.version = {case_version}.id and concept.notation = any({value}::text[]))"
)


@strawberry.input(description="Which cases; all conditions must hold.")
class CaseFilter:
    """Conditions on cases."""

    kind: list[CaseKind] | None = strawberry.field(default=None, description="One of these kinds.")
    status: list[PublicationStatus] | None = strawberry.field(default=None, description="One of these states.")
    owner: str | None = strawberry.field(default=None, description="Owned by the organisation of this slug.")
    level: list[GovernmentLevel] | None = strawberry.field(default=None, description="The owner works at this tier.")
    country: list[str] | None = strawberry.field(default=None, description="The owner's country (ISO 3166-1).")
    nuts: str | None = strawberry.field(
        default=None, description="The owner lies in this region: a NUTS code or its beginning, such as BE2."
    )
    concept: list[str] | None = strawberry.field(
        default=None, description="Filed under one of these concepts: topics, target groups, functions."
    )


CASE_FILTERS = {
    "kind": Filter("{case}.kind = any({value}::text[])"),
    "status": Filter("{case_version}.status = any({value}::text[])"),
    "owner": Filter(_OWNER.format("owner.slug = {value}::text")),
    "level": Filter(_OWNER.format("owner.level = any({value}::text[])")),
    "country": Filter(_OWNER.format("owner.country = any({value}::text[])")),
    "nuts": Filter(_OWNER.format("starts_with(owner.nuts, {value}::text)")),
    "concept": Filter(_FILED),
}

"""How lists of rounds and of observations may be sorted and narrowed."""

import strawberry

from schema.compiler import ids
from schema.compiler.sources import Filter, Order
from schema.terms import show
from schema.test_rounds.terms import Decision, RoundStatus
from services.terms import Term


class TestRoundOrder(Term):
    """How test rounds are sorted."""

    NEWEST = "NEWEST", "The most recently planned first."
    NUMBER = "NUMBER", "By number, the first round first."


show(TestRoundOrder)

TEST_ROUND_ORDERS = {
    "NEWEST": Order("{test_round}.listed_at", "timestamptz", descending=True),
    "NUMBER": Order("{test_round}.number", "int"),
}
OBSERVATION_ORDERS = {"RECORDED": Order('{observation}."position"', "int")}


@strawberry.input(description="Which test rounds; all conditions must hold.")
class TestRoundFilter:
    """Conditions on rounds."""

    status: list[RoundStatus] | None = strawberry.field(default=None, description="In one of these states.")
    decision: list[Decision] | None = strawberry.field(default=None, description="Led to one of these decisions.")
    organisation: str | None = strawberry.field(default=None, description="Run by the organisation of this slug.")


TEST_ROUND_FILTERS = {
    "status": Filter("{test_round}.status = any({value}::text[])"),
    "decision": Filter("{test_round}.decision = any({value}::text[])"),
    "organisation": Filter(
        "exists (select from organisation o where o.id = {test_round}.organisation and o.slug = {value}::text)"
    ),
}


@strawberry.input(description="Which observations; all conditions must hold.")
class ObservationFilter:
    """Conditions on observations; none on aliases, from which others could tell who said what."""

    site: strawberry.ID | None = strawberry.field(default=None, description="Made at the site of this global id.")
    severity: list[int] | None = strawberry.field(default=None, description="Of one of these severities, 0–4.")


OBSERVATION_FILTERS = {
    "site": Filter("{observation}.site = {value}::uuid", lambda given: ids.read(given, "Site")),
    "severity": Filter("{observation}.severity = any({value}::int[])"),
}

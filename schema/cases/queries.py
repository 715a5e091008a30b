"""Reads of cases."""

import strawberry

from schema.cases.lists import CASE_FILTERS, CASE_ORDERS, CaseFilter, CaseOrder
from schema.cases.types import Case
from schema.compiler.declare import by_slug, page
from schema.shared import Connection


@strawberry.type
class CaseQueries:
    """The part of Query that is about cases."""

    case: Case | None = by_slug("The case at an address.")
    cases: Connection[Case] = page(
        "Cases, the newest first.",
        orders=CASE_ORDERS,
        order_by=CaseOrder,
        filters=CASE_FILTERS,
        filter_type=CaseFilter,
    )

"""Everything that can be read: a base class per noun."""

import strawberry

from schema.cases.queries import CaseQueries
from schema.organisations.queries import OrganisationQueries


@strawberry.type(
    description="Everything that can be read. What the viewer may not read is as if it did not exist."
)
class Query(
    CaseQueries,
    OrganisationQueries,
):
    """The root of reads."""

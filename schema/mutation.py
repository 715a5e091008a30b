"""Everything that can be changed: a base class per noun."""

import strawberry

from schema.cases.mutations import CaseMutations


@strawberry.type(
    description="Everything that can be changed. A refusal is told in `userErrors`, and nothing of it is stored."
)
class Mutation(
    CaseMutations,
):
    """The root of writes."""

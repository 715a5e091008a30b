"""Everything that can be read: a base class per noun."""

import strawberry

from schema.artefacts.queries import ArtefactQueries
from schema.cases.queries import CaseQueries
from schema.concepts.queries import ConceptQueries
from schema.events.queries import EventQueries
from schema.identity.queries import IdentityQueries
from schema.invitations.queries import InvitationQueries
from schema.nodes import NodeQueries
from schema.organisations.queries import OrganisationQueries
from schema.practices.queries import PracticeQueries
from schema.reviews.queries import ReviewQueries
from schema.search.queries import SearchQueries
from schema.test_rounds.queries import TestRoundQueries


@strawberry.type(description="Everything that can be read. What the viewer may not read is as if it did not exist.")
class Query(
    ArtefactQueries,
    CaseQueries,
    ConceptQueries,
    EventQueries,
    IdentityQueries,
    InvitationQueries,
    NodeQueries,
    OrganisationQueries,
    PracticeQueries,
    ReviewQueries,
    SearchQueries,
    TestRoundQueries,
):
    """The root of reads."""

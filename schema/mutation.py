"""Everything that can be changed: a base class per noun."""

import strawberry

from schema.adoptions.mutations import AdoptionMutations
from schema.artefacts.mutations import ArtefactMutations
from schema.cases.mutations import CaseMutations
from schema.comments.mutations import CommentMutations
from schema.concepts.mutations import ConceptMutations
from schema.events.mutations import EventMutations
from schema.identity.mutations import IdentityMutations
from schema.invitations.mutations import InvitationMutations
from schema.networks.mutations import NetworkMutations
from schema.notifications.mutations import NotificationMutations
from schema.organisations.mutations import OrganisationMutations
from schema.practices.mutations import PracticeMutations
from schema.privacy.mutations import PrivacyMutations
from schema.reviews.mutations import ReviewMutations
from schema.test_rounds.mutations import TestRoundMutations


@strawberry.type(
    description="Everything that can be changed. A refusal is told in `userErrors`, and nothing of it is stored."
)
class Mutation(
    AdoptionMutations,
    ArtefactMutations,
    CaseMutations,
    CommentMutations,
    ConceptMutations,
    EventMutations,
    InvitationMutations,
    NetworkMutations,
    IdentityMutations,
    NotificationMutations,
    OrganisationMutations,
    PracticeMutations,
    PrivacyMutations,
    ReviewMutations,
    TestRoundMutations,
):
    """The root of writes."""

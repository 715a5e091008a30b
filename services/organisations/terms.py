"""The words this noun uses for kinds and roles."""

from services.terms import Term


class OrganisationKind(Term):
    """What sort of body it is."""

    PES = "PES", "A public employment service."
    NATIONAL_BODY = "NATIONAL_BODY", "A ministry or another body of the state."
    REGIONAL_BODY = "REGIONAL_BODY", "A body of a region, a province or a county."
    MUNICIPALITY = "MUNICIPALITY", "A local authority."
    AGENCY = "AGENCY", "A public agency with a task of its own."
    ASSOCIATION = "ASSOCIATION", "An association, such as one of municipalities."
    CONSULTANCY = "CONSULTANCY", "A private adviser or design office."
    OTHER = "OTHER", "Any other body."


PUBLIC_BODIES = frozenset(
    {
        OrganisationKind.PES,
        OrganisationKind.NATIONAL_BODY,
        OrganisationKind.REGIONAL_BODY,
        OrganisationKind.MUNICIPALITY,
        OrganisationKind.AGENCY,
    }
)
"""The kinds that may own a published case (rule 1)."""


class GovernmentLevel(Term):
    """The tier of government a body works at."""

    NATIONAL = "NATIONAL", "The whole country."
    REGIONAL = "REGIONAL", "A part of the country above municipalities."
    LOCAL = "LOCAL", "A municipality or a part of it."
    OTHER = "OTHER", "None of these: private, or across borders."


class Role(Term):
    """What a person may do for an organisation; each role may do all that the later ones may."""

    ADMIN = "ADMIN", "Runs the organisation's membership, and may do all that follows."
    EDITOR = "EDITOR", "Writes and publishes for the organisation."
    REVIEWER = "REVIEWER", "Comments and reviews for the organisation; decides nothing."
    READER = "READER", "Reads what the organisation may read."


class NetworkRole(Term):
    """What an organisation is in a network."""

    FACILITATOR = "FACILITATOR", "Guides the network and decides who joins."
    MEMBER = "MEMBER", "Takes part in the network."


class TokenScope(Term):
    """What a personal token may be used for; a token's holder can never do more than the person."""

    READ = "READ", "Queries and subscriptions. What a mutation answers is read without it."
    REVIEW = "REVIEW", "Comments and reviews."
    WRITE = "WRITE", "Everything else that changes something."

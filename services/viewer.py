"""Who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from services.errors import ErrorCode, NotSignedIn, refusal
from services.organisations.terms import Role, TokenScope

PUBLIC = "public"
_NETWORK = "network:"
_PERSON = "person:"
_ADMITTED = "admitted:"
_REVIEW = "review:"
_STEWARD = "steward:"
_RANK = {Role.READER: 0, Role.REVIEWER: 1, Role.EDITOR: 2, Role.ADMIN: 3}


def organisation_key(organisation: UUID) -> str:
    """The key that everyone in the organisation holds."""
    return f"organisation:{organisation}"


def network_key(network: UUID) -> str:
    """The key that everyone in the network's organisations holds."""
    return f"{_NETWORK}{network}"


def is_network(key: str) -> bool:
    """Whether a key is that of a network."""
    return key.startswith(_NETWORK)


def person_key(person: UUID) -> str:
    """The key that one person holds."""
    return f"{_PERSON}{person}"


def admission_key(case: UUID) -> str:
    """The key of those whom a case's owner has let in, for as long as that lasts. Every audience of a case has it."""
    return f"{_ADMITTED}{case}"


def steward_key(person: UUID) -> str:
    """The key of one steward, for what they began and nobody has taken over; not held where a provider says who it is.

    Written out in services.networks.steps.
    """
    return f"{_STEWARD}{person}"


def review_key(review: UUID) -> str:
    """The key of a reviewer who may read a thing only while they review it: in its audience, and theirs, till then."""
    return f"{_REVIEW}{review}"


def admissions(keyring: Iterable[str]) -> list[str]:
    """The keys among some that somebody holds because a case's owner has let them in."""
    return [key for key in keyring if key.startswith(_ADMITTED)]


def lent(audience: Iterable[str]) -> list[str]:
    """The keys among some that a review lends its reviewer."""
    return [key for key in audience if key.startswith(_REVIEW)]


def handed_on(audience: Iterable[str], *speakers: UUID | None) -> list[str]:
    """The keys of an audience that what follows from it inherits.

    What is one person's alone is not among them: what a review lends ends with it, and what somebody said is theirs.
    `speakers` are people who keep their own key.
    """
    kept = {person_key(speaker) for speaker in speakers if speaker}
    return [key for key in audience if not key.startswith((_PERSON, _REVIEW)) or key in kept]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, or nobody, with the roles they hold and the keys that follow from them.

    `keyring` is what the audience of a thing is held against; it always contains `public`.
    A steward runs this instance: registers organisations, networks and concepts, and reads no more than others.
    """

    person: UUID | None = None
    name: str = ""
    roles: Mapping[UUID, Role] = field(default_factory=lambda: MappingProxyType({}))
    keyring: tuple[str, ...] = (PUBLIC,)
    scopes: frozenset[TokenScope] = frozenset()
    is_steward: bool = False
    within: UUID | None = None
    """The one organisation that this sign-in speaks for: its provider says who it is, so for others it says nothing."""
    is_machine: bool = False
    """A program, by a token of its provider."""
    signed_in_at: datetime | None = None
    """When a provider said who this is, for the session that signs the request; None for whatever else signs it."""

    def has_role(self, organisation: UUID, least: Role) -> bool:
        """Whether the person holds `least`, or a role that includes it, in the organisation."""
        role = self.roles.get(organisation)
        return role is not None and _RANK[role] >= _RANK[least]

    def speaks_as(self, person: UUID | None, *organisations: UUID) -> bool:
        """Whether this is a person, by a sign-in that says so for one of the organisations that it was done for."""
        return person is not None and person == self.person and self.within in {None, *organisations}

    def require_person(self) -> UUID:
        """The person's id. Raises NotSignedIn."""
        if self.person is None:
            message = "Sign in first: send a personal token in the header «Authorization: Bearer …»."
            raise NotSignedIn(message)
        return self.person

    def require_scope(self, scope: TokenScope) -> UUID:
        """The person's id, when the token may be used for `scope`. Raises NotSignedIn and DomainError."""
        person = self.require_person()
        if scope not in self.scopes:
            raise refusal(
                ErrorCode.FORBIDDEN,
                f"This token lacks the scope {scope}. Make one that has it and use that instead.",
            )
        return person


ANYONE = Viewer()

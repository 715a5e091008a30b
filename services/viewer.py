"""Who asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from services.errors import ErrorCode, NotSignedIn, refusal
from services.organisations.terms import Role, TokenScope

PUBLIC = "public"
_RANK = {Role.READER: 0, Role.REVIEWER: 1, Role.EDITOR: 2, Role.ADMIN: 3}


def organisation_key(organisation: UUID) -> str:
    """The key that everyone in the organisation holds."""
    return f"organisation:{organisation}"


def network_key(network: UUID) -> str:
    """The key that everyone in the network's organisations holds."""
    return f"network:{network}"


def person_key(person: UUID) -> str:
    """The key that one person holds."""
    return f"person:{person}"


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

    def has_role(self, organisation: UUID, least: Role) -> bool:
        """Whether the person holds `least`, or a role that includes it, in the organisation."""
        role = self.roles.get(organisation)
        return role is not None and _RANK[role] >= _RANK[least]

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

"""The words of this noun, as GraphQL enums."""

from schema.terms import show
from services.organisations.terms import (
    GovernmentLevel,
    NetworkRole,
    OrganisationKind,
    Role,
    TokenScope,
)

__all__ = [
    "GovernmentLevel",
    "NetworkRole",
    "OrganisationKind",
    "Role",
    "TokenScope",
]

show(OrganisationKind, GovernmentLevel, Role, NetworkRole, TokenScope)

"""What is for the people of one organisation: conditions, in SQL, on who asks.

Each asks for the organisation's key, and not for a membership alone: a sign-in that is good for another organisation
does not hold it.
"""

from services.organisations.terms import Role


def inside(organisation: str) -> str:
    """Whether the viewer acts for the organisation whose id stands there, such as `{artefact}.organisation`."""
    return f"'organisation:' || {organisation} = any({{keyring}}::text[])"


def inside_as(organisation: str, *roles: Role) -> str:
    """Whether the viewer acts for it and has one of the roles there."""
    allowed = ", ".join(f"'{role.value}'" for role in roles)
    return (
        f"{inside(organisation)} and exists (select from membership insider where insider.person = {{viewer}}::uuid"
        f" and insider.organisation = {organisation} and insider.role in ({allowed}))"
    )

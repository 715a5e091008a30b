"""From the readers that an author names to the keys of an audience."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.access import readable
from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.organisations.tables import Network, NetworkMember, Organisation
from services.viewer import PUBLIC, Viewer, network_key, organisation_key


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read, by slug. Nobody named: only the owner's organisation."""

    public: bool = False
    networks: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


async def keys(viewer: Viewer, audience: Audience, owner: UUID, *field: str) -> list[str]:
    """The keys, the owner's first. Raises DomainError for a network or an organisation that the viewer cannot see."""
    networks = (
        await Network.select(Network.id, Network.slug, Network.audience).where(
            Network.slug.is_in(list(audience.networks))
        )
        if audience.networks
        else []
    )
    organisations = (
        await Organisation.select(Organisation.id, Organisation.slug).where(
            Organisation.slug.is_in(list(audience.organisations))
        )
        if audience.organisations
        else []
    )
    seen = {row["slug"]: row["id"] for row in networks if readable(row["audience"], viewer.keyring)}
    known = {row["slug"]: row["id"] for row in organisations}
    refuse_if(
        Problem(ErrorCode.NOT_FOUND, f"There is no {what} «{slug}».", (*field, what + "s"))
        for what, slugs, found in (
            ("network", audience.networks, seen),
            ("organisation", audience.organisations, known),
        )
        for slug in slugs
        if slug not in found
    )
    return list(
        dict.fromkeys(
            [
                organisation_key(owner),
                *([PUBLIC] if audience.public else []),
                *(network_key(seen[slug]) for slug in audience.networks),
                *(organisation_key(known[slug]) for slug in audience.organisations),
            ]
        )
    )


async def keyring_of(organisation: UUID) -> list[str]:
    """The keys that an organisation holds itself, whoever acts for it."""
    networks = await NetworkMember.select(NetworkMember.network).where(NetworkMember.organisation == organisation)
    return [PUBLIC, organisation_key(organisation), *(network_key(row["network"]) for row in networks)]


async def check_reads(organisation: UUID, slug: str, audience: Iterable[str], what: str) -> None:
    """Raise DomainError FORBIDDEN unless an organisation itself may read `what`.

    Who acts for it may read more: they may work elsewhere too.
    """
    if not readable(audience, await keyring_of(organisation)):
        raise refusal(
            ErrorCode.FORBIDDEN,
            f"«{slug}» itself cannot read this {what}. Ask the {what}'s owner to share it with them.",
            "organisation",
        )

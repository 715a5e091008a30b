"""From the readers that an author names to the keys of an audience."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.access import readable
from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.organisations.tables import Network, NetworkMember, Organisation
from services.viewer import PUBLIC, Viewer, admission_key, network_key, organisation_key


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read, by slug. Nobody named: only the owner's organisation.

    `admitted`: those whom the owner of the case that the thing belongs to has let into that case.
    """

    public: bool = False
    networks: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    admitted: bool = False


async def keys(
    viewer: Viewer,
    audience: Audience,
    owner: UUID,
    *field: str,
    case: UUID | None = None,
    among: Iterable[str] = (),
) -> list[str]:
    """The keys, the owner's first. `case` is the one that the thing belongs to, `among` what its whole is read with.

    Raises DomainError for a network or an organisation that the viewer cannot see, for a network in which neither the
    owner is nor the whole's readers are, and for `admitted` without a case.
    """
    if audience.admitted and case is None:
        message = "People are let into cases only, and this belongs to none. Leave `admitted` out."
        raise refusal(ErrorCode.INVALID, message, *field, "admitted")
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
    if audience.networks:
        await _check_within(audience.networks, seen, owner, among, *field, "networks")
    return list(
        dict.fromkeys(
            [
                organisation_key(owner),
                *([PUBLIC] if audience.public else []),
                *(network_key(seen[slug]) for slug in audience.networks),
                *(organisation_key(known[slug]) for slug in audience.organisations),
                *([admission_key(case)] if audience.admitted and case else []),
            ]
        )
    )


async def _check_within(
    slugs: Iterable[str], seen: Mapping[str, UUID], owner: UUID, among: Iterable[str], *field: str
) -> None:
    """Raise DomainError FORBIDDEN where the owner is outside of a network: who is in one has agreed to share in it."""
    rows = await NetworkMember.select(NetworkMember.network).where(NetworkMember.organisation == owner)
    within = {network_key(row["network"]) for row in rows} | set(among)
    refuse_if(
        Problem(
            ErrorCode.FORBIDDEN,
            f"The organisation in whose name you share is not in the network «{slug}». Leave it out, or have an"
            " administrator ask to join with requestToJoinNetwork.",
            field,
        )
        for slug in slugs
        if network_key(seen[slug]) not in within
    )


KEYRING_OF: Final = """(
    array['public', 'organisation:' || ORGANISATION::uuid]
    || array(select 'network:' || network from network_member where organisation = ORGANISATION::uuid)
    || array(select 'admitted:' || "case" from admission where organisation = ORGANISATION::uuid and until > now())
)"""
"""`keyring_of` in SQL, for the organisation that takes the place of its name there."""
_KEYRING_OF: Final = f"select {KEYRING_OF.replace('ORGANISATION', '{}')} as keys"


async def keyring_of(organisation: UUID) -> list[str]:
    """The keys that an organisation holds itself now, whoever acts for it. One statement."""
    (found,) = await NetworkMember.raw(_KEYRING_OF, *[organisation] * 3)
    keyring: list[str] = found["keys"]
    return keyring


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

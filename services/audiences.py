"""From the readers that an author names to the keys of an audience."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.access import readable
from services.errors import ErrorCode, Problem, refusal, refuse_if
from services.organisations.tables import Network, NetworkMember, Organisation
from services.viewer import PUBLIC, Viewer, admission_key, is_network, network_key, organisation_key


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

    Raises DomainError as `named` does, and for a network in which neither the owner is nor the whole's readers are.
    """
    found = await named(viewer, audience, owner, *field, case=case)
    if audience.networks:
        await _check_within(audience.networks, owner, among, *field, "networks")
    return found


async def named(viewer: Viewer, audience: Audience, owner: UUID, *field: str, case: UUID | None = None) -> list[str]:
    """The keys of all who are named, the owner's first, whether or not they may be.

    Raises DomainError for a network or an organisation that the viewer cannot see, and for `admitted` without a case.
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


async def readers_among(
    viewer: Viewer, audience: Audience, owner: UUID, whole: Sequence[str], *field: str, case: UUID | None = None
) -> list[str]:
    """The keys of those who are named and read a whole: for a viewer who cannot know who else reads it.

    They are not told whom of those they name it leaves out. Raises DomainError as `named` and `check_public` do.
    """
    chosen = await named(viewer, audience, owner, *field, case=case)
    check_public(audience, whole, *field)
    return await kept_among(chosen, whole, owner)


def check_public(audience: Audience, whole: Iterable[str], *field: str) -> None:
    """Raise DomainError for everybody where not everybody reads the whole, which all can see for themselves."""
    if audience.public and PUBLIC not in whole:
        message = "Not everybody may read what this belongs to. Leave `public` out, or ask its owner to share it."
        raise refusal(ErrorCode.INVALID, message, *field)


async def kept_among(chosen: Sequence[str], whole: Sequence[str], *sharing: UUID) -> list[str]:
    """Those of some keys whose holders all read a whole, as networks now stand. One statement, whatever they are.

    Of a network that the whole does not name its members stay who read the whole. Where everybody does, a network
    stays if it is one of an organisation's in `sharing`, or the whole names it.
    """
    rows = await NetworkMember.raw(_MEMBERS, [*chosen, *whole], list(sharing))
    members: dict[str, list[str]] = {}
    for row in rows:
        members.setdefault(network_key(row["network"]), []).append(organisation_key(row["organisation"]))
    own = {organisation_key(one) for one in sharing}
    reading = {*whole, *(member for key in whole for member in members.get(key, ()))}
    kept: list[str] = []
    for key in chosen:
        joined = members.get(key, ())
        if key in reading or (PUBLIC in reading and (not is_network(key) or not own.isdisjoint(joined))):
            kept.append(key)
        elif PUBLIC not in reading:
            kept += [member for member in joined if member in reading]
    return list(dict.fromkeys(kept))


_MEMBERS: Final = """
    select network, organisation from network_member
    where 'network:' || network = any({}::text[]) or organisation = any({}::uuid[])
"""


async def _check_within(slugs: Iterable[str], owner: UUID, among: Iterable[str], *field: str) -> None:
    """Raise DomainError FORBIDDEN where the owner is outside of a network: who is in one has agreed to share in it."""
    rows = await NetworkMember.select(NetworkMember.network).where(NetworkMember.organisation == owner)
    within = {network_key(row["network"]) for row in rows} | set(among)
    wanted = await Network.select(Network.id, Network.slug).where(Network.slug.is_in(list(slugs)))
    refuse_if(
        Problem(
            ErrorCode.FORBIDDEN,
            f"The organisation in whose name you share is not in the network «{row['slug']}». Leave it out, or have an"
            " administrator ask to join with requestToJoinNetwork.",
            field,
        )
        for row in wanted
        if network_key(row["id"]) not in within
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

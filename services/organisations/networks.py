"""Verbs on networks and the organisations in them. Each runs in one transaction and appends to the log.

What an organisation reads as a member, it reads from the next request on; what it read, it loses as fast.
"""

from dataclasses import dataclass
from uuid import UUID

from services import idempotency, log
from services.access import readable, require_steward
from services.columns import stored
from services.errors import ErrorCode, refusal, refuse_if
from services.organisations.keyrings import keyring_change, renew_audiences
from services.organisations.organisations import organisation_for_change, unknown_slug
from services.organisations.rules import check_facilitator_remains
from services.organisations.tables import Network, NetworkMember, Organisation
from services.organisations.terms import NetworkRole, Role, TokenScope
from services.reading import Reading, Text
from services.slugs import check_slug
from services.text import TITLE_LIMIT
from services.viewer import PUBLIC, Viewer, network_key

MEMBERS_AT_MOST = 500
"""How many organisations one request may bring together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNetwork:
    """A network to be created; organisations are named by their slugs, and who is in both lists is a facilitator.

    `public`: everyone may read that it exists and who is in it, not what is shared with it.
    """

    slug: str
    names: Text
    facilitators: tuple[str, ...]
    members: tuple[str, ...] = ()
    description: Text | None = None
    public: bool = False
    is_sample: bool = False


async def create_network(viewer: Viewer, new: NewNetwork, *, idempotency_key: str | None = None) -> UUID:
    """Bring organisations together. Done by a steward, or by an ADMIN of the first facilitator."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        organisations = await _organisations(new)
        first = organisations[new.facilitators[0]]
        if not viewer.has_role(first, Role.ADMIN):
            require_steward(viewer, "create a network for an organisation that they do not administer")
        claim = await idempotency.claim(viewer, "create_network", idempotency_key, new)
        if claim.made:
            return claim.id
        reader = Reading()
        made = Network(
            id=claim.id,
            slug=check_slug(new.slug, "slug"),
            names=stored(reader.text(new.names, "names", limit=TITLE_LIMIT)),
            description=stored(reader.text(new.description, "description")),
            is_sample=new.is_sample,
            audience=[network_key(claim.id), *([PUBLIC] if new.public else [])],
        )
        reader.finish()
        inserted = Network.insert(made).on_conflict(target=Network.slug, action="DO NOTHING")
        if not await inserted.returning(Network.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug")
        await NetworkMember.insert(
            *(
                NetworkMember(network=made.id, organisation=organisation, role=_role(slug, new))
                for slug, organisation in organisations.items()
            )
        )
        await renew_audiences(organisations=organisations.values())
        await log.record(viewer, "create_network", "Network", made.id, organisation=first)
    return claim.id


async def add_network_member(viewer: Viewer, network_slug: str, organisation_slug: str, role: NetworkRole) -> UUID:
    """Take an organisation into a network; gives the NetworkMember's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await _guided(viewer, network_slug, "decide who joins it")
        organisation = await organisation_for_change(organisation_slug, "organisation")
        made = NetworkMember(network=network.id, organisation=organisation.id, role=role)
        joined = NetworkMember.insert(made).on_conflict(
            target=(NetworkMember.network, NetworkMember.organisation), action="DO NOTHING"
        )
        if not await joined.returning(NetworkMember.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"«{organisation_slug}» is in the network already.", "organisation")
        await renew_audiences(organisations=[organisation.id])
        await _changed(viewer, "add_network_member", network, organisation, role=role)
    return made.id


async def change_network_role(viewer: Viewer, network_slug: str, organisation_slug: str, role: NetworkRole) -> UUID:
    """Make a member a facilitator, or the other way round; gives the NetworkMember's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await _guided(viewer, network_slug, "change roles in it")
        organisation = await organisation_for_change(organisation_slug, "organisation")
        member = await _member(network, organisation)
        if role is not NetworkRole.FACILITATOR:
            refuse_if(check_facilitator_remains(await _other_facilitators(member), "role"))
        await NetworkMember.update({NetworkMember.role: role}).where(NetworkMember.id == member.id)
        await _changed(viewer, "change_network_role", network, organisation, role=role)
    return member.id


async def remove_network_member(viewer: Viewer, network_slug: str, organisation_slug: str) -> UUID:
    """Take an organisation out of a network, or leave it; gives the network's id.

    What the organisation shared with the network stays shared, until its owner changes that.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await _network(viewer, network_slug)
        organisation = await organisation_for_change(organisation_slug, "organisation")
        if not viewer.has_role(organisation.id, Role.ADMIN):
            await _require_facilitator(viewer, network, "decide who leaves it")
        member = await _member(network, organisation)
        refuse_if(check_facilitator_remains(await _other_facilitators(member), "organisation"))
        await NetworkMember.delete().where(NetworkMember.id == member.id)
        await renew_audiences(organisations=[organisation.id])
        await _changed(viewer, "remove_network_member", network, organisation)
    return network.id


# -- steps ---------------------------------------------------------------------------------------------------------


async def _organisations(new: NewNetwork) -> dict[str, UUID]:
    """Slug → id of everyone concerned, locked in one order, facilitators first."""
    slugs = list(dict.fromkeys([*new.facilitators, *new.members]))
    if not new.facilitators:
        raise refusal(ErrorCode.REQUIRED, "Name at least one organisation that guides the network.", "facilitators")
    if len(slugs) > MEMBERS_AT_MOST:
        raise refusal(ErrorCode.TOO_LONG, f"Name at most {MEMBERS_AT_MOST} organisations; add others later.", "members")
    rows = (
        await Organisation.objects()
        .where(Organisation.slug.is_in(slugs))
        .order_by(Organisation.id)
        .lock_rows("NO KEY UPDATE")
    )
    found = {row.slug: row.id for row in rows}
    reader = Reading(organisations=found)
    for field, named in (("facilitators", new.facilitators), ("members", new.members)):
        for place, slug in enumerate(named):
            reader.organisation(slug, field, str(place))
    reader.finish()
    return {slug: found[slug] for slug in slugs}


def _role(slug: str, new: NewNetwork) -> NetworkRole:
    return NetworkRole.FACILITATOR if slug in new.facilitators else NetworkRole.MEMBER


async def _network(viewer: Viewer, slug: str) -> Network:
    """The network, for change, if the viewer may read it."""
    found = await Network.objects().where(Network.slug == slug).lock_rows("NO KEY UPDATE").first()
    if found is None or not readable(found.audience, viewer.keyring):
        raise unknown_slug("network", slug, "network")
    return found


async def _guided(viewer: Viewer, slug: str, to: str) -> Network:
    """The network, for change, if the viewer is an ADMIN of one of its facilitators."""
    network = await _network(viewer, slug)
    await _require_facilitator(viewer, network, to)
    return network


async def _require_facilitator(viewer: Viewer, network: Network, to: str) -> None:
    facilitators = await NetworkMember.select(NetworkMember.organisation).where(
        (NetworkMember.network == network.id) & (NetworkMember.role == NetworkRole.FACILITATOR)
    )
    if not any(viewer.has_role(row["organisation"], Role.ADMIN) for row in facilitators):
        raise refusal(
            ErrorCode.FORBIDDEN, f"Only an administrator of one of the network's facilitators may {to}. Ask one."
        )


async def _member(network: Network, organisation: Organisation) -> NetworkMember:
    found = (
        await NetworkMember.objects()
        .where((NetworkMember.network == network.id) & (NetworkMember.organisation == organisation.id))
        .first()
    )
    if found is None:
        raise refusal(ErrorCode.NOT_FOUND, f"«{organisation.slug}» is not in this network.", "organisation")
    return found


async def _other_facilitators(member: NetworkMember) -> int:
    others: int = await NetworkMember.count().where(
        (NetworkMember.network == member.network)
        & (NetworkMember.role == NetworkRole.FACILITATOR)
        & (NetworkMember.id != member.id)
    )
    return others


async def _changed(viewer: Viewer, action: str, network: Network, organisation: Organisation, **detail: object) -> None:
    detail["organisation"] = organisation.slug
    await log.record(viewer, action, "Network", network.id, organisation=organisation.id, detail=detail)

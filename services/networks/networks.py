"""Verbs on networks and the organisations in them. Each runs in one transaction and appends to the log.

What an organisation reads as a member, it reads from the next request on; what it read, it loses as fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services import idempotency, log
from services.access import role_refusal
from services.columns import stored
from services.errors import ErrorCode, refusal, refuse_if
from services.networks.proposals import open_proposal
from services.networks.steps import (
    guided_network,
    is_guide,
    membership,
    network_for_change,
    noted,
    renew_readers,
    require_facilitator,
    take_in,
)
from services.networks.terms import ProposalKind
from services.organisations.keyrings import keyring_change, renew_audiences
from services.organisations.locks import lock_organisations
from services.organisations.members import led_by, require_admin, runs
from services.organisations.organisations import organisation_for_change, organisation_named
from services.organisations.rules import check_facilitator_remains
from services.organisations.tables import Network, NetworkMember, Organisation
from services.organisations.terms import NetworkRole, Role, TokenScope
from services.reading import Reading, Text
from services.slugs import check_slug
from services.text import TITLE_LIMIT
from services.viewer import PUBLIC, Viewer, network_key, steward_key

MEMBERS_AT_MOST = 500
"""How many organisations one request may bring together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNetwork:
    """A network to be created; organisations are named by their slugs, and who is in both lists is a facilitator.

    Those of which its creator is an ADMIN are in it at once; the others are invited.
    `public`: everyone may read that it exists and who is in it, not what is shared with it; and may ask to join.
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
        if not viewer.is_steward and not await runs(viewer, first.id):
            raise await role_refusal(Role.ADMIN, "create a network in which it is the first facilitator", first.id)
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
            # A steward's key stays until somebody guides the network, see `renew_readers`; nobody else holds one.
            audience=[network_key(claim.id), *([PUBLIC] if new.public else []), steward_key(viewer.require_person())],
        )
        reader.finish()
        inserted = Network.insert(made).on_conflict(target=Network.slug, action="DO NOTHING")
        if not await inserted.returning(Network.id):
            raise refusal(ErrorCode.ALREADY_EXISTS, f"The slug «{new.slug}» is taken; choose another.", "slug")
        await log.record(viewer, "create_network", "Network", made.id, organisation=first.id)
        own = await led_by(viewer)
        await _begin(
            made.id,
            [
                (organisation, _role(slug, new))
                for slug, organisation in organisations.items()
                if organisation.id in own
            ],
        )
        for slug, organisation in organisations.items():
            if organisation.id not in own:
                await open_proposal(viewer, made.id, organisation, ProposalKind.INVITATION, _role(slug, new))
        await renew_readers(made.id)
    return claim.id


async def add_network_member(viewer: Viewer, network_slug: str, organisation_slug: str, role: NetworkRole) -> UUID:
    """Take an organisation into a network, by somebody who decides for both; gives the NetworkMember's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await guided_network(viewer, network_slug, "decide who joins it")
        organisation = await organisation_for_change(organisation_slug, "organisation")
        if not await runs(viewer, organisation.id):
            raise refusal(
                ErrorCode.FORBIDDEN,
                f"«{organisation_slug}» decides itself what it joins. Invite it with inviteToNetwork.",
                "organisation",
            )
        member = await take_in(network.id, organisation, role)
        await renew_readers(network.id)
        await noted(viewer, "add_network_member", network.id, organisation, role=role)
    return member


async def change_network_role(viewer: Viewer, network_slug: str, organisation_slug: str, role: NetworkRole) -> UUID:
    """Make a member a facilitator, or the other way round; gives the NetworkMember's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await guided_network(viewer, network_slug, "change roles in it")
        organisation = await organisation_for_change(organisation_slug, "organisation")
        member = await membership(network.id, organisation, "organisation")
        if role is not NetworkRole.FACILITATOR:
            await _check_guided_without(member, "role")
        await NetworkMember.update({NetworkMember.role: role}).where(NetworkMember.id == member.id)
        await renew_readers(network.id)
        await noted(viewer, "change_network_role", network.id, organisation, role=role)
    return member.id


async def hand_over_facilitation(viewer: Viewer, network_slug: str, organisation_slug: str, to: str) -> UUID:
    """Make another member the facilitator in an organisation's place; gives that one's NetworkMember's id.

    This is how the last facilitator lays the role down: there is no moment without one.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await network_for_change(viewer, network_slug)
        organisation = await organisation_for_change(organisation_slug, "organisation")
        await require_admin(viewer, organisation.id, "hand its part over")
        if organisation_slug == to:
            raise refusal(ErrorCode.INVALID, "Name another organisation.", "to")
        member = await membership(network.id, organisation, "organisation")
        if not is_guide(member):
            raise refusal(ErrorCode.WRONG_STATE, f"«{organisation_slug}» does not guide this network.", "organisation")
        heir = await membership(network.id, await organisation_named(to, "to"), "to")
        await NetworkMember.update({NetworkMember.role: NetworkRole.FACILITATOR}).where(NetworkMember.id == heir.id)
        await NetworkMember.update({NetworkMember.role: NetworkRole.MEMBER}).where(NetworkMember.id == member.id)
        await renew_readers(network.id)
        await noted(viewer, "hand_over_facilitation", network.id, organisation, to=to)
    return heir.id


async def leave_network(viewer: Viewer, network_slug: str, organisation_slug: str) -> UUID:
    """Take one's own organisation out of a network; gives the network's id. The last facilitator hands over first.

    What the organisation shared with the network stays shared, until its owner changes that.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await network_for_change(viewer, network_slug)
        organisation = await organisation_for_change(organisation_slug, "organisation")
        await require_admin(viewer, organisation.id, "take it out of a network")
        await _take_out(viewer, network, organisation, "leave_network")
    return network.id


async def remove_network_member(viewer: Viewer, network_slug: str, organisation_slug: str) -> UUID:
    """Take an organisation out of a network, as a facilitator or as its ADMIN; gives the network's id.

    What the organisation shared with the network stays shared, until its owner changes that.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await network_for_change(viewer, network_slug)
        organisation = await organisation_for_change(organisation_slug, "organisation")
        if not await runs(viewer, organisation.id):
            await require_facilitator(viewer, network.id, "decide who leaves it")
        await _take_out(viewer, network, organisation, "remove_network_member")
    return network.id


# -- steps ---------------------------------------------------------------------------------------------------------


async def _organisations(new: NewNetwork) -> dict[str, Organisation]:
    """Everyone concerned by slug, locked in one order, facilitators first."""
    slugs = list(dict.fromkeys([*new.facilitators, *new.members]))
    if not new.facilitators:
        raise refusal(ErrorCode.REQUIRED, "Name at least one organisation that guides the network.", "facilitators")
    if len(slugs) > MEMBERS_AT_MOST:
        raise refusal(ErrorCode.TOO_LONG, f"Name at most {MEMBERS_AT_MOST} organisations; add others later.", "members")
    rows = await lock_organisations(Organisation.slug.is_in(slugs))
    found = {row.slug: row for row in rows}
    reader = Reading(organisations={row.slug: row.id for row in rows})
    for field, named in (("facilitators", new.facilitators), ("members", new.members)):
        for place, slug in enumerate(named):
            reader.organisation(slug, field, str(place))
    reader.finish()
    return {slug: found[slug] for slug in slugs}


async def _begin(network: UUID, members: Sequence[tuple[Organisation, NetworkRole]]) -> None:
    """The first members of a new network."""
    if members:
        await NetworkMember.insert(
            *(NetworkMember(network=network, organisation=one.id, role=role) for one, role in members)
        )
        await renew_audiences(organisations=[one.id for one, _ in members])


def _role(slug: str, new: NewNetwork) -> NetworkRole:
    return NetworkRole.FACILITATOR if slug in new.facilitators else NetworkRole.MEMBER


async def _take_out(viewer: Viewer, network: Network, organisation: Organisation, action: str) -> None:
    member = await membership(network.id, organisation, "organisation")
    await _check_guided_without(member, "organisation")
    await NetworkMember.delete().where(NetworkMember.id == member.id)
    await renew_audiences(organisations=[organisation.id])
    await renew_readers(network.id)
    await noted(viewer, action, network.id, organisation)


async def _check_guided_without(member: NetworkMember, *field: str) -> None:
    """Refuse if this is the only organisation that guides the network."""
    others: int = await NetworkMember.count().where(
        (NetworkMember.network == member.network)
        & (NetworkMember.role == NetworkRole.FACILITATOR)
        & (NetworkMember.id != member.id)
    )
    if is_guide(member):
        refuse_if(check_facilitator_remains(others, *field))

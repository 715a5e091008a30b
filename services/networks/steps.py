"""What the verbs on networks have in common. Each is called inside their transaction.

Whoever holds the network's row decides alone which proposals wait, too; `services.organisations.locks` has the order in
which rows are locked.
"""

from datetime import UTC, datetime
from uuid import UUID

from services import log
from services.access import readable, unknown_slug
from services.errors import ErrorCode, refusal
from services.networks.tables import NetworkProposal
from services.networks.terms import ProposalState
from services.organisations.keyrings import renew_audiences
from services.organisations.locks import lock_network
from services.organisations.members import runs
from services.organisations.tables import Network, NetworkMember, Organisation
from services.organisations.terms import NetworkRole
from services.viewer import Viewer

_RENEW_PROPOSALS = """
    update network_proposal set audience = array['organisation:' || network_proposal.organisation] || array(
        select 'organisation:' || network_member.organisation from network_member
        where network_member.network = network_proposal.network and network_member.role = 'FACILITATOR' order by 1
    ) || array(
        select key from network, unnest(network.audience) key
        where network.id = network_proposal.network and key like 'steward:%' order by 1
    )
    where network_proposal.network = {}
"""

_RENEW_NETWORK = """
    update network set audience =
        array['network:' || network.id]
        || case when 'public' = any(network.audience) then array['public'] else array[]::text[] end
        || array(
            select 'organisation:' || network_proposal.organisation from network_proposal
            where network_proposal.network = network.id and network_proposal.state = 'OPEN'
              and network_proposal.kind = 'INVITATION' order by 1
        )
        || array(
            select key from unnest(network.audience) key where key like 'steward:%' and not exists (
                select from network_member
                where network_member.network = network.id and network_member.role = 'FACILITATOR'
            ) order by 1
        )
    where network.id = {}
"""


async def network_for_change(viewer: Viewer, slug: str) -> Network:
    """The network, for change, if the viewer may read it; a steward also finds one that nobody guides yet."""
    found = await lock_network(Network.slug == slug)
    if found is None:
        raise unknown_slug("network", slug, "network")
    if not readable(found.audience, viewer.keyring) and not (viewer.is_steward and not await facilitators(found.id)):
        raise unknown_slug("network", slug, "network")
    return found


async def guided_network(viewer: Viewer, slug: str, to: str) -> Network:
    """The network, for change, if the viewer guides it; `to` completes the sentence of the refusal."""
    network = await network_for_change(viewer, slug)
    await require_facilitator(viewer, network.id, to)
    return network


async def require_facilitator(viewer: Viewer, network: UUID, to: str) -> None:
    """Raise DomainError FORBIDDEN unless the viewer is an ADMIN of one of the network's facilitators.

    While nobody guides the network, because those who were to have not accepted, a steward does.
    """
    if not await guides(viewer, network):
        raise refusal(
            ErrorCode.FORBIDDEN, f"Only an administrator of one of the network's facilitators may {to}. Ask one."
        )


async def guides(viewer: Viewer, network: UUID) -> bool:
    """Whether the viewer decides for the network now; the caller holds its row."""
    guiding = await facilitators(network)
    if not guiding:
        return viewer.is_steward
    for organisation in guiding:
        if await runs(viewer, organisation):
            return True
    return False


async def facilitators(network: UUID) -> list[UUID]:
    """The organisations that guide the network now."""
    rows = await NetworkMember.select(NetworkMember.organisation).where(
        (NetworkMember.network == network) & (NetworkMember.role == NetworkRole.FACILITATOR)
    )
    return [row["organisation"] for row in rows]


async def membership(network: UUID, organisation: Organisation, *field: str) -> NetworkMember:
    """The organisation's place in the network. Raises DomainError NOT_FOUND."""
    found = (
        await NetworkMember.objects()
        .where((NetworkMember.network == network) & (NetworkMember.organisation == organisation.id))
        .first()
    )
    if found is None:
        raise refusal(ErrorCode.NOT_FOUND, f"«{organisation.slug}» is not in this network.", *field)
    return found


def is_guide(member: NetworkMember) -> bool:
    """Whether an organisation guides the network that it is in."""
    return member.role == NetworkRole.FACILITATOR


async def is_member(network: UUID, organisation: UUID) -> bool:
    """Whether the organisation is in the network."""
    return await NetworkMember.exists().where(
        (NetworkMember.network == network) & (NetworkMember.organisation == organisation)
    )


async def take_in(network: UUID, organisation: Organisation, role: NetworkRole) -> UUID:
    """Make an organisation, whose row is locked, a member; what was proposed to that end is accepted by it.

    Call `renew_readers` after it.
    """
    made = NetworkMember(network=network, organisation=organisation.id, role=role)
    joined = NetworkMember.insert(made).on_conflict(
        target=(NetworkMember.network, NetworkMember.organisation), action="DO NOTHING"
    )
    if not await joined.returning(NetworkMember.id):
        raise refusal(ErrorCode.ALREADY_EXISTS, f"«{organisation.slug}» is in the network already.", "organisation")
    await close_proposal(network, organisation.id, ProposalState.ACCEPTED)
    await renew_audiences(organisations=[organisation.id])
    return made.id


async def close_proposal(network: UUID, organisation: UUID, state: ProposalState) -> None:
    """End what waits between a network and an organisation, if anything does. Call `renew_readers` after it."""
    waiting = (
        (NetworkProposal.network == network)
        & (NetworkProposal.organisation == organisation)
        & (NetworkProposal.state == ProposalState.OPEN)
    )
    await NetworkProposal.update({NetworkProposal.state: state, NetworkProposal.closed_at: datetime.now(UTC)}).where(
        waiting
    )


async def renew_readers(network: UUID) -> None:
    """Set who reads the network and its proposals, after a change of who guides it or of what waits.

    A network is read by its members, by everyone if it is public, and by those that it has invited while they decide.
    While nobody guides it, so it is by the steward who made it, whose key it was made with; and so are its proposals.
    """
    await Network.raw(_RENEW_NETWORK, network)
    await NetworkProposal.raw(_RENEW_PROPOSALS, network)


async def noted(viewer: Viewer, action: str, network: UUID, organisation: Organisation, **detail: object) -> None:
    """Append to the log what happened between a network and an organisation."""
    detail["organisation"] = organisation.slug
    await log.record(viewer, action, "Network", network, organisation=organisation.id, detail=detail)

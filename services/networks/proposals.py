"""Verbs on proposals that an organisation joins a network. Each runs in one transaction and appends to the log.

No organisation is in a network without both sides' consent: one side proposes, the other accepts.
"""

from collections.abc import Collection
from uuid import UUID

from services.access import access, role_refusal
from services.errors import ErrorCode, refusal
from services.networks.steps import (
    close_proposal,
    facilitators,
    guided_network,
    is_member,
    network_for_change,
    noted,
    renew_readers,
    require_facilitator,
    take_in,
)
from services.networks.tables import NetworkProposal
from services.networks.terms import ProposalKind, ProposalState
from services.notifications.notifications import News, tell_organisation
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import keyring_change
from services.organisations.locks import lock_network, lock_organisation
from services.organisations.members import led, runs
from services.organisations.organisations import organisation_for_change
from services.organisations.tables import Network, Organisation
from services.organisations.terms import NetworkRole, Role, TokenScope
from services.viewer import Viewer

_OPEN_ALREADY = {
    ProposalKind.INVITATION: "«{}» is invited already: an administrator of it can accept that.",
    ProposalKind.REQUEST: "«{}» has asked to join already: a facilitator of the network can accept that.",
}


async def invite_to_network(viewer: Viewer, network_slug: str, organisation_slug: str, role: NetworkRole) -> UUID:
    """Ask an organisation to join; gives the proposal's id. Until it answers, its people may read the network."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await guided_network(viewer, network_slug, "decide who joins it")
        organisation = await organisation_for_change(organisation_slug, "organisation")
        proposal = await propose(viewer, network.id, organisation, ProposalKind.INVITATION, role)
        await renew_readers(network.id)
    return proposal


async def request_to_join_network(viewer: Viewer, network_slug: str, organisation_slug: str) -> UUID:
    """Ask, for an organisation, to join a network that the viewer can see; gives the proposal's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        network = await network_for_change(viewer, network_slug)
        organisation = await led(viewer, organisation_slug, "ask to join a network for it")
        proposal = await propose(viewer, network.id, organisation, ProposalKind.REQUEST, NetworkRole.MEMBER)
        await renew_readers(network.id)
    return proposal


async def accept_network_proposal(viewer: Viewer, proposal_id: UUID | None) -> UUID:
    """Say yes for the side that was asked; gives the proposal's id. The organisation reads from its next request on."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        proposal, organisation = await _waiting(viewer, proposal_id)
        await _require_asked(viewer, proposal, organisation)
        asking = await _asking(proposal)
        await take_in(proposal.network, organisation, NetworkRole(proposal.role))
        await renew_readers(proposal.network)
        await noted(viewer, "accept_network_proposal", proposal.network, organisation, role=proposal.role)
        await _tell(asking, NotificationKind.NETWORK_ACCEPTED, proposal.id)
    return proposal.id


async def decline_network_proposal(viewer: Viewer, proposal_id: UUID | None) -> UUID:
    """Say no for the side that was asked; gives the proposal's id. The other side may propose again."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        proposal, organisation = await _waiting(viewer, proposal_id)
        await _require_asked(viewer, proposal, organisation)
        await close_proposal(proposal.network, organisation.id, ProposalState.DECLINED)
        await renew_readers(proposal.network)
        await noted(viewer, "decline_network_proposal", proposal.network, organisation)
        await _tell(await _asking(proposal), NotificationKind.NETWORK_DECLINED, proposal.id)
    return proposal.id


async def withdraw_network_proposal(viewer: Viewer, proposal_id: UUID | None) -> UUID:
    """Take back what one's own side proposed; gives the proposal's id."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        proposal, organisation = await _waiting(viewer, proposal_id)
        if proposal.kind == ProposalKind.INVITATION:
            await require_facilitator(viewer, proposal.network, "take an invitation back")
        elif not await runs(viewer, organisation.id):
            raise await role_refusal(Role.ADMIN, "take its request back", organisation.id)
        await close_proposal(proposal.network, organisation.id, ProposalState.WITHDRAWN)
        await renew_readers(proposal.network)
        await noted(viewer, "withdraw_network_proposal", proposal.network, organisation)
    return proposal.id


async def propose(
    viewer: Viewer, network: UUID, organisation: Organisation, kind: ProposalKind, role: NetworkRole
) -> UUID:
    """Open a proposal inside the caller's transaction, which holds both rows and calls `renew_readers` after it."""
    if await is_member(network, organisation.id):
        raise refusal(ErrorCode.ALREADY_EXISTS, f"«{organisation.slug}» is in the network already.", "organisation")
    waiting = (
        await NetworkProposal.objects()
        .where((NetworkProposal.network == network) & (NetworkProposal.organisation == organisation.id))
        .where(NetworkProposal.state == ProposalState.OPEN)
        .first()
    )
    if waiting:
        said = _OPEN_ALREADY[ProposalKind(waiting.kind)].format(organisation.slug)
        raise refusal(ErrorCode.ALREADY_EXISTS, said, "organisation")
    return await open_proposal(viewer, network, organisation, kind, role)


async def open_proposal(
    viewer: Viewer, network: UUID, organisation: Organisation, kind: ProposalKind, role: NetworkRole
) -> UUID:
    """As `propose`, where there can be neither a member nor a proposal: in a new network."""
    made = NetworkProposal(network=network, organisation=organisation.id, kind=kind, role=role)
    await NetworkProposal.insert(made)
    if kind is ProposalKind.INVITATION:
        await noted(viewer, "invite_to_network", network, organisation, role=role)
        await _tell([organisation.id], NotificationKind.NETWORK_INVITATION, made.id)
    else:
        await noted(viewer, "request_to_join_network", network, organisation)
        await _tell(await facilitators(network), NotificationKind.NETWORK_REQUEST, made.id)
    return made.id


# -- steps ---------------------------------------------------------------------------------------------------------


async def _waiting(viewer: Viewer, proposal_id: UUID | None) -> tuple[NetworkProposal, Organisation]:
    """A proposal that the viewer may read and nobody has answered, and its organisation; the rows are locked."""
    seen = await access(NetworkProposal, viewer, proposal_id, "proposal", "id")
    await lock_network(Network.id == seen.network)
    organisation = await lock_organisation(Organisation.id == seen.organisation)
    # Read anew: another's answer may have been waited for.
    proposal = await access(NetworkProposal, viewer, proposal_id, "proposal", "id")
    if organisation is None or proposal.state != ProposalState.OPEN:
        raise refusal(ErrorCode.WRONG_STATE, "This proposal was answered or taken back already.", "id")
    return proposal, organisation


async def _require_asked(viewer: Viewer, proposal: NetworkProposal, organisation: Organisation) -> None:
    """Raise DomainError FORBIDDEN unless the viewer decides for the side that did not propose."""
    if proposal.kind == ProposalKind.REQUEST:
        await require_facilitator(viewer, proposal.network, "answer a request")
    elif not await runs(viewer, organisation.id):
        raise await role_refusal(Role.ADMIN, "answer its invitation", organisation.id)


async def _asking(proposal: NetworkProposal) -> list[UUID]:
    """The organisations of the side that proposed."""
    if proposal.kind == ProposalKind.REQUEST:
        return [proposal.organisation]
    return await facilitators(proposal.network)


async def _tell(organisations: Collection[UUID], kind: NotificationKind, proposal: UUID) -> None:
    for organisation in organisations:
        await tell_organisation(organisation, News(kind, "NetworkProposal", proposal, "1"))

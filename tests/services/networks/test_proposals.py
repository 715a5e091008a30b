"""How an organisation joins a network by both sides' consent, through GraphQL."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.networks.tables import NetworkProposal
from services.organisations.tables import Network, NetworkMember
from services.viewer import PUBLIC, network_key
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import (
    admin_of_both,
    agency_admin,
    check_profiles,
    invited,
    olen_admin,
    pes_admin,
    words,
)

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
AGENCY = {"network": "learning", "organisation": "outside-agency"}
PROPOSAL = "proposal { kind role state network { slug } organisation { slug } closedAt }"
SEEN = '{ network(slug: "learning") { slug members(first: 9) { totalCount } } }'
NODE = "query ($id: ID!) { node(id: $id) { ... on NetworkProposal { state network { slug } } } }"
INBOX = "{ viewer { notifications(first: 9) { nodes { kind subject { ... on NetworkProposal { id } } } } } }"
ANSWERS = pytest.mark.parametrize("answer", ["acceptNetworkProposal", "declineNetworkProposal"])


async def opened(network: SmallNetwork) -> None:
    """Make `learning` public, so that strangers see that it exists."""
    await Network.update({Network.audience: [network_key(network.network), PUBLIC]}).where(
        Network.id == network.network
    )


async def requested(agency: Client) -> str:
    """Ask to join `learning`; gives the proposal's global id."""
    proposal: str = (await agency.do("requestToJoinNetwork", AGENCY, "proposal { id }"))["proposal"]["id"]
    return proposal


async def told(client: Client) -> list[tuple[str, str]]:
    """The kinds of what somebody was told of, and the proposals, the newest first."""
    nodes = (await client.ask(INBOX))["viewer"]["notifications"]["nodes"]
    return [(node["kind"], node["subject"]["id"]) for node in nodes]


async def test_an_invited_organisation_joins_when_its_admin_accepts(as_: As, network: SmallNetwork) -> None:
    """Until then it reads the network's profile and nothing that is shared there; then it is a member."""
    facilitator, agency, outsider = as_(await pes_admin(network)), as_(await agency_admin(network)), network.outsider
    assert (await as_(outsider).ask(SEEN))["network"] is None
    proposal = await invited(facilitator, role="FACILITATOR")
    assert (await as_(outsider).ask(SEEN))["network"]["members"]["totalCount"] == 3
    node = "query ($id: ID!) { node(id: $id) { ... on Person { name } } }"
    editor = (await as_(network.olen_editor).ask("{ viewer { person { id } } }"))["viewer"]["person"]["id"]
    assert (await as_(outsider).ask(node, id=editor))["node"] is None
    accepted = await agency.do("acceptNetworkProposal", {"id": proposal}, PROPOSAL)
    assert accepted["proposal"].pop("closedAt")
    assert accepted["proposal"] == {
        "kind": "INVITATION",
        "role": "FACILITATOR",
        "state": "ACCEPTED",
        "network": {"slug": "learning"},
        "organisation": {"slug": "outside-agency"},
    }
    assert (await as_(outsider).ask(node, id=editor))["node"] == {"name": "Olen editor"}
    await check_profiles()


async def test_a_declined_invitation_ends_what_it_showed(as_: As, network: SmallNetwork) -> None:
    """With the next request the network is not there for the organisation any more, and nobody has joined."""
    facilitator, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    proposal = await invited(facilitator)
    declined = await agency.do("declineNetworkProposal", {"id": proposal}, "proposal { state network { slug } }")
    assert declined["proposal"] == {"state": "DECLINED", "network": None}
    assert (await as_(network.outsider).ask(SEEN))["network"] is None
    assert (await facilitator.ask(SEEN))["network"]["members"]["totalCount"] == 3
    assert await invited(facilitator)  # the other side may ask again


async def test_a_withdrawn_invitation_ends_what_it_showed(as_: As, network: SmallNetwork) -> None:
    """Only a facilitator takes it back; then it cannot be accepted."""
    facilitator, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    proposal = {"id": await invited(facilitator)}
    assert await agency.refused("withdrawNetworkProposal", proposal) == [("FORBIDDEN", "")]
    await facilitator.do("withdrawNetworkProposal", proposal, PROPOSAL)
    assert (await agency.ask(SEEN))["network"] is None
    assert await agency.refused("acceptNetworkProposal", proposal) == [("WRONG_STATE", "id")]


async def test_an_organisation_asks_and_a_facilitator_accepts(as_: As, network: SmallNetwork) -> None:
    """A request to a public network waits for one of its facilitators, and makes its organisation a plain member."""
    await opened(network)
    facilitator, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    proposal = {"id": await requested(agency)}
    assert await agency.refused("acceptNetworkProposal", proposal) == [("FORBIDDEN", "")]
    accepted = (await facilitator.do("acceptNetworkProposal", proposal, PROPOSAL))["proposal"]
    assert (accepted["kind"], accepted["role"], accepted["state"]) == ("REQUEST", "MEMBER", "ACCEPTED")
    assert await NetworkMember.count() == 4
    assert (await as_(None).ask(SEEN))["network"]["slug"] == "learning"
    await check_profiles()


async def test_a_network_that_is_not_public_cannot_be_asked(as_: As, network: SmallNetwork) -> None:
    """To whoever cannot see it, it is refused like one that does not exist."""
    agency = as_(await agency_admin(network))
    asked = [{**AGENCY, "network": slug} for slug in ("learning", "nowhere")]
    hidden, unknown = [await agency.change("requestToJoinNetwork", one, "__typename") for one in asked]
    assert str(hidden).replace("learning", "nowhere") == str(unknown)
    both = as_(await admin_of_both(network))  # sees it for Olen, and asks for the agency
    assert await requested(both)


@ANSWERS
async def test_others_answer_nothing(as_: As, network: SmallNetwork, answer: str) -> None:
    """Those who proposed and who may read it without deciding are refused; for all others there is no proposal."""
    proposal = {"id": await invited(as_(await pes_admin(network)))}
    for token in (await pes_admin(network), network.pes_editor, network.outsider):
        assert await as_(token).refused(answer, proposal) == [("FORBIDDEN", "")]
    for token in (network.olen_editor, await olen_admin(network), network.steward):
        assert await as_(token).refused(answer, proposal) == [("NOT_FOUND", "id")]


async def test_a_proposal_is_read_by_both_sides(as_: As, network: SmallNetwork) -> None:
    """By the organisation and by those that guide the network now: by node, at the network and at the organisation."""
    facilitator = as_(await pes_admin(network))
    proposal = await invited(facilitator)
    query = """query ($id: ID!) {
      node(id: $id) { id }
      network(slug: "learning") { proposals(first: 9, filter: {state: [OPEN]}) { totalCount } }
      organisation(slug: "outside-agency") {
        networkProposals(first: 9, filter: {kind: [INVITATION]}) { totalCount nodes { id } }
      }
    }"""
    for token in (network.outsider, network.pes_editor):
        seen = await as_(token).ask(query, id=proposal)
        assert seen["node"] == {"id": proposal}
        assert seen["network"]["proposals"] == {"totalCount": 1}
        assert seen["organisation"]["networkProposals"] == {"totalCount": 1, "nodes": [{"id": proposal}]}
    for stranger in (network.olen_editor, network.steward, None):
        seen = await as_(stranger).ask(query, id=proposal)
        assert seen["node"] is None
        assert seen["organisation"]["networkProposals"]["totalCount"] == 0
    await facilitator.do(
        "handOverFacilitation",
        {"network": "learning", "organisation": "arbetsformedlingen", "to": "olen"},
        "member { role }",
    )
    assert (await as_(network.olen_editor).ask(NODE, id=proposal))["node"] is not None
    assert (await as_(network.pes_editor).ask(NODE, id=proposal))["node"] is None


async def test_a_network_and_an_organisation_have_one_open_proposal(as_: As, network: SmallNetwork) -> None:
    """A second is refused, from either side; and so is one for a member."""
    await opened(network)
    facilitator, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    await requested(agency)
    assert await facilitator.refused("inviteToNetwork", AGENCY) == [("ALREADY_EXISTS", "organisation")]
    assert await agency.refused("requestToJoinNetwork", AGENCY) == [("ALREADY_EXISTS", "organisation")]
    olen = {**AGENCY, "organisation": "olen"}
    assert await facilitator.refused("inviteToNetwork", olen) == [("ALREADY_EXISTS", "organisation")]
    assert await as_(await olen_admin(network)).refused("requestToJoinNetwork", olen) == [
        ("ALREADY_EXISTS", "organisation")
    ]


async def test_answers_at_once_are_one_answer(as_: As, network: SmallNetwork) -> None:
    """Of accepting, declining and withdrawing side by side, one is done, and the network is as that one says."""
    facilitator, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    for _ in range(5):
        proposal = {"id": await invited(facilitator)}
        tries = [
            agency.change("acceptNetworkProposal", proposal, "__typename"),
            agency.change("declineNetworkProposal", proposal, "__typename"),
            facilitator.change("withdrawNetworkProposal", proposal, "__typename"),
        ]
        answers = await asyncio.gather(*tries)
        assert sum(not answer["userErrors"] for answer in answers) == 1
        is_in = await NetworkMember.exists().where(NetworkMember.organisation == network.agency)
        assert is_in == (not answers[0]["userErrors"])
        if is_in:
            await agency.do("leaveNetwork", AGENCY, "network { slug }")
    await check_profiles()


async def test_both_sides_are_told(as_: As, network: SmallNetwork, work: Work) -> None:
    """The ADMINs of the side that is asked hear of a proposal, those of the other of the answer; editors do not."""
    await opened(network)
    pes, agency = as_(await pes_admin(network)), as_(await agency_admin(network))
    invitation = await invited(pes)
    await work()
    assert await told(agency) == [("NETWORK_INVITATION", invitation)]
    assert await told(pes) == await told(as_(network.outsider)) == []
    await agency.do("declineNetworkProposal", {"id": invitation}, PROPOSAL)
    request = await requested(agency)
    await work()
    assert await told(pes) == [("NETWORK_REQUEST", request), ("NETWORK_DECLINED", invitation)]
    await pes.do("acceptNetworkProposal", {"id": request}, PROPOSAL)
    await work()
    assert (await told(agency))[0] == ("NETWORK_ACCEPTED", request)
    assert await told(as_(network.outsider)) == await told(as_(network.pes_editor)) == []


async def test_a_steward_invites_while_nobody_guides_the_network(as_: As, network: SmallNetwork) -> None:
    """A network whose facilitators have not accepted is the steward's to fill, and no longer once one has."""
    steward, olen = as_(network.steward), as_(await olen_admin(network))
    given = {"slug": "north", "names": words("North"), "facilitators": ["outside-agency"]}
    await steward.do("createNetwork", given, "__typename")
    await steward.do(
        "inviteToNetwork", {"network": "north", "organisation": "olen", "role": "FACILITATOR"}, "__typename"
    )
    (proposal,) = (
        await olen.ask('{ organisation(slug: "olen") { networkProposals(first: 9) { nodes { id role } } } }')
    )["organisation"]["networkProposals"]["nodes"]
    assert proposal["role"] == "FACILITATOR"
    await olen.do("acceptNetworkProposal", {"id": proposal["id"]}, PROPOSAL)
    again = {"network": "north", "organisation": "review-institute"}
    assert await steward.refused("inviteToNetwork", again) == [("NOT_FOUND", "network")]
    await olen.do("inviteToNetwork", again, "__typename")
    assert await NetworkProposal.count() == 3


async def test_who_is_no_admin_of_a_facilitator_invites_nobody(as_: As, network: SmallNetwork) -> None:
    """A facilitator's editor and a member's ADMIN are refused; to strangers there is no network."""
    for token in (network.pes_editor, await olen_admin(network)):
        assert await as_(token).refused("inviteToNetwork", AGENCY) == [("FORBIDDEN", "")]
    for token in (network.outsider, network.steward):
        assert await as_(token).refused("inviteToNetwork", AGENCY) == [("NOT_FOUND", "network")]
    await opened(network)
    assert await as_(network.outsider).refused("requestToJoinNetwork", AGENCY) == [("FORBIDDEN", "")]

"""How organisations are added to a network, what they are in it, and how they leave, through GraphQL."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import (
    admin_of_pes_and_agency,
    agency_admin,
    brought_in,
    check_profiles,
    invited,
    olen_admin,
    person_of,
    pes_admin,
)

As = Callable[[str | None], Client]
AGENCY = {"network": "learning", "organisation": "outside-agency"}
OLEN = {"network": "learning", "organisation": "olen"}
PES = {"network": "learning", "organisation": "arbetsformedlingen"}
MEMBER = "member { role organisation { slug } network { slug } }"
SURFACES = """query ($id: ID!) {
  case(slug: "shared") { slug }
  node(id: $id) { id }
  cases(first: 9) { totalCount nodes { slug } }
  network(slug: "learning") { slug }
}"""
NOTHING = {"case": None, "node": None, "cases": {"totalCount": 0, "nodes": []}, "network": None}


async def test_who_joins_reads_and_who_leaves_does_not(as_: As, network: SmallNetwork) -> None:
    """A network-only case is there with the first request after joining, and not with the first after leaving."""
    facilitator, agency, reader = as_(await pes_admin(network)), as_(await agency_admin(network)), as_(network.outsider)
    case_id = await published_case(as_(network.olen_editor), slug="shared", audience={"networks": ["learning"]})
    assert await reader.ask(SURFACES, id=case_id) == NOTHING
    await brought_in(facilitator, agency)
    assert (await reader.ask(SURFACES, id=case_id))["case"] == {"slug": "shared"}
    left = await agency.do("removeNetworkMember", AGENCY, "network { slug }")
    assert left["network"] is None
    assert await reader.ask(SURFACES, id=case_id) == NOTHING
    await check_profiles()


async def test_who_leaves_is_no_longer_seen(as_: As, network: SmallNetwork) -> None:
    """People of an organisation that left, and those of the network, do not see each other any more."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    people = {"editor": await person_of(editor), "reviewer": await person_of(reviewer)}
    query = "query ($id: ID!) { node(id: $id) { ... on Person { name } } }"
    assert (await editor.ask(query, id=people["reviewer"]))["node"] == {"name": "Reviewer"}
    await as_(await olen_admin(network)).do("removeNetworkMember", OLEN, "network { slug }")
    assert (await editor.ask(query, id=people["reviewer"]))["node"] is None
    assert (await reviewer.ask(query, id=people["editor"]))["node"] is None


async def test_what_was_shared_stays_shared(as_: As, network: SmallNetwork) -> None:
    """What an owner shared with the network is read there after the owner left."""
    await published_case(as_(network.olen_editor), slug="shared", audience={"networks": ["learning"]})
    await as_(await olen_admin(network)).do("removeNetworkMember", OLEN, "network { slug }")
    assert (await as_(network.pes_editor).ask('{ case(slug: "shared") { slug } }'))["case"] == {"slug": "shared"}


async def test_the_facilitator_removes(as_: As, network: SmallNetwork) -> None:
    """A facilitator's ADMIN takes another organisation out."""
    facilitator = as_(await pes_admin(network))
    query = "network { members(first: 9) { totalCount } }"
    done = await facilitator.do("removeNetworkMember", OLEN, query)
    assert done["network"]["members"]["totalCount"] == 2
    assert await facilitator.refused("removeNetworkMember", OLEN) == [("NOT_FOUND", "organisation")]


async def test_the_last_facilitator_stays_until_there_is_another(as_: As, network: SmallNetwork) -> None:
    """A network is never without a facilitator, whether it is to leave or to become a member."""
    facilitator = as_(await pes_admin(network))
    assert await facilitator.refused("removeNetworkMember", PES) == [("WRONG_STATE", "organisation")]
    assert await facilitator.refused("changeNetworkRole", {**PES, "role": "MEMBER"}) == [("WRONG_STATE", "role")]
    done = await facilitator.do("changeNetworkRole", {**OLEN, "role": "FACILITATOR"}, MEMBER)
    assert done["member"]["role"] == "FACILITATOR"
    await as_(await olen_admin(network)).do("removeNetworkMember", PES, "network { slug }")


@pytest.mark.parametrize("mutation", ["addNetworkMember", "changeNetworkRole", "removeNetworkMember"])
async def test_others_decide_nothing(as_: As, network: SmallNetwork, mutation: str) -> None:
    """A facilitator's editor, another member's ADMIN and a steward are refused; to outsiders there is no network."""
    given = {"network": "learning", "organisation": "review-institute"}
    if mutation != "removeNetworkMember":
        given["role"] = "FACILITATOR"
    for token in (network.pes_editor, await olen_admin(network)):
        assert await as_(token).refused(mutation, given) == [("FORBIDDEN", "")]
    for token in (network.outsider, network.steward, await agency_admin(network)):
        assert await as_(token).refused(mutation, given) == [("NOT_FOUND", "network")]


@pytest.mark.parametrize("mutation", ["addNetworkMember", "changeNetworkRole", "removeNetworkMember"])
async def test_an_unknown_network_or_organisation_is_not_found(as_: As, network: SmallNetwork, mutation: str) -> None:
    """Slugs that nothing has are refused by their field."""
    facilitator = as_(await pes_admin(network))
    role = {} if mutation == "removeNetworkMember" else {"role": "MEMBER"}
    nowhere = {**OLEN, **role, "network": "nowhere"}
    assert await facilitator.refused(mutation, nowhere) == [("NOT_FOUND", "network")]
    nobody = {**OLEN, **role, "organisation": "nobody"}
    assert await facilitator.refused(mutation, nobody) == [("NOT_FOUND", "organisation")]


async def test_who_decides_for_both_sides_adds_at_once(as_: As, network: SmallNetwork) -> None:
    """An ADMIN of a facilitator and of the organisation takes it in, once; what waited for an answer is accepted."""
    both = as_(await admin_of_pes_and_agency(network))
    proposal = await invited(both)
    done = await both.do("addNetworkMember", AGENCY, MEMBER)
    assert done["member"] == {
        "role": "MEMBER",
        "organisation": {"slug": "outside-agency"},
        "network": {"slug": "learning"},
    }
    state = "query ($id: ID!) { node(id: $id) { ... on NetworkProposal { state } } }"
    assert (await both.ask(state, id=proposal))["node"] == {"state": "ACCEPTED"}
    assert await both.refused("addNetworkMember", AGENCY) == [("ALREADY_EXISTS", "organisation")]
    await check_profiles()


async def test_nobody_is_added_without_their_consent(as_: As, network: SmallNetwork) -> None:
    """A facilitator's ADMIN who is no ADMIN of the organisation is refused, and told to invite."""
    facilitator = as_(await pes_admin(network))
    assert await facilitator.refused("addNetworkMember", AGENCY) == [("FORBIDDEN", "organisation")]
    assert (await as_(network.outsider).ask('{ network(slug: "learning") { slug } }'))["network"] is None


async def test_an_organisation_leaves_by_its_admin(as_: As, network: SmallNetwork) -> None:
    """LeaveNetwork is for an ADMIN of the organisation that leaves: not for its editor, nor for a facilitator."""
    for token in (network.olen_editor, await pes_admin(network)):
        assert await as_(token).refused("leaveNetwork", OLEN) == [("FORBIDDEN", "")]
    left = await as_(await olen_admin(network)).do("leaveNetwork", OLEN, "network { slug }")
    assert left["network"] is None
    members = '{ network(slug: "learning") { members(first: 9) { totalCount } } }'
    assert (await as_(network.pes_editor).ask(members))["network"]["members"]["totalCount"] == 2
    await check_profiles()


async def test_the_last_facilitator_hands_over(as_: As, network: SmallNetwork) -> None:
    """Another member guides in its place from the same moment on; then the old one may leave."""
    facilitator, olen = as_(await pes_admin(network)), as_(await olen_admin(network))
    assert await facilitator.refused("leaveNetwork", PES) == [("WRONG_STATE", "organisation")]
    done = await facilitator.do("handOverFacilitation", {**PES, "to": "olen"}, MEMBER)
    assert done["member"] == {"role": "FACILITATOR", "organisation": {"slug": "olen"}, "network": {"slug": "learning"}}
    assert await facilitator.refused("changeNetworkRole", {**OLEN, "role": "MEMBER"}) == [("FORBIDDEN", "")]
    await facilitator.do("leaveNetwork", PES, "network { slug }")
    assert await olen.refused("leaveNetwork", OLEN) == [("WRONG_STATE", "organisation")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"to": "outside-agency"}, ("NOT_FOUND", "to")),
        ({"to": "nobody"}, ("NOT_FOUND", "to")),
        ({"to": "arbetsformedlingen"}, ("INVALID", "to")),
        ({"organisation": "olen"}, ("FORBIDDEN", "")),
        ({"network": "nowhere"}, ("NOT_FOUND", "network")),
    ],
)
async def test_a_handing_over_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, str], problem: tuple[str, str]
) -> None:
    """Only to a member, by an ADMIN of the facilitator, and not to itself."""
    given = {**PES, "to": "review-institute", **changes}
    assert await as_(await pes_admin(network)).refused("handOverFacilitation", given) == [problem]


async def test_a_member_that_guides_nothing_hands_nothing_over(as_: As, network: SmallNetwork) -> None:
    """What an organisation is not, it cannot pass on."""
    given = {**OLEN, "to": "review-institute"}
    refused = await as_(await olen_admin(network)).refused("handOverFacilitation", given)
    assert refused == [("WRONG_STATE", "organisation")]

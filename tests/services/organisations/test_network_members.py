"""addNetworkMember, changeNetworkRole and removeNetworkMember, through GraphQL."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin, check_profiles, olen_admin, person_of, pes_admin

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
    done = await facilitator.do("addNetworkMember", AGENCY, MEMBER)
    assert done["member"] == {
        "role": "MEMBER",
        "organisation": {"slug": "outside-agency"},
        "network": {"slug": "learning"},
    }
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


async def test_a_member_joins_once(as_: As, network: SmallNetwork) -> None:
    """An organisation that is in the network is not added again."""
    assert await as_(await pes_admin(network)).refused("addNetworkMember", OLEN) == [("ALREADY_EXISTS", "organisation")]

"""createNetwork, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.access import readable
from services.networks.tables import NetworkProposal
from services.organisations.people import narrowed
from services.organisations.tables import Network, NetworkMember
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork, person, viewer_of_token
from tests.factories.organisations import admin_of_both, agency_admin, check_profiles, olen_admin, person_of, words

As = Callable[[str | None], Client]
NEW = {
    "slug": "north",
    "names": words("North"),
    "description": words("Learning in the north."),
    "facilitators": ["outside-agency"],
    "members": ["olen"],
}
NETWORK = (
    "network { slug name { text } isPublic members(first: 9) { totalCount nodes { role organisation { slug } } } }"
)


async def test_an_admin_brings_organisations_together(as_: As, network: SmallNetwork) -> None:
    """The payload shows the network to who made it, although they held no key of it before."""
    made = (await as_(await admin_of_both(network)).do("createNetwork", NEW, NETWORK))["network"]
    assert made["name"] == {"text": "North"}
    assert (made["isPublic"], made["members"]["totalCount"]) == (False, 2)
    assert {(one["role"], one["organisation"]["slug"]) for one in made["members"]["nodes"]} == {
        ("FACILITATOR", "outside-agency"),
        ("MEMBER", "olen"),
    }
    await check_profiles()


async def test_its_people_see_each_other_and_what_they_share(as_: As, network: SmallNetwork) -> None:
    """From the next request on, members read one another's names and the cases shared with the network."""
    agency, outsider, editor = as_(await admin_of_both(network)), as_(network.outsider), as_(network.olen_editor)
    somebody = await person_of(editor)
    query = "query ($id: ID!) { node(id: $id) { ... on Person { name } } cases(first: 9) { totalCount } }"
    assert await outsider.ask(query, id=somebody) == {"node": None, "cases": {"totalCount": 0}}
    await agency.do("createNetwork", NEW, NETWORK)
    await published_case(editor, audience={"networks": ["north"]})
    assert await outsider.ask(query, id=somebody) == {"node": {"name": "Olen editor"}, "cases": {"totalCount": 1}}


async def test_a_network_is_read_by_its_members_unless_it_is_public(as_: As, network: SmallNetwork) -> None:
    """By slug, in the list and through an organisation, others see a network only if it is public."""
    agency = as_(await admin_of_both(network))
    await agency.do("createNetwork", NEW, NETWORK)
    await agency.do("createNetwork", {**NEW, "slug": "open", "public": True}, NETWORK)
    query = """{
      closed: network(slug: "north") { slug }
      open: network(slug: "open") { isPublic }
      networks(first: 9) { totalCount nodes { slug } }
      organisation(slug: "outside-agency") { networks(first: 9) { totalCount nodes { network { slug } } } }
    }"""
    for token in (network.pes_editor, None):
        seen = await as_(token).ask(query)
        assert seen["closed"] is None
        assert seen["open"] == {"isPublic": True}
        assert {"slug": "north"} not in seen["networks"]["nodes"]
        assert seen["organisation"]["networks"] == {"totalCount": 1, "nodes": [{"network": {"slug": "open"}}]}
    assert (await as_(network.olen_reader).ask(query))["closed"] == {"slug": "north"}


async def test_a_steward_sees_what_they_created_until_somebody_guides_it(as_: As, network: SmallNetwork) -> None:
    """They get it back with its proposals, and can take them back; once a facilitator accepts they see neither."""
    steward, other = as_(network.steward), as_(await person("Other", {}, is_steward=True))
    proposals = "proposals(first: 9) { nodes { id state organisation { slug } } }"
    made = (await steward.do("createNetwork", NEW, f"network {{ id slug {proposals} }}"))["network"]
    assert await NetworkMember.count() == 3
    of = {one["organisation"]["slug"]: one["id"] for one in made["proposals"]["nodes"]}
    assert sorted(of) == ["olen", "outside-agency"]
    taken_back = await steward.do("withdrawNetworkProposal", {"id": of["olen"]}, "proposal { state }")
    assert taken_back["proposal"] == {"state": "WITHDRAWN"}
    query = f"""query ($id: ID!, $proposal: ID!) {{
        node(id: $id) {{ id }} network(slug: "north") {{ id {proposals} }}
        proposal: node(id: $proposal) {{ id }}
        networks(first: 9) {{ nodes {{ slug }} }}
        organisation(slug: "outside-agency") {{ networkProposals(first: 9) {{ totalCount }} }}
    }}"""
    given = {"id": made["id"], "proposal": of["outside-agency"]}
    seen = await steward.ask(query, **given)
    assert seen["node"] == {"id": made["id"]}
    assert seen["proposal"] == {"id": of["outside-agency"]}
    assert {one["state"] for one in seen["network"]["proposals"]["nodes"]} == {"OPEN", "WITHDRAWN"}
    assert {"slug": "north"} in seen["networks"]["nodes"]
    assert seen["organisation"]["networkProposals"] == {"totalCount": 1}
    by_a_provider = await narrowed(await viewer_of_token(network.steward), network.olen)
    (audience,) = await Network.select(Network.audience).where(Network.slug == "north").output(as_list=True)
    assert not readable(audience, by_a_provider.keyring)
    unseen = await other.ask(query, **given)
    agency = as_(await agency_admin(network))
    await agency.do("acceptNetworkProposal", {"id": of["outside-agency"]}, "proposal { state }")
    assert await steward.ask(query, **given) == unseen
    assert (unseen["node"], unseen["network"], unseen["proposal"]) == (None, None, None)
    assert {"slug": "north"} not in unseen["networks"]["nodes"]
    (audience,) = await Network.select(Network.audience).where(Network.slug == "north").output(as_list=True)
    assert not [key for key in audience if key.startswith("steward:")]


async def test_an_admin_who_creates_a_network_sees_it_by_their_organisation_alone(
    as_: As, network: SmallNetwork
) -> None:
    """A key of their own is on nothing once it is guided: who leaves the organisation loses the network with it."""
    await as_(await agency_admin(network)).do("createNetwork", NEW, NETWORK)
    lists = [
        *await Network.select(Network.audience).output(as_list=True),
        *await NetworkProposal.select(NetworkProposal.audience).output(as_list=True),
    ]
    assert not [key for keys in lists for key in keys if key.startswith("steward:")]


async def test_who_is_in_both_lists_is_a_facilitator(as_: As, network: SmallNetwork) -> None:
    """An organisation named twice is in the network once."""
    given = {**NEW, "members": ["outside-agency", "olen", "olen"]}
    made = (await as_(await admin_of_both(network)).do("createNetwork", given, NETWORK))["network"]
    assert made["members"]["totalCount"] == 2


async def test_who_did_not_agree_is_invited(as_: As, network: SmallNetwork) -> None:
    """An organisation that its creator does not administer is not in a new network, whatever the creator is else."""
    agency, editor = as_(await agency_admin(network)), as_(network.olen_editor)
    query = "network { members(first: 9) { totalCount } proposals(first: 9) { nodes { organisation { slug } role } } }"
    made = (await agency.do("createNetwork", {**NEW, "facilitators": ["outside-agency", "olen"]}, query))["network"]
    assert made == {
        "members": {"totalCount": 1},
        "proposals": {"nodes": [{"organisation": {"slug": "olen"}, "role": "FACILITATOR"}]},
    }
    somebody = await person_of(editor)
    seen = await agency.ask("query ($id: ID!) { node(id: $id) { id } }", id=somebody)
    assert seen["node"] is None
    await check_profiles()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"slug": "learning"}, "ALREADY_EXISTS", "slug"),
        ({"slug": "North"}, "INVALID", "slug"),
        ({"names": []}, "REQUIRED", "names"),
        ({"facilitators": []}, "REQUIRED", "facilitators"),
        ({"facilitators": ["outside-agency", "nobody"]}, "NOT_FOUND", "facilitators.1"),
        ({"members": ["nobody"]}, "NOT_FOUND", "members.0"),
        ({"members": [f"body-{n}" for n in range(500)]}, "TOO_LONG", "members"),
    ],
)
async def test_a_network_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named, and nothing is stored; a taken slug is told even of an unseen network."""
    assert await as_(await agency_admin(network)).refused("createNetwork", {**NEW, **changes}) == [(code, field)]
    assert await Network.count() == 1
    assert await NetworkMember.count() == 3


async def test_an_admin_of_another_organisation_is_refused(as_: As, network: SmallNetwork) -> None:
    """Only the first facilitator's ADMIN decides: not its editor, nor another facilitator's ADMIN."""
    given = {**NEW, "facilitators": ["outside-agency", "olen"], "members": []}
    for token in (network.outsider, await olen_admin(network)):
        assert await as_(token).refused("createNetwork", given) == [("FORBIDDEN", "")]
    (error,) = (await as_(network.olen_editor).change("createNetwork", given, "__typename"))["userErrors"]
    assert error["message"].startswith("Only an administrator of «outside-agency» may create a network")


async def test_the_same_key_creates_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the network of the first."""
    agency = as_(await agency_admin(network))
    given = {**NEW, "idempotencyKey": "n"}
    first = await agency.do("createNetwork", given, "network { id }")
    assert await agency.do("createNetwork", given, "network { id }") == first
    assert await Network.count() == 2

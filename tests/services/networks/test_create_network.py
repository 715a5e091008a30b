"""createNetwork, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.networks.tables import NetworkProposal
from services.organisations.tables import Network, NetworkMember
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
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
    person = await person_of(editor)
    query = "query ($id: ID!) { node(id: $id) { ... on Person { name } } cases(first: 9) { totalCount } }"
    assert await outsider.ask(query, id=person) == {"node": None, "cases": {"totalCount": 0}}
    await agency.do("createNetwork", NEW, NETWORK)
    await published_case(editor, audience={"networks": ["north"]})
    assert await outsider.ask(query, id=person) == {"node": {"name": "Olen editor"}, "cases": {"totalCount": 1}}


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


async def test_a_steward_creates_what_they_do_not_see(as_: As, network: SmallNetwork) -> None:
    """A steward brings any organisations together, and reads no more than before for it."""
    assert await as_(network.steward).do("createNetwork", NEW, NETWORK) == {"network": None, "userErrors": []}
    assert await Network.exists().where(Network.slug == "north")
    assert await NetworkMember.count() == 3
    assert await NetworkProposal.count() == 2


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
    person = await person_of(editor)
    seen = await agency.ask("query ($id: ID!) { node(id: $id) { id } }", id=person)
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

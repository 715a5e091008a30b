"""Networks stay whole, however much of what happens to them happens at once."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from infra.postgres.database import Database
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import check_profiles, organisation, pes_admin, words

As = Callable[[str | None], Client]
SLUGS = ["one", "two", "three"]
NETWORKS = ["even", "odd"]
NOTHING = "__typename"
UNGUIDED = """select slug from network where not exists (
    select from network_member where network = network.id and role = 'FACILITATOR')"""
OPEN_FOR_MEMBERS = """select p.id from network_proposal p
    join network_member m on m.network = p.network and m.organisation = p.organisation where p.state = 'OPEN'"""
READERS = "select id, audience from network"
READERS_OF_PROPOSALS = "select id, network, organisation, kind, state, audience from network_proposal"


async def instance(client: Client) -> None:
    """Three organisations and two networks that a steward runs."""
    for slug in SLUGS:
        await client.do("registerOrganisation", organisation(slug), NOTHING)
    for slug, others in (("even", ["two"]), ("odd", ["three"])):
        given = {"slug": slug, "names": words(slug), "facilitators": ["one"], "members": others}
        await client.do("createNetwork", given, NOTHING)


async def change(client: Client, luck: random.Random) -> None:
    """Any change of who is in a network, done or refused."""
    pair = {"organisation": luck.choice(SLUGS), "network": luck.choice(NETWORKS)}
    query = (
        "query ($s: String!) { network(slug: $s) { proposals(first: 9, filter: {state: [OPEN]}) { nodes { id } } } }"
    )
    found = (await client.ask(query, s=pair["network"]))["network"]
    proposals = found["proposals"]["nodes"] if found else []
    answers = ["acceptNetworkProposal", "declineNetworkProposal", "withdrawNetworkProposal"]
    choices: list[tuple[str, dict[str, Any]]] = [
        ("inviteToNetwork", {**pair, "role": luck.choice(["MEMBER", "FACILITATOR"])}),
        ("requestToJoinNetwork", pair),
        ("leaveNetwork", pair),
        ("removeNetworkMember", pair),
        ("changeNetworkRole", {**pair, "role": luck.choice(["MEMBER", "FACILITATOR"])}),
        ("handOverFacilitation", {**pair, "to": luck.choice(SLUGS)}),
        ("addMember", {"organisation": pair["organisation"], "name": "Ann", "role": "READER"}),
        *((luck.choice(answers), proposal) for proposal in proposals * 3),
    ]
    await client.change(*luck.choice(choices), NOTHING)


async def check_networks(database: Database) -> None:
    """Each network has a facilitator, waits for no member, and is read by whom it should be; proposals too."""
    assert await database.pool.fetch(UNGUIDED) == []
    assert await database.pool.fetch(OPEN_FOR_MEMBERS) == []
    proposals = await database.pool.fetch(READERS_OF_PROPOSALS)
    guides = await database.pool.fetch("select network, organisation from network_member where role = 'FACILITATOR'")
    for network in await database.pool.fetch(READERS):
        invited = {
            f"organisation:{one['organisation']}"
            for one in proposals
            if (one["network"], one["state"], one["kind"]) == (network["id"], "OPEN", "INVITATION")
        }
        assert set(network["audience"]) == {f"network:{network['id']}"} | invited
    for one in proposals:
        deciding = {guide["organisation"] for guide in guides if guide["network"] == one["network"]}
        assert set(one["audience"]) == {f"organisation:{body}" for body in deciding | {one["organisation"]}}


@pytest.mark.parametrize("seed", range(4))
async def test_networks_stay_whole(as_: As, network: SmallNetwork, open_database: Database, seed: int) -> None:
    """Changes that run side by side are done or refused, never stuck, and leave networks as they should be."""
    steward, luck = as_(network.steward), random.Random(seed)
    await instance(steward)
    for _ in range(6):
        await asyncio.gather(*(change(steward, luck) for _ in range(8)))
        await check_networks(open_database)
        await check_profiles()


async def test_of_two_last_facilitators_at_once_one_stays(
    as_: As, network: SmallNetwork, open_database: Database
) -> None:
    """When both leave side by side, one is refused."""
    pes = as_(await pes_admin(network))
    olen = as_(await person("Olen admin", {network.olen: Role.ADMIN}, network.network))
    guided = {"network": "learning"}
    for _ in range(4):
        await pes.change("changeNetworkRole", {**guided, "organisation": "olen", "role": "FACILITATOR"}, NOTHING)
        left = await asyncio.gather(
            pes.change("leaveNetwork", {**guided, "organisation": "arbetsformedlingen"}, NOTHING),
            olen.change("leaveNetwork", {**guided, "organisation": "olen"}, NOTHING),
        )
        assert sorted(bool(answer["userErrors"]) for answer in left) == [False, True]
        assert await open_database.pool.fetch(UNGUIDED) == []
        stayed, slug, gone = (pes, "olen", olen) if left[0]["userErrors"] else (olen, "arbetsformedlingen", pes)
        invited = await stayed.do(
            "inviteToNetwork", {**guided, "organisation": slug, "role": "FACILITATOR"}, "proposal { id }"
        )
        await gone.do("acceptNetworkProposal", {"id": invited["proposal"]["id"]}, NOTHING)

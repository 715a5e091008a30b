"""Keys and profiles stay together, whatever changes and however much of it at once."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import (
    admin_of_pes_and_agency,
    agency_admin,
    check_profiles,
    olen_admin,
    organisation,
    person_of,
    words,
)

As = Callable[[str | None], Client]
SLUGS = ["one", "two", "three"]
NOTHING = "__typename"


async def instance(client: Client) -> list[str]:
    """Three organisations and two networks that a steward runs, and the ids of two people."""
    for slug in SLUGS:
        await client.do("registerOrganisation", organisation(slug), NOTHING)
    for slug, others in (("even", ["two"]), ("odd", ["three"])):
        given = {"slug": slug, "names": words(slug), "facilitators": ["one"], "members": others}
        await client.do("createNetwork", given, NOTHING)
    people = []
    for name, slug in (("Ann", "one"), ("Bo", "two")):
        given = {"organisation": slug, "name": name, "role": "READER"}
        made = await client.do("addMember", given, "membership { person { id } }")
        people.append(made["membership"]["person"]["id"])
    return people


def change(luck: random.Random, people: list[str]) -> tuple[str, dict[str, Any]]:
    """Any change of memberships, of people or of organisations."""
    member = {"organisation": luck.choice(SLUGS), "person": luck.choice(people)}
    joined = {"organisation": luck.choice(SLUGS), "network": luck.choice(["even", "odd"])}
    return luck.choice(
        [
            ("addMember", {"organisation": luck.choice(SLUGS), "name": "Cy", "role": "READER"}),
            ("removeMember", member),
            ("changeRole", {**member, "role": luck.choice(["READER", "ADMIN"])}),
            ("addNetworkMember", joined),
            ("removeNetworkMember", joined),
        ]
    )


@pytest.mark.parametrize("seed", range(3))
async def test_profiles_follow_any_change(as_: As, network: SmallNetwork, seed: int) -> None:
    """After each of forty changes, done or refused, everybody's profile is read by who shares a key with them."""
    steward, luck = as_(network.steward), random.Random(seed)
    people = await instance(steward)
    for _ in range(40):
        await steward.change(*change(luck, people), NOTHING)
        await check_profiles()


@pytest.mark.parametrize("seed", range(3))
async def test_profiles_follow_changes_at_once(as_: As, network: SmallNetwork, seed: int) -> None:
    """Changes that run side by side, each seeing little of the others, leave everybody's profile right."""
    steward, luck = as_(network.steward), random.Random(seed)
    people = await instance(steward)
    for _ in range(5):
        changes = [change(luck, people) for _ in range(8)]
        await asyncio.gather(*(steward.change(*one, NOTHING) for one in changes))
        await check_profiles()


async def test_a_person_and_a_network_that_come_together_see_each_other(as_: As, network: SmallNetwork) -> None:
    """Joining an organisation while it joins a network gives the network's key to the profile, in either order."""
    admin, facilitator = as_(await agency_admin(network)), as_(await admin_of_pes_and_agency(network))
    for place in range(5):
        joining = admin.do(
            "addMember",
            {"organisation": "outside-agency", "name": f"Ann {place}", "role": "READER"},
            "membership { person { id } }",
        )
        meeting = facilitator.do("addNetworkMember", {"network": "learning", "organisation": "outside-agency"}, NOTHING)
        made: dict[str, Any] = (await asyncio.gather(joining, meeting))[0]
        seen = await as_(network.olen_reader).ask(
            "query ($id: ID!) { node(id: $id) { __typename } }", id=made["membership"]["person"]["id"]
        )
        assert seen["node"] == {"__typename": "Person"}
        leaving = {"network": "learning", "organisation": "outside-agency"}
        await admin.do("removeNetworkMember", leaving, NOTHING)
    await check_profiles()


async def test_a_person_of_two_organisations_keeps_what_both_give(as_: As, network: SmallNetwork) -> None:
    """Who leaves one of two organisations of the same network still reads it through the other."""
    admin = as_(await olen_admin(network))
    both = as_(await person("Both", {network.olen: Role.READER, network.institute: Role.READER}, network.network))
    await admin.do("removeMember", {"organisation": "olen", "person": await person_of(both)}, NOTHING)
    assert (await both.ask('{ network(slug: "learning") { slug } }'))["network"] == {"slug": "learning"}
    await check_profiles()

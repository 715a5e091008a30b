"""addMember, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.organisations.tables import Membership, Person
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import (
    agency_admin,
    check_profiles,
    members_of,
    olen_admin,
    person_of,
)

As = Callable[[str | None], Client]
ANN = {"organisation": "olen", "role": "REVIEWER", "name": "Ann", "email": "ann@example.org"}
MEMBERSHIP = "membership { role person { id name } organisation { slug } }"


async def test_an_admin_adds_somebody_new(as_: As, network: SmallNetwork) -> None:
    """The new person is seen by their organisation and its network, and by nobody else."""
    admin = as_(await olen_admin(network))
    made = (await admin.do("addMember", {**ANN, "name": " Ann  "}, MEMBERSHIP))["membership"]
    assert (made["role"], made["person"]["name"], made["organisation"]["slug"]) == ("REVIEWER", "Ann", "olen")
    query = "query ($id: ID!) { node(id: $id) { ... on Person { name memberships { role } } } }"
    seen = {"node": {"name": "Ann", "memberships": [{"role": "REVIEWER"}]}}
    for token in (network.olen_reader, network.pes_editor):
        assert await as_(token).ask(query, id=made["person"]["id"]) == seen
    for unseen in (network.outsider, None):
        assert await as_(unseen).ask(query, id=made["person"]["id"]) == {"node": None}
    await check_profiles()


async def test_only_its_own_people_see_who_belongs_to_it(as_: As, network: SmallNetwork) -> None:
    """An organisation's people are listed for its people, and not for its network, an outsider or nobody."""
    admin = as_(await olen_admin(network))
    await admin.do("addMember", ANN, MEMBERSHIP)
    everyone = [("Ann", "REVIEWER"), ("Olen admin", "ADMIN"), ("Olen editor", "EDITOR"), ("Olen reader", "READER")]
    assert await members_of(as_(network.olen_reader), "olen") == everyone
    for token in (network.pes_editor, network.outsider, network.steward, None):
        assert await members_of(as_(token), "olen") == []


async def test_an_address_is_seen_by_nobody_else(as_: As, network: SmallNetwork) -> None:
    """No field of a person shows their e-mail address to others."""
    admin = as_(await olen_admin(network))
    await admin.do("addMember", ANN, MEMBERSHIP)
    answer = await admin.send('{ organisation(slug: "olen") { members(first: 9) { nodes { person { email } } } } }')
    assert answer.status_code == 400
    assert (await admin.ask("{ viewer { email } }"))["viewer"] == {"email": None}


async def test_nobody_who_is_here_already_is_added(as_: As, network: SmallNetwork) -> None:
    """The mutation takes no person: whoever is here is asked, by inviteMember."""
    admin, reviewer = as_(await olen_admin(network)), await person_of(as_(network.reviewer))
    document = "mutation ($input: AddMemberInput!) { addMember(input: $input) { __typename } }"
    answer = await admin.send(document, input={**ANN, "person": reviewer})
    assert answer.json()["errors"]
    assert await Membership.count().where(Membership.person.name == "Reviewer") == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": ""}, "REQUIRED", "name"),
        ({"name": "  "}, "REQUIRED", "name"),
        ({"name": "x" * 201}, "TOO_LONG", "name"),
        ({"email": "ann at example"}, "INVALID", "email"),
        ({"email": "a@" + "b" * 260 + ".org"}, "INVALID", "email"),
        ({"organisation": "nobody"}, "NOT_FOUND", "organisation"),
        ({"organisation": "outside-agency"}, "FORBIDDEN", ""),
    ],
)
async def test_a_member_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named, and nobody is added."""
    admin = as_(await olen_admin(network))
    before = await Person.count(), await Membership.count()
    assert await admin.refused("addMember", {**ANN, **changes}) == [(code, field)]
    assert (await Person.count(), await Membership.count()) == before


async def test_nobody_is_added_twice(as_: As, network: SmallNetwork) -> None:
    """A member is not added again by their address in other letters."""
    admin = as_(await olen_admin(network))
    await admin.do("addMember", ANN, MEMBERSHIP)
    assert await admin.refused("addMember", {**ANN, "email": "Ann@Example.org"}) == [("ALREADY_EXISTS", "email")]


async def test_an_address_used_elsewhere_is_not_told(as_: As, network: SmallNetwork) -> None:
    """An ADMIN cannot learn whether somebody of another organisation uses an address."""
    await as_(await agency_admin(network)).do("addMember", {**ANN, "organisation": "outside-agency"}, MEMBERSHIP)
    await as_(await olen_admin(network)).do("addMember", ANN, MEMBERSHIP)


@pytest.mark.parametrize("role", ["olen_editor", "olen_reader", "outsider", "steward"])
async def test_only_an_admin_adds(as_: As, network: SmallNetwork, role: str) -> None:
    """Whoever is not ADMIN of the organisation is refused, stewards too."""
    assert await as_(getattr(network, role)).refused("addMember", ANN) == [("FORBIDDEN", "")]


async def test_the_same_key_adds_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the membership of the first."""
    admin, given = as_(await olen_admin(network)), {**ANN, "idempotencyKey": "a"}
    first = await admin.do("addMember", given, MEMBERSHIP)
    assert await admin.do("addMember", given, MEMBERSHIP) == first
    assert await Person.count().where(Person.name == "Ann") == 1

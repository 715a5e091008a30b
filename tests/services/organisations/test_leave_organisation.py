"""leaveOrganisation and handOverAdministration, through GraphQL: an organisation always has an ADMIN."""

import asyncio
from collections.abc import Callable

import pytest

from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import agency_admin, check_profiles, members_of, olen_admin, person_of, row

As = Callable[[str | None], Client]
OLEN = {"organisation": "olen"}


async def admins(network: SmallNetwork) -> int:
    """How many ADMINs Olen has."""
    count: int = await Membership.count().where(
        (Membership.organisation == network.olen) & (Membership.role == Role.ADMIN)
    )
    return count


async def test_who_leaves_reads_no_more(as_: As, network: SmallNetwork) -> None:
    """The organisation's payload is what everyone reads of it, and its network is not there with the next request."""
    editor = as_(network.olen_editor)
    left = await editor.do("leaveOrganisation", OLEN, "organisation { slug members(first: 9) { totalCount } }")
    assert left["organisation"] == {"slug": "olen", "members": {"totalCount": 0}}
    assert (await editor.ask('{ network(slug: "learning") { slug } }'))["network"] is None
    assert (await editor.ask("{ viewer { memberships { role } } }"))["viewer"]["memberships"] == []
    assert await editor.refused("leaveOrganisation", OLEN) == [("NOT_FOUND", "organisation")]
    await check_profiles()


async def test_the_last_admin_hands_over_before_they_leave(as_: As, network: SmallNetwork) -> None:
    """They neither leave nor are removed nor lose the role; after handing over they are an EDITOR, who may leave."""
    admin, editor = as_(await olen_admin(network)), as_(network.olen_editor)
    own, heir = await person_of(admin), await person_of(editor)
    assert await admin.refused("leaveOrganisation", OLEN) == [("WRONG_STATE", "organisation")]
    assert await admin.refused("removeMember", {**OLEN, "person": own}) == [("WRONG_STATE", "person")]
    assert await admin.refused("changeRole", {**OLEN, "person": own, "role": "READER"}) == [("WRONG_STATE", "role")]
    done = await admin.do("handOverAdministration", {**OLEN, "to": heir}, "membership { role person { name } }")
    assert done["membership"] == {"role": "ADMIN", "person": {"name": "Olen editor"}}
    assert ("Olen admin", "EDITOR") in await members_of(admin, "olen")
    assert await admin.refused("inviteMember", {**OLEN, "role": "ADMIN"}) == [("FORBIDDEN", "")]
    await admin.do("leaveOrganisation", OLEN, "organisation { slug }")
    await editor.do("inviteMember", {**OLEN, "role": "ADMIN"}, "secret")
    await check_profiles()


async def test_handing_over_needs_another_member(as_: As, network: SmallNetwork) -> None:
    """Not oneself, not somebody of elsewhere, and only by an ADMIN."""
    admin = as_(await olen_admin(network))
    given = {**OLEN, "to": await person_of(admin)}
    assert await admin.refused("handOverAdministration", given) == [("INVALID", "to")]
    reader = await person_of(as_(network.olen_reader))
    for to in (await person_of(as_(network.pes_editor)), "person_x"):
        assert await admin.refused("handOverAdministration", {**OLEN, "to": to}) == [("NOT_FOUND", "to")]
    for token in (network.olen_editor, await agency_admin(network), network.steward):
        assert await as_(token).refused("handOverAdministration", {**OLEN, "to": reader}) == [("FORBIDDEN", "")]
    assert await admins(network) == 1


async def test_who_was_erased_is_no_admin(as_: As, network: SmallNetwork) -> None:
    """An erased ADMIN does not count: the one who can still act is the last, and does not hand over to them."""
    admin, gone = as_(await olen_admin(network)), await person("Gone", {network.olen: Role.ADMIN})
    person_id = await person_of(as_(gone))
    await Person.raw("update person set erased_at = now() where id = {}", row(person_id, "Person"))
    assert await admin.refused("leaveOrganisation", OLEN) == [("WRONG_STATE", "organisation")]
    assert await admin.refused("handOverAdministration", {**OLEN, "to": person_id}) == [("NOT_FOUND", "to")]


@pytest.mark.parametrize("way", ["leaving", "demoting each other", "removing each other", "handing over"])
async def test_of_two_last_admins_at_once_one_stays(as_: As, network: SmallNetwork, way: str) -> None:
    """However two ADMINs give up the role side by side, or take it from each other, one has it in the end."""
    for place in range(4):
        one = as_(await person(f"Ann {place}", {network.olen: Role.ADMIN}, network.network))
        two = as_(await person(f"Bo {place}", {network.olen: Role.ADMIN}, network.network))
        ids = await person_of(one), await person_of(two)
        reader = await person_of(as_(network.olen_reader))
        match way:
            case "leaving":
                tries = [client.change("leaveOrganisation", OLEN, "__typename") for client in (one, two)]
            case "demoting each other":
                tries = [
                    client.change("changeRole", {**OLEN, "person": other, "role": "READER"}, "__typename")
                    for client, other in ((one, ids[1]), (two, ids[0]))
                ]
            case "removing each other":
                tries = [
                    client.change("removeMember", {**OLEN, "person": other}, "__typename")
                    for client, other in ((one, ids[1]), (two, ids[0]))
                ]
            case _:
                tries = [
                    one.change("handOverAdministration", {**OLEN, "to": reader}, "__typename"),
                    two.change("leaveOrganisation", OLEN, "__typename"),
                ]
        answers = await asyncio.gather(*tries)
        assert await admins(network) == 1
        if way != "handing over":
            assert sum(not answer["userErrors"] for answer in answers) == 1
        held = (Membership.organisation == network.olen) & (Membership.role == Role.ADMIN)
        await Membership.update({Membership.role: Role.READER}).where(held)

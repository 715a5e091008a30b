"""changeRole, through GraphQL."""

import asyncio
from collections.abc import Callable

from services.organisations.tables import Membership
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin, olen_admin, person_of

As = Callable[[str | None], Client]
MEMBERSHIP = "membership { role }"
NAME = {"language": "nl", "text": "Lab"}


async def test_a_new_role_holds_from_the_next_request_on(as_: As, network: SmallNetwork) -> None:
    """A reader who becomes an editor may write at once, and may not any more once they are a reader again."""
    admin, reader = as_(await olen_admin(network)), as_(network.olen_reader)
    given = {"organisation": "olen", "person": await person_of(reader)}
    done = await admin.do("changeRole", {**given, "role": "EDITOR"}, MEMBERSHIP)
    assert done["membership"] == {"role": "EDITOR"}
    await reader.do("createLab", {"slug": "first", "organisation": "olen", "names": [NAME]}, "lab { slug }")
    await admin.do("changeRole", {**given, "role": "READER"}, MEMBERSHIP)
    refused = await reader.refused("createLab", {"slug": "second", "organisation": "olen", "names": [NAME]})
    assert refused == [("FORBIDDEN", "")]


async def test_the_last_admin_keeps_the_role(as_: As, network: SmallNetwork) -> None:
    """An ADMIN hands over by making somebody else one first; another organisation's ADMIN does not count."""
    await agency_admin(network)
    admin = as_(await olen_admin(network))
    me = {"organisation": "olen", "person": await person_of(admin)}
    assert await admin.refused("changeRole", {**me, "role": "READER"}) == [("WRONG_STATE", "role")]
    await admin.do("changeRole", {**me, "role": "ADMIN"}, MEMBERSHIP)
    editor = await person_of(as_(network.olen_editor))
    await admin.do("changeRole", {"organisation": "olen", "person": editor, "role": "ADMIN"}, MEMBERSHIP)
    await admin.do("changeRole", {**me, "role": "READER"}, MEMBERSHIP)
    assert await admin.refused("changeRole", {**me, "role": "ADMIN"}) == [("FORBIDDEN", "")]


async def test_two_admins_cannot_both_lay_down_the_role(as_: As, network: SmallNetwork) -> None:
    """Of two requests at once that would leave no ADMIN, one is refused."""
    clients = [as_(await olen_admin(network)), as_(await olen_admin(network))]
    people = [await person_of(client) for client in clients]
    payloads = await asyncio.gather(
        *(
            client.change("changeRole", {"organisation": "olen", "person": person, "role": "READER"}, MEMBERSHIP)
            for client, person in zip(clients, people, strict=True)
        )
    )
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1]
    assert await Membership.count().where((Membership.organisation == network.olen) & (Membership.role == "ADMIN")) == 1


async def test_who_is_no_member_has_no_role_to_change(as_: As, network: SmallNetwork) -> None:
    """Somebody of another organisation, an unknown id and what is no id are refused alike."""
    admin = as_(await olen_admin(network))
    for wrong in (await person_of(as_(network.reviewer)), "person_" + "0" * 32, "nonsense"):
        given = {"organisation": "olen", "person": wrong, "role": "READER"}
        assert await admin.refused("changeRole", given) == [("NOT_FOUND", "person")]


async def test_only_an_admin_changes_roles(as_: As, network: SmallNetwork) -> None:
    """An editor, somebody of another organisation and an outsider are refused; so is an unknown organisation."""
    editor = await person_of(as_(network.olen_editor))
    given = {"organisation": "olen", "person": editor, "role": "ADMIN"}
    for token in (network.olen_editor, network.pes_editor, network.outsider, network.steward):
        assert await as_(token).refused("changeRole", given) == [("FORBIDDEN", "")]
    unknown = {**given, "organisation": "nobody"}
    assert await as_(network.olen_editor).refused("changeRole", unknown) == [("NOT_FOUND", "organisation")]

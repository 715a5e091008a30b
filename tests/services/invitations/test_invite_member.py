"""inviteMember and revokeInvitation, through GraphQL."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.postgres.database import Database
from services.invitations.tables import Invitation
from services.log import LogEntry
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import agency_admin, olen_admin

As = Callable[[str | None], Client]
NEW: dict[str, Any] = {"organisation": "olen", "role": "EDITOR"}
INVITATION = "secret invitation { id role email createdAt expiresAt organisation { slug } invitedBy { name } }"
OPEN = '{ organisation(slug: "olen") { invitations(first: 9) { totalCount nodes { id email } } } }'


async def waiting(client: Client) -> list[str]:
    """The ids of Olen's invitations, as somebody sees them."""
    found = (await client.ask(OPEN))["organisation"]["invitations"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


async def test_an_admin_makes_a_link(as_: As, network: SmallNetwork) -> None:
    """The secret comes with the invitation; without being told otherwise it is valid for two weeks."""
    made = await as_(await olen_admin(network)).do("inviteMember", {**NEW, "email": " ann@example.org "}, INVITATION)
    invitation = made["invitation"]
    assert made["secret"].startswith("serra-invitation_")
    assert (invitation["role"], invitation["email"]) == ("EDITOR", "ann@example.org")
    assert (invitation["organisation"], invitation["invitedBy"]) == ({"slug": "olen"}, {"name": "Olen admin"})
    lifetime = datetime.fromisoformat(invitation["expiresAt"]) - datetime.fromisoformat(invitation["createdAt"])
    assert lifetime == timedelta(days=14)


async def test_open_invitations_are_listed_for_admins_alone(as_: As, network: SmallNetwork) -> None:
    """An organisation's ADMINs see what waits; for its other people, other ADMINs and stewards there is nothing."""
    admin = as_(await olen_admin(network))
    made = await admin.do("inviteMember", {**NEW, "email": "ann@example.org"}, INVITATION)
    assert await waiting(admin) == [made["invitation"]["id"]]
    for token in (network.olen_editor, await agency_admin(network), network.steward, None):
        assert await waiting(as_(token)) == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await admin.ask(node, id=made["invitation"]["id"]))["node"] is None


async def test_a_secret_and_an_address_do_not_spread(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """No table holds the secret; the address stands in the invitation alone, and goes with it."""
    admin = as_(await olen_admin(network))
    made = await admin.do("inviteMember", {**NEW, "email": "ann@example.org", "idempotencyKey": "a"}, INVITATION)
    held = await _holding(open_database, made["secret"]) + await _holding(open_database, made["secret"][17:])
    assert held == []
    assert await _holding(open_database, "ann@example.org") == ["invitation"]
    await admin.do("revokeInvitation", {"id": made["invitation"]["id"]}, "organisation { slug }")
    assert await _holding(open_database, "ann@example.org") == []


async def test_an_invitation_that_is_taken_back_is_gone(as_: As, network: SmallNetwork) -> None:
    """It is listed no more, and taking it back again finds nothing; the log tells both."""
    admin = as_(await olen_admin(network))
    invitation = {"id": (await admin.do("inviteMember", NEW, INVITATION))["invitation"]["id"]}
    done = await admin.do("revokeInvitation", invitation, "organisation { slug }")
    assert done["organisation"] == {"slug": "olen"}
    assert await waiting(admin) == []
    assert await admin.refused("revokeInvitation", invitation) == [("NOT_FOUND", "id")]
    logged = await LogEntry.select(LogEntry.action).where(LogEntry.subject_type == "Invitation").order_by(LogEntry.id)
    assert [entry["action"] for entry in logged] == ["invite_member", "revoke_invitation"]


async def test_only_its_admins_invite_and_take_back(as_: As, network: SmallNetwork) -> None:
    """Others are refused; whether an invitation is there is not theirs to learn."""
    admin = as_(await olen_admin(network))
    invitation = {"id": (await admin.do("inviteMember", NEW, INVITATION))["invitation"]["id"]}
    for token in (network.olen_editor, await agency_admin(network), network.steward):
        assert await as_(token).refused("inviteMember", NEW) == [("FORBIDDEN", "")]
        assert await as_(token).refused("revokeInvitation", invitation) == [("NOT_FOUND", "id")]
    assert await waiting(admin) == [invitation["id"]]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"organisation": "nobody"}, "NOT_FOUND", "organisation"),
        ({"email": "ann"}, "INVALID", "email"),
        ({"expiresInDays": 0}, "INVALID", "expiresInDays"),
        ({"expiresInDays": 91}, "INVALID", "expiresInDays"),
    ],
)
async def test_an_invitation_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """What is wrong is named, and nothing is stored."""
    assert await as_(await olen_admin(network)).refused("inviteMember", {**NEW, **changes}) == [(code, field)]
    assert await Invitation.count() == 0


async def test_a_member_is_not_invited_by_their_address(as_: As, network: SmallNetwork) -> None:
    """Who has the address in this organisation is a member already; who has it in another is not looked at."""
    for token, slug in ((await olen_admin(network), "olen"), (await agency_admin(network), "outside-agency")):
        member = {"organisation": slug, "name": "Ann", "email": f"ann@{slug}.example", "role": "READER"}
        await as_(token).do("addMember", member, "membership { role }")
    admin = as_(await olen_admin(network))
    taken = {**NEW, "email": "Ann@OLEN.example"}
    assert await admin.refused("inviteMember", taken) == [("ALREADY_EXISTS", "email")]
    await admin.do("inviteMember", {**NEW, "email": "ann@outside-agency.example"}, INVITATION)


async def test_the_same_key_invites_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the invitation of the first, and no secret."""
    admin = as_(await olen_admin(network))
    first = await admin.do("inviteMember", {**NEW, "idempotencyKey": "a"}, INVITATION)
    again = await admin.do("inviteMember", {**NEW, "idempotencyKey": "a"}, INVITATION)
    assert again == {**first, "secret": None}
    assert await Invitation.count() == 1


async def _holding(database: Database, text: str) -> list[str]:
    """The tables in which a text stands somewhere."""
    names = await database.pool.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'migration'"
    )
    return [
        name
        for (name,) in names
        if await database.pool.fetchval(f'select exists (select from "{name}" t where strpos(t::text, $1) > 0)', text)
    ]

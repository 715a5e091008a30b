"""Asking somebody who is here already: inviteMember with a person, acceptInvitation and declineInvitation by id."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.postgres.database import Database
from services.invitations.tables import Invitation
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import agency_admin, check_profiles, members_of, olen_admin, person_of, row

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
ASKED = "secret link invitation { id role email person { name } organisation { slug } }"
MINE = "{ viewer { invitations(first: 9) { totalCount nodes { id role organisation { slug } invitedBy { name } } } } }"
MEMBERSHIP = "membership { role organisation { slug } } tokenSecret"
INBOX = "{ viewer { notifications(first: 9) { nodes { kind subject { ... on Organisation { slug } } } } } }"
NOTHING = "__typename"


async def asked(admin: Client, whom: Client, **changes: Any) -> str:
    """Ask somebody to become a REVIEWER of Olen; the invitation's id."""
    given = {"organisation": "olen", "role": "REVIEWER", "person": await person_of(whom), **changes}
    made: str = (await admin.do("inviteMember", given, ASKED))["invitation"]["id"]
    return made


async def mine(client: Client) -> list[dict[str, Any]]:
    """What somebody is asked."""
    found = (await client.ask(MINE))["viewer"]["invitations"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


async def test_somebody_is_asked_and_accepts(as_: As, network: SmallNetwork, work: Work) -> None:
    """They see who asks and are told of it; once they accept they are a member, and their administrators are told."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    given = {"organisation": "olen", "role": "READER", "person": await person_of(reviewer)}
    made = await admin.do("inviteMember", given, ASKED)
    assert (made["secret"], made["link"], made["invitation"]["email"]) == (None, None, None)
    assert made["invitation"]["person"] == {"name": "Reviewer"}
    await work()
    assert (await reviewer.ask(INBOX))["viewer"]["notifications"]["nodes"] == [
        {"kind": "ORGANISATION_INVITATION", "subject": {"slug": "olen"}}
    ]
    (one,) = await mine(reviewer)
    assert one["organisation"] == {"slug": "olen"}
    assert one["invitedBy"] == {"name": "Olen admin"}
    joined = await reviewer.do("acceptInvitation", {"id": one["id"]}, MEMBERSHIP)
    assert joined == {
        "membership": {"role": "READER", "organisation": {"slug": "olen"}},
        "tokenSecret": None,
        "userErrors": [],
    }
    assert await mine(reviewer) == []
    assert ("Reviewer", "READER") in await members_of(reviewer, "olen")
    assert await reviewer.refused("acceptInvitation", {"id": one["id"]}) == [("NOT_FOUND", "id")]
    await work()
    assert [one["kind"] for one in (await admin.ask(INBOX))["viewer"]["notifications"]["nodes"]] == [
        "INVITATION_ACCEPTED"
    ]
    await check_profiles()


async def test_being_asked_changes_nothing(as_: As, network: SmallNetwork) -> None:
    """Until they answer, the person has no membership, no other audience, and comments as they did before."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    columns = (Person.name, Person.email, Person.audience)
    before = await Person.select(*columns).where(Person.name == "Reviewer").first()
    await asked(admin, reviewer)
    assert await Person.select(*columns).where(Person.name == "Reviewer").first() == before
    assert await Membership.count().where(Membership.person.name == "Reviewer") == 1
    assert "Reviewer" not in dict(await members_of(as_(network.olen_reader), "olen"))
    await check_profiles()


async def test_somebody_declines(as_: As, network: SmallNetwork) -> None:
    """It is gone for both sides, the log says so, and they can be asked anew."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    invitation = await asked(admin, reviewer)
    done = await reviewer.do("declineInvitation", {"id": invitation}, "organisation { slug }")
    assert done["organisation"] == {"slug": "olen"}
    assert await mine(reviewer) == []
    listed = (
        '{ organisation(slug: "olen") { invitations(first: 9) { totalCount }'
        " auditLog(first: 1) { nodes { action } } } }"
    )
    assert (await admin.ask(listed))["organisation"] == {
        "invitations": {"totalCount": 0},
        "auditLog": {"nodes": [{"action": "decline_invitation"}]},
    }
    await asked(admin, reviewer)


async def test_nobody_answers_for_another(as_: As, network: SmallNetwork) -> None:
    """For whoever is not asked there is no such invitation; nor is there one that was taken back or has expired."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    invitation = await asked(admin, reviewer)
    for other in (as_(network.outsider), admin, as_(network.steward)):
        for answer in ("acceptInvitation", "declineInvitation"):
            assert await other.refused(answer, {"id": invitation}) == [("NOT_FOUND", "id")]
        assert await mine(other) == []
    await admin.do("revokeInvitation", {"id": invitation}, NOTHING)
    assert await reviewer.refused("acceptInvitation", {"id": invitation}) == [("NOT_FOUND", "id")]
    late = await asked(admin, reviewer)
    await Invitation.update({Invitation.expires_at: datetime.now(UTC) - timedelta(seconds=1)}, force=True)
    assert await mine(reviewer) == []
    assert await reviewer.refused("acceptInvitation", {"id": late}) == [("NOT_FOUND", "id")]
    for nonsense in ("", "x", "person_" + "0" * 32):
        assert await reviewer.refused("declineInvitation", {"id": nonsense}) == [("NOT_FOUND", "id")]


async def test_who_asks_must_be_an_admin_still(as_: As, network: SmallNetwork) -> None:
    """What an ADMIN asked who is none any more is not listed, and cannot be accepted."""
    other = as_(await person("Other admin", {network.olen: Role.ADMIN}, network.network))
    reviewer = as_(network.reviewer)
    invitation = await asked(other, reviewer)
    gone = {"organisation": "olen", "person": await person_of(other)}
    await as_(await olen_admin(network)).do("removeMember", gone, NOTHING)
    assert await mine(reviewer) == []
    assert await reviewer.refused("acceptInvitation", {"id": invitation}) == [("NOT_FOUND", "id")]


async def test_a_person_out_of_sight_cannot_be_asked(as_: As, network: SmallNetwork) -> None:
    """Somebody in no common network, somebody who does not exist and what is no id look alike."""
    agency = as_(await agency_admin(network))
    olen = await person_of(as_(network.olen_editor))
    for wrong in (olen, "person_" + "0" * 32, "case_" + "0" * 32, "nonsense", ""):
        given = {"organisation": "outside-agency", "role": "READER", "person": wrong}
        assert await agency.refused("inviteMember", given) == [("NOT_FOUND", "person")]
    assert await Invitation.count() == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"email": "ann@example.org"}, ("INVALID", "person")),
        ({"expiresInDays": 91}, ("INVALID", "expiresInDays")),
        ({"organisation": "outside-agency"}, ("FORBIDDEN", "")),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """What is wrong is named, and nobody is asked."""
    given = {"organisation": "olen", "role": "READER", "person": await person_of(as_(network.reviewer)), **changes}
    assert await as_(await olen_admin(network)).refused("inviteMember", given) == [problem]
    assert await Invitation.count() == 0


async def test_who_comes_by_a_link_has_answered(as_: As, network: SmallNetwork) -> None:
    """Whoever was asked as well is asked no more."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    await asked(admin, reviewer)
    link = (await admin.do("inviteMember", {"organisation": "olen", "role": "READER"}, "secret"))["secret"]
    await reviewer.do("acceptInvitation", {"secret": link}, NOTHING)
    assert await mine(reviewer) == []
    assert await Invitation.count() == 0


async def test_who_has_become_a_member_otherwise_is_told_so(as_: As, network: SmallNetwork) -> None:
    """Whom a provider has brought in meanwhile is told that they are a member, and may decline."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    invitation = await asked(admin, reviewer)
    found = await Person.select(Person.id).where(Person.name == "Reviewer").first()
    assert found
    await Membership.insert(Membership(person=found["id"], organisation=network.olen, role=Role.READER))
    (error,) = (await reviewer.change("acceptInvitation", {"id": invitation}, NOTHING))["userErrors"]
    assert (error["code"], error["field"]) == ("ALREADY_EXISTS", [])
    assert error["message"].startswith("You are a member already.")
    await reviewer.do("declineInvitation", {"id": invitation}, NOTHING)


async def test_nobody_is_asked_twice(as_: As, network: SmallNetwork, work: Work) -> None:
    """Not while they are asked, nor as a member; with the same key the first answer comes again, and nobody is told."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    first = await asked(admin, reviewer, idempotencyKey="a")
    assert await asked(admin, reviewer, idempotencyKey="a") == first
    given = {"organisation": "olen", "role": "READER", "person": await person_of(reviewer)}
    assert await admin.refused("inviteMember", given) == [("ALREADY_EXISTS", "person")]
    await reviewer.do("declineInvitation", {"id": first}, NOTHING)
    await asked(admin, reviewer)
    await work()
    assert len((await reviewer.ask(INBOX))["viewer"]["notifications"]["nodes"]) == 1
    (one,) = await mine(reviewer)
    await reviewer.do("acceptInvitation", {"id": one["id"]}, NOTHING)
    assert await admin.refused("inviteMember", given) == [("ALREADY_EXISTS", "person")]


@pytest.mark.parametrize(("named", "code"), [((), "REQUIRED"), (("id", "secret"), "INVALID")])
async def test_an_invitation_is_named_in_one_way(
    as_: As, network: SmallNetwork, named: tuple[str, ...], code: str
) -> None:
    """By neither id nor secret, or by both, nothing is accepted, and it is said that one of them is to be given."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    link = await admin.do("inviteMember", {"organisation": "olen", "role": "READER"}, "secret")
    ways = {"id": await asked(admin, reviewer), "secret": link["secret"]}
    given = {name: ways[name] for name in named}
    assert await reviewer.refused("acceptInvitation", given) == [(code, "secret")]
    assert await Invitation.count() == 2


@pytest.mark.parametrize("by_link", [False, True])
async def test_accepting_waits_for_an_erasure_and_not_the_other_way(
    as_: As, network: SmallNetwork, clean: Database, *, by_link: bool
) -> None:
    """Whoever accepts while they are being erased holds nothing yet that the erasure waits for."""
    admin, reviewer = as_(await olen_admin(network)), as_(network.reviewer)
    named = {"id": await asked(admin, reviewer)}
    if by_link:
        named = {
            "secret": (await admin.do("inviteMember", {"organisation": "olen", "role": "READER"}, ASKED))["secret"]
        }
    person_id = row(await person_of(reviewer), "Person")
    async with clean.pool.acquire() as erasing, erasing.transaction():
        await erasing.execute("select from person where id = $1 for no key update", person_id)
        coming = asyncio.create_task(reviewer.change("acceptInvitation", named, NOTHING))
        assert not (await asyncio.wait({coming}, timeout=0.5))[0], "It did not wait."
        await erasing.execute("set local lock_timeout = '300ms'")
        await erasing.execute("delete from invitation")
        await erasing.execute("update person set erased_at = now() where id = $1", person_id)
    assert [error["code"] for error in (await coming)["userErrors"]] == ["NOT_FOUND"]
    assert "Reviewer" not in dict(await members_of(admin, "olen"))

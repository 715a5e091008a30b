"""acceptInvitation, through GraphQL."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.postgres.database import Database
from services.invitations.tables import Invitation
from services.organisations.tables import Membership, Person, PersonalToken
from services.organisations.terms import Role, TokenScope
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import agency_admin, check_profiles, members_of, olen_admin, person_of, row

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
ACCEPTED = "membership { role organisation { slug } person { name } } tokenSecret"
INBOX = "{ viewer { notifications(first: 9) { nodes { kind subject { ... on Person { name } } } } } }"


async def link(client: Client, **changes: Any) -> str:
    """The secret of a new invitation to Olen."""
    given = {"organisation": "olen", "role": "EDITOR", **changes}
    secret: str = (await client.do("inviteMember", given, "secret"))["secret"]
    return secret


async def told(client: Client, secret: str, **given: Any) -> list[dict[str, Any]]:
    """What a refused acceptance says."""
    errors: list[dict[str, Any]] = (await client.change("acceptInvitation", {"secret": secret, **given}, "__typename"))[
        "userErrors"
    ]
    assert errors, "It was not refused."
    return errors


async def test_somebody_new_comes_in(as_: As, network: SmallNetwork) -> None:
    """Without a token and with a name: a person, a membership, and a first token that signs in as them from now on."""
    secret = await link(as_(await olen_admin(network)), email="ann@example.org")
    made = await as_(None).do("acceptInvitation", {"secret": secret, "name": "  Ann "}, ACCEPTED)
    assert made["membership"] == {"role": "EDITOR", "organisation": {"slug": "olen"}, "person": {"name": "Ann"}}
    ann = as_(made["tokenSecret"])
    seen = (await ann.ask("{ viewer { email scopes tokens { label } memberships { role } } }"))["viewer"]
    assert seen["email"] == "ann@example.org"
    assert set(seen["scopes"]) == set(TokenScope)
    assert seen["tokens"] == [{"label": "first token"}]
    assert seen["memberships"] == [{"role": "EDITOR"}]
    assert ("Ann", "EDITOR") in await members_of(ann, "olen")
    assert (await ann.ask('{ network(slug: "learning") { slug } }'))["network"] == {"slug": "learning"}
    await check_profiles()


async def test_somebody_known_comes_in_as_themselves(as_: As, network: SmallNetwork) -> None:
    """Who is signed in gets the membership beside those they have, and no token."""
    secret, outsider = await link(as_(await olen_admin(network)), role="READER"), as_(network.outsider)
    made = await outsider.do("acceptInvitation", {"secret": secret}, ACCEPTED)
    assert made["membership"] == {"role": "READER", "organisation": {"slug": "olen"}, "person": {"name": "Outsider"}}
    assert made["tokenSecret"] is None
    assert (await outsider.ask('{ network(slug: "learning") { slug } }'))["network"] == {"slug": "learning"}
    assert await Membership.count().where(Membership.person == row(await person_of(outsider), "Person")) == 2
    await check_profiles()


async def test_an_invitation_serves_once(as_: As, network: SmallNetwork) -> None:
    """Whoever comes second, known or new, is refused, and nothing is made."""
    secret = await link(as_(await olen_admin(network)))
    await as_(None).do("acceptInvitation", {"secret": secret, "name": "Ann"}, ACCEPTED)
    people = await Person.count()
    for client, given in ((as_(None), {"name": "Bo"}), (as_(network.outsider), {})):
        assert [error["code"] for error in await told(client, secret, **given)] == ["NOT_FOUND"]
    assert await Person.count() == people
    assert await PersonalToken.count() == people


async def test_of_many_at_once_one_comes_in(as_: As, network: SmallNetwork) -> None:
    """However many follow one link side by side, known and new, one membership is made."""
    admin = as_(await olen_admin(network))
    for _ in range(3):
        secret, before = await link(admin), (await Membership.count(), await Person.count())
        known = [as_(await person(f"Known {place}", {})) for place in range(3)]
        tries = [one.change("acceptInvitation", {"secret": secret}, ACCEPTED) for one in known]
        tries += [
            as_(None).change("acceptInvitation", {"secret": secret, "name": f"New {place}"}, ACCEPTED)
            for place in range(3)
        ]
        answers = await asyncio.gather(*tries)
        done = [answer for answer in answers if not answer["userErrors"]]
        assert len(done) == 1
        assert await Membership.count() == before[0] + 1
        assert await Person.count() == before[1] + 3 + (done[0]["tokenSecret"] is not None)
    await check_profiles()


async def test_every_useless_secret_is_refused_alike(as_: As, network: SmallNetwork) -> None:
    """Unknown, used, taken back, expired, for another address, or of an ADMIN who is none any more: the same words."""
    admin_token = await olen_admin(network)
    admin, stranger = as_(admin_token), as_(await person("Bo", {}))
    used = await link(admin)
    await as_(None).do("acceptInvitation", {"secret": used, "name": "Ann"}, ACCEPTED)
    expired = await link(admin)
    await Invitation.update({Invitation.expires_at: datetime.now(UTC) - timedelta(seconds=1)}, force=True)
    made = await admin.do("inviteMember", {"organisation": "olen", "role": "READER"}, "secret invitation { id }")
    await admin.do("revokeInvitation", {"id": made["invitation"]["id"]}, "organisation { slug }")
    for_another = await link(admin, email="ann@example.org")
    others = as_(await person("Other admin", {network.olen: Role.ADMIN}, network.network))
    of_nobody = await link(others)
    await admin.do("removeMember", {"organisation": "olen", "person": await person_of(others)}, "organisation { slug }")
    useless = ["x", "", used, expired, made["secret"], for_another, of_nobody]
    said = [await told(stranger, secret) for secret in useless]
    said += [await told(as_(None), secret, name="Cy") for secret in useless if secret != for_another]
    assert all(one == said[0] for one in said)
    assert said[0][0]["code"] == "NOT_FOUND"
    assert (await stranger.ask("{ viewer { memberships { role } } }"))["viewer"]["memberships"] == []


async def test_an_address_lets_in_who_has_it(as_: As, network: SmallNetwork) -> None:
    """Upper and lower case are the same; the link still serves after somebody else tried it."""
    secret = await link(as_(await olen_admin(network)), email="Ann@Example.org")
    ann, bo = await person("Ann", {}), await person("Bo", {})
    await Person.update({Person.email: "ann@example.ORG"}).where(Person.name == "Ann")
    assert [error["code"] for error in await told(as_(bo), secret)] == ["NOT_FOUND"]
    await as_(ann).do("acceptInvitation", {"secret": secret}, ACCEPTED)


async def test_a_member_leaves_the_link_for_another(as_: As, network: SmallNetwork) -> None:
    """Who is in already is told so, keeps their role, and the link still serves."""
    secret, reader = await link(as_(await olen_admin(network)), role="ADMIN"), as_(network.olen_reader)
    assert [error["code"] for error in await told(reader, secret)] == ["ALREADY_EXISTS"]
    assert ("Olen reader", "READER") in await members_of(reader, "olen")
    await as_(None).do("acceptInvitation", {"secret": secret, "name": "Ann"}, ACCEPTED)


@pytest.mark.parametrize(("name", "code"), [(None, "REQUIRED"), (" ", "REQUIRED"), ("x" * 201, "TOO_LONG")])
async def test_somebody_new_gives_a_name(as_: As, network: SmallNetwork, name: str | None, code: str) -> None:
    """Without a good one they are refused, and the link still serves."""
    secret = await link(as_(await olen_admin(network)))
    assert [(error["code"], error["field"]) for error in await told(as_(None), secret, name=name)] == [(code, ["name"])]
    await as_(None).do("acceptInvitation", {"secret": secret, "name": "Ann"}, ACCEPTED)


async def test_a_token_that_only_reads_accepts_nothing(as_: As, network: SmallNetwork) -> None:
    """Coming in is a change, which needs the scope WRITE."""
    outsider, secret = as_(network.outsider), await link(as_(await olen_admin(network)))
    given = {"label": "reads", "scopes": ["READ"], "expiresInDays": 1}
    reads = (await outsider.do("issueToken", given, "secret"))["secret"]
    assert [error["code"] for error in await told(as_(reads), secret)] == ["FORBIDDEN"]
    await outsider.do("acceptInvitation", {"secret": secret}, ACCEPTED)


async def test_admins_are_told_who_came(as_: As, network: SmallNetwork, work: Work) -> None:
    """Each ADMIN of the organisation hears of it; its editors and other organisations do not."""
    admin = as_(await olen_admin(network))
    secret = await link(admin, role="READER")
    await as_(None).do("acceptInvitation", {"secret": secret, "name": "Ann"}, ACCEPTED)
    await work()
    (one,) = (await admin.ask(INBOX))["viewer"]["notifications"]["nodes"]
    assert one == {"kind": "INVITATION_ACCEPTED", "subject": {"name": "Ann"}}
    for token in (network.olen_editor, await agency_admin(network)):
        assert (await as_(token).ask(INBOX))["viewer"]["notifications"]["nodes"] == []


async def test_who_is_erased_meanwhile_does_not_come_in(as_: As, network: SmallNetwork, clean: Database) -> None:
    """Whoever accepts while they are being erased is refused once they are, belongs nowhere, and leaves the link."""
    secret, outsider = await link(as_(await olen_admin(network))), as_(network.outsider)
    person_id = row(await person_of(outsider), "Person")
    async with clean.pool.acquire() as erasing, erasing.transaction():
        await erasing.execute("delete from membership where person = $1", person_id)
        await erasing.execute("update person set erased_at = now() where id = $1", person_id)
        coming = asyncio.create_task(told(outsider, secret))
        assert not (await asyncio.wait({coming}, timeout=0.5))[0], "It did not wait."
    assert [error["code"] for error in await coming] == ["FORBIDDEN"]
    assert not await Membership.exists().where(Membership.person == person_id)
    assert await Invitation.count() == 1


@pytest.mark.parametrize("role", ["EDITOR", None])
async def test_an_invitation_ends_for_good_with_its_makers_role(
    as_: As, network: SmallNetwork, role: str | None
) -> None:
    """Demoted or taken out, and an ADMIN again: what they had made is gone, while others' invitations stay."""
    admin = as_(await olen_admin(network))
    second = as_(await person("Second", {network.olen: Role.ADMIN}, network.network))
    maker = await person_of(second)
    secret, kept = await link(second), await link(admin)
    of_maker = {"organisation": "olen", "person": maker}
    if role:
        await admin.do("changeRole", {**of_maker, "role": role}, "membership { role }")
        await admin.do("changeRole", {**of_maker, "role": "ADMIN"}, "membership { role }")
    else:
        await admin.do("removeMember", of_maker, "organisation { slug }")
        back = Membership(person=row(maker, "Person"), organisation=network.olen, role=Role.ADMIN)
        await Membership.insert(back)
    assert [error["code"] for error in await told(as_(None), secret, name="Ann")] == ["NOT_FOUND"]
    await as_(None).do("acceptInvitation", {"secret": kept, "name": "Ann"}, ACCEPTED)


async def test_an_invitation_ends_with_a_handover(as_: As, network: SmallNetwork) -> None:
    """Whoever hands the administration over, and is handed it back, finds none of what they had made."""
    admin, editor = as_(await olen_admin(network)), as_(network.olen_editor)
    own, heir, secret = await person_of(admin), await person_of(editor), await link(admin)
    await admin.do("handOverAdministration", {"organisation": "olen", "to": heir}, "membership { role }")
    assert not await Invitation.exists()
    await editor.do("handOverAdministration", {"organisation": "olen", "to": own}, "membership { role }")
    assert [error["code"] for error in await told(as_(None), secret, name="Ann")] == ["NOT_FOUND"]

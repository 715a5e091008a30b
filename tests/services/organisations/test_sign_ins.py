"""Sign-ins, failed sign-ins and denials in the log, and what the holder of a token sees of its use."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from infra.asgi import application
from infra.embedded import EmbeddedServers
from infra.identity import refusals
from infra.identity.refusals import Refusals
from infra.parts import Parts
from infra.postgres.database import Database
from infra.settings import Settings
from services.audit.addresses import ADDRESSES_KEPT, forget_addresses
from services.organisations.people import narrowed
from services.organisations.sign_ins import (
    RefusedSignIn,
    SignInMethod,
    forget_where,
    record_refused_sign_in,
    record_sign_in,
)
from services.organisations.tables import PersonalToken
from services.organisations.terms import Role
from services.ports import Ports
from services.transaction import transaction
from tests.client import Client
from tests.factories.cases import drafted_case
from tests.factories.network import SmallNetwork, person, viewer_of_token
from tests.factories.organisations import olen_admin, person_of, pes_admin

ME = "{ viewer { person { id } tokens { label lastUsedAt lastUsedFrom } } }"
LOG = """
query ($slug: String!, $action: String!) {
  organisation(slug: $slug) {
    auditLog(first: 100, filter: {action: [$action]}) {
      nodes { actor { name } subjectType subjectId address details { name value } }
    }
  }
}
"""


class House:
    """The application as it is reached from an address, and what it has refused."""

    def __init__(self, parts: Parts) -> None:
        self.refusals = Refusals(60)
        self.app = application(parts, Settings(secret=SecretStr("x" * 32)), refusals=self.refusals)

    def at(self, address: str, token: str | None) -> Client:
        """A client at an address."""
        transport = httpx.ASGITransport(cast("Any", self.app), client=(address, 50_000))
        return Client(httpx.AsyncClient(transport=transport, base_url="http://serra.test"), token)


@pytest_asyncio.fixture(loop_scope="session")
async def house(network: SmallNetwork, open_database: Database, ports: Ports) -> AsyncIterator[House]:
    """An application of the test's own."""
    yield House(Parts(open_database, ports))


async def lines(client: Client, action: str, slug: str = "olen") -> list[dict[str, Any]]:
    """The lines of an action that an ADMIN reads, the oldest first; their details by name."""
    found = (await client.ask(LOG, slug=slug, action=action))["organisation"]["auditLog"]["nodes"]
    return [{**line, "details": {one["name"]: one["value"] for one in line["details"]}} for line in reversed(found)]


async def as_owner(servers: EmbeddedServers, statement: str) -> None:
    """Run a statement that is not the service's to run."""
    owner = await asyncpg.connect(servers.database_url)
    try:
        await owner.execute(statement)
    finally:
        await owner.close()


async def of_nobody(database: Database) -> list[tuple[str, str, int]]:
    """The action, the type of the subject and the number of each line that is in no organisation's log."""
    query = (
        "select action, subject_type, (detail ->> 'times')::int as times from log"
        " where organisation is null and detail ? 'times' order by id"
    )
    return [(row["action"], row["subject_type"], row["times"]) for row in await database.pool.fetch(query)]


async def test_a_token_signs_in_once_an_hour_for_each_address(
    house: House, network: SmallNetwork, clean: Database, servers: EmbeddedServers
) -> None:
    """The first use from an address is in the log of the holder's organisations; what follows within an hour is not."""
    token = await olen_admin(network)
    here, there = house.at("192.0.2.1", token), house.at("2001:db8:1:2::9", token)
    for client in (here, here, there, here, there):
        await client.ask(ME)
    (one, other) = await lines(here, "sign_in")
    assert (one["address"], other["address"]) == ("192.0.2.1", "2001:db8:1:2::/64")
    assert one["actor"] == {"name": "Olen admin"}
    assert one["subjectType"] == "PersonalToken"
    assert one["details"] == {"method": "PERSONAL_TOKEN"}
    earlier = datetime.now(UTC) - timedelta(hours=2)
    await as_owner(servers, "update log_address set at = at - interval '2 hours'")
    await PersonalToken.update({PersonalToken.last_used_at: earlier}, force=True)
    again = House(Parts(clean, Ports(files=cast("Any", None), search=cast("Any", None))))
    await again.at("192.0.2.1", token).ask(ME)
    assert len(await lines(here, "sign_in")) == 3


async def test_a_sign_in_is_in_the_log_of_each_organisation_and_of_no_other(
    house: House, network: SmallNetwork
) -> None:
    """Somebody of two organisations signs in for both; one of neither learns nothing of it."""
    both = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    await house.at("192.0.2.1", both).ask(ME)
    olen = house.at("192.0.2.2", await olen_admin(network))
    pes = house.at("192.0.2.3", await pes_admin(network))
    assert [line["actor"]["name"] for line in await lines(olen, "sign_in")] == ["Both", "Olen admin"]
    assert [line["actor"]["name"] for line in await lines(pes, "sign_in", "arbetsformedlingen")] == [
        "Both",
        "PES admin",
    ]


@pytest.mark.parametrize("is_somewhere", [True, False])
async def test_who_joins_an_organisation_signs_in_there_with_the_next_use(
    house: House, network: SmallNetwork, *, is_somewhere: bool
) -> None:
    """Their token was used for another within the hour, or for none: it counts for the new one, and only once."""
    secret = await person("Gap", {network.pes: Role.READER} if is_somewhere else {}, network.network)
    olen, gap = house.at("192.0.2.2", await olen_admin(network)), house.at("192.0.2.1", secret)
    pes = house.at("192.0.2.3", await pes_admin(network))
    await gap.ask(ME)
    link = (await olen.do("inviteMember", {"organisation": "olen", "role": "READER"}, "secret"))["secret"]
    await gap.do("acceptInvitation", {"secret": link}, "membership { role }")
    for _ in range(3):
        await gap.ask(ME)
    assert [line["actor"]["name"] for line in await lines(olen, "sign_in")] == ["Olen admin", "Gap"]
    at_pes = [line["actor"]["name"] for line in await lines(pes, "sign_in", "arbetsformedlingen")]
    assert at_pes == (["Gap", "PES admin"] if is_somewhere else ["PES admin"])


async def test_from_where_is_told_to_the_organisation_it_went_through_alone(
    house: House, network: SmallNetwork
) -> None:
    """Of somebody of two organisations both learn when and how; from where, the one that they signed in to alone."""
    both = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    for _ in range(2):
        await house.at("192.0.2.9", both).ask(ME)
    whole = await viewer_of_token(both)
    async with transaction():
        for method in (SignInMethod.OPENID_CONNECT, SignInMethod.SESSION):
            await record_sign_in(await narrowed(whole, network.olen), method=method, address="192.0.2.44")
    olen = house.at("192.0.2.2", await olen_admin(network))
    pes = house.at("192.0.2.3", await pes_admin(network))
    told = [line for line in await lines(olen, "sign_in") if line["actor"]["name"] == "Both"]
    assert [(line["address"], line["details"]["method"]) for line in told] == [
        (None, "PERSONAL_TOKEN"),
        ("192.0.2.44", "OPENID_CONNECT"),
        ("192.0.2.44", "SESSION"),
    ]
    (line,) = [line for line in await lines(pes, "sign_in", "arbetsformedlingen") if line["actor"]["name"] == "Both"]
    assert (line["address"], line["details"]) == (None, {"method": "PERSONAL_TOKEN"})


async def test_a_token_that_has_ended_says_from_where_as_one_that_signs(house: House, network: SmallNetwork) -> None:
    """Of a token of somebody of two organisations neither learns from where; of one made in a session, that one."""
    both = await viewer_of_token(
        await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    )
    token = await PersonalToken.objects().where(PersonalToken.person == both.person).first()
    assert token
    await record_refused_sign_in(RefusedSignIn("192.0.2.9", token.id), 1)
    await PersonalToken.update({PersonalToken.organisation: network.olen}).where(PersonalToken.id == token.id)
    await record_refused_sign_in(RefusedSignIn("192.0.2.9", token.id), 1)
    olen, pes = house.at("192.0.2.2", await olen_admin(network)), house.at("192.0.2.3", await pes_admin(network))
    assert [line["address"] for line in await lines(olen, "refuse_sign_in")] == [None, "192.0.2.9"]
    assert [line["address"] for line in await lines(pes, "refuse_sign_in", "arbetsformedlingen")] == [None]


async def test_a_sign_in_through_a_provider_is_recorded_alike(house: House, network: SmallNetwork) -> None:
    """Whoever else lets people in records it with one call: the method, from where, and the person as the subject."""
    token = await olen_admin(network)
    viewer = await viewer_of_token(token)
    async with transaction():
        await record_sign_in(viewer, method=SignInMethod.OPENID_CONNECT, address="192.0.2.44")
    admin = house.at("192.0.2.1", token)
    found = await lines(admin, "sign_in")
    assert (found[0]["details"], found[0]["address"]) == ({"method": "OPENID_CONNECT"}, "192.0.2.44")
    assert found[0]["subjectId"] == await person_of(admin)


async def test_the_holder_sees_from_where_a_token_was_used(house: House, network: SmallNetwork) -> None:
    """The time and the address of the last use, for the holder alone; after 90 days without use the address is gone."""
    await house.at("192.0.2.1", network.olen_editor).ask(ME)
    ((token),) = (await house.at("192.0.2.1", network.olen_editor).ask(ME))["viewer"]["tokens"]
    assert token["lastUsedFrom"] == "192.0.2.1"
    assert datetime.now(UTC) - datetime.fromisoformat(token["lastUsedAt"]) < timedelta(minutes=1)
    long_ago = datetime.now(UTC) - ADDRESSES_KEPT - timedelta(days=1)
    await PersonalToken.update({PersonalToken.last_used_at: long_ago}, force=True)
    assert await forget_where() == 1
    assert not await PersonalToken.exists().where(PersonalToken.last_used_from.is_not_null())


async def test_addresses_are_forgotten(house: House, network: SmallNetwork, servers: EmbeddedServers) -> None:
    """After 90 days a sign-in is still in the log, and from where it was is not."""
    admin = house.at("192.0.2.1", await olen_admin(network))
    await admin.ask(ME)
    assert await forget_addresses() == 0
    await as_owner(servers, "update log_address set at = at - interval '90 days'")
    assert await forget_addresses() == 1
    (line,) = await lines(admin, "sign_in")
    assert line["address"] is None


async def test_tokens_that_are_not_valid_are_counted(house: House, network: SmallNetwork, clean: Database) -> None:
    """A revoked token is told to its holder's organisations, with a number; an unknown one to the operator alone."""
    editor = house.at("192.0.2.1", network.olen_editor)
    new = {"label": "leaked", "scopes": ["READ"], "expiresInDays": 3}
    made = await editor.do("issueToken", new, "secret token { id }")
    await editor.do("revokeToken", {"id": made["token"]["id"]}, "__typename")
    for _ in range(3):
        assert (await house.at("192.0.2.66", made["secret"]).send(ME)).status_code == 401
        assert (await house.at("192.0.2.67", "serra_" + "x" * 43).send(ME)).status_code == 401
    assert (await house.at("192.0.2.67", "nonsense").send(ME)).status_code == 401
    admin = house.at("192.0.2.1", await olen_admin(network))
    assert not await lines(admin, "refuse_sign_in")
    await house.refusals.write()
    (line,) = await lines(admin, "refuse_sign_in")
    assert (line["subjectId"], line["address"], line["details"]) == (made["token"]["id"], "192.0.2.66", {"times": "3"})
    assert line["actor"] is None
    assert await of_nobody(clean) == [("refuse_sign_in", "Nobody", 4)]


async def test_a_denial_is_told_to_whose_thing_it_was(house: House, network: SmallNetwork, clean: Database) -> None:
    """A mutation refused for want of a role is in the log of the organisation concerned: who, which, why, how often."""
    stranger = house.at("192.0.2.5", network.pes_editor)
    lab = {"slug": "lab", "organisation": "olen", "names": [{"language": "en", "text": "Secret plans"}]}
    role = {"organisation": "olen", "person": "person_" + "0" * 32, "role": "ADMIN"}
    for _ in range(2):
        assert await stranger.refused("createLab", lab) == [("FORBIDDEN", "")]
    assert await stranger.refused("changeRole", role) == [("FORBIDDEN", "")]
    await house.refusals.write()
    admin = house.at("192.0.2.1", await olen_admin(network))
    line, other = await lines(admin, "deny")
    assert other["details"]["mutations"] == '["changeRole"]'
    assert line["actor"] == {"name": "PES editor"}
    assert line["address"] is None
    assert line["details"]["times"] == "2"
    assert line["details"]["mutations"] == '["createLab"]'
    assert line["details"]["why"].startswith("Only an editor or an administrator")
    assert not await lines(house.at("192.0.2.1", await pes_admin(network)), "deny", "arbetsformedlingen")
    stored = await clean.pool.fetchval("select string_agg(log::text, '') from log")
    assert "Secret plans" not in stored


async def test_a_denial_that_concerns_no_organisation_is_the_operators(
    house: House, network: SmallNetwork, clean: Database
) -> None:
    """What only a steward may do, and what a token's scopes do not allow, is in no organisation's log."""
    editor = house.at("192.0.2.1", network.olen_editor)
    await editor.refused("revokeToken", {"id": "personal_token_" + "0" * 32})  # not found: no denial
    given = {
        "slug": "x",
        "names": [{"language": "en", "text": "X"}],
        "kind": "AGENCY",
        "level": "LOCAL",
        "country": "BE",
    }
    assert ("FORBIDDEN", "") in await editor.refused("registerOrganisation", given)
    await house.refusals.write()
    assert await of_nobody(clean) == [("deny", "Person", 1)]


async def test_what_may_not_be_read_is_not_denied(house: House, network: SmallNetwork, clean: Database) -> None:
    """Who guesses at a thing that they may not read is told that it is not there, and no log says otherwise."""
    case = await drafted_case(house.at("192.0.2.1", network.olen_editor))
    outsider, colleague = house.at("192.0.2.9", network.outsider), house.at("192.0.2.9", network.olen_reader)
    assert await outsider.refused("submitCase", {"id": case}) == [("NOT_FOUND", "id")]
    await house.refusals.write()
    denials = "select count(*) from log where action = 'deny'"
    assert await clean.pool.fetchval(denials) == 0
    assert await colleague.refused("submitCase", {"id": case}) == [("FORBIDDEN", "")]
    await house.refusals.write()
    assert await clean.pool.fetchval(denials) == 1


async def test_changing_something_without_signing_in_is_counted(
    house: House, network: SmallNetwork, clean: Database
) -> None:
    """A mutation by nobody is refused with 401 and counted by its address; reading as nobody is not."""
    nobody = house.at("192.0.2.9", None)
    await nobody.ask("{ cases(first: 1) { nodes { slug } } }")
    mutation = 'mutation { revokeToken(input: {id: "x"}) { userErrors { code } } }'
    assert (await nobody.send(mutation)).status_code == 401
    await house.refusals.write()
    assert await of_nobody(clean) == [("refuse_sign_in", "Nobody", 1)]


async def test_a_flood_does_not_fill_the_log(clean: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses fail, so many lines are written a minute and no more; the last one counts the rest."""
    monkeypatch.setattr(refusals, "TOLD_APART", 3)
    counted = Refusals(60)
    for address in [*range(50), *range(50)]:
        counted.note(RefusedSignIn(f"192.0.2.{address}"))
    await counted.write()
    await counted.write()
    assert sorted(times for _, _, times in await of_nobody(clean)) == [2, 2, 2, 94]


async def test_what_was_counted_is_written_when_the_process_ends(
    house: House, network: SmallNetwork, clean: Database
) -> None:
    """An application that is told to stop writes down first what it has refused."""
    async with house.refusals.writing():
        assert (await house.at("192.0.2.9", "nonsense").send(ME)).status_code == 401
        assert await of_nobody(clean) == []
    assert await of_nobody(clean) == [("refuse_sign_in", "Nobody", 1)]


async def test_a_line_that_cannot_be_written_takes_no_other_with_it(
    clean: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are written, and what could not be is counted on until it can."""
    counted = Refusals(60)

    async def fails_for_one(refused: RefusedSignIn, times: int) -> None:
        if refused.address == "192.0.2.1":
            raise ValueError(refused.address)
        await record_refused_sign_in(refused, times)

    monkeypatch.setattr(refusals, "record_refused_sign_in", fails_for_one)
    for n in (1, 2, 3):
        counted.note(RefusedSignIn(f"192.0.2.{n}"))
    await counted.write()
    assert len(await of_nobody(clean)) == 2
    assert "Of 3 refusals 1 could not be written to the log yet (ValueError)." in caplog.text
    assert "192.0.2.1" not in caplog.text
    monkeypatch.setattr(refusals, "record_refused_sign_in", record_refused_sign_in)
    counted.note(RefusedSignIn("192.0.2.1"))
    await counted.write()
    assert sorted(times for _, _, times in await of_nobody(clean)) == [1, 1, 2]


async def test_nothing_is_tried_again_and_again_while_the_database_is_away(
    clean: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One try tells that it is away; everything is counted on until it is back."""
    counted, tries = Refusals(60), []

    async def away(refused: RefusedSignIn, times: int) -> None:
        tries.append((refused, times))
        raise OSError

    monkeypatch.setattr(refusals, "record_refused_sign_in", away)
    for n in range(10):
        counted.note(RefusedSignIn(f"192.0.2.{n}"))
    await counted.write()
    assert len(tries) == 1
    monkeypatch.setattr(refusals, "record_refused_sign_in", record_refused_sign_in)
    await counted.write()
    assert len(await of_nobody(clean)) == 10


def test_refusals_are_told_apart_by_what_they_are() -> None:
    """The same address with another token is another refusal."""
    assert RefusedSignIn("192.0.2.1") != RefusedSignIn("192.0.2.1", UUID(int=1))


async def test_no_address_is_on_the_log_of_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be written down is told by its number alone, and does not end the service."""

    async def away(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(refusals, "record_refused_sign_in", away)
    counted = Refusals(60)
    counted.note(RefusedSignIn("192.0.2.77"))
    counted.note(RefusedSignIn("192.0.2.77"))
    await counted.write()
    assert "Of 2 refusals" in caplog.text
    assert "192.0.2.77" not in caplog.text

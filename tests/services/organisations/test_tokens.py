"""issueToken and revokeToken, through GraphQL, and the tokens that the command line makes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from infra.postgres.database import Database
from services.errors import DomainError
from services.organisations.people import add_steward, sign_in
from services.organisations.tables import Person, PersonalToken
from services.organisations.terms import TokenScope
from services.organisations.tokens import NewToken, issue_token_for
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import check_profiles, organisation, person_of, row, words

As = Callable[[str | None], Client]
NEW: dict[str, Any] = {"label": "nightly export", "scopes": ["READ"], "expiresInDays": 30}
TOKEN = "secret token { id label scopes createdAt expiresAt lastUsedAt revokedAt }"
MINE = "{ viewer { scopes tokens { id label } } }"


async def issued(client: Client, **changes: Any) -> tuple[str, str]:
    """Issue a token; gives its global id and its secret."""
    payload = await client.do("issueToken", {**NEW, **changes}, TOKEN)
    return payload["token"]["id"], payload["secret"]


async def test_a_token_signs_requests_as_its_holder(as_: As, network: SmallNetwork) -> None:
    """The secret that is shown once signs in as the person who made it, with the scopes they gave it."""
    editor = as_(network.olen_editor)
    payload = await editor.do("issueToken", {**NEW, "label": "  nightly export "}, TOKEN)
    token = payload["token"]
    assert (token["label"], token["scopes"], token["lastUsedAt"], token["revokedAt"]) == (
        "nightly export",
        ["READ"],
        None,
        None,
    )
    lifetime = datetime.fromisoformat(token["expiresAt"]) - datetime.fromisoformat(token["createdAt"])
    assert abs(lifetime - timedelta(days=30)) < timedelta(minutes=1)
    export = as_(payload["secret"])
    assert await person_of(export) == await person_of(editor)
    assert (await export.ask(MINE))["viewer"]["scopes"] == ["READ"]


async def test_a_secret_is_nowhere_in_the_database(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """After making, using and listing a token, no table of the database holds its secret or a part of it."""
    _, secret = await issued(as_(network.olen_editor), idempotencyKey="once")
    steward = await add_steward("Root")
    for token in (secret, steward):
        await as_(token).ask(MINE)
    everything = [name for (name,) in await open_database.pool.fetch(_TABLES)]
    assert {"log", "idempotency_key", "personal_token", "pgqueuer", "pgqueuer_log"} <= set(everything)
    for name in everything:
        for token in (secret, steward):
            for part in (token, token.removeprefix("serra_"), token[6:26], token.encode().hex()):
                found = await open_database.pool.fetchval(
                    f'select count(*) from "{name}" t where t::text like $1',
                    f"%{part}%",
                )
                assert found == 0, name


_TABLES = """
    select table_name::text from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
"""


async def test_a_token_does_no_more_than_its_scopes(as_: As, network: SmallNetwork) -> None:
    """A token to read changes nothing, makes no token and revokes none."""
    _, secret = await issued(as_(network.olen_editor), scopes=["READ", "REVIEW"])
    weak = as_(secret)
    lab = {"slug": "lab", "organisation": "olen", "names": words("Lab")}
    assert await weak.refused("createLab", lab) == [("FORBIDDEN", "")]
    assert await weak.refused("issueToken", NEW) == [("FORBIDDEN", "")]
    assert await weak.refused("revokeToken", {"id": "personal_token_" + "0" * 32}) == [("FORBIDDEN", "")]


@pytest.mark.parametrize("scopes", [["WRITE"], ["REVIEW"], ["REVIEW", "WRITE"]])
async def test_a_token_that_may_not_read_is_asked_nothing(as_: As, network: SmallNetwork, scopes: list[str]) -> None:
    """Its queries are refused whole, also for what everybody may read; a mutation still answers with what it made."""
    _, secret = await issued(as_(network.olen_editor), scopes=scopes)
    blind = as_(secret)
    for query in (MINE, "{ cases(first: 1) { nodes { slug } } }", "{ __typename }"):
        answer = await blind.send(query)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "SCOPE_MISSING")
        assert "READ" in answer.json()["errors"][0]["message"]
    if "WRITE" in scopes:
        lab = {"slug": "lab", "organisation": "olen", "names": words("Lab")}
        assert (await blind.do("createLab", lab, "lab { slug }"))["lab"] == {"slug": "lab"}


async def test_a_token_makes_none_that_may_do_more(as_: As, network: SmallNetwork) -> None:
    """The scopes of a new token are among those of the token that makes it."""
    _, secret = await issued(as_(network.olen_editor), scopes=["WRITE"])
    narrow = as_(secret)
    assert await narrow.refused("issueToken", {**NEW, "scopes": ["WRITE", "REVIEW"]}) == [("FORBIDDEN", "scopes")]
    await issued(narrow, scopes=["WRITE"])


async def test_a_revoked_token_ends_at_once(as_: As, network: SmallNetwork) -> None:
    """The first request after the revocation is refused, and the token is gone from the list."""
    editor = as_(network.olen_editor)
    token, secret = await issued(editor)
    await as_(secret).ask(MINE)
    revoked = await editor.do("revokeToken", {"id": token}, TOKEN.removeprefix("secret "))
    assert revoked["token"]["revokedAt"] is not None
    answer = await as_(secret).send(MINE)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert token not in [one["id"] for one in (await editor.ask(MINE))["viewer"]["tokens"]]
    again = await editor.do("revokeToken", {"id": token}, TOKEN.removeprefix("secret "))
    assert again["token"]["revokedAt"] == revoked["token"]["revokedAt"]


async def test_an_expired_token_is_refused_and_listed(as_: As, network: SmallNetwork) -> None:
    """A token that has run out signs nothing any more, and its holder sees why."""
    editor = as_(network.olen_editor)
    token, secret = await issued(editor)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await PersonalToken.update({PersonalToken.expires_at: past}).where(PersonalToken.id == row(token, "PersonalToken"))
    assert (await as_(secret).send(MINE)).status_code == 401
    assert token in [one["id"] for one in (await editor.ask(MINE))["viewer"]["tokens"]]


async def test_nobody_elses_token_exists(as_: As, network: SmallNetwork) -> None:
    """A colleague cannot revoke, list or look up a token; nobody can by `node`."""
    token, secret = await issued(as_(network.olen_editor))
    reader = as_(network.olen_reader)
    for wrong in (token, "nonsense", "case_" + "0" * 32):
        assert await reader.refused("revokeToken", {"id": wrong}) == [("NOT_FOUND", "id")]
    assert [one["label"] for one in (await reader.ask(MINE))["viewer"]["tokens"]] == ["test"]
    for client in (reader, as_(network.olen_editor)):
        assert await client.ask("query ($id: ID!) { node(id: $id) { id } }", id=token) == {"node": None}
    assert (await as_(secret).ask(MINE))["viewer"] is not None


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"label": " "}, "REQUIRED", "label"),
        ({"label": "x" * 101}, "TOO_LONG", "label"),
        ({"scopes": []}, "REQUIRED", "scopes"),
        ({"expiresInDays": 0}, "INVALID", "expiresInDays"),
        ({"expiresInDays": 366}, "INVALID", "expiresInDays"),
        ({"expiresInDays": -1}, "INVALID", "expiresInDays"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], code: str, field: str
) -> None:
    """Each thing that is wrong is named, and no token is made."""
    before = await PersonalToken.count()
    assert await as_(network.olen_editor).refused("issueToken", {**NEW, **changes}) == [(code, field)]
    assert await PersonalToken.count() == before


async def test_the_same_key_makes_one_token_and_shows_its_secret_once(as_: As, network: SmallNetwork) -> None:
    """A repeated request gives the token of the first, without the secret, which nobody knows any more."""
    editor = as_(network.olen_editor)
    first = await editor.do("issueToken", {**NEW, "idempotencyKey": "t"}, TOKEN)
    again = await editor.do("issueToken", {**NEW, "idempotencyKey": "t"}, TOKEN)
    assert again["token"]["id"] == first["token"]["id"]
    assert (first["secret"] is None, again["secret"]) == (False, None)


async def test_nobody_holds_more_than_fifty(as_: As, network: SmallNetwork) -> None:
    """The fifty-first valid token is refused until one is revoked."""
    editor = as_(network.olen_editor)
    person = row(await person_of(editor), "Person")
    new = NewToken(label="one of many", scopes=(TokenScope.READ,), expires_in_days=1)
    secrets = [await issue_token_for(person, new) for _ in range(49)]
    assert len(set(secrets)) == 49
    assert await editor.refused("issueToken", NEW) == [("WRONG_STATE", "")]
    tokens = (await editor.ask(MINE))["viewer"]["tokens"]
    await editor.do("revokeToken", {"id": tokens[0]["id"]}, "token { id }")
    await issued(editor)


async def test_a_token_for_nobody_is_refused(network: SmallNetwork) -> None:
    """The command line cannot make a token for somebody who does not exist or was erased."""
    new = NewToken(label="x", scopes=(TokenScope.READ,), expires_in_days=1)
    with pytest.raises(DomainError, match="no person"):
        await issue_token_for(uuid4(), new)
    erased = Person(name="", erased_at=datetime.now(UTC), audience=[])
    await Person.insert(erased)
    with pytest.raises(DomainError, match="no person"):
        await issue_token_for(erased.id, new)


async def test_a_steward_of_the_command_line_registers(as_: As, network: SmallNetwork) -> None:
    """add_steward gives a secret that signs in as a steward with every scope."""
    steward = as_(await add_steward(" Root "))
    mine = await steward.ask("{ viewer { isSteward scopes person { name } memberships { role } } }")
    assert mine["viewer"] == {
        "isSteward": True,
        "scopes": ["READ", "REVIEW", "WRITE"],
        "person": {"name": "Root"},
        "memberships": [],
    }
    await steward.do("registerOrganisation", organisation(), "organisation { slug }")
    await check_profiles()
    with pytest.raises(DomainError, match="name"):
        await add_steward(" ")


async def test_an_erased_persons_token_is_worth_nothing(as_: As, network: SmallNetwork) -> None:
    """Somebody who was erased does not sign in any more."""
    secret = await add_steward("Root")
    await Person.update({Person.erased_at: datetime.now(UTC)}).where(Person.name == "Root")
    assert await sign_in(secret) is None
    assert (await as_(secret).send(MINE)).status_code == 401

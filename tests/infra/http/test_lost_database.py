"""A database that is lost while an operation runs: told as one that is away, not as a fault of ours."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import asyncpg
import httpx
import pytest
import pytest_asyncio

from infra.embedded import EmbeddedServers
from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.away import is_away
from infra.postgres.database import Database
from services.ports import Ports
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork
from tests.infra.http.subscriptions.conftest import serving
from tests.infra.http.subscriptions.talking import Conversation, converse

LIST = "cases(first: 1) { nodes { slug } }"
HANG_UP = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where application_name = 'serra' and wait_event = 'relation'"
)
READ = "query ($id: ID!) { node(id: $id) { ... on Case { comments(first: 1) { nodes { body } } } } }"
COMMENT = "addComment(input: $comment) { comment { body } userErrors { code } }"
DRAFT = "draftCase(input: $draft) { case { slug } userErrors { code } }"


class Cut(Protocol):
    """Hangs up on everybody who waits for a table, as long as it lasts."""

    def __call__(self, table: str, mode: str = "access exclusive") -> AbstractAsyncContextManager[None]:
        """The table, and the mode in which it is locked."""


@pytest.fixture
def cut(servers: EmbeddedServers, service_url: str) -> Cut:
    """Loses the connections that use a table."""

    @asynccontextmanager
    async def cutting(table: str, mode: str = "access exclusive") -> AsyncIterator[None]:
        async with (
            asyncpg.create_pool(servers.database_url, min_size=1) as owners,
            asyncpg.create_pool(service_url, min_size=1) as services,  # a role may hang up on itself alone
            owners.acquire() as holding,
            holding.transaction(),
        ):
            await holding.execute(f'lock table "{table}" in {mode} mode')

            async def hang_up() -> None:
                while True:
                    await services.execute(HANG_UP)
                    await asyncio.sleep(0.02)

            task = asyncio.create_task(hang_up())
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    return cutting


@pytest_asyncio.fixture(loop_scope="session")
async def server(open_database: Database, ports: Ports, clean: Database) -> AsyncIterator[str]:
    """A real server."""
    async with serving(Parts(open_database, ports), StreamLimits()) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def editor(server: str, network: SmallNetwork) -> AsyncIterator[Client]:
    """An editor who asks that server."""
    async with httpx.AsyncClient(base_url=f"http://{server}", timeout=20) as http:
        yield Client(http, network.olen_editor)


def is_told(answer: httpx.Response) -> None:
    """It is told as a database that is away: to be tried again, with nothing else."""
    (error,) = answer.json().pop("errors")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert "The database was lost while this ran." in error["message"]
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    "query",
    [
        f"{{ {LIST} }}",
        f"{{ {LIST} again: {LIST} }}",
        '{ case(slug: "olen-vision") { slug } again: case(slug: "olen-vision") { slug } }',
        '{ search(query: "visie", first: 1) { totalCount edges { node { __typename } } } }',
    ],
)
async def test_a_read_says_that_the_database_was_lost(editor: Client, cut: Cut, query: str) -> None:
    """Lists, single things, search, and several at once are 503 with UNAVAILABLE; afterwards they are answered."""
    await published_case(editor, audience={"public": True})
    async with cut("case"):
        is_told(await editor.send(query))
    assert (await editor.send(query)).status_code == 200


async def test_what_was_read_is_told_beside_what_was_lost(editor: Client, cut: Cut) -> None:
    """Where something was read already, the answer has it, and the error stands at what was lost."""
    await published_case(editor, audience={"public": True})
    async with cut("case"):
        answer = await editor.send('{ viewer { person { name } } case(slug: "olen-vision") { slug } }')
    told = answer.json()
    assert (answer.status_code, told["data"]["case"], told["data"]["viewer"] is None) == (200, None, False)
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]) == (["case"], {"code": "UNAVAILABLE"})


async def test_a_mutation_says_that_the_database_was_lost(editor: Client, cut: Cut) -> None:
    """A mutation is 503 with UNAVAILABLE, and says that it may have been saved; sent again it is saved once."""
    subject = await published_case(editor, audience={"public": True})
    document = f"mutation ($comment: AddCommentInput!) {{ {COMMENT} }}"
    given = {"subject": subject, "body": "Who?", "language": "en", "idempotencyKey": "one"}
    async with cut("comment"):
        lost = await editor.send(document, comment=given)
    is_told(lost)
    assert "may have been saved" in lost.json()["errors"][0]["message"]
    for _ in range(2):
        assert (await editor.ask(document, comment=given))["addComment"]["comment"] == {"body": "Who?"}
    assert await bodies(editor) == ["Who?"]


async def test_one_of_several_mutations_is_lost(editor: Client, cut: Cut) -> None:
    """What was saved before the database was lost stays saved; all of it may be sent again."""
    subject = await published_case(editor, audience={"public": True})
    document = f"mutation ($comment: AddCommentInput!, $draft: DraftCaseInput!) {{ {COMMENT} {DRAFT} }}"
    comment = {"subject": subject, "body": "Who?", "language": "en", "idempotencyKey": "one"}
    kind = {"kind": "CO_CREATION_PROJECT", "owner": "olen", "content": content()}
    draft = {"slug": "next", "idempotencyKey": "two", **kind}
    async with cut("case", "share"):
        is_told(await editor.send(document, comment=comment, draft=draft))
        assert await bodies(editor) == ["Who?"]
    told = await editor.ask(document, comment=comment, draft=draft)
    assert (told["draftCase"]["case"], told["addComment"]["comment"]) == ({"slug": "next"}, {"body": "Who?"})
    assert await bodies(editor) == ["Who?"]


async def bodies(client: Client) -> list[str]:
    """What was said of the case."""
    told = await client.ask('{ case(slug: "olen-vision") { comments(first: 9) { nodes { body } } } }')
    return [comment["body"] for comment in told["case"]["comments"]["nodes"]]


async def test_operations_over_websocket_are_told_too(server: str, editor: Client, cut: Cut) -> None:
    """Queries and mutations end with UNAVAILABLE, and the WebSocket goes on."""
    subject = await published_case(editor, audience={"public": True})
    given = {"subject": subject, "body": "Who?", "language": "en"}
    async with converse(server, editor.token) as talk:
        async with cut("comment"):
            await talk.subscribe(READ, "read", id=subject)
            assert await code_of(talk, "read") == "UNAVAILABLE"
            await talk.subscribe(f"mutation ($comment: AddCommentInput!) {{ {COMMENT} }}", "write", comment=given)
            assert await code_of(talk, "write") == "UNAVAILABLE"
        await talk.subscribe("{ __typename }")
        assert await talk.next() == {"__typename": "Query"}


async def code_of(talk: Conversation, operation: str) -> str:
    """The code of the error with which an operation that has not run ends."""
    message = await talk.hear()
    assert (message["type"], message["id"]) == ("error", operation), message
    code: str = message["payload"][0]["extensions"]["code"]
    return code


async def test_a_subscription_ends_with_it(
    server: str, editor: Client, cut: Cut, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """A subscription whose event cannot be read ends, to be begun again, and the others of the WebSocket go on."""
    subject = await published_case(editor, audience={"public": True})
    async with converse(server, editor.token) as talk:
        await talk.follow("subscription ($id: ID!) { caseChanged(id: $id) { slug } }", id=subject)
        async with cut("case"):
            await owner.execute(_CHANGED, row_id(subject))
            assert await talk.ended() == "UNAVAILABLE"
        await talk.subscribe("{ __typename }")
        assert await talk.next() == {"__typename": "Query"}


_CHANGED = "insert into log (action, subject_type, subject_id) values ('edit_case', 'Case', $1)"


async def test_a_websocket_that_cannot_be_looked_up_is_told_to_come_again(
    server: str, network: SmallNetwork, cut: Cut
) -> None:
    """Whose token cannot be looked up is closed with 1013, which clients try again on, and has not guessed."""
    async with converse(server, ready=False) as talk, cut("personal_token"):
        await talk.say(type="connection_init", payload={"Authorization": f"Bearer {network.reviewer}"})
        code, words = await talk.closed()
    assert (code, words) == (1013, "The database is away for the moment. Try again in a few seconds.")


async def test_a_request_that_cannot_be_looked_up_is_told_to_come_again(editor: Client, cut: Cut) -> None:
    """The same before anything runs: 503 with UNAVAILABLE."""
    async with cut("personal_token"):
        answer = await editor.send("{ __typename }")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (503, {"code": "UNAVAILABLE"})


async def test_a_sign_in_is_told_to_come_again(editor: Client, cut: Cut) -> None:
    """So is who signs in, which is 503 too."""
    async with cut("identity_provider"):
        answer = await editor.http.get("/sign-in", params={"organisation": "olen"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (503, {"code": "UNAVAILABLE"})


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (ConnectionRefusedError(111, "refused"), True),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 5432, 0, 0), …"), True),
        (socket.gaierror(-2, "Name or service not known"), True),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.exceptions._base.DataError("invalid input for query argument $1: 'connection is closed'"), False),
        (FileNotFoundError(2, "No such file or directory", "/etc/serra"), False),
        (asyncpg.UniqueViolationError("duplicate key"), False),
        (KeyError("secret"), False),
        (None, False),
    ],
)
def test_what_counts_as_away(error: BaseException | None, *, away: bool) -> None:
    """Whatever says that PostgreSQL cannot be reached or hung up; no fault of ours is taken for it."""
    assert is_away(error) is away

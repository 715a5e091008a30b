"""How many statements the write that is made most costs, and what reading comments costs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.postgres.bell import RING
from infra.postgres.database import Database
from services.viewer import PUBLIC
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented, round_of
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
BESIDE = {"BEGIN;", "COMMIT;", RING}


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that all connections run meanwhile, without BEGIN, COMMIT and the bell for many commits."""
    asked: list[str] = []
    pool: Any = database.pool
    connections = [holder._con for holder in pool._holders if holder._con]
    reads = database._reads
    fetch_value = reads.fetch_value

    async def noted(statement: str, values: list[Any]) -> Any:
        asked.append(statement)
        return await fetch_value(statement, values)

    reads.fetch_value = noted  # type: ignore[method-assign]
    for connection in connections:
        connection.add_query_logger(lambda record: asked.append(record.query))
    yield asked
    reads.fetch_value = fetch_value  # type: ignore[method-assign]
    for connection in connections:
        connection._query_loggers.clear()
    asked[:] = [query for query in asked if query not in BESIDE]


async def test_a_comment_costs_two_statements(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """The comment with its log line, and what the answer shows of it; a reply takes one for each step."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    first = await commented(reviewer, round_id)
    with statements(open_database) as asked:
        await commented(reviewer, round_id)
    assert len(asked) == 2
    with statements(open_database) as asked:
        await commented(reviewer, round_id, replyTo=first)
    assert len(asked) == 5


async def test_comments_reached_from_their_round_are_not_checked_against_it_again(
    as_: As, network: SmallNetwork, open_database: Database
) -> None:
    """A list under a round, of one comment or of four, is one statement that looks at the round once."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    query = """query($id: ID!) { testRound(id: $id) { comments(first: 9) { nodes {
        body organisation { slug } } } } }"""
    for _ in range(4):
        await commented(reviewer, round_id)
        with statements(open_database) as asked:
            await as_(None).ask(query, id=round_id)
        assert len(asked) == 1
        assert asked[0].count('from "test_round"') == 1

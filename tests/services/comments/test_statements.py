"""How many statements the write that is made most costs, and what reading comments costs."""

from collections.abc import Callable

import pytest

from services.viewer import PUBLIC
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented, round_of
from tests.factories.network import SmallNetwork
from tests.statements import noted

As = Callable[[str | None], Client]


def without(asked: list[str]) -> list[str]:
    """What was asked, without what is asked once for many requests: whether keys changed, and who may read little."""
    return [query for query in asked if "keyring_epoch" not in query and "bool_or(readable" not in query]


async def test_a_comment_costs_two_statements(as_: As, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comment with its log line, and what the answer shows of it; a reply takes one for each step."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    first = await commented(reviewer, round_id)
    with noted(monkeypatch) as asked:
        await commented(reviewer, round_id)
    assert len(without(asked)) == 2
    with noted(monkeypatch) as asked:
        await commented(reviewer, round_id, replyTo=first)
    assert len(without(asked)) == 6


async def test_comments_reached_from_their_round_are_not_checked_against_it_again(
    as_: As, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list under a round, of one comment or of four, is one statement that looks at the round once."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    round_id = await round_of(case_id, network.olen, PUBLIC)
    query = """query($id: ID!) { testRound(id: $id) { comments(first: 9) { nodes {
        body organisation { slug } } } } }"""
    for _ in range(4):
        await commented(reviewer, round_id)
        with noted(monkeypatch) as asked:
            await as_(None).ask(query, id=round_id)
        assert len(without(asked)) == 1
        assert without(asked)[0].count('from "test_round"') == 1

"""editComment, through GraphQL."""

from collections.abc import Callable

import pytest

from infra.postgres.database import Database
from services.viewer import organisation_key
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.factories.rounds import own_case, planned

As = Callable[[str | None], Client]


async def test_an_author_says_it_better(as_: As, network: SmallNetwork) -> None:
    """The new words replace the old ones, and readers see that and when they were changed."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    reviewer = as_(network.reviewer)
    comment_id = await commented(reviewer, case_id)
    given = {"id": comment_id, "body": "Wie werd gevraagd?", "language": "nl", "expectedVersion": 1}
    comment = (await reviewer.do("editComment", given, "comment { body language editedAt revision }"))["comment"]
    assert comment.pop("editedAt") is not None
    assert comment == {"body": "Wie werd gevraagd?", "language": "nl", "revision": 2}


async def test_only_the_author_changes_the_words(as_: As, network: SmallNetwork) -> None:
    """Neither the subject's editor nor anybody else puts words into the author's mouth."""
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": await commented(as_(network.reviewer), case_id), "body": "I agree with everything."}
    assert await as_(network.olen_editor).refused("editComment", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("editComment", given) == [("NOT_FOUND", "id")]
    assert await as_(network.reviewer).refused("editComment", {**given, "id": "comment_1"}) == [("NOT_FOUND", "id")]


async def test_a_later_reader_knows_what_was_there(as_: As, network: SmallNetwork) -> None:
    """An edit that starts from an older state, is empty or too long, or comes after settling is refused."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    reviewer = as_(network.reviewer)
    given = {"id": await commented(reviewer, case_id), "body": "Who?"}
    assert await reviewer.refused("editComment", {**given, "expectedVersion": 2}) == [("CONFLICT", "expectedVersion")]
    assert await reviewer.refused("editComment", {**given, "body": " "}) == [("REQUIRED", "body")]
    assert await reviewer.refused("editComment", {**given, "body": "x" * 10_001}) == [("TOO_LONG", "body")]
    await reviewer.do("resolveComment", {"id": given["id"]}, "comment { id }")
    assert await reviewer.refused("editComment", given) == [("WRONG_STATE", "id")]


@pytest.mark.parametrize("mutation", ["editComment", "resolveComment", "deleteComment", "addComment"])
async def test_a_round_that_is_closed_by_its_case_closes_its_comments(
    as_: As, network: SmallNetwork, clean: Database, mutation: str
) -> None:
    """Who may no longer read a round's case changes nothing that they said of the round, nor answers it."""
    editor, outsider = as_(network.olen_editor), as_(network.outsider)
    await own_case(editor)
    test_round = (await planned(editor))["id"]
    comment_id = await commented(outsider, test_round)
    await clean.pool.execute('update "case" set audience = $1', [organisation_key(network.olen)])
    given, field = {
        "editComment": ({"id": comment_id, "body": "Who?"}, "id"),
        "addComment": ({"subject": test_round, "replyTo": comment_id, "body": "Who?"}, "replyTo"),
    }.get(mutation, ({"id": comment_id}, "id"))
    assert await outsider.refused(mutation, given) == [("NOT_FOUND", field)]

"""resolveComment and reopenComment, through GraphQL."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
SETTLED = "comment { resolvedAt resolvedBy { name } }"


async def test_the_owners_editor_settles_a_thread(as_: As, network: SmallNetwork) -> None:
    """An editor of the subject's organisation marks a thread as resolved, under their name, and takes it up again."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    comment_id = await commented(as_(network.reviewer), case_id)
    comment = (await editor.do("resolveComment", {"id": comment_id}, SETTLED))["comment"]
    assert comment["resolvedAt"] is not None
    assert comment["resolvedBy"] == {"name": "Olen editor"}
    query = '{ case(slug: "olen-vision") { comments(filter: {isResolved: true}, first: 1) { totalCount } } }'
    assert (await as_(None).ask(query))["case"]["comments"]["totalCount"] == 1
    comment = (await editor.do("reopenComment", {"id": comment_id}, SETTLED))["comment"]
    assert comment == {"resolvedAt": None, "resolvedBy": None}


async def test_an_author_settles_what_they_began(as_: As, network: SmallNetwork) -> None:
    """The author may settle and reopen their own thread without any role in the subject's organisation."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    reviewer = as_(network.reviewer)
    comment_id = await commented(reviewer, case_id)
    await reviewer.do("resolveComment", {"id": comment_id}, SETTLED)
    await reviewer.do("reopenComment", {"id": comment_id}, SETTLED)


async def test_others_settle_nothing(as_: As, network: SmallNetwork) -> None:
    """Readers, editors of other organisations and outsiders leave the thread as it is."""
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": await commented(as_(network.reviewer), case_id)}
    for mutation in ("resolveComment", "reopenComment"):
        assert await as_(network.olen_reader).refused(mutation, given) == [("FORBIDDEN", "")]
        assert await as_(network.pes_editor).refused(mutation, given) == [("FORBIDDEN", "")]
        assert await as_(network.outsider).refused(mutation, given) == [("NOT_FOUND", "id")]


async def test_a_thread_is_settled_once_and_as_a_whole(as_: As, network: SmallNetwork) -> None:
    """Settling twice, reopening what is open, settling a reply and starting from an older state are refused."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    comment_id = await commented(reviewer, case_id)
    reply_id = await commented(reviewer, case_id, replyTo=comment_id)
    assert await reviewer.refused("reopenComment", {"id": comment_id}) == [("WRONG_STATE", "id")]
    assert await reviewer.refused("resolveComment", {"id": reply_id}) == [("INVALID", "id")]
    assert await reviewer.refused("resolveComment", {"id": comment_id, "expectedVersion": 7}) == [
        ("CONFLICT", "expectedVersion")
    ]
    await reviewer.do("resolveComment", {"id": comment_id, "expectedVersion": 1}, SETTLED)
    assert await reviewer.refused("resolveComment", {"id": comment_id}) == [("WRONG_STATE", "id")]

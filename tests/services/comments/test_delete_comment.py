"""deleteComment, through GraphQL."""

from collections.abc import Callable

from services.comments.tables import Comment
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented, row_id
from tests.factories.network import SmallNetwork, person

As = Callable[[str | None], Client]
LEFT = "comment { body anchor { quote } deletedAt hiddenAt }"


async def test_an_author_takes_their_words_back(as_: As, network: SmallNetwork) -> None:
    """The words and the quoted passage leave the database; the replies stay where they were."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    comment_id = await commented(reviewer, case_id, anchor={"quote": "fusie"})
    await commented(as_(network.olen_editor), case_id, "All of them.", replyTo=comment_id)
    comment = (await reviewer.do("deleteComment", {"id": comment_id}, LEFT))["comment"]
    assert comment.pop("deletedAt") is not None
    assert comment == {"body": "", "anchor": None, "hiddenAt": None}
    stored = await Comment.select(Comment.body, Comment.anchor_quote).where(Comment.id == row_id(comment_id)).first()
    assert stored == {"body": "", "anchor_quote": None}
    query = "query($id: ID!) { node(id: $id) { ... on Comment { replies(first: 1) { nodes { body } } } } }"
    replies = (await as_(None).ask(query, id=comment_id))["node"]["replies"]
    assert replies == {"nodes": [{"body": "All of them."}]}


async def test_an_administrator_of_the_subject_hides_a_comment(as_: As, network: SmallNetwork) -> None:
    """Nobody reads the words any more, its author neither; they are kept, so that the decision can be looked into."""
    reviewer = as_(network.reviewer)
    admin = as_(await person("Olen admin", {network.olen: Role.ADMIN}, network.network))
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    comment_id = await commented(reviewer, case_id, "Something rude.", anchor={"quote": "fusie"})
    comment = (await admin.do("deleteComment", {"id": comment_id}, LEFT))["comment"]
    assert comment.pop("hiddenAt") is not None
    assert comment == {"body": "", "anchor": None, "deletedAt": None}
    query = "query($id: ID!) { node(id: $id) { ... on Comment { body anchor { quote } } } }"
    assert (await reviewer.ask(query, id=comment_id))["node"] == {"body": "", "anchor": None}
    assert await Comment.exists().where(Comment.body == "Something rude.")


async def test_nobody_else_deletes(as_: As, network: SmallNetwork) -> None:
    """An editor of the subject's organisation, and an administrator of the author's, let others' words stand."""
    boss = as_(await person("Institute admin", {network.institute: Role.ADMIN}, network.network))
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"id": await commented(as_(network.reviewer), case_id)}
    assert await as_(network.olen_editor).refused("deleteComment", given) == [("FORBIDDEN", "")]
    assert await boss.refused("deleteComment", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("deleteComment", given) == [("NOT_FOUND", "id")]


async def test_what_is_gone_stays_gone(as_: As, network: SmallNetwork) -> None:
    """A deleted comment is not deleted again, not edited, not settled; an older state is refused before anything."""
    reviewer = as_(network.reviewer)
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    given = {"id": await commented(reviewer, case_id)}
    assert await reviewer.refused("deleteComment", {**given, "expectedVersion": 9}) == [("CONFLICT", "expectedVersion")]
    await reviewer.do("deleteComment", {**given, "expectedVersion": 1}, LEFT)
    assert await reviewer.refused("deleteComment", given) == [("WRONG_STATE", "id")]
    assert await reviewer.refused("editComment", {**given, "body": "Back."}) == [("WRONG_STATE", "id")]
    assert await reviewer.refused("resolveComment", given) == [("WRONG_STATE", "id")]


async def test_an_author_may_delete_what_was_hidden(as_: As, network: SmallNetwork) -> None:
    """What the subject's organisation only hides, its author can still take back for good."""
    reviewer = as_(network.reviewer)
    admin = as_(await person("Olen admin", {network.olen: Role.ADMIN}, network.network))
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    given = {"id": await commented(reviewer, case_id)}
    await admin.do("deleteComment", given, LEFT)
    assert await admin.refused("deleteComment", given) == [("WRONG_STATE", "id")]
    await reviewer.do("deleteComment", given, LEFT)
    assert await Comment.exists().where(Comment.body == "")

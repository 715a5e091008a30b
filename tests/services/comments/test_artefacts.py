"""Comments on files, through GraphQL."""

from collections.abc import Callable

from tests.client import Client
from tests.factories.artefacts import sent_file, stored_file
from tests.factories.cases import published_case
from tests.factories.comments import commented, reads
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]


async def test_a_file_is_commented_on(as_: As, network: SmallNetwork) -> None:
    """A reviewer speaks of the verified version of a file, and whoever reads the file reads that."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"public": True})
    file_id = await stored_file(editor, subject=case_id, audience={"networks": ["learning"]})
    comment_id = await commented(reviewer, file_id, "Page 2 contradicts page 5.")
    query = (
        "query($id: ID!) { node(id: $id) { ... on Artefact { comments(first: 1) { nodes { id subjectVersion } } } } }"
    )
    assert (await editor.ask(query, id=file_id))["node"]["comments"]["nodes"] == [
        {"id": comment_id, "subjectVersion": 1}
    ]
    assert not await reads(as_(network.outsider), comment_id)


async def test_a_file_without_a_verified_version_is_not(as_: As, network: SmallNetwork) -> None:
    """Before its bytes were verified there is nothing to speak of."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    sent = await sent_file(editor, subject=case_id)
    given = {"subject": sent["artefact"]["id"], "body": "?"}
    assert await editor.refused("addComment", given) == [("NOT_FOUND", "subject")]

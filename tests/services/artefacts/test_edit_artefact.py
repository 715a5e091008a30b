"""editArtefact, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
SAID = "artefact { title { text } kind licence revision }"
READ = "query($id: ID!) { artefact(id: $id) { id } }"


@pytest.fixture
async def artefact(as_: As, network: SmallNetwork) -> str:
    """A file of a case of Olen that everyone may read."""
    editor = as_(network.olen_editor)
    return await stored_file(editor, subject=await published_case(editor, audience={"public": True}))


def change(artefact: str, **changes: Any) -> dict[str, Any]:
    """The input of editArtefact."""
    return {"id": artefact, "kind": "DATA", "title": [{"language": "sv", "text": "Siffror"}], **changes}


async def test_what_is_said_of_a_file_changes(as_: As, network: SmallNetwork, artefact: str) -> None:
    """The new title, kind and licence are read at once, and its readers stay."""
    editor = as_(network.olen_editor)
    payload = await editor.do("editArtefact", change(artefact, licence="CC-BY-4.0"), SAID)
    said = payload["artefact"]
    assert (said["title"], said["kind"], said["licence"]) == ({"text": "Siffror"}, "DATA", "CC-BY-4.0")
    assert (await as_(None).ask(READ, id=artefact))["artefact"]


async def test_a_file_can_be_kept_to_fewer(as_: As, network: SmallNetwork, artefact: str) -> None:
    """A file that was shared by mistake is taken back at once, and can be shared again."""
    editor = as_(network.olen_editor)
    await editor.do("editArtefact", change(artefact, audience={"networks": ["learning"]}), SAID)
    assert (await as_(None).ask(READ, id=artefact))["artefact"] is None
    assert (await as_(network.pes_editor).ask(READ, id=artefact))["artefact"]
    await editor.do("editArtefact", change(artefact, audience={"public": True}), SAID)
    assert (await as_(None).ask(READ, id=artefact))["artefact"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": []}, ("REQUIRED", "title")),
        ({"licence": "whatever you like"}, ("INVALID", "licence")),
        ({"audience": {"organisations": ["nobody"]}}, ("NOT_FOUND", "audience.organisations")),
        ({"expectedVersion": 1}, ("CONFLICT", "expectedVersion")),
        ({"id": "case_00000000000070008000000000000000"}, ("NOT_FOUND", "id")),
    ],
)
async def test_what_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, artefact: str, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    """Each flaw is named with its field, an outdated change among them."""
    assert await as_(network.olen_editor).refused("editArtefact", change(artefact, **changes)) == [problem]


async def test_only_its_editors_change_a_file(as_: As, network: SmallNetwork, artefact: str) -> None:
    """Those who may read a file may not change it, and to the others it is not there."""
    for token in (network.olen_reader, network.pes_editor, network.reviewer):
        assert await as_(token).refused("editArtefact", change(artefact)) == [("FORBIDDEN", "")]
    await as_(network.olen_editor).do("editArtefact", change(artefact, audience={}), SAID)
    assert await as_(network.pes_editor).refused("editArtefact", change(artefact)) == [("NOT_FOUND", "id")]

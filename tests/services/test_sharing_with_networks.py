"""With a network shares who is in it: whoever is has agreed to what that network shares."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from infra.postgres.database import Database
from services.organisations.tables import NetworkMember
from services.organisations.terms import NetworkRole
from services.viewer import network_key
from tests.client import Client
from tests.factories import network as made
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented
from tests.factories.events import stockholm
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words
from tests.factories.practices import drafted_practice, practice_content
from tests.factories.rounds import plan

As = Callable[[str | None], Client]
OPEN = {"networks": ["open"]}
OUTSIDE = [("FORBIDDEN", "audience.networks")]


@pytest.fixture
async def open_network(network: SmallNetwork, open_database: Database) -> UUID:
    """A network that everyone can see, of the Swedish PES alone."""
    network_id = await made.network("open", network.pes)
    audience = ["public", network_key(network_id)]
    await open_database.pool.execute("update network set audience = $2 where id = $1", network_id, audience)
    return network_id


async def _everything(editor: Client) -> list[tuple[str, dict[str, Any]]]:
    """Every mutation by which Olen's editor says which networks read something of Olen's own."""
    case_id = await drafted_case(editor)
    practice_id = await drafted_practice(editor)
    lab = {"names": words("Lab"), "audience": OPEN}
    new_lab = {**lab, "slug": "a-lab", "organisation": "olen", "audience": None}
    lab_id = (await editor.do("createLab", new_lab, "lab { id }"))["lab"]["id"]
    event = stockholm(host="olen", audience=OPEN)
    mine = {name: one for name, one in event.items() if name != "slug"}
    event_id = (await editor.do("createEvent", {**event, "audience": None}, "event { id }"))["event"]["id"]
    draft = {"owner": "olen", "audience": OPEN}
    return [
        ("draftCase", {"slug": "b", "kind": "METHOD", "content": content(), **draft}),
        ("editCase", {"id": case_id, "content": content(), "audience": OPEN}),
        ("shareCase", {"id": case_id, "audience": OPEN}),
        ("draftPractice", {"slug": "b", "content": practice_content(sources=[]), **draft}),
        ("editPractice", {"id": practice_id, "content": practice_content(sources=[]), "audience": OPEN}),
        ("createLab", {**lab, "slug": "b", "organisation": "olen"}),
        ("editLab", {**lab, "id": lab_id}),
        ("createEvent", {**event, "slug": "b"}),
        ("editEvent", {**mine, "id": event_id}),
    ]


async def test_nothing_is_shared_with_a_network_from_outside(
    as_: As, network: SmallNetwork, open_network: UUID, open_database: Database
) -> None:
    """What an organisation has it shares with a network that it can see once it is in it; before, nothing is made."""
    editor = as_(network.olen_editor)
    changes = await _everything(editor)
    tables = ("case", "practice", "lab", "event", "log")

    async def rows() -> list[int]:
        return [await open_database.pool.fetchval(f'select count(*) from "{table}"') for table in tables]

    before = await rows()
    for mutation, given in changes:
        assert await editor.refused(mutation, given) == OUTSIDE, mutation
    assert await rows() == before
    await _joins(network.olen, open_network)
    for mutation, given in changes:
        await editor.do(mutation, given, "__typename")


async def test_a_network_one_may_not_see_is_none(as_: As, network: SmallNetwork) -> None:
    """A hidden network is as unknown as one that is not there, so that nobody learns of it by trying to share."""
    await made.network("hidden", network.pes)
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    for slug in ("hidden", "no-such-network"):
        payload = await editor.change("shareCase", {"id": case_id, "audience": {"networks": [slug]}}, "__typename")
        (error,) = payload["userErrors"]
        told = error["code"], error["field"], error["message"].replace(slug, "…")
        assert told == ("NOT_FOUND", ["audience", "networks"], "There is no network «…».")


async def test_a_part_keeps_to_the_readers_of_its_whole(as_: As, network: SmallNetwork, open_network: UUID) -> None:
    """On a case that is shared with a network, others name that network too: it adds nobody. Elsewhere it would."""
    pes, editor = as_(network.pes_editor), as_(network.olen_editor)
    seen_by_both = {"networks": ["open", "learning"]}
    case_id = await published_case(pes, owner="arbetsformedlingen", audience=seen_by_both)
    payload = await editor.do("planTestRound", plan(audience=OPEN), "testRound { id }")
    assert payload["testRound"]["id"]
    await commented(editor, case_id, audience=OPEN)
    await published_case(editor, slug="b", audience={"public": True})
    assert await editor.refused("planTestRound", plan(case="b", audience=OPEN)) == OUTSIDE
    case_b = (await editor.ask('{ case(slug: "b") { id } }'))["case"]["id"]
    comment = {"subject": case_b, "body": "Read this.", "audience": OPEN}
    assert await editor.refused("addComment", comment) == OUTSIDE
    await pes.do("addComment", comment, "comment { id }")


async def _joins(organisation: UUID, network_id: UUID) -> None:
    """Make an organisation a member of a network."""
    await NetworkMember.insert(NetworkMember(network=network_id, organisation=organisation, role=NetworkRole.MEMBER))

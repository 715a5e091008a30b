"""Whoever leaves loses with the next request what they read by being there, on every surface."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.client import Client
from tests.factories.artefacts import fetch, stored_file
from tests.factories.cases import content, published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork
from tests.factories.organisations import check_profiles, olen_admin, person_of, pes_admin
from tests.infra.http.subscriptions.talking import COMMENTS, streamed

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
WORD = "zeppelinpost"
SURFACES = """query ($case: ID!, $file: ID!, $comment: ID!, $person: ID!, $all: [ID!]!, $word: String!) {
  network(slug: "learning") { slug }
  networks(first: 9) { totalCount }
  case(slug: "shared") { slug }
  cases(first: 9) { totalCount nodes { slug } edges { node { slug } } }
  filtered: cases(first: 9, filter: {owner: "arbetsformedlingen"}) { totalCount nodes { slug } }
  ofCase: node(id: $case) { id }
  ofFile: node(id: $file) { id }
  ofComment: node(id: $comment) { id }
  ofPerson: node(id: $person) { id }
  nodes(ids: $all) { id }
  artefact(id: $file) { currentVersion { downloadUrl } }
  search(query: $word, first: 9) { totalCount facets { buckets { count } } edges { snippets { text } } }
}"""
OLEN = {"organisation": "olen"}
LEARNING = {"network": "learning", **OLEN}
LEFT = "__typename"


async def leave_the_network(as_: As, network: SmallNetwork) -> None:
    """Their organisation leaves."""
    await as_(await olen_admin(network)).do("leaveNetwork", LEARNING, LEFT)


async def be_put_out_of_the_network(as_: As, network: SmallNetwork) -> None:
    """A facilitator takes their organisation out."""
    await as_(await pes_admin(network)).do("removeNetworkMember", LEARNING, LEFT)


async def leave_the_organisation(as_: As, network: SmallNetwork) -> None:
    """They leave their organisation."""
    await as_(network.olen_reader).do("leaveOrganisation", OLEN, LEFT)


async def be_put_out_of_the_organisation(as_: As, network: SmallNetwork) -> None:
    """An ADMIN ends their membership."""
    reader = await person_of(as_(network.olen_reader))
    await as_(await olen_admin(network)).do("removeMember", {**OLEN, "person": reader}, LEFT)


@pytest.fixture(params=["here", "there"])
def address(request: pytest.FixtureRequest, here: str, there: str) -> str:
    """Where the stream is: at the server where the leaving happens, and at another one."""
    return {"here": here, "there": there}[request.param]


@pytest_asyncio.fixture(loop_scope="session")
async def shared(as_: As, network: SmallNetwork, work: Work) -> dict[str, Any]:
    """A case that the Swedish PES shares with the network, with a file and a comment: what SURFACES asks for."""
    editor = as_(network.pes_editor)
    said = content("arbetsformedlingen", title=[{"language": "en", "text": f"Letters by {WORD}"}])
    given: dict[str, Any] = {"slug": "shared", "audience": {"networks": ["learning"]}, "content": said}
    case = await published_case(editor, owner="arbetsformedlingen", **given)
    file, comment = await stored_file(editor, subject=case), await commented(editor, case, WORD)
    person = await person_of(editor)
    await work()
    things = {"case": case, "file": file, "comment": comment, "person": person}
    return {**things, "all": list(things.values()), "word": WORD}


@pytest.mark.parametrize(
    "leave",
    [
        leave_the_network,
        be_put_out_of_the_network,
        leave_the_organisation,
        be_put_out_of_the_organisation,
    ],
)
async def test_what_one_leaves_is_gone_at_once(
    as_: As,
    network: SmallNetwork,
    shared: dict[str, Any],
    leave: Callable[[As, SmallNetwork], Awaitable[None]],
    address: str,
) -> None:
    """A case for the network, its file and comment, a list, a count, a hit, a link, a colleague and an open stream."""
    reader, case = as_(network.olen_reader), shared["case"]
    before = await reader.ask(SURFACES, **shared)
    assert (await fetch(before["artefact"]["currentVersion"]["downloadUrl"])).is_success
    assert before["search"]["totalCount"] >= 1
    assert (before["cases"]["totalCount"], before["filtered"]["totalCount"]) == (1, 1)
    assert all(before[name] for name in ("network", "case", "ofCase", "ofFile", "ofComment", "ofPerson"))
    assert None not in before["nodes"]

    async with streamed(address, network.olen_reader, COMMENTS, id=case) as events:
        await leave(as_, network)
        after = await reader.ask(SURFACES, **shared)
        assert after == {
            "network": None,
            "networks": {"totalCount": 0},
            "case": None,
            "cases": {"totalCount": 0, "nodes": [], "edges": []},
            "filtered": {"totalCount": 0, "nodes": []},
            "ofCase": None,
            "ofFile": None,
            "ofComment": None,
            "ofPerson": None,
            "nodes": [None] * 4,
            "artefact": None,
            "search": {"totalCount": 0, "facets": after["search"]["facets"], "edges": []},
        }
        assert not [bucket for facet in after["search"]["facets"] for bucket in facet["buckets"]]
        name, result = await events.hear()
        assert (name, result["errors"][0]["extensions"]["code"]) == ("next", "NOT_FOUND")
        assert await events.hear() == ("complete", None)
    unknown = case[:-4] + "0000"
    refusals = [
        (await reader.change("addComment", {"subject": subject, "body": "Hello"}, LEFT))["userErrors"]
        for subject in (case, unknown)
    ]
    assert refusals[0] == refusals[1] != []
    await check_profiles()

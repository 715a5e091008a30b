"""What a practice was drawn from, seen from both ends, through GraphQL."""

from collections.abc import Callable

from infra.postgres.database import Database
from services.viewer import organisation_key
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.practices import PUBLIC, SLUG, drafted_practice, practice_content, published_practice
from tests.factories.rounds import own_case, planned

As = Callable[[str | None], Client]
SOURCES = f"""{{ practice(slug: "{SLUG}") {{
    sources {{ __typename case {{ slug }} testRound {{ id }} }}
    versions {{ sources {{ __typename }} }}
}} }}"""


async def test_unreadable_sources_are_absent(as_: As, network: SmallNetwork) -> None:
    """A reader sees the sources that they may read, and no trace of the others (rule 7)."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    hidden = (await planned(editor, audience={}))["id"]
    await published_case(editor, slug="for-the-network", audience={"networks": ["learning"]})
    sources = [{"case": "olen-vision"}, {"testRound": hidden}, {"case": "for-the-network"}]
    await published_practice(editor, content=practice_content(sources=sources), audience=PUBLIC)

    async def seen(token: str | None) -> list[str]:
        practice = (await as_(token).ask(SOURCES))["practice"]
        assert practice["versions"][0]["sources"] == [{"__typename": "PracticeSource"}] * len(practice["sources"])
        return [(source["case"] or {}).get("slug") or source["testRound"]["id"] for source in practice["sources"]]

    assert await seen(network.olen_reader) == ["olen-vision", hidden, "for-the-network"]
    assert await seen(network.pes_editor) == ["olen-vision", "for-the-network"]
    assert await seen(None) == ["olen-vision"]


async def test_a_round_of_an_unreadable_case_is_absent(as_: As, network: SmallNetwork) -> None:
    """A round that its own audience could read stays away from those who may not read its case."""
    editor = as_(network.olen_editor)
    await own_case(editor, audience={"networks": ["learning"]})
    test_round = (await planned(editor))["id"]
    sources = [{"testRound": test_round}]
    await published_practice(editor, content=practice_content(sources=sources), audience=PUBLIC)
    assert (await as_(None).ask(SOURCES))["practice"]["sources"] == []
    assert len((await as_(network.pes_editor).ask(SOURCES))["practice"]["sources"]) == 1


async def test_a_case_and_a_round_lead_to_their_practices(as_: As, network: SmallNetwork) -> None:
    """Both show the practices drawn from them now, of those that the reader may read."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    test_round = (await planned(editor))["id"]
    sources = [{"case": "olen-vision"}, {"testRound": test_round}]
    await published_practice(editor, content=practice_content(sources=sources), audience=PUBLIC)
    await published_practice(editor, slug="for-the-network", audience={"networks": ["learning"]})
    query = """query($id: ID!) {
        case(slug: "olen-vision") { practices(first: 5) { totalCount nodes { slug } } }
        testRound(id: $id) { practices(first: 5) { totalCount } }
    }"""
    inside = await as_(network.olen_editor).ask(query, id=test_round)
    assert [node["slug"] for node in inside["case"]["practices"]["nodes"]] == ["for-the-network", SLUG]
    assert inside["testRound"]["practices"]["totalCount"] == 1
    outside = (await as_(None).ask(query, id=test_round))["case"]["practices"]
    assert outside == {"totalCount": 1, "nodes": [{"slug": SLUG}]}


async def test_only_the_current_version_counts(as_: As, network: SmallNetwork) -> None:
    """A case that the next version no longer names does not lead to the practice any more."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=PUBLIC)
    await published_case(editor, slug="another", audience=PUBLIC)
    practice_id = await published_practice(editor, audience=PUBLIC)
    new = practice_content(sources=[{"case": "another"}])
    await editor.do("editPractice", {"id": practice_id, "content": new}, "practice { id }")
    query = '{ case(slug: "olen-vision") { practices(first: 5) { totalCount } } }'
    assert (await as_(None).ask(query))["case"]["practices"]["totalCount"] == 1
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    await editor.do("publishPractice", {"id": practice_id}, "practice { id }")
    assert (await as_(None).ask(query))["case"]["practices"]["totalCount"] == 0


async def test_a_round_that_is_closed_by_its_case_is_no_source(as_: As, network: SmallNetwork, clean: Database) -> None:
    """Who may no longer read a round's case neither names the round as a source nor publishes by it alone."""
    editor, outsider = as_(network.olen_editor), as_(network.outsider)
    await own_case(editor)
    content = practice_content(sources=[{"testRound": (await planned(editor))["id"]}])
    practice_id = await drafted_practice(outsider, owner="outside-agency", content=content)
    await clean.pool.execute('update "case" set audience = $1', [organisation_key(network.olen)])
    given = {"slug": "another", "owner": "outside-agency", "content": content}
    assert await outsider.refused("draftPractice", given) == [("NOT_FOUND", "content.sources.0.testRound")]
    await outsider.do("submitPractice", {"id": practice_id}, "practice { id }")
    assert await outsider.refused("publishPractice", {"id": practice_id}) == [("REQUIRED", "sources")]
    await drafted_practice(editor, slug="their-own", content=content)

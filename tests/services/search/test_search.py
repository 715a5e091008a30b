"""The root field `search`, over PostgreSQL's engine and real follow-ups."""

from collections.abc import Awaitable, Callable

from services.cases.tables import Case
from services.log import enqueue
from services.transaction import transaction
from services.viewer import organisation_key
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]

SEARCH = """
query($query: String!, $filter: SearchFilter, $first: Int, $after: String) {
  search(query: $query, filter: $filter, first: $first, after: $after) {
    totalCount
    degraded
    facets { field buckets { value label count } }
    edges {
      cursor score language isOtherLanguage
      snippets { field text }
      node { __typename ... on Case { slug title { text } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_published_case_is_found_in_another_language(as_: As, network: SmallNetwork, work: Work) -> None:
    """A case written in Dutch is found by its Dutch words, and an English reader is told that it is Dutch."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    await work()
    found = (await as_(None).speaking("en").ask(SEARCH, query="dienstverlening"))["search"]
    assert found["totalCount"] == 1
    (edge,) = found["edges"]
    assert edge["node"]["slug"] == "olen-vision"
    assert (edge["language"], edge["isOtherLanguage"]) == ("nl", True)
    assert "\u2068" in edge["snippets"][0]["text"]


async def test_facets_count_what_the_viewer_may_read(as_: As, network: SmallNetwork, work: Work) -> None:
    """A case for the network is counted for its members and not for an outsider; its hits and snippets neither."""
    await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    await work()
    inside = (await as_(network.pes_editor).ask(SEARCH, query="dienstverlening"))["search"]
    outside = (await as_(network.outsider).ask(SEARCH, query="dienstverlening"))["search"]
    assert inside["totalCount"] == 1
    countries = {b["value"]: b for facet in inside["facets"] if facet["field"] == "country" for b in facet["buckets"]}
    assert countries["BE"] == {"value": "BE", "label": "Belgium", "count": 1}
    assert (outside["totalCount"], outside["edges"]) == (0, [])
    assert all(not facet["buckets"] for facet in outside["facets"])


async def test_the_index_is_not_the_last_word(as_: As, network: SmallNetwork, work: Work) -> None:
    """What a stale index still shows, a reader who may no longer read it does not see."""
    case_id = await published_case(as_(network.olen_editor), audience={"public": True})
    await work()
    assert (await as_(None).ask(SEARCH, query="visie"))["search"]["totalCount"] == 1
    row = await as_(None).ask("query($id: ID!) { node(id: $id) { id } }", id=case_id)
    assert row["node"]["id"] == case_id
    await Case.update({Case.audience: [organisation_key(network.olen)]}).where(Case.slug == "olen-vision")
    found = (await as_(None).ask(SEARCH, query="visie"))["search"]
    assert (found["totalCount"], found["edges"]) == (0, [])


async def test_a_round_leaves_the_counts_with_its_case(as_: As, network: SmallNetwork, work: Work) -> None:
    """When a case is narrowed, its public rounds are gone from an outsider's totals and facets as well."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    given = {
        "case": "olen-vision",
        "organisation": "olen",
        "problem": [{"language": "en", "text": "A blimpworthy letter"}],
        "hypothesis": [{"language": "en", "text": "It is read"}],
        "audience": {"public": True},
        "sites": [{"name": [{"language": "en", "text": "Hall"}]}],
        "criteria": [{"statement": [{"language": "en", "text": "Nine in ten"}]}],
    }
    await editor.do("planTestRound", given, "testRound { id }")
    await work()
    assert (await as_(None).ask(SEARCH, query="blimpworthy"))["search"]["totalCount"] == 1
    await Case.update({Case.audience: [organisation_key(network.olen)]}).where(Case.slug == "olen-vision")
    async with transaction():
        row = await Case.select(Case.id).where(Case.slug == "olen-vision").first()
        assert row
        await enqueue("index", type="Case", id=str(row["id"]))
    await work()
    found = (await as_(None).ask(SEARCH, query="blimpworthy"))["search"]
    assert (found["totalCount"], found["edges"]) == (0, [])
    assert all(not facet["buckets"] for facet in found["facets"])

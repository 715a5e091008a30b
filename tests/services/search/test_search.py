"""The root field `search`, over PostgreSQL's engine and real follow-ups."""

from collections.abc import Awaitable, Callable

import pytest

from infra.postgres.database import Database
from services.artefacts.tables import Artefact
from services.cases.tables import Case
from services.ids import new_id
from services.log import enqueue
from services.search.things import SEARCHABLE, readable_things
from services.test_rounds.tables import TestRound
from services.transaction import transaction
from services.viewer import PUBLIC, network_key, organisation_key
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import published_case
from tests.factories.comments import round_of, row_id
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


@pytest.mark.parametrize("asked", ["dienstverlening", ""])
async def test_no_number_tells_of_what_was_narrowed(as_: As, network: SmallNetwork, work: Work, asked: str) -> None:
    """From the moment on that a case is narrowed, before it is indexed anew, neither it nor its round is counted."""
    editor = as_(network.olen_editor)
    narrowed = await published_case(editor, audience={"public": True})
    await published_case(editor, slug="olen-other", audience={"public": True})
    await round_of(narrowed, network.olen, "public")
    await work()
    async with transaction():
        for kind, table in (("Case", Case), ("TestRound", TestRound)):
            for row in await table.select(table.id):
                await enqueue("index", type=kind, id=str(row["id"]))
    await work()
    only = {"filter": {"type": ["Case", "TestRound"]}}
    before = (await as_(None).ask(SEARCH, query=asked, **only))["search"]
    assert before["totalCount"] == (2 if asked else 3)
    await editor.do("shareCase", {"id": narrowed, "audience": {"networks": ["learning"]}}, "case { id }")
    for more in ({}, {"first": 1}):
        after = (await as_(None).ask(SEARCH, query=asked, **only, **more))["search"]
        assert after["totalCount"] == 1
        assert after["pageInfo"]["hasNextPage"] is False
        assert [edge["node"]["slug"] for edge in after["edges"]] == ["olen-other"]
        counted = {b["value"]: b["count"] for f in after["facets"] if f["field"] == "country" for b in f["buckets"]}
        assert counted == {"BE": 1}
    for index in (work, None):
        inside = (await as_(network.pes_editor).ask(SEARCH, query=asked, **only))["search"]
        assert inside["totalCount"] == before["totalCount"]
        if index:
            await index()


async def test_a_file_that_is_gone_is_not_counted(as_: As, network: SmallNetwork, work: Work) -> None:
    """What was deleted is in no number from that moment on."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience={"public": True})
    await stored_file(editor, subject=case_id)
    await work()
    files = {"query": "", "filter": {"type": ["Artefact"]}}
    assert (await as_(None).ask(SEARCH, **files))["search"]["totalCount"] == 1
    await Artefact.delete().where(Artefact.case == row_id(case_id))
    assert (await as_(None).ask(SEARCH, **files))["search"]["totalCount"] == 0


async def test_the_database_says_the_same_of_who_may_read(
    as_: As, network: SmallNetwork, open_database: Database
) -> None:
    """Of every kind of thing, those who may read what was narrowed are those who may read it everywhere else."""
    editor = as_(network.olen_editor)
    for slug, audience in (("open", {"public": True}), ("shared", {"networks": ["learning"]}), ("closed", {})):
        case_id = await published_case(editor, slug=slug, audience=audience)
        await round_of(case_id, network.olen, "public")
        await stored_file(editor, subject=case_id)
    things = [
        (kind, row["id"])
        for kind, noun in SEARCHABLE.items()
        for row in [*await noun.table.select(noun.key.as_alias("id")), {"id": new_id()}]
    ]
    for keyring in ([PUBLIC], [PUBLIC, network_key(network.network)], [PUBLIC, organisation_key(network.olen)]):
        said = await open_database.pool.fetch(
            "select kind, id, search_readable(kind, id, $3) as so from unnest($1::text[], $2::uuid[]) t(kind, id)",
            [kind for kind, _ in things],
            [row for _, row in things],
            keyring,
        )
        expected = await readable_things(things, keyring)
        assert {(row["kind"], row["id"]): row["so"] for row in said} == {one: one in expected for one in things}


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

"""What copies the labels of an organisation or a concept is indexed anew when they change."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from infra.postgres.database import Database
from services.search import copies
from services.search.ports import SEARCHABLE_TYPES
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import content, drafted_case
from tests.factories.events import recorded
from tests.factories.network import SmallNetwork
from tests.factories.organisations import admin_of_both, olen_admin, words
from tests.factories.practices import drafted_practice, olen_practice, practice_content
from tests.factories.rounds import planned

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
SEARCH = """query ($words: String!) { search(query: $words, first: 50) {
    facets { field buckets { value count } } edges { node { __typename } }
} }"""
PROFILE = {"kind": "MUNICIPALITY", "level": "LOCAL", "country": "BE", "nuts": "BE213"}


async def found(client: Client, text: str) -> list[str]:
    """The types of what is found, sorted."""
    answer = await client.ask(SEARCH, words=text)
    return sorted(edge["node"]["__typename"] for edge in answer["search"]["edges"])


async def rename(client: Client, name: str, **changes: Any) -> None:
    """Give Olen another name."""
    asked = 'query { organisation(slug: "olen") { id } }'
    olen = (await client.ask(asked))["organisation"]["id"]
    await client.do("editOrganisation", {"id": olen, "names": words(name), **PROFILE, **changes}, "__typename")


async def test_everything_that_names_an_organisation_follows_its_name(
    as_: As, network: SmallNetwork, work: Work
) -> None:
    """Things of every type are found by the new name and the new place, and by the old ones no more."""
    editor, admin = as_(network.olen_editor), as_(await olen_admin(network))
    practice = await olen_practice(editor)
    await planned(editor)
    await stored_file(editor, subject=practice)
    await recorded(editor, organisation="olen")
    lab = {"slug": "own", "organisation": "olen", "names": words("Laboratory"), "audience": {}}
    await editor.do("createLab", lab, "__typename")
    circle = {"slug": "north", "names": words("Circle"), "facilitators": ["outside-agency"], "members": ["olen"]}
    await as_(await admin_of_both(network)).do("createNetwork", circle, "__typename")
    await rename(admin, "Kampanology")
    await work()
    every = sorted([*SEARCHABLE_TYPES, "Network"])  # Olen is in `learning`, too
    assert await found(editor, "Kampanology") == every

    await rename(admin, "Glockenspiel", country="NL", nuts=None)
    await work()

    assert await found(editor, "Kampanology") == []
    assert await found(editor, "Glockenspiel") == every
    facets = (await editor.ask(SEARCH, words="Glockenspiel"))["search"]["facets"]
    (countries,) = (one["buckets"] for one in facets if one["field"] == "country")
    assert [(one["value"], one["count"]) for one in countries if one["value"] == "BE"] == []


async def test_many_things_follow_in_batches(
    as_: As, network: SmallNetwork, work: Work, clean: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No job indexes more than a batch: the verb leaves one behind, and each of them the next."""
    editor, admin = as_(network.olen_editor), as_(await olen_admin(network))
    for number in range(5):
        await drafted_case(editor, slug=f"case-{number}")
    await work()
    monkeypatch.setattr(copies, "BATCH", 2)
    done: list[int] = []
    index_next = copies._ids

    async def counted(*given: Any) -> Any:
        ids = await index_next(*given)
        done.append(len(ids))
        return ids

    monkeypatch.setattr(copies, "_ids", counted)

    await rename(admin, "Kampanology")

    jobs = await clean.pool.fetch("select entrypoint from pgqueuer order by 1")
    assert [job for (job,) in jobs] == ["index", "index_copies"]
    await work()
    assert [count for count in done if count] == [2, 2, 1, 1]  # five cases and a network
    assert await found(editor, "Kampanology") == [*["Case"] * 5, "Network", "Organisation"]


async def test_an_edit_that_changes_no_label_is_no_work(as_: As, network: SmallNetwork, clean: Database) -> None:
    """Another website leaves only the organisation itself to be indexed."""
    admin = as_(await olen_admin(network))
    await rename(admin, "Kampanology")
    await clean.pool.execute("delete from pgqueuer")

    await rename(admin, "Kampanology", website="https://www.olen.be")

    assert [job for (job,) in await clean.pool.fetch("select entrypoint from pgqueuer")] == ["index"]


async def test_what_is_filed_under_a_concept_follows_its_labels(
    as_: As, network: SmallNetwork, work: Work, clean: Database
) -> None:
    """A case and a practice are found by a concept's new label alone; defining it as it is leaves nothing to do."""
    editor, steward = as_(network.olen_editor), as_(network.steward)

    async def define(label: str, *others: str) -> None:
        given = {
            "scheme": "topic",
            "notation": "bells",
            "prefLabel": words(label),
            "altLabels": [{"language": "en", "texts": list(others)}],
        }
        await steward.do("defineConcepts", {"concepts": [given]}, "__typename")

    await define("Kampanology")
    await drafted_case(editor, content=content(topics=["bells"]))
    await drafted_practice(editor, content=practice_content(topics=["bells"]))
    await work()
    assert await found(editor, "Kampanology") == ["Case", "Practice"]

    await define("Glockenspiel", "Carillon")
    await work()

    assert await found(editor, "Kampanology") == []
    assert await found(editor, "Glockenspiel") == await found(editor, "Carillon") == ["Case", "Practice"]
    await define("Glockenspiel", "Carillon")
    assert await clean.pool.fetchval("select count(*) from pgqueuer") == 0


async def test_an_index_that_was_made_anew_is_filled(
    as_: As, network: SmallNetwork, work: Work, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """The job that a migration leaves behind indexes everything there is."""
    editor = as_(network.olen_editor)
    await drafted_case(editor)
    await work()
    await owner.execute("delete from search_thing; delete from search_reach; delete from search_word")
    assert await found(editor, "dienstverlening") == []

    await owner.execute(
        "insert into pgqueuer (priority, status, entrypoint, payload) values (0, 'queued', 'reindex', '{}')"
    )
    await work()

    assert await found(editor, "dienstverlening") == ["Case"]
    assert await found(editor, "") == ["Case", "Network", *["Organisation"] * 4]

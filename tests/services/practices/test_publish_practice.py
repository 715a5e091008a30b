"""publishPractice, through GraphQL."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.organisations.tables import NetworkMember
from services.ports import Ports
from services.practices.practices import release_practice
from services.practices.tables import PracticeVersion
from services.search.search import index
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork
from tests.factories.practices import (
    PUBLIC,
    SLUG,
    drafted_practice,
    olen_practice,
    practice_content,
    published_practice,
)
from tests.factories.rounds import en

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
QUERY = f"""{{
    practice(slug: "{SLUG}") {{ slug }}
    practices(first: 5) {{ totalCount nodes {{ slug }} }}
}}"""
NODE = "query($id: ID!) { node(id: $id) { id } }"
SEARCH = """{ search(query: "waarden") { totalCount facets { buckets { value } } edges { snippets { text } node {
    __typename ... on Practice { slug } } } } }"""


async def test_a_published_practice_is_read_by_its_audience(as_: As, network: SmallNetwork) -> None:
    """What is published to everyone is read by somebody who has not signed in."""
    await olen_practice(as_(network.olen_editor))
    assert await as_(None).ask(QUERY) == {
        "practice": {"slug": SLUG},
        "practices": {"totalCount": 1, "nodes": [{"slug": SLUG}]},
    }


async def test_an_outsider_sees_nothing_of_it(as_: As, network: SmallNetwork, work: Work) -> None:
    """A practice for the network is neither at its slug, a node, listed, counted nor found for an outsider (rule 7)."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    await work()
    member, outsider = as_(network.pes_editor), as_(network.outsider)
    assert (await member.ask(QUERY))["practice"] == {"slug": SLUG}
    assert (await member.ask(NODE, id=practice_id))["node"] == {"id": practice_id}
    hits = (await member.ask(SEARCH))["search"]["edges"]
    assert [edge["node"] for edge in hits if edge["node"]["__typename"] == "Practice"] == [
        {"__typename": "Practice", "slug": SLUG}
    ]
    assert await outsider.ask(QUERY) == {"practice": None, "practices": {"totalCount": 0, "nodes": []}}
    assert (await outsider.ask(NODE, id=practice_id))["node"] is None
    found = (await outsider.ask(SEARCH))["search"]
    assert [edge for edge in found["edges"] if edge["node"]["__typename"] == "Practice"] == []
    assert SLUG not in str(found)


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ("summary", "summary"),
        ("steps", "steps"),
        ("fitsWhen", "fitsWhen"),
        ("doesNotFitWhen", "doesNotFitWhen"),
        ("sources", "sources"),
    ],
)
async def test_what_publication_needs(as_: As, network: SmallNetwork, missing: str, field: str) -> None:
    """No practice is published without a summary, a step, when it fits, when it does not, and a source."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=PUBLIC)
    content = {key: value for key, value in practice_content().items() if key != missing}
    practice_id = await drafted_practice(editor, content=content)
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    assert await editor.refused("publishPractice", {"id": practice_id}) == [("REQUIRED", field)]


async def test_everything_that_is_missing_is_told_at_once(as_: As, network: SmallNetwork) -> None:
    """An author sees all of what publication still needs, not one thing after the other."""
    editor = as_(network.olen_editor)
    practice_id = await drafted_practice(editor, content={"title": en("Bare")})
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    refused = await editor.refused("publishPractice", {"id": practice_id})
    assert [field for _, field in refused] == ["summary", "steps", "fitsWhen", "doesNotFitWhen", "sources"]


async def test_the_owner_reads_a_source(as_: As, network: SmallNetwork) -> None:
    """A practice whose only source the owner can no longer read is not published; once it can again, it is."""
    await published_case(as_(network.pes_editor), owner="arbetsformedlingen", audience={"networks": ["learning"]})
    editor = as_(network.olen_editor)
    practice_id = await drafted_practice(editor)
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    membership = NetworkMember.organisation == network.olen
    left = await NetworkMember.objects().where(membership).first()
    assert left is not None
    await NetworkMember.delete().where(membership)
    assert await editor.refused("publishPractice", {"id": practice_id}) == [("REQUIRED", "sources")]
    await NetworkMember.insert(NetworkMember(network=network.network, organisation=network.olen, role=left.role))
    await editor.do("publishPractice", {"id": practice_id}, "practice { id }")


async def test_the_next_version_takes_the_place_of_the_first(as_: As, network: SmallNetwork) -> None:
    """The address reads like the new version; the old one keeps an address and a text of its own (rule 2)."""
    editor = as_(network.olen_editor)
    practice_id = await olen_practice(editor)
    new = practice_content(title=en("Second"))
    await editor.do("editPractice", {"id": practice_id, "content": new}, "practice { id }")
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    await editor.do("publishPractice", {"id": practice_id}, "practice { id }")
    practice = (
        await as_(None)
        .speaking("en")
        .ask(
            f'{{ practice(slug: "{SLUG}") {{ number title {{ text }}'
            " version(number: 1) { status title { text } } } }"
        )
    )["practice"]
    assert practice == {
        "number": 2,
        "title": {"text": "Second"},
        "version": {"status": "SUPERSEDED", "title": {"text": "From values to a plan"}},
    }


async def test_an_embargo_keeps_it_back_until_its_end(as_: As, network: SmallNetwork, ports: Ports) -> None:
    """Until the date only the owner sees it, also in search and counts; on the date everyone does (rule 7)."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=PUBLIC)
    practice_id = await drafted_practice(editor, audience=PUBLIC)
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    until = datetime.now(UTC) + timedelta(days=1)
    given = {"id": practice_id, "embargoUntil": until.isoformat()}
    assert (await editor.do("publishPractice", given, "practice { status }"))["practice"]["status"] == "PUBLISHED"
    await release_practice(row_id(practice_id))
    await index(ports.search, "Practice", row_id(practice_id))
    assert (await as_(None).ask(QUERY))["practice"] is None
    assert (await as_(None).ask(NODE, id=practice_id))["node"] is None
    assert SLUG not in str(await as_(None).ask(SEARCH))
    assert (await editor.ask(QUERY))["practice"] == {"slug": SLUG}

    await PracticeVersion.update({PracticeVersion.embargo_until: datetime.now(UTC)}).where(
        PracticeVersion.practice == row_id(practice_id)
    )
    await release_practice(row_id(practice_id))
    await release_practice(row_id(practice_id))
    await index(ports.search, "Practice", row_id(practice_id))
    assert (await as_(None).ask(QUERY))["practice"] == {"slug": SLUG}
    assert SLUG in str(await as_(None).ask(SEARCH))


async def test_only_the_owners_editors_publish(as_: As, network: SmallNetwork) -> None:
    """A reader of the owner may not; an outsider of a practice for the network learns nothing of it."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    assert await as_(network.olen_reader).refused("publishPractice", {"id": practice_id}) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("publishPractice", {"id": practice_id}) == [("NOT_FOUND", "id")]
    given = {"id": practice_id, "expectedVersion": 1}
    assert await as_(network.olen_editor).refused("publishPractice", given) == [("CONFLICT", "expectedVersion")]


async def test_lists_are_narrowed_and_sorted(as_: As, network: SmallNetwork) -> None:
    """Practices are found by owner, country, region, tier and state, and come in the order asked for."""
    await olen_practice(as_(network.olen_editor))
    await published_practice(as_(network.pes_editor), slug="a-first", owner="arbetsformedlingen", audience=PUBLIC)
    query = """query($filter: PracticeFilter, $orderBy: PracticeOrder) {
        practices(filter: $filter, orderBy: $orderBy, first: 5) { nodes { slug } } }"""

    async def slugs(**asked: object) -> list[str]:
        found = await as_(None).ask(query, **asked)
        return [node["slug"] for node in found["practices"]["nodes"]]

    assert await slugs() == ["a-first", SLUG]
    assert await slugs(orderBy="OLDEST") == [SLUG, "a-first"]
    assert await slugs(orderBy="SLUG") == ["a-first", SLUG]
    assert await slugs(filter={"owner": "olen"}) == [SLUG]
    assert await slugs(filter={"country": ["SE"]}) == ["a-first"]
    assert await slugs(filter={"nuts": "BE2"}) == [SLUG]
    assert await slugs(filter={"level": ["LOCAL"]}) == [SLUG]
    assert await slugs(filter={"status": ["DRAFT"]}) == []
    assert await slugs(filter={"concept": ["co-creation"]}) == []

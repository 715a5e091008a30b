import pytest

from services.search.ports import FACETS, SearchEngine
from tests.infra.search.examples import PUBLIC, ask, case, counts, ids, marked

NETWORK = ("public", "network:1")


async def test_a_hit_needs_a_key_of_the_audience(engine: SearchEngine) -> None:
    """A thing is found by those who hold one of its keys, and by nobody else."""
    everyones = case("Greenhouse for everyone")
    networks = case("Greenhouse for the network", audience=("network:1", "person:7"))
    await engine.put([everyones, networks])

    assert set(ids(await ask(engine, "greenhouse", keyring=PUBLIC))) == {everyones.id}
    assert set(ids(await ask(engine, "greenhouse", keyring=NETWORK))) == {everyones.id, networks.id}
    assert set(ids(await ask(engine, "greenhouse", keyring=["person:7"]))) == {networks.id}
    assert ids(await ask(engine, "greenhouse", keyring=[])) == []


@pytest.mark.parametrize("text", ["greenhouse", ""])
async def test_totals_and_facets_count_only_what_may_be_read(engine: SearchEngine, text: str) -> None:
    """No number is larger for a thing that the reader may not see, in a search and in a list."""
    await engine.put(
        [
            case("Greenhouse one", facets={"country": ["BE"]}),
            case("Greenhouse two", facets={"country": ["SE"]}, audience=["network:1"]),
            case("Greenhouse three", facets={"country": ["BE"]}, audience=["network:1"]),
        ]
    )

    outside = await ask(engine, text, keyring=PUBLIC)
    inside = await ask(engine, text, keyring=NETWORK)

    assert (outside.total, counts(outside, "country")) == (1, {"BE": 1})
    assert (inside.total, counts(inside, "country")) == (3, {"BE": 2, "SE": 1})


async def test_a_filter_does_not_open_what_the_keyring_closes(engine: SearchEngine) -> None:
    """Filtering by a hidden thing's facet finds nothing, and its value is in no list of values."""
    await engine.put(
        [
            case("Greenhouse", facets={"country": ["BE"]}),
            case("Greenhouse", facets={"country": ["SE"]}, audience=["network:1"]),
        ]
    )

    answer = await ask(engine, "greenhouse", filters={"country": ["SE"]})

    assert (answer.total, answer.hits) == (0, ())
    assert counts(answer, "country") == {"BE": 1}


@pytest.mark.parametrize(
    "question",
    [
        "greenhouse technique",
        "grenhouse",
        "techn",
        '"greenhouse technique"',
        "technique -secret",
        "secret",
        "sekret",
        "zebra",
        "zebras",
        "",
    ],
)
async def test_what_is_hidden_changes_nothing_for_those_outside(engine: SearchEngine, question: str) -> None:
    """The answer is word for word the one of an index without the hidden things: hits, scores, snippets, counts."""
    seen = [
        case("Greenhouse technique", summary="Customers in every step", facets={"topic": ["a"]}, listed=1),
        case("A technique for green houses", body="greenhouses and techniques", facets={"topic": ["b"]}, listed=2),
        case("The secretary's report", facets={"topic": ["a", "b"]}, listed=3),
        case("Zebras", language="nl", listed=4),
    ]
    hidden = [
        case("Secret greenhouse technique", audience=["network:1"], facets={"topic": ["c"]}, listed=5),
        case("Zebra", body="grenhouse sekret technique secret secrets", audience=["network:1"], listed=6),
    ]
    await engine.put(seen)
    before = await ask(engine, question, languages=["en"])

    await engine.put(hidden)

    assert await ask(engine, question, languages=["en"]) == before


async def test_a_narrowed_audience_holds_at_once(engine: SearchEngine) -> None:
    """When a put that takes a key away has returned, its holders find the thing no more."""
    thing = case("Greenhouse")
    await engine.put([thing])
    assert ids(await ask(engine, "greenhouse")) == [thing.id]

    await engine.put([case("Greenhouse", id=thing.id, audience=["network:1"])])

    assert ids(await ask(engine, "greenhouse")) == []
    assert (await ask(engine, "")).total == 0


async def test_snippets_come_from_the_hit_alone(engine: SearchEngine) -> None:
    """A snippet shows the text of a thing that is found, never of another that matches as well."""
    await engine.put([case("Open greenhouse"), case("Closed greenhouse", audience=["network:1"])])

    answer = await ask(engine, "greenhouse")

    assert [snippet.text for hit in answer.hits for snippet in hit.snippets] == ["Open \u2068greenhouse\u2069"]
    assert marked(answer.hits[0]) == ["greenhouse"]


async def test_every_facet_is_in_the_answer(engine: SearchEngine) -> None:
    """A facet without a value is empty rather than missing."""
    await engine.put([case("Greenhouse")])

    answer = await ask(engine, "nothing that is there")

    assert {facet: list(buckets) for facet, buckets in answer.facets.items()} == {facet: [] for facet in FACETS}


@pytest.mark.parametrize(
    ("keyring", "is_found"),
    [
        (["public"], False),
        (["public", "network:1"], False),
        (["public", "organisation:1"], False),
        (["public", "network:1", "organisation:1"], True),
        (["public", "organisation:2"], True),
    ],
)
async def test_a_part_is_found_by_those_who_may_read_its_whole_too(
    engine: SearchEngine,
    keyring: list[str],
    is_found: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A key of the part and one of the whole, be they one key or two: the same rule for hits, totals and counts."""
    part = case(
        "Greenhouse",
        facets={"country": ["SE"]},
        audience=["organisation:1", "organisation:2"],
        whole_audience=["network:1", "organisation:2"],
    )
    await engine.put([part])

    for text in ("greenhouse", "grenhouse", '"greenhouse"', ""):
        answer = await ask(engine, text, keyring=keyring)

        assert (answer.total, ids(answer)) == ((1, [part.id]) if is_found else (0, []))
        assert counts(answer, "country") == ({"SE": 1} if is_found else {})


async def test_a_whole_that_changes_hands_takes_its_part_along(engine: SearchEngine) -> None:
    """When a put that takes a key of the whole away has returned, its holders find the part no more."""
    part = case("Greenhouse", audience=["public"], whole_audience=["public"])
    await engine.put([part])
    assert ids(await ask(engine, "greenhouse")) == [part.id]

    await engine.put([case("Greenhouse", id=part.id, audience=["public"], whole_audience=["network:1"])])

    assert ids(await ask(engine, "greenhouse")) == []
    assert ids(await ask(engine, "greenhouse", keyring=NETWORK)) == [part.id]

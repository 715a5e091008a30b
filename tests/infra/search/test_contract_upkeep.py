import random
from uuid import UUID

from services.ids import new_id
from services.search.ports import SearchEngine
from tests.infra.search.examples import ask, case, counts, ids


async def test_a_put_replaces(engine: SearchEngine) -> None:
    """What a thing said before is gone: its words, its languages, its facets."""
    before = case("Greenhouse", language="en", body="forgotten", facets={"country": ["SE"]})
    await engine.put([before])

    await engine.put([case("Kas", language="nl", id=before.id, facets={"country": ["BE"]})])

    assert ids(await ask(engine, "greenhouse")) == []
    assert ids(await ask(engine, "forgotten")) == []
    answer = await ask(engine, "kas")
    assert [(hit.id, hit.language) for hit in answer.hits] == [(before.id, "nl")]
    assert counts(answer, "country") == {"BE": 1}


async def test_a_removed_thing_is_gone(engine: SearchEngine) -> None:
    """A removed thing is in no hit, total or count; removing what is not there is no error."""
    kept, gone = case("Greenhouse one"), case("Greenhouse two", facets={"country": ["SE"]})
    await engine.put([kept, gone])

    await engine.remove([("Case", gone.id), ("Case", new_id()), ("Lab", kept.id)])

    answer = await ask(engine, "greenhouse")
    assert (ids(answer), answer.total, counts(answer, "country")) == ([kept.id], 1, {})


async def test_everything_may_be_repeated(engine: SearchEngine) -> None:
    """The same put, remove and prepare again change nothing."""
    thing, other = case("Greenhouse", facets={"country": ["SE"]}), case("Other")
    await engine.put([thing, other])
    once = await ask(engine, "greenhouse")

    await engine.prepare()
    await engine.put([thing, other, thing])
    await engine.remove([("Case", other.id)])
    await engine.remove([("Case", other.id)])

    assert await ask(engine, "greenhouse") == once
    assert (await ask(engine, "")).total == 1


async def test_nothing_may_be_put_and_removed(engine: SearchEngine) -> None:
    """An empty list is done at once."""
    await engine.put([])
    await engine.remove([])

    assert (await ask(engine, "")).total == 0


async def test_pages_are_complete_and_do_not_overlap(engine: SearchEngine) -> None:
    """Turning pages shows each answer once, in the order of one long page, also where scores are equal."""
    things = [case("Greenhouse", body="technique" * (n % 2), listed=n % 5) for n in range(37)]
    random.Random(1).shuffle(things)
    await engine.put(things)
    for text in ("greenhouse technique", ""):
        whole = await ask(engine, text, limit=100)
        pages: list[UUID] = []
        for offset in range(0, 40, 7):
            page = await ask(engine, text, offset=offset, limit=7)
            assert page.total == 37
            pages += ids(page)

        assert pages == ids(whole)
        assert set(pages) == {thing.id for thing in things}


async def test_a_page_beyond_the_last_is_empty(engine: SearchEngine) -> None:
    """Past the end there are no hits, and total and facets are as on the first page."""
    await engine.put([case("Greenhouse", facets={"country": ["SE"]})])

    answer = await ask(engine, "greenhouse", offset=50)

    assert (answer.hits, answer.total, counts(answer, "country")) == ((), 1, {"SE": 1})


async def test_equals_are_listed_newest_first(engine: SearchEngine) -> None:
    """Where nothing else tells answers apart, the newest comes first."""
    old, new = case("Greenhouse", listed=1), case("Greenhouse", listed=2)
    await engine.put([new, old])

    assert ids(await ask(engine, "greenhouse")) == [new.id, old.id]


async def test_stored_text_cannot_forge_marks(engine: SearchEngine) -> None:
    """The two characters that mark a match are only ever the engine's own; NUL and broken text do no harm."""
    await engine.put([case("Forged \u2068mark\u2069 of a green\x00house", body="lone \ud800 surrogate")])

    (found,) = (await ask(engine, "forged")).hits

    assert [snippet.text for snippet in found.snippets] == ["\u2068Forged\u2069 mark of a greenhouse"]


async def test_a_snippet_shows_where_a_long_text_answers(engine: SearchEngine) -> None:
    """A passage is short and has the match in it, however far down the text it stands."""
    body = "padding words here. " * 300 + "Then the greenhouse appears. " + "More padding there. " * 300
    await engine.put([case("Title", body=body)])

    (found,) = (await ask(engine, "greenhouse")).hits

    assert [snippet.field for snippet in found.snippets] == ["body"]
    assert "\u2068greenhouse\u2069" in found.snippets[0].text
    assert len(found.snippets[0].text) < 600


async def test_a_well_engine_says_so(engine: SearchEngine) -> None:
    """An engine that answers is healthy."""
    assert await engine.healthy()

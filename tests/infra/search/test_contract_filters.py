from services.search.ports import SearchEngine
from tests.infra.search.examples import ask, case, counts, ids

BELGIAN = {"country": ["BE"], "level": ["LOCAL"], "nuts": ["BE", "BE2", "BE21", "BE213"], "topic": ["a", "b"]}
FLEMISH = {"country": ["BE"], "level": ["REGIONAL"], "nuts": ["BE", "BE2"], "topic": ["b"]}
DANISH = {"country": ["DK"], "level": ["LOCAL"], "nuts": ["DK", "DK0", "DK02", "DK022"], "topic": ["c"]}


async def test_filters_narrow_hits_and_total(engine: SearchEngine) -> None:
    """Of one facet any of the values will do; of several facets each must hold."""
    olen, flanders, vordingborg = (case("Service", facets=facets) for facets in (BELGIAN, FLEMISH, DANISH))
    await engine.put([olen, flanders, vordingborg])

    either = await ask(engine, "service", filters={"country": ["BE", "SE"]})
    both = await ask(engine, "service", filters={"country": ["BE"], "level": ["LOCAL"]})
    none = await ask(engine, "service", filters={"country": ["SE"]})
    idle = await ask(engine, "service", filters={"country": []})

    assert (set(ids(either)), either.total) == ({olen.id, flanders.id}, 2)
    assert (ids(both), both.total) == ([olen.id], 1)
    assert (ids(none), none.total) == ([], 0)
    assert idle.total == 3


async def test_a_region_holds_its_parts(engine: SearchEngine) -> None:
    """A NUTS code filters by each of its prefixes, together with a level as in any other facet."""
    olen, flanders, vordingborg = (case("Service", facets=facets) for facets in (BELGIAN, FLEMISH, DANISH))
    await engine.put([olen, flanders, vordingborg])

    assert set(ids(await ask(engine, "", filters={"nuts": ["BE2"]}))) == {olen.id, flanders.id}
    assert ids(await ask(engine, "", filters={"nuts": ["BE2"], "level": ["LOCAL"]})) == [olen.id]
    assert ids(await ask(engine, "", filters={"nuts": ["DK022"]})) == [vordingborg.id]


async def test_facets_count_all_hits_not_the_page(engine: SearchEngine) -> None:
    """Counts are of every answer, each thing once per value, the commonest value first."""
    await engine.put([case("Service", facets=facets) for facets in (BELGIAN, FLEMISH, DANISH)])

    answer = await ask(engine, "service", limit=1)

    assert [(bucket.value, bucket.count) for bucket in answer.facets["country"]] == [("BE", 2), ("DK", 1)]
    assert counts(answer, "topic") == {"a": 1, "b": 2, "c": 1}
    assert counts(answer, "nuts")["BE2"] == 2


async def test_a_filter_leaves_the_counts_of_its_own_facet(engine: SearchEngine) -> None:
    """Beside the chosen country the others still show what choosing them too would bring; other facets narrow."""
    await engine.put([case("Service", facets=facets) for facets in (BELGIAN, FLEMISH, DANISH)])

    answer = await ask(engine, "service", filters={"country": ["DK"]})
    twice = await ask(engine, "service", filters={"country": ["DK"], "level": ["LOCAL"]})

    assert counts(answer, "country") == {"BE": 2, "DK": 1}
    assert counts(answer, "level") == {"LOCAL": 1}
    assert counts(twice, "country") == {"BE": 1, "DK": 1}
    assert counts(twice, "level") == {"LOCAL": 1}
    assert counts(twice, "topic") == {"c": 1}


async def test_counts_are_of_things_not_of_translations(engine: SearchEngine) -> None:
    """A thing in two languages is one answer."""
    thing = case("Service vision", facets=BELGIAN)
    dutch = case("Visie: service", language="nl").texts
    await engine.put([case("Service vision", facets=BELGIAN, also=dutch, written_in=["en", "nl"], id=thing.id)])

    answer = await ask(engine, "service")

    assert (answer.total, counts(answer, "country")) == (1, {"BE": 1})


async def test_hostile_filter_values_find_nothing_and_break_nothing(engine: SearchEngine) -> None:
    """A value is a value, whatever characters it is made of; one made of them is found by them."""
    odd = 'it\'s "1" \\ OR audience IN ["x"] , = %'
    wanted = case("Service", facets={"topic": [odd]})
    await engine.put([wanted, case("Service", facets={"topic": ["plain"]})])

    assert ids(await ask(engine, "service", filters={"topic": [odd]})) == [wanted.id]
    for value in ('"] OR audience EXISTS', "'; drop table search_thing; --", "\x00", "\ud800", "{}", "\\", '"', ""):
        assert ids(await ask(engine, "service", filters={"topic": [value]})) == []

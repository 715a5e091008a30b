import asyncio
import random
from typing import Final

import asyncpg
import pytest

from infra.search.postgres import PostgresSearch
from infra.search.postgres.tables import SearchEntry, SearchReach, SearchText, SearchThing, SearchWay, SearchWord
from services.search.ports import DocumentText, SearchDocument, SearchEngineUnavailable
from tests.infra.search.examples import ask, case, ids, marked

VOCABULARY: Final = [
    "gemeente", "gemeenten", "dienst", "dienstverlening", "dienstverleningsvisie", "visie", "policy", "policies",
    "service", "services", "shopper", "shoper", "klant", "kalnt", "rollspel", "rollenspel", "vaxthuset", "växthuset",
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("en", "policies", "policy"),
        ("en", "approving", "approved"),
        ("nl", "dienstverlener", "dienstverleners"),
        ("fr", "nationales", "national"),
        ("de", "Häuser", "Haus"),
        ("sv", "anställda", "anställd"),
        ("da", "myndighedernes", "myndighed"),
        ("fi", "kunnassa", "kunta"),
    ],
)
async def test_stemmers_find_what_is_spelt_quite_differently(
    postgres: PostgresSearch, language: str, written: str, asked: str
) -> None:
    """Each language's stemmer, and the endings it does not know, join forms that no slip of the keys explains."""
    wanted = case(f"Xyz {written}", language=language)
    await postgres.put([wanted, case("Qwerty", language=language)])

    assert ids(await ask(postgres, asked, languages=[language])) == [wanted.id]


@pytest.mark.parametrize(
    ("language", "written", "asked"),
    [
        ("nl", "dienstverleningsvisie", "visie"),
        ("nl", "dienstverleningsvisie", "dienstverlening"),
        ("nl", "visie", "dienstverleningsvisie"),
        ("de", "Dienstleistung", "Dienstleistungsvision"),
        ("sv", "testomgång", "omgång"),
        ("sv", "omgång", "testomgångar"),
        ("da", "myndighedskultur", "kultur"),
    ],
)
async def test_compounds_and_their_parts_find_each_other(
    postgres: PostgresSearch, language: str, written: str, asked: str
) -> None:
    """Where a language writes two words in one, each of them finds the whole, and the whole each of them."""
    wanted = case(f"Xyz {written}", language=language)
    await postgres.put([wanted, case("Qwerty", language=language)])

    answer = await ask(postgres, asked, languages=[language])

    assert ids(answer) == [wanted.id]
    assert marked(answer.hits[0]) == [written]


async def test_english_words_are_not_taken_apart(postgres: PostgresSearch) -> None:
    """A *vision* is no part of *provision*."""
    await postgres.put([case("Service provision")])

    assert ids(await ask(postgres, "vision", languages=["en"])) == []


async def test_an_exact_word_outranks_its_relations(postgres: PostgresSearch) -> None:
    """The word itself, then what begins with it or holds it, then what is spelt alike."""
    itself, longer = case("Dienst", language="nl", listed=1), case("Dienstverlening", language="nl", listed=2)
    await postgres.put([longer, itself])

    assert ids(await ask(postgres, "dienst", languages=["nl"])) == [itself.id, longer.id]


async def test_the_lexicon_forgets_what_nothing_says_any_more(
    postgres: PostgresSearch, search_pool: asyncpg.Pool
) -> None:
    """A word is gone from every table with the last thing that had it: erasing a name leaves no trace of it."""
    thing = case("Visit by Zebedee", body="Zebedee said so")
    await postgres.put([thing, case("A visit")])
    await postgres.put([case("Visit by somebody", id=thing.id)])

    words = {word for (word,) in await search_pool.fetch("select word from search_word")}

    assert words == {"visit", "by", "somebody", "a"}
    assert not await search_pool.fetchval("select exists (select from search_text where folded like '%zebedee%')")
    await postgres.remove([("Case", thing.id)])
    assert {word for (word,) in await search_pool.fetch("select word from search_word")} == {"visit", "a"}


async def test_the_index_forgets_who_could_read_and_what_was_said_to_them(
    postgres: PostgresSearch, search_pool: asyncpg.Pool
) -> None:
    """When a thing is narrowed or goes, no trace is left of who could find it, nor of its words for them."""
    thing = case("Zebedee", audience=["network:1", "organisation:1"])
    await postgres.put([thing, case("Zebedee", audience=["organisation:1"])])

    async def told() -> set[tuple[str, str]]:
        rows = await search_pool.fetch(
            "select w.word, y.keys[1] from search_reach r join search_word w on w.id = r.word "
            "join search_way y on y.id = r.way"
        )
        return {(word, key) for word, key in rows}

    assert await told() == {("zebedee", "network:1"), ("zebedee", "organisation:1")}
    await postgres.put([case("Visit", id=thing.id, audience=["organisation:1"])])

    assert await told() == {("zebedee", "organisation:1"), ("visit", "organisation:1")}
    await postgres.remove([("Case", thing.id)])
    assert await told() == {("zebedee", "organisation:1")}
    assert await search_pool.fetchval("select array_agg(keys) from search_way") == [["organisation:1"]]


async def test_a_hidden_word_is_asked_for_like_one_that_nobody_wrote(postgres: PostgresSearch, search_url: str) -> None:
    """The same statements with the same parameters but for the word itself, so that they take the same time."""
    hidden, unknown = "qampanology", "xampanology"
    await postgres.put([case(f"{hidden} circle", audience=[f"organisation:{n}"]) for n in range(20)])
    await postgres.put([case("A circle")])
    asked: list[tuple[str, str]] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: asked.append((record.query, repr(record.args))))

    async with asyncpg.create_pool(search_url, min_size=1, max_size=1, init=listen) as pool:
        watched = PostgresSearch(pool)

        async def statements(text: str) -> list[tuple[str, str]]:
            asked.clear()
            await ask(watched, text)
            return [(query, args) for query, args in asked if "search_" in query]

        for text in ("{}", "{} circle", '"{} circle"', "circle -{}", '-"{} circle"'):
            of_unknown = await statements(text.format(unknown))
            expected = [(query, args.replace("x", "q")) for query, args in of_unknown]
            assert await statements(text.format(hidden)) == expected


async def test_writers_take_turns(postgres: PostgresSearch, search_pool: asyncpg.Pool) -> None:
    """Puts and removes at the same time leave every thing findable by every word of it."""
    things = [case(f"Shared word{n % 3}", body="common") for n in range(12)]

    for _ in range(3):
        await asyncio.gather(*(postgres.put([thing]) for thing in things))
        await asyncio.gather(
            *(postgres.remove([("Case", thing.id)]) for thing in things[::2]),
            *(postgres.put([thing]) for thing in things[1::2]),
        )
        for n in range(3):
            expected = {thing.id for at, thing in enumerate(things) if at % 3 == n and at % 2}
            assert set(ids(await ask(postgres, f'"word{n}"'))) == expected
    assert await search_pool.fetchval("select count(*) from search_word") == 5


def a_world(rng: random.Random) -> tuple[list[SearchDocument], list[SearchDocument]]:
    """Things for everyone and things for a network, in the same few words that are alike in every way."""

    def thing(audience: str) -> SearchDocument:
        title, summary, body, terms = (" ".join(rng.choices(VOCABULARY, k=rng.randint(0, 3))) for _ in range(4))
        texts = {rng.choice(["nl", "en", "sv", "de"]): DocumentText(title, summary, body, terms) for _ in range(2)}
        return case(
            also=texts,
            title="",
            audience=[audience],
            facets={"topic": rng.choices("abc", k=2), "country": rng.choices(["BE", "SE"])},
            listed=rng.randint(0, 5),
        )

    return [thing("public") for _ in range(6)], [thing("network:1") for _ in range(6)]


@pytest.mark.parametrize("seed", range(12))
async def test_hidden_things_change_no_answer(postgres: PostgresSearch, seed: int) -> None:
    """In generated worlds nothing of an answer depends on what the asker may not read, neither words nor numbers."""
    rng = random.Random(seed)
    seen, hidden = a_world(rng)
    questions = [" ".join(rng.choices(VOCABULARY, k=rng.randint(1, 3))) for _ in range(8)]
    questions += [f'"{questions[0]}"', f"{questions[1]} -{rng.choice(VOCABULARY)}", ""]
    filters = rng.choice([{}, {"country": ["BE"]}, {"topic": ["a", "b"], "country": ["SE"]}])
    await postgres.put(seen)
    before = [await ask(postgres, text, languages=["nl"], filters=filters) for text in questions]

    await postgres.put(hidden)

    assert [await ask(postgres, text, languages=["nl"], filters=filters) for text in questions] == before


async def test_a_question_costs_two_statements(postgres: PostgresSearch, search_url: str) -> None:
    """Two statements at one hit and at four; two more only where a word may be mistyped."""
    asked: list[str] = []

    async def listen(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda record: asked.append(record.query))

    async with asyncpg.create_pool(search_url, min_size=1, max_size=1, init=listen) as pool:
        watched = PostgresSearch(pool)

        async def statements(text: str) -> int:
            asked.clear()
            await ask(watched, text)
            return len([query for query in asked if "search_" in query])

        for more in (1, 3):
            await watched.put([case("Greenhouse", facets={"topic": ["a"]}) for _ in range(more)])
            assert await statements("greenhouse") == 2
        assert await statements("grenhouse") == 4
        assert await statements("") == 1


async def test_a_large_document_is_found_by_its_beginning(postgres: PostgresSearch) -> None:
    """A body beyond all measure is indexed as far as an index can, and is no error."""
    body = "beginning " + " ".join(f"{'w' * 40}{n}" for n in range(60_000)) + " ending"
    wanted = case("Monster", body=body, also={"nl": DocumentText("Monster", body=body)})
    await postgres.put([wanted])

    assert ids(await ask(postgres, "beginning")) == [wanted.id]
    assert ids(await ask(postgres, "monster")) == [wanted.id]


async def test_a_language_must_be_a_language_tag(postgres: PostgresSearch) -> None:
    """A document with something else for a language is refused with a sentence, and nothing of it is stored."""
    with pytest.raises(ValueError, match="is no language tag"):
        await postgres.put([case(language="n'l")])

    assert (await ask(postgres, "")).total == 0


async def test_look_ups_use_the_index(postgres: PostgresSearch, search_pool: asyncpg.Pool) -> None:
    """Lexemes, trigrams, stems and words are each found through an index."""
    await postgres.put([case(f"Greenhouse {n}") for n in range(20)])
    looked_up = {
        "search_entry_lexemes": "select thing from search_entry where words @@ '''1:greenhouse:en'''",
        "search_entry_way": "select thing from search_entry where way = 1",
        "search_reach_pkey": "select way from search_reach where word = 1 and way = any('{1,2}')",
        "search_way_first": "select id from search_way where keys[1] = any('{public}')",
        "search_word_trigrams": "select lexeme from search_word where word % 'grenhouse'",
        "search_word_stem": "select lexeme from search_word where language = 'en' and stem = 'greenhous'",
        "search_word_word": "select lexeme from search_word where word = 'greenhouse'",
        "search_thing_key": "select id from search_thing where type = 'Case' and thing = gen_random_uuid()",
        "search_text_key": "select body from search_text where thing = 1 and language = 'en'",
    }
    async with search_pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        for index, statement in looked_up.items():
            plan = "\n".join(line for (line,) in await connection.fetch(f"explain {statement}"))
            assert index in plan


async def test_a_database_that_is_away_is_an_unavailable_engine() -> None:
    """Whatever keeps the database from answering is the port's own error, and the engine is not healthy."""
    closed = asyncpg.create_pool("postgresql://nobody@127.0.0.1:1/nothing", min_size=0, timeout=1)
    async with closed:
        away = PostgresSearch(closed)
        with pytest.raises(SearchEngineUnavailable, match="does not answer"):
            await ask(away, "greenhouse")
        with pytest.raises(SearchEngineUnavailable):
            await away.put([case()])
        assert not await away.healthy()


async def test_health_is_told_while_all_connections_are_busy(search_url: str) -> None:
    """Whoever asks whether the engine is healthy is told no within seconds, and does not wait for a connection."""
    async with asyncpg.create_pool(search_url, min_size=1, max_size=1) as pool, pool.acquire(), asyncio.timeout(5):
        assert not await PostgresSearch(pool).healthy()


async def test_missing_tables_are_said_so(search_url: str) -> None:
    """Before the migrations have run, the engine names the remedy."""
    nowhere = {"search_path": "pg_catalog"}
    async with asyncpg.create_pool(search_url, min_size=1, max_size=1, server_settings=nowhere) as pool:
        with pytest.raises(SearchEngineUnavailable, match="run the migrations"):
            await PostgresSearch(pool).prepare()


async def test_the_tables_are_as_piccolo_has_them(search_pool: asyncpg.Pool) -> None:
    """`tables.py` names every column of the migration but the tsvectors, with the same type."""
    for table in (SearchThing, SearchWay, SearchEntry, SearchText, SearchWord, SearchReach):
        found = await search_pool.fetch(
            "select column_name, data_type from information_schema.columns where table_name = $1 "
            "and data_type <> 'tsvector'",
            table._meta.tablename,
        )
        declared = {column._meta.db_column_name: column for column in table._meta.columns}
        assert {name for name, _ in found} == set(declared)

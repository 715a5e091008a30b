"""The search engine that every installation has: PostgreSQL's full text, stemmers and trigrams."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from infra.search.postgres import lexemes
from infra.search.postgres.documents import Indexed
from infra.search.postgres.hits import BODY_LENGTH, Page
from infra.search.postgres.lexemes import COMPOUNDING, STEMMERS, STRONG, Meaning, Understood, columns
from infra.search.words import Asked, clean, parse
from services.search.ports import (
    FACETS,
    FacetBucket,
    SearchAnswer,
    SearchDocument,
    SearchEngineUnavailable,
    SearchQuestion,
)

if TYPE_CHECKING:
    Connection = PoolConnectionProxy[asyncpg.Record]

_WRITERS_LOCK: Final = 0x5E44A5EA4C  # any number that nothing else in the database locks
_PERFECT: Final = 100 * 100 * 100  # best quality, best field, the reader's own language: see ask.sql
_DICTIONARIES: Final = (list(STEMMERS), list(STEMMERS.values()))
_UNAVAILABLE: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
)
"""What keeps the database from answering; what is wrong with a statement is a fault of ours."""
_HEALTH_SECONDS: Final = 2


def _statement(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


_EXPAND: Final = _statement("expand.sql")
_MISTYPED: Final = _statement("mistyped.sql")
_ASK: Final = _statement("ask.sql")
_PUT_THING: Final = _statement("put_thing.sql")
_PUT_ENTRIES: Final = _statement("put_entries.sql")
_PUT_TEXTS: Final = _statement("put_texts.sql")
_PUT_WORDS: Final = _statement("put_words.sql")
_PUT_REACH: Final = _statement("put_reach.sql")
_DROP_REACH: Final = _statement("drop_reach.sql")
_DROP_WORDS: Final = """
    delete from search_word w where id = any($1) and not exists (select from search_reach r where r.word = w.id)
"""
_DROP_WAYS: Final = """
    delete from search_way w where id = any($1) and not exists (select from search_entry e where e.way = w.id)
"""
_LEXEMES: Final = """
    select distinct e.way, l.lexeme
    from search_thing t
        join search_entry e on e.thing = t.id
        left join lateral unnest(tsvector_to_array(e.words)) as l(lexeme) on true
    where (t.type, t.thing) in (select * from unnest($1::text[], $2::uuid[]))
"""
_REMOVE: Final = """
    delete from search_thing where (type, thing) in (select * from unnest($1::text[], $2::uuid[]))
"""


class PostgresSearch:
    """Search in PostgreSQL's own tables, which the migrations make.

    A question costs two statements: what the lexicon knows of its words, and the answer; two more only where
    a word is found nowhere and may be mistyped.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def prepare(self) -> None:
        """See that the migrations have made the tables."""
        async with self._connection() as connection:
            if await connection.fetchval("select to_regclass('search_reach')") is None:
                raise SearchEngineUnavailable("The search index's tables are missing: run the migrations.")

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Index the documents in one transaction; there is one writer at a time."""
        latest = {(document.type, document.id): document for document in documents}
        indexed = [Indexed.of(document) for document in latest.values()]
        async with self._writing(list(latest)) as connection:
            rows = [await _put(connection, thing) for thing in indexed]
            words = sorted({word for thing in indexed for word in thing.lexemes})
            await connection.execute(_PUT_WORDS, *columns(words, 3), *_DICTIONARIES)
            await connection.execute(_PUT_REACH, rows)

    async def remove(self, things: Sequence[tuple[str, UUID]]) -> None:
        """Forget the things, and the lexicon's words that only they had."""
        async with self._writing(things) as connection:
            await connection.execute(_REMOVE, [type for type, _ in things], [id for _, id in things])

    async def ask(self, question: SearchQuestion) -> SearchAnswer:
        """Answer from what the keyring may read."""
        asked = parse(question.text, question.languages)
        async with self._connection() as connection:
            return await _search(connection, question, asked)

    async def healthy(self) -> bool:
        """Whether the database answers within 2 seconds."""
        try:
            async with asyncio.timeout(_HEALTH_SECONDS), self._connection() as connection:
                return bool(await connection.fetchval("select true"))
        except (SearchEngineUnavailable, TimeoutError):
            return False

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[Connection]":
        """A connection of the pool; whatever keeps the database from answering is an unavailable engine."""
        try:
            async with self._pool.acquire() as connection:
                yield connection
        except _UNAVAILABLE as error:
            raise SearchEngineUnavailable(f"PostgreSQL does not answer: {error}") from error

    @asynccontextmanager
    async def _writing(self, things: Sequence[tuple[str, UUID]]) -> "AsyncIterator[Connection]":
        """A transaction in which the things change; afterwards the lexicon forgets the words that nothing has.

        One at a time: another writer could be about to use a word that this one finds unused.
        """
        keys = [type for type, _ in things], [id for _, id in things]
        async with self._connection() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _WRITERS_LOCK)
            before = {(way, lexeme) for way, lexeme in await connection.fetch(_LEXEMES, *keys)}
            yield connection
            after = {(way, lexeme) for way, lexeme in await connection.fetch(_LEXEMES, *keys)}
            if gone := before - after:
                await _forget(connection, gone)


async def _put(connection: "Connection", thing: Indexed) -> int:
    """Write a thing, its lexemes and its texts; gives its row."""
    row: int = await connection.fetchval(_PUT_THING, *thing.thing_values)
    await connection.execute(_PUT_ENTRIES, row, *thing.entry_values)
    await connection.execute(_PUT_TEXTS, row, *thing.text_values)
    return row


async def _forget(connection: "Connection", gone: Collection[tuple[int, str | None]]) -> None:
    """Have the lexicon forget what is said no more: to those who read in a way, and where that is all, altogether."""
    said = sorted((way, lexeme.partition(":")[2], lexemes.any_of([lexeme])) for way, lexeme in gone if lexeme)
    unsaid = await connection.fetch(_DROP_REACH, *columns(said, 3))
    await connection.execute(_DROP_WORDS, [word for (word,) in unsaid])
    await connection.execute(_DROP_WAYS, sorted({way for way, _ in gone}))


async def _search(connection: "Connection", question: SearchQuestion, asked: Asked) -> SearchAnswer:
    understood = await _understand(connection, asked, question)
    row = await _ask(connection, question, understood)
    if await _learn_slips(connection, understood, question, row["found"]):
        row = await _ask(connection, question, understood)
    return _answer(row, understood.meanings, question.languages)


async def _understand(connection: "Connection", asked: Asked, question: SearchQuestion) -> Understood:
    meanings = [Meaning(beginning=lexemes.beginning(word)) for word in asked.words]
    wanted = lexemes.lexicon_question(asked)
    literals: dict[str, list[str]] = {}
    if any(wanted.spelled):
        known = await connection.fetch(
            _EXPAND,
            *(*wanted.spelled, *wanted.stemmed, *_DICTIONARIES, COMPOUNDING, wanted.inside),
            _keyring(question),
        )
        for n, tier, lexeme, word, language, ways in known:
            found = lexemes.in_ways(lexeme, ways)
            if n < len(meanings):
                meaning = meanings[n]
                meaning.learn(meaning.strong if tier == STRONG else meaning.weak, found, word, language)
            else:
                literals.setdefault(wanted.literals[n - len(meanings)], []).extend(found)
    return Understood(asked, meanings, literals)


async def _learn_slips(
    connection: "Connection", understood: Understood, question: SearchQuestion, found: Sequence[int]
) -> bool:
    """Whether words that nothing readable has may be slips of the keys for words that something readable has."""
    mistyped = understood.mistyped(found)
    if not any(mistyped):
        return False
    known = await connection.fetch(_MISTYPED, *mistyped, _keyring(question))
    for n, lexeme, word, language, ways in known:
        meaning = understood.meanings[n]
        meaning.learn(meaning.mistyped, lexemes.in_ways(lexeme, ways), word, language)
    return bool(known)


def _keyring(question: SearchQuestion) -> list[str]:
    return [clean(key) for key in question.keyring]


async def _ask(connection: "Connection", question: SearchQuestion, understood: Understood) -> asyncpg.Record:
    filters = [(facet, f"{facet}={clean(value)}") for facet, values in question.filters.items() for value in values]
    (row,) = await connection.fetch(
        _ASK,
        *understood.queries(question.languages),
        *understood.required(),
        *understood.barred(),
        *columns(filters, 2),
        _keyring(question),
        [clean(language) for language in question.languages],
        question.offset,
        question.limit,
        BODY_LENGTH,
    )
    return row


def _answer(row: asyncpg.Record, meanings: Sequence[Meaning], languages: Sequence[str]) -> SearchAnswer:
    page = Page(meanings, languages, (row["weights"] or 0) * _PERFECT)
    counted: dict[str, list[FacetBucket]] = {facet: [] for facet in FACETS}
    for tag, count in json.loads(row["facets"]):
        facet, _, value = tag.partition("=")
        counted.setdefault(facet, []).append(FacetBucket(value, count))
    return SearchAnswer(
        total=row["total"],
        hits=tuple(page.hit(found) for found in json.loads(row["hits"])),
        facets={
            facet: tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))
            for facet, buckets in counted.items()
        },
    )

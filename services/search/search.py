"""Ask the index, and keep it up to date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.cases.admissions import idle_admissions
from services.cases.tables import Case
from services.errors import ErrorCode, refusal
from services.search.ports import SearchAnswer, SearchDocument, SearchEngine, SearchQuestion
from services.search.things import SEARCHABLE, parts_of, readable_things
from services.text import clean
from services.transaction import transaction
from services.viewer import Viewer

LONGEST_QUESTION = 500
BATCH = 100
FURTHEST = 1_000
"""How far into the answers paging goes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks: words, languages best first, and for each facet the values of which one must hold."""

    text: str
    languages: tuple[str, ...] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The engine's answer without what the viewer may no longer read.

    `places` are where the hits stood among those that the engine gave, of which there were `read`; paging goes by
    these, so that a hit that is left out neither repeats another nor ends the list.
    """

    answer: SearchAnswer
    places: tuple[int, ...]
    read: int
    further: bool


async def search(viewer: Viewer, engine: SearchEngine, wanted: Wanted) -> Found:
    """The answers that the viewer may read. Raises DomainError for a question that is too long or goes too far."""
    text = clean(wanted.text)
    if len(text) > LONGEST_QUESTION:
        raise refusal(ErrorCode.TOO_LONG, f"Ask in at most {LONGEST_QUESTION} characters.", "query")
    if wanted.offset + wanted.limit > FURTHEST:
        raise refusal(
            ErrorCode.INVALID, f"Only the first {FURTHEST} answers can be paged to; narrow the question.", "after"
        )
    answer = await engine.ask(
        SearchQuestion(
            text=text,
            keyring=viewer.keyring,
            languages=wanted.languages,
            filters=wanted.filters,
            offset=wanted.offset,
            limit=wanted.limit,
        )
    )
    seen = await readable_things([(hit.type, hit.id) for hit in answer.hits], viewer.keyring)
    places = tuple(place for place, hit in enumerate(answer.hits) if (hit.type, hit.id) in seen)
    read = len(answer.hits)
    readable = replace(
        answer, total=answer.total - (read - len(places)), hits=tuple(answer.hits[place] for place in places)
    )
    return Found(readable, places, read, further=wanted.offset + read < answer.total)


async def index(engine: SearchEngine, type_name: str, row_id: UUID) -> None:
    """Bring the index up to date with a thing and what is read together with it. Harmless when repeated."""
    if type_name not in SEARCHABLE:
        return
    await bring_up_to_date(engine, type_name, row_id)
    for part, ids in await parts_of(type_name, row_id):
        for part_id in ids:
            await index(engine, part, part_id)


async def bring_up_to_date(engine: SearchEngine, type_name: str, row_id: UUID) -> None:
    """Put one thing into the index as it is now, or forget it. Harmless when repeated."""
    async with transaction():
        # One job at a time per thing, from the reading to the putting: an older reading must not come last.
        await Case.raw("select pg_advisory_xact_lock(hashtextextended({}, 0))", f"index {type_name} {row_id}")
        document = await _document(type_name, row_id)
        if document is None:
            await engine.remove([(type_name, row_id)])
        else:
            await engine.put([document])


async def index_everything(engine: SearchEngine, report: Callable[[int], None]) -> int:
    """Put every searchable thing into the index as it is now; gives their number, and tells it as it goes."""
    done = 0
    for type_name, noun in SEARCHABLE.items():
        ids = [row["id"] for row in await noun.table.select(noun.table._meta.primary_key)]  # noqa: SLF001 - Piccolo's reflection
        for start in range(0, len(ids), BATCH):
            documents = [await _document(type_name, row_id) for row_id in ids[start : start + BATCH]]
            await engine.put([document for document in documents if document is not None])
            done += len(documents)
            report(done)
    return done


async def _document(type_name: str, row_id: UUID) -> SearchDocument | None:
    """What a noun says of its thing, of what type it is, and who may read its whole, where it is read with one."""
    noun = SEARCHABLE[type_name]
    document = await noun.document(row_id)
    if document is None:
        return None
    facets = {**document.facets, "type": (type_name,)}
    audience, whole_audience = document.audience, None
    if noun.whole is not None:
        whole = await noun.table.select(noun.whole.audience).where(noun.key == row_id).first()
        whole_audience = tuple(whole[f"{noun.whole._meta.name}.audience"]) if whole else ()  # noqa: SLF001
    idle = await idle_admissions({*audience, *(whole_audience or ())})
    return replace(
        document,
        facets=facets,
        audience=tuple(key for key in audience if key not in idle),
        whole_audience=whole_audience and tuple(key for key in whole_audience if key not in idle),
    )

"""Ask the index, and keep it up to date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.artefacts.artefacts import files_of
from services.errors import ErrorCode, refusal
from services.search.ports import SearchAnswer, SearchDocument, SearchEngine, SearchQuestion
from services.search.things import SEARCHABLE, readable_things
from services.text import clean
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


async def search(viewer: Viewer, engine: SearchEngine, wanted: Wanted) -> SearchAnswer:
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
    hits = tuple(hit for hit in answer.hits if (hit.type, hit.id) in seen)
    return SearchAnswer(
        total=answer.total - (len(answer.hits) - len(hits)), hits=hits, facets=answer.facets, degraded=answer.degraded
    )


async def index(engine: SearchEngine, type_name: str, row_id: UUID) -> None:
    """Bring the index up to date with a thing: put it as it is now, or forget it. Harmless when repeated."""
    if type_name not in SEARCHABLE:
        return
    document = await _document(type_name, row_id)
    if document is None:
        await engine.remove([(type_name, row_id)])
    else:
        await engine.put([document])
    for file_id in await files_of(type_name, row_id):
        await index(engine, "Artefact", file_id)


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
    """What a noun says of its thing, and of what type it is."""
    document = await SEARCHABLE[type_name].document(row_id)
    return document and replace(document, facets={**document.facets, "type": (type_name,)})

"""Things to index and questions to ask, as short as a test wants them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.ids import new_id
from services.search.ports import (
    DocumentText,
    SearchAnswer,
    SearchDocument,
    SearchEngine,
    SearchHit,
    SearchQuestion,
)

START = datetime(2024, 1, 1, 12, tzinfo=UTC)
PUBLIC = ("public",)


def case(
    title: str = "Sample",
    *,
    language: str = "en",
    summary: str = "",
    body: str = "",
    terms: str = "",
    also: Mapping[str, DocumentText] | None = None,
    written_in: Sequence[str] | None = None,
    audience: Sequence[str] = PUBLIC,
    whole_audience: Sequence[str] | None = None,
    facets: Mapping[str, Sequence[str]] | None = None,
    listed: int = 0,
    id: UUID | None = None,
) -> SearchDocument:
    """A case in one language, listed `listed` minutes after the start. `also` are further languages' texts."""
    texts = {language: DocumentText(title, summary, body, terms), **(also or {})}
    return SearchDocument(
        type="Case",
        id=id or new_id(),
        audience=tuple(audience),
        texts=texts,
        written_in=tuple(written_in or [language]),
        facets={"type": ("Case",), **{name: tuple(values) for name, values in (facets or {}).items()}},
        listed_at=START + timedelta(minutes=listed),
        whole_audience=None if whole_audience is None else tuple(whole_audience),
    )


async def ask(
    engine: SearchEngine,
    text: str,
    *,
    keyring: Sequence[str] = PUBLIC,
    languages: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    offset: int = 0,
    limit: int = 20,
) -> SearchAnswer:
    """The engine's answer to somebody with this keyring."""
    question = SearchQuestion(text, tuple(keyring), tuple(languages), filters or {}, offset, limit)
    return await engine.ask(question)


def ids(answer: SearchAnswer) -> list[UUID]:
    """The things found, best first."""
    return [hit.id for hit in answer.hits]


def marked(hit: SearchHit) -> list[str]:
    """What is marked as matching in a hit's snippets."""
    return [piece.partition("\u2069")[0] for snippet in hit.snippets for piece in snippet.text.split("\u2068")[1:]]


def counts(answer: SearchAnswer, facet: str) -> dict[str, int]:
    """One facet's counts."""
    return {bucket.value: bucket.count for bucket in answer.facets[facet]}

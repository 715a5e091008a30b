"""PracticeContent → rows: the columns and parts of a version, with its references resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.table import Table

from services.access import readable, readable_rows
from services.cases.tables import Case
from services.columns import stored
from services.errors import ErrorCode
from services.practices import tables as t
from services.practices.content import PracticeContent, PracticeSource
from services.publishing import Manuscript
from services.reading import Reading, reading
from services.test_rounds.tables import TestRound
from services.text import SUMMARY_LIMIT, TITLE_LIMIT
from services.viewer import Viewer

MOST_PARTS = 200
"""How many steps, resources, topics or sources a practice has at most."""

PARTS: tuple[type[Table], ...] = (t.PracticeSource, t.PracticeConcept)
"""The tables of parts, in an order in which they may be emptied."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The sources that the author may read: cases by slug, and rounds."""

    cases: Mapping[str, UUID]
    rounds: frozenset[UUID]


async def manuscript(viewer: Viewer, content: PracticeContent, version: UUID, _: list[str]) -> Manuscript:
    """The content as a version's columns and parts. Raises DomainError with everything that is wrong with it.

    A source that the author may not read is refused like one that does not exist.
    """
    reader = await reading((), content.topics)
    known = await _readable_sources(viewer, content.sources)
    for path in ("steps", "resources", "topics", "sources"):
        _few(getattr(content, path), path, reader)
    made = Manuscript(
        _columns(content, reader),
        [_concepts(version, content.topics, reader), _sources(version, content.sources, known, reader)],
    )
    reader.finish()
    return made


def _columns(content: PracticeContent, reader: Reading) -> dict[str, Any]:
    return {
        "title": stored(reader.text(content.title, "title", limit=TITLE_LIMIT)),
        "summary": stored(reader.text(content.summary, "summary", limit=SUMMARY_LIMIT)),
        "fits_when": stored(reader.text(content.fits_when, "fitsWhen")),
        "does_not_fit_when": stored(reader.text(content.does_not_fit_when, "doesNotFitWhen")),
        "steps": stored(reader.texts(content.steps, "steps")),
        "resources": stored(reader.texts(content.resources, "resources")),
    }


def _concepts(version: UUID, topics: Sequence[str], reader: Reading) -> list[Table]:
    return [
        t.PracticeConcept(
            version=version,
            position=n,
            concept=reader.concept(("topic", "eurovoc"), notation, "topics", str(n)),
        )
        for n, notation in enumerate(topics)
    ]


def _sources(version: UUID, given: Sequence[PracticeSource], known: _Known, reader: Reading) -> list[Table]:
    made: list[Table] = []
    for n, source in enumerate(given):
        path = ("sources", str(n))
        if (source.case is None) == (source.test_round is None):
            reader.problem(ErrorCode.INVALID, "Give either the case or the test round.", *path)
        elif source in given[:n]:
            reader.problem(ErrorCode.INVALID, "This source is there already.", *path)
        elif source.case is not None and source.case not in known.cases:
            reader.problem(ErrorCode.NOT_FOUND, f"There is no case «{source.case}».", *path, "case")
        elif source.test_round is not None and source.test_round not in known.rounds:
            reader.problem(ErrorCode.NOT_FOUND, "There is no test round with this id.", *path, "testRound")
        else:
            case = known.cases[source.case] if source.case is not None else None
            made.append(t.PracticeSource(version=version, position=n, case=case, test_round=source.test_round))
    return made


async def _readable_sources(viewer: Viewer, sources: Sequence[PracticeSource]) -> _Known:
    slugs = [source.case for source in sources if source.case is not None]
    ids = [source.test_round for source in sources if source.test_round is not None]
    cases = await Case.select(Case.id, Case.slug, Case.audience).where(Case.slug.is_in(slugs)) if slugs else []
    return _Known(
        {row["slug"]: row["id"] for row in cases if readable(row["audience"], viewer.keyring)},
        await readable_rows(TestRound, ids, viewer.keyring),
    )


def _few(given: Sequence[object], path: str, reader: Reading) -> None:
    if len(given) > MOST_PARTS:
        reader.problem(ErrorCode.INVALID, f"At most {MOST_PARTS} are allowed; these are {len(given)}.", path)

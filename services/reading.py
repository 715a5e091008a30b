"""From an author's content to the rows of its parts: references are looked up, problems are gathered by path."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from piccolo.table import Table

from services.concepts.tables import Concept
from services.dates import DateClaim, check_claims, stored_claims
from services.durations import Duration
from services.errors import DomainError, ErrorCode, Problem
from services.organisations.tables import Organisation
from services.text import TEXT_LIMIT, Wording, check_length, check_line, clean, localised

LINE_LIMIT: Final = 500
"""Characters of a plain text that is no prose, such as a name or a period."""

MOST_PARTS: Final = 200
"""How many parts one list of a content has at most."""

Text = tuple[Wording, ...]


@dataclass(slots=True)
class Reading:
    """Reads one content; problems are kept until `finish`, so that an author sees all of them at once."""

    organisations: Mapping[str, UUID] = field(default_factory=dict)
    concepts: Mapping[tuple[str, str], UUID] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def text(self, wordings: Text | None, *path: str, limit: int = TEXT_LIMIT) -> dict[str, Any] | None:
        """The stored form of a text; None for None."""
        if wordings is None:
            return None
        try:
            return localised(wordings, *path, limit=limit)
        except DomainError as error:
            self.problems += error.problems
            return {}

    def texts(self, many: Iterable[Text], *path: str) -> list[dict[str, Any] | None]:
        """The stored form of a list of texts."""
        return [self.text(wordings, *path, str(index)) for index, wordings in enumerate(many)]

    def line(self, text: str | None, *path: str) -> str | None:
        """A plain text, cleaned, of at most LINE_LIMIT characters; None for None."""
        if text is None:
            return None
        cleaned = clean(text)
        if not cleaned:
            self.problem(ErrorCode.REQUIRED, "There is nothing in it. Write it, or leave it out.", *path)
        self.problems += check_line(cleaned, *path)
        self.problems += check_length(cleaned, LINE_LIMIT, *path)
        return cleaned

    def few(self, parts: Sized, *path: str) -> None:
        """Note a list that has more than MOST_PARTS parts."""
        if len(parts) > MOST_PARTS:
            message = f"At most {MOST_PARTS} are allowed; these are {len(parts)}."
            self.problem(ErrorCode.TOO_LONG, message, *path)

    def dates(self, claims: Iterable[DateClaim], *path: str) -> list[dict[str, str | None]]:
        """The stored form of dates."""
        try:
            return stored_claims(claims, *path)
        except DomainError as error:
            self.problems += error.problems
            return []

    def period(
        self, starts: Sequence[DateClaim], ends: Sequence[DateClaim], *path: str
    ) -> tuple[list[dict[str, str | None]], list[dict[str, str | None]]]:
        """The stored form of when something began and when it ended, under `start` and `end` of the path."""
        before = len(self.problems)
        read = self.dates(starts, *path, "start"), self.dates(ends, *path, "end")
        if len(self.problems) == before:
            self.problems += check_claims(starts, ends, *path, "end")
        return read

    def duration(self, duration: Duration | None, *path: str) -> dict[str, Any]:
        """The two columns of a duration; nulls for None."""
        if duration is None:
            return {"duration_value": None, "duration_unit": None}
        if duration.value <= 0:
            self.problem(ErrorCode.INVALID, "A duration is more than 0.", *path)
        return {"duration_value": duration.value, "duration_unit": duration.unit}

    def organisation(self, slug: str | None, *path: str) -> UUID | None:
        """The organisation of a slug; None for None."""
        return self._found(self.organisations, slug, "organisation", path)

    def concept(self, schemes: Sequence[str], notation: str, *path: str) -> UUID | None:
        """The concept of a notation in the first of the schemes that has it."""
        for scheme in schemes:
            if (scheme, notation) in self.concepts:
                return self.concepts[scheme, notation]
        self.problem(ErrorCode.NOT_FOUND, f"There is no concept «{notation}» in {' or '.join(schemes)}.", *path)
        return None

    def place(self, index: int | None, rows: Sequence[Table], *path: str) -> UUID | None:
        """The id of the row at an index; None for None."""
        if index is None:
            return None
        if not 0 <= index < len(rows):
            self.problem(ErrorCode.INVALID, f"{index} is not an index of that list; it counts from 0.", *path)
            return None
        found: UUID = rows[index].id  # type: ignore[attr-defined]  # every part is Identified
        return found

    def between(self, low: int, high: int, number: float | None, *path: str) -> Any:
        """The number, which must lie between two others; None for None."""
        if number is not None and not low <= number <= high:
            self.problem(ErrorCode.INVALID, f"{number:g} does not lie between {low} and {high}.", *path)
        return number

    def amount(self, number: float | None, *path: str) -> Any:
        """The number, of which there can be none but not fewer; None for None."""
        if number is not None and number < 0:
            self.problem(ErrorCode.INVALID, f"{number:g} is less than nothing.", *path)
        return number

    def known(self, number: int | None, *path: str) -> int | None:
        """The number, which is left out where it is not known, and is never 0 (rule 8); None for None."""
        if number is not None and number < 1:
            self.problem(ErrorCode.INVALID, "It is at least 1. Leave it out if it is not known; it is never 0.", *path)
        return number

    def problem(self, code: ErrorCode, message: str, *path: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, path))

    def found(self, problems: Iterable[Problem], *path: str) -> None:
        """Note what a check of one value found, at the value's path in this content."""
        self.problems += [replace(problem, field=path) for problem in problems]

    def finish(self) -> None:
        """Raise a DomainError with everything that was noted."""
        if self.problems:
            raise DomainError(self.problems)

    def _found(self, known: Mapping[str, UUID], slug: str | None, what: str, path: tuple[str, ...]) -> UUID | None:
        if slug is not None and slug not in known:
            self.problem(ErrorCode.NOT_FOUND, f"There is no {what} «{slug}».", *path)
        return known.get(slug) if slug is not None else None


async def reading(organisations: Iterable[str | None], concepts: Iterable[str]) -> Reading:
    """A Reading that knows the organisations of these slugs and the concepts of these notations."""
    slugs, notations = [slug for slug in organisations if slug], list(concepts)
    found = (
        await Organisation.select(Organisation.id, Organisation.slug).where(Organisation.slug.is_in(slugs))
        if slugs
        else []
    )
    filed = (
        await Concept.select(Concept.id, Concept.scheme, Concept.notation).where(Concept.notation.is_in(notations))
        if notations
        else []
    )
    return Reading(
        {row["slug"]: row["id"] for row in found},
        {(row["scheme"], row["notation"]): row["id"] for row in filed},
    )

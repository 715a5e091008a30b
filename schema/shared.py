"""Types that several nouns show: the Node interface, localised texts, dates, durations, connections, refusals."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import strawberry

from schema.compiler.declare import declare, expression, global_id
from schema.compiler.sources import Rule
from schema.terms import DatePrecision, DurationUnit, ErrorCode, LanguageCode, TranslationMethod
from services.dates import DateClaim as StoredDateClaim
from services.denials import tell_denial
from services.errors import DomainError
from services.text import Wording

T = TypeVar("T")


@strawberry.interface(description="A thing with a global id, which `node(id:)` finds again.")
class Node:
    """Relay's object identification."""

    id: strawberry.ID = global_id("The opaque global id. Anyone who may read the thing may read it.")


@declare(None, Rule.PART)
@strawberry.type(description="A text in the language that fits the reader best.")
class LocalisedText:
    """One wording of a stored text."""

    text: str = expression("{value} ->> 'text'", "The text itself.")
    language: LanguageCode = expression("{value} ->> 'language'", "The language it is in.")
    is_fallback: bool = expression(
        "({value} ->> 'language') is distinct from coalesce({wanted}, {value} ->> 'language')",
        "Whether it is in another language than the one wanted, because there is none in that.",
    )
    method: TranslationMethod = expression("{value} ->> 'method'", "How it came to be in this language.")


@declare(None, Rule.PART)
@strawberry.type(description="A date as a source gives it. Two claims of one date can stand side by side.")
class DateClaim:
    """A partly known date."""

    value: str = expression("{value} ->> 'value'", "`2013`, `2014-04` or `2019-09-25`.")
    precision: DatePrecision = expression("{value} ->> 'precision'", "How much of the date is known.")
    source: str | None = expression("{value} ->> 'source'", "Who says so.")


@declare(None, Rule.PART)
@strawberry.type(description="A length of time.")
class Duration:
    """A value and its unit, both columns of the row that it is inline in."""

    value: float = expression("{target}.duration_value", "How many.")
    unit: DurationUnit = expression("{target}.duration_unit", "Of what.")


@declare(None, Rule.PART)
@strawberry.type(
    description=(
        "A number of people. Outside the organisation that answers for it a group under the threshold (5, unless this"
        " installation is set otherwise; 0 too) is hidden, and a total with a hidden group is a range."
    )
)
class SuppressedCount:
    """See services.test_rounds.rules.suppressed."""

    value: int | None = expression("nullif({value} -> 'value', 'null')::int", "How many; null where that is hidden.")
    is_suppressed: bool = expression("({value} -> 'isSuppressed')::boolean", "Whether it is hidden.")
    display: str = expression("{value} ->> 'display'", "What to show: `12`, `<5`, or `33–37` for a total.")


@declare(None, Rule.PART)
@strawberry.type(description="Where a page ends, and whether there is more.")
class PageInfo:
    """Relay's PageInfo. A connection makes it itself; a search answer holds it as JSON."""

    has_next_page: bool = expression("{value} -> 'hasNextPage'", "Whether more follow.")
    has_previous_page: bool = expression("{value} -> 'hasPreviousPage'", "Whether there are earlier ones.")
    start_cursor: str | None = expression("{value} ->> 'startCursor'", "The cursor of the first edge.")
    end_cursor: str | None = expression("{value} ->> 'endCursor'", "The cursor of the last edge.")


@strawberry.type(description="One place in a list.")
class Edge(Generic[T]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="The place, for `after` and `before`.")
    node: T = strawberry.field(description="What stands there.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """Relay's connection."""

    edges: list[Edge[T]] = strawberry.field(description="The page, with cursors.")
    nodes: list[T] = strawberry.field(description="The page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    total_count: int = strawberry.field(
        description="How many there are in all that the viewer may read, before paging; counted to 10,000."
    )


@strawberry.type(description="Why a change was refused. Nothing of it has been stored.")
class UserError:
    """One problem of a DomainError."""

    field: list[str] = strawberry.field(
        description="The path into the input, or into what is to be published, started or concluded; empty where no"
        " field is at fault."
    )
    code: ErrorCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, for people: what is wrong and what to do.")


@strawberry.input(description="A text in one language.")
class LocalisedTextInput:
    """A Wording."""

    language: LanguageCode = strawberry.field(description="The language it is in.")
    text: str = strawberry.field(description="The text.")
    method: TranslationMethod | None = strawberry.field(
        default=None,
        description="How it came to be. Without it the first text is the source, the others human.",
    )


@strawberry.input(description="A date as a source gives it.")
class DateClaimInput:
    """A DateClaim."""

    value: str = strawberry.field(description="`2013`, `2014-04` or `2019-09-25`.")
    precision: DatePrecision = strawberry.field(description="How much of the date is known.")
    source: str | None = strawberry.field(default=None, description="Who says so.")


@strawberry.input(description="A length of time.")
class DurationInput:
    """A value and its unit."""

    value: float = strawberry.field(description="How many.")
    unit: DurationUnit = strawberry.field(description="Of what.")


def wordings(given: Iterable[LocalisedTextInput]) -> list[Wording]:
    """The domain's form of a localised input."""
    return [Wording(one.language.value, one.text, one.method) for one in given]


def claims(given: Iterable[DateClaimInput]) -> list[StoredDateClaim]:
    """The domain's form of dates."""
    return [StoredDateClaim(one.value, one.precision, one.source) for one in given]


def user_errors(error: DomainError) -> list[UserError]:
    """What a payload shows of a refusal; the log hears of a denial."""
    tell_denial(error)
    return [
        UserError(field=list(problem.field), code=problem.code, message=problem.message) for problem in error.problems
    ]

"""What came out, as a table for people and as JSON for programs."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_MILLI = 1_000


@dataclass(frozen=True, slots=True)
class Round:
    """One run of one contender on one question. Processor time in seconds a request; latencies in seconds."""

    rate: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    generator_busy: float
    bytes: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one request costs on the wire to PostgreSQL when nothing else runs: statements, and seconds of them."""

    statements: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds of one contender on one question."""

    cases: int
    question: str
    contender: str
    rounds: tuple[Round, ...]
    spoken: Spoken

    @property
    def median(self) -> Round:
        """The median of each figure by itself."""
        return Round(*(statistics.median(values) for values in zip(*map(_values, self.rounds), strict=True)))


def _values(made: Round) -> tuple[float, ...]:
    return tuple(asdict(made).values())


COLUMNS = (
    "question",
    "contender",
    "requests/s",
    "÷ peer",
    "÷ limit",
    "p50 ms",
    "p99 ms",
    "CPU server",
    "CPU PostgreSQL",
    "SQL ms",
    "statements",
    "bytes",
    "load",
)


def table(results: Sequence[Result]) -> str:
    """A Markdown table; processor time in milliseconds a request, `load` the share of a core of the generator."""
    known = {(one.question, one.contender): one for one in results}
    rows = [COLUMNS, *(_row(one, known) for one in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def ratio(one: Result, other: Result) -> float:
    """How many times the other's rate: the median over rounds, each held against its neighbour in time.

    So a neighbour on the machine that is busy for some rounds burdens both sides of each fraction.
    """
    pairs = zip(one.rounds, other.rounds, strict=True)
    return statistics.median(mine.rate / theirs.rate for mine, theirs in pairs)


def _row(one: Result, known: Mapping[tuple[str, str], Result]) -> tuple[str, ...]:
    median = one.median

    def to(contender: str) -> str:
        other = known.get((one.question, contender))
        return f"{ratio(one, other):.2f}" if other and contender != one.contender else ""

    return (
        one.question,
        one.contender,
        f"{median.rate:,.0f}",
        to("peer"),
        to("limit"),
        f"{median.p50 * _MILLI:.2f}",
        f"{median.p99 * _MILLI:.2f}",
        f"{median.server_cpu * _MILLI:.3f}",
        f"{median.database_cpu * _MILLI:.3f}",
        f"{one.spoken.seconds * _MILLI:.2f}",
        f"{one.spoken.statements:.1f}",
        f"{median.bytes:,.0f}",
        f"{median.generator_busy:.0%}",
    )


def growth(results: Sequence[Result]) -> Iterator[str]:
    """How latency and SQL time change from the smaller size to the larger one."""
    sizes = sorted({one.cases for one in results})
    for small in results:
        for large in results:
            if (small.cases, large.cases) == (sizes[0], sizes[-1]) and (small.question, small.contender) == (
                large.question,
                large.contender,
            ):
                yield (
                    f"  ({small.question}) {small.contender}: latency × {large.median.p50 / small.median.p50:.2f},"
                    f" SQL × {large.spoken.seconds / small.spoken.seconds:.2f}"
                )


def as_json(results: Sequence[Result], about: Mapping[str, Any]) -> dict[str, Any]:
    """Everything, round by round."""
    return {
        "about": dict(about),
        "results": [{**asdict(one), "median": asdict(one.median)} for one in results],
    }

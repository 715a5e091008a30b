"""What a lab plans → rows, with references resolved and problems gathered."""

import re
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.columns import stored
from services.dates import check_order
from services.errors import ErrorCode
from services.measures import check_measure
from services.reading import Reading
from services.test_rounds import content as c
from services.test_rounds import tables as t
from services.text import check_length, check_line, clean

PROTOTYPE_LIMIT = 200
MOST_PEOPLE = 1_000_000
MOST_PARTS = 200
"""How many sites, criteria or groups a round has at most."""
_NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}", re.ASCII)


def prototype(version: str | None, reader: Reading) -> str | None:
    """The prototype's version; None for none."""
    if version is None:
        return None
    cleaned = clean(version)
    reader.problems += check_length(cleaned, PROTOTYPE_LIMIT, "prototypeVersion")
    reader.problems += check_line(cleaned, "prototypeVersion")
    return cleaned or None


def window(given: c.Window | None, reader: Reading) -> tuple[date | None, date | None]:
    """The first and the last day."""
    if given is None:
        return None, None
    reader.problems += check_order(given.start, given.end, "window", "end")
    return given.start, given.end


def sites(test_round: UUID, given: Sequence[c.Site], reader: Reading) -> list[t.Site]:
    """The sites, in order."""
    _few(given, "sites", reader)
    return [_site(test_round, n, one, reader) for n, one in enumerate(given)]


def criteria(test_round: UUID, given: Sequence[c.Criterion], reader: Reading) -> list[t.Criterion]:
    """The criteria, in order."""
    _few(given, "criteria", reader)
    return [_criterion(test_round, n, one, reader) for n, one in enumerate(given)]


def groups(
    test_round: UUID, given: Sequence[c.Participants], at: Sequence[t.Site], reader: Reading
) -> list[t.ParticipantGroup]:
    """The groups of participants, in order; `at` are the sites that they refer to.

    Either every group stands at a site or none does: a group over all sites beside others at single sites would be a
    total, from which a hidden group could be worked out (rule 6).
    """
    _few(given, "participants", reader)
    if len({one.site is None for one in given}) > 1:
        reader.problem(
            ErrorCode.INVALID,
            "Give every group a site, or none: a group over all sites would be the total of the others.",
            "participants",
        )
    made = [_group(test_round, n, one, at, reader) for n, one in enumerate(given)]
    named = [(row.site, row.name) for row in made]
    for n, name in enumerate(named):
        if name in named[:n]:
            reader.problem(
                ErrorCode.INVALID, "This group is there already; nobody is counted twice.", "participants", str(n)
            )
    return made


def _few(given: Sequence[object], path: str, reader: Reading) -> None:
    if len(given) > MOST_PARTS:
        reader.problem(ErrorCode.INVALID, f"At most {MOST_PARTS} are allowed; these are {len(given)}.", path)


def _site(test_round: UUID, n: int, one: c.Site, reader: Reading) -> t.Site:
    if one.nuts is not None and not _NUTS.fullmatch(one.nuts):
        reader.problem(ErrorCode.INVALID, f"«{one.nuts}» is not a NUTS code such as BE213.", "sites", str(n), "nuts")
    return t.Site(
        test_round=test_round,
        position=n,
        name=stored(reader.text(one.name, "sites", str(n), "name")),
        organisation=reader.organisation(one.organisation, "sites", str(n), "organisation"),
        nuts=one.nuts,
    )


def _criterion(test_round: UUID, n: int, one: c.Criterion, reader: Reading) -> t.Criterion:
    path = ("criteria", str(n))
    if one.threshold is not None and one.unit is None:
        reader.problem(ErrorCode.REQUIRED, "Say what the threshold is counted in.", *path, "unit")
    reader.problems += check_measure(one.threshold, one.unit, *path, "threshold")
    return t.Criterion(
        test_round=test_round,
        position=n,
        statement=stored(reader.text(one.statement, *path, "statement")),
        threshold=one.threshold,
        unit=one.unit,
    )


def _group(test_round: UUID, n: int, one: c.Participants, at: Sequence[t.Site], reader: Reading) -> t.ParticipantGroup:
    path = ("participants", str(n))
    return t.ParticipantGroup(
        test_round=test_round,
        position=n,
        site=reader.place(one.site, at, *path, "site"),
        name=stored(reader.text(one.group, *path, "group")),
        planned=reader.between(0, MOST_PEOPLE, one.planned, *path, "planned"),
    )

"""When things begin and end: what a date to the year or the month can mean, and that nothing ends before it begins."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.dates import DateClaim, DatePrecision, bounds, check_claims, check_order
from tests.client import Client
from tests.factories.cases import content, the_case
from tests.factories.events import stockholm
from tests.factories.network import SmallNetwork
from tests.factories.organisations import words
from tests.factories.rounds import own_case, plan, planned

As = Callable[[str | None], Client]
DAYS = st.dates(date(2013, 12, 1), date(2014, 2, 28))
"""Around a turn of the year, where years, months and days meet."""
LENGTHS = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7, DatePrecision.DAY: 10}


def claim(day: date, precision: DatePrecision) -> DateClaim:
    """A day as somebody knows it."""
    return DateClaim(day.isoformat()[: LENGTHS[precision]], precision)


CLAIMS = st.builds(claim, DAYS, st.sampled_from(DatePrecision))
PERIODS = st.tuples(st.lists(CLAIMS, max_size=2), st.lists(CLAIMS, max_size=2))


def meant(one: DateClaim) -> set[date]:
    """Every day that a claim can mean, found by trying all of them."""
    days = (date(2013, 1, 1) + timedelta(days=n) for n in range(730))
    return {day for day in days if day.isoformat().startswith(one.value)}


def possible(starts: list[DateClaim], ends: list[DateClaim]) -> bool:
    """Whether some reading of some claims begins before it ends; nothing claimed leaves everything open."""
    if not starts or not ends:
        return True
    return min(min(meant(one)) for one in starts) <= max(max(meant(one)) for one in ends)


@given(CLAIMS)
@example(DateClaim("2014-02", DatePrecision.MONTH))
def test_a_claim_means_the_days_it_leaves_open(one: DateClaim) -> None:
    """A year means each of its days, a month too, a day itself."""
    assert bounds(one) == (min(meant(one)), max(meant(one)))


@pytest.mark.parametrize(
    ("value", "precision", "last"),
    [
        ("9999", "YEAR", date(9999, 12, 31)),
        ("9999-12", "MONTH", date(9999, 12, 31)),
        ("2016-02", "MONTH", date(2016, 2, 29)),
        ("0001", "YEAR", date(1, 12, 31)),
    ],
)
def test_the_ends_of_the_calendar_are_no_trouble(value: str, precision: str, last: date) -> None:
    """The last month there is and a leap year's February have a last day."""
    assert bounds(DateClaim(value, DatePrecision(precision)))[1] == last


@given(PERIODS)
def test_only_a_certain_contradiction_is_found(period: tuple[list[DateClaim], list[DateClaim]]) -> None:
    """Claims are refused exactly where no reading of any two of them puts the end on or after the start."""
    assert (not list(check_claims(*period, "end"))) == possible(*period)


@given(DAYS, DAYS)
def test_days_are_in_order(start: date, end: date) -> None:
    """The same day begins and ends; an open end is no trouble."""
    assert (not list(check_order(start, end, "end"))) == (start <= end)
    assert not list(check_order(start, None, "end"))


def _given(claims: list[DateClaim]) -> list[dict[str, Any]]:
    return [{"value": one.value, "precision": one.precision.value} for one in claims]


PLACES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "": lambda period: period,
    "roadMap.0.": lambda period: {"roadMap": [{"phase": words("One"), "subProject": words("Desk"), **period}]},
    "ideas.0.sheet.": lambda period: {"ideas": [{"title": words("Idea"), "sheet": {"goal": words("Open"), **period}}]},
}
"""Where a content of a case holds a period of claims: its path, and the content."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(period=PERIODS, place=st.sampled_from(sorted(PLACES)))
@example(period=([DateClaim("2014-04-01", DatePrecision.DAY)], [DateClaim("2014", DatePrecision.YEAR)]), place="")
@example(period=([DateClaim("2014-04-01", DatePrecision.DAY)], [DateClaim("2014-03", DatePrecision.MONTH)]), place="")
async def test_nothing_in_a_case_ends_before_it_begins(
    as_: As, network: SmallNetwork, period: tuple[list[DateClaim], list[DateClaim]], place: str
) -> None:
    """A case, a road-map item and an implementation sheet: refused at the end, where the claims cannot be."""
    editor = as_(network.olen_editor)
    case_id = await the_case(editor)
    starts, ends = period
    said = {"start": _given(starts), "end": _given(ends)}
    edit = {"id": case_id, "content": content(**PLACES[place](said))}
    if possible(starts, ends):
        await editor.do("editCase", edit, "case { id }")
    else:
        assert await editor.refused("editCase", edit) == [("INVALID", f"content.{place}end")]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=DAYS, end=st.none() | DAYS)
async def test_no_event_and_no_window_ends_before_it_begins(
    as_: As, network: SmallNetwork, start: date, end: date | None
) -> None:
    """An event and the window of a round, planned and edited: refused at the end; what is open may be."""
    editor = as_(network.olen_editor)
    await the_case(editor, own_case)
    days = {"start": start.isoformat(), "end": end and end.isoformat()}
    fits = end is None or start <= end
    slug = f"e-{start}-{end}".lower()
    event = stockholm(slug=slug, organisation="olen", host="olen", **days)
    said = await editor.change("createEvent", event, "__typename")
    planned_so = await editor.change("planTestRound", plan(window=days), "testRound { id }")
    other = (await planned(editor))["id"]
    edited = await editor.change("editTestRound", {"id": other, "window": days}, "__typename")
    found = [[(one["code"], one["field"]) for one in payload["userErrors"]] for payload in (said, planned_so, edited)]
    if fits:
        assert found[1:] == [[], []]
        assert found[0] in ([], [("ALREADY_EXISTS", ["slug"])])
    else:
        assert found == [[("INVALID", ["end"])], [("INVALID", ["window", "end"])], [("INVALID", ["window", "end"])]]


@pytest.mark.parametrize("days", [-1, 0])
async def test_what_ends_ends_in_the_future(as_: As, network: SmallNetwork, days: int) -> None:
    """Neither a plan nor its edit keeps people's data until a day that is past, or today."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    past = str(datetime.now(UTC).date() + timedelta(days=days))
    assert await editor.refused("planTestRound", plan(retainUntil=past)) == [("INVALID", "retainUntil")]
    made = await planned(editor)
    given_so = {"id": made["id"], "retainUntil": past}
    assert await editor.refused("editTestRound", given_so) == [("INVALID", "retainUntil")]

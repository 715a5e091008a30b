from collections.abc import Sequence
from uuid import UUID

import pytest

from infra.search.fallback import FallbackSearch
from services.search.ports import (
    SearchAnswer,
    SearchDocument,
    SearchEngineUnavailable,
    SearchQuestion,
)
from tests.clock import Clock
from tests.infra.search.examples import case

QUESTION = SearchQuestion("greenhouse", ("public",))


class Shelf:
    """An engine that keeps documents in a list and can be away."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.is_away = False
        self.asked = 0
        self.held: list[SearchDocument] = []
        self.is_prepared = False

    def _be_there(self) -> None:
        if self.is_away:
            raise SearchEngineUnavailable("away")

    async def prepare(self) -> None:
        """Note that it was prepared."""
        self._be_there()
        self.is_prepared = True

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Keep the documents."""
        self._be_there()
        self.held += documents

    async def remove(self, things: Sequence[tuple[str, UUID]]) -> None:
        """Forget the things."""
        self._be_there()
        self.held = [one for one in self.held if (one.type, one.id) not in things]

    async def ask(self, question: SearchQuestion) -> SearchAnswer:  # noqa: ARG002 - the answer is always the same
        """Answer any question by a number that tells engines apart."""
        self.asked += 1
        self._be_there()
        return SearchAnswer(total=self.total, hits=(), facets={})

    async def healthy(self) -> bool:
        """Whether it is there."""
        return not self.is_away


@pytest.fixture
def first() -> Shelf:
    """The engine that is asked first."""
    return Shelf(1)


@pytest.fixture
def second() -> Shelf:
    """The engine that stands in."""
    return Shelf(2)


@pytest.fixture
def clock() -> Clock:
    """The time that the two are watched by."""
    return Clock()


@pytest.fixture
def both(first: Shelf, second: Shelf, clock: Clock) -> FallbackSearch:
    """The two as one, resting five seconds."""
    return FallbackSearch(first, second, rest_seconds=5, clock=clock)


async def test_the_first_answers_while_it_can(both: FallbackSearch, second: Shelf) -> None:
    """An answer of the first engine is its own, and the second is not asked."""
    answer = await both.ask(QUESTION)

    assert (answer.total, answer.degraded, second.asked) == (1, False, 0)


async def test_the_second_stands_in_and_says_so(both: FallbackSearch, first: Shelf) -> None:
    """While the first is away the second's answer is given, marked as degraded."""
    first.is_away = True

    answer = await both.ask(QUESTION)

    assert (answer.total, answer.degraded) == (2, True)


async def test_a_dead_engine_is_tried_once_per_rest(both: FallbackSearch, first: Shelf, clock: Clock) -> None:
    """Between two tries no question waits for it; afterwards one tries, and when it is back it answers again."""
    first.is_away = True
    for _ in range(10):
        await both.ask(QUESTION)
    assert first.asked == 1

    clock.now += 5
    for _ in range(10):
        await both.ask(QUESTION)
    assert first.asked == 2

    clock.now += 5
    first.is_away = False
    answers = [await both.ask(QUESTION) for _ in range(3)]
    assert [(answer.total, answer.degraded) for answer in answers] == [(1, False)] * 3


async def test_without_either_the_question_is_unanswered(both: FallbackSearch, first: Shelf, second: Shelf) -> None:
    """Where both are away the error reaches the asker. It is healthy as long as the first is there."""
    first.is_away = second.is_away = True
    with pytest.raises(SearchEngineUnavailable):
        await both.ask(QUESTION)
    assert not await both.healthy()

    second.is_away = False
    assert not await both.healthy()
    first.is_away = False
    assert await both.healthy()


async def test_both_are_kept_up_to_date(both: FallbackSearch, first: Shelf, second: Shelf) -> None:
    """Both engines are prepared, get each document and lose what is removed."""
    thing = case()
    await both.prepare()
    await both.put([thing])
    assert (first.is_prepared, second.is_prepared) == (True, True)
    assert first.held == second.held == [thing]

    await both.remove([(thing.type, thing.id)])
    assert first.held == second.held == []


async def test_a_service_starts_without_the_first(both: FallbackSearch, first: Shelf, second: Shelf) -> None:
    """An engine that was away at the start is prepared before it gets its first document."""
    first.is_away = True
    await both.prepare()
    assert (first.is_prepared, second.is_prepared) == (False, True)
    assert (await both.ask(QUESTION)).degraded
    assert first.asked == 0

    first.is_away = False
    await both.put([case()])
    assert first.is_prepared


async def test_a_put_that_the_first_missed_fails_for_another_try(
    both: FallbackSearch, first: Shelf, second: Shelf
) -> None:
    """The stand-in has it all the same, and the job learns that it must come again."""
    thing = case()
    first.is_away = True

    with pytest.raises(SearchEngineUnavailable):
        await both.put([thing])
    assert second.held == [thing]

    with pytest.raises(SearchEngineUnavailable):
        await both.remove([(thing.type, thing.id)])
    assert second.held == []

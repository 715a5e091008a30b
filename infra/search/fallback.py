"""Two search engines as one: the second answers while the first is away."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.search.ports import (
    SearchAnswer,
    SearchDocument,
    SearchEngine,
    SearchEngineUnavailable,
    SearchQuestion,
)

REST_SECONDS: Final = 5.0
"""For how long an engine that did not answer is not asked again."""


class FallbackSearch:
    """Asks the first engine, and the second where the first is away; such an answer is marked `degraded`.

    After a failure the first engine rests: a dead engine costs one time-out per rest, not one per question. When the
    rest is over one question tries it again, while those beside it still go to the second.
    """

    def __init__(
        self,
        first: SearchEngine,
        second: SearchEngine,
        *,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._second = second
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._rests_until = float("-inf")
        self._is_resting = False
        self._is_prepared = False

    async def prepare(self) -> None:
        """Prepare both. Where the first is away the service starts all the same; the next put prepares it."""
        await self._second.prepare()
        try:
            await self._prepare_first()
        except SearchEngineUnavailable:
            self._rest()

    async def put(self, documents: Sequence[SearchDocument]) -> None:
        """Index in both, the second first so that it is complete. Raises where one is away, for another try."""
        await self._second.put(documents)
        await self._prepare_first()
        await self._first.put(documents)

    async def remove(self, things: Sequence[tuple[str, UUID]]) -> None:
        """Forget in both, the second first. Raises where one is away, for another try."""
        await self._second.remove(things)
        await self._prepare_first()
        await self._first.remove(things)

    async def ask(self, question: SearchQuestion) -> SearchAnswer:
        """The first engine's answer, or the second's marked `degraded`. Raises where both are away."""
        if self._may_try():
            try:
                answer = await self._first.ask(question)
            except SearchEngineUnavailable:
                self._rest()
            else:
                self._is_resting = False
                return answer
        return replace(await self._second.ask(question), degraded=True)

    async def healthy(self) -> bool:
        """Whether the first engine answers. While it does not the second stands in, which `degraded` says."""
        return await self._first.healthy()

    async def _prepare_first(self) -> None:
        if not self._is_prepared:
            await self._first.prepare()
            self._is_prepared = True

    def _may_try(self) -> bool:
        """Whether the first engine is to be asked. The one question that tries it again prolongs its rest."""
        if not self._is_resting:
            return True
        if self._clock() < self._rests_until:
            return False
        self._rest()
        return True

    def _rest(self) -> None:
        self._is_resting = True
        self._rests_until = self._clock() + self._rest_seconds

"""One size measured: contenders checked against each other, then run in turn, then listened to."""

import asyncio
import gc
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from infra.bench import contenders, cpu, load
from infra.bench.contenders import Contender
from infra.bench.fixed import KEYRING, Fixed, fixed
from infra.bench.questions import QUESTIONS, Ask, Question, asks, same_form
from infra.bench.report import Result, Round, Spoken
from infra.bench.wire import wire
from infra.bench.world import ARCHIVE_KEY, World, tidy
from infra.postgres.breadth import Breadth
from infra.postgres.database import database
from services.ports import Ports

_COMPARED = 40
_LISTENED = 200
_WARM_UP_SECONDS = 2.0
_TIMED = 50
_NO_PORTS = cast("Ports", None)
"""A read of these four touches nothing but the database."""

Requests = Mapping[str, Sequence[bytes]]
"""The requests of a question, by the contender that they are written for."""


class Disagreement(Exception):
    """Two contenders answer the same question differently, so that a comparison would mean nothing."""


@dataclass(frozen=True)
class Measurement:
    """What is measured over a world: so many rounds of so many seconds, for each contender in turn."""

    world: World
    names: Sequence[str]
    questions: Sequence[Question]
    seconds: float
    rounds: int
    say: Callable[[str], None]

    def results(self) -> list[Result]:
        """All contenders on all questions."""
        rounds: dict[tuple[str, str], list[Round]] = {}
        with ExitStack() as stack:
            running = [self._start(name, stack) for name in self.names]
            for question in self.questions:
                requests = {one.name: one.requests(question, self._asked[question.key]) for one in running}
                _compare(question, running, requests)
                for name, made in self._in_turn(question, running, requests).items():
                    rounds[question.key, name] = made
        spoken = {name: self._listen(name) for name in self.names}
        return [
            Result(self.world.cases, question, name, tuple(made), spoken[name][question])
            for (question, name), made in rounds.items()
        ]

    def narrow_reader(self) -> float:
        """Seconds that Serra's list of (b) takes for the reader who may read the oldest 1 % alone: the median."""
        return asyncio.run(_list_of(self.world.service_url, [ARCHIVE_KEY]))

    @cached_property
    def _asked(self) -> dict[str, list[Ask]]:
        return {question.key: asyncio.run(asks(question, self.world)) for question in self.questions}

    @cached_property
    def _fixed(self) -> dict[str, tuple[str, Fixed]]:
        """What the limit knows: document → the field that it answers, and the statement."""
        made = {}
        for question in self.questions:
            if not question.writes:
                (statement,) = asyncio.run(_statements(question, self._asked[question.key][0].serra))
                made[question.serra] = (question.field, statement)
        return made

    def _start(self, name: str, stack: ExitStack, through: Callable[[str], str] = lambda url: url) -> Contender:
        """Start a contender, for as long as the stack lasts; `through` turns the database's address into another."""
        url = through(self._address(name))
        match name:
            case "serra":
                return stack.enter_context(contenders.serra(self.world, url))
            case "peer":
                return stack.enter_context(contenders.peer(self.world, url))
            case _:
                return stack.enter_context(contenders.the_limit(self.world, url, self._fixed))

    def _address(self, name: str) -> str:
        """Where a contender finds the rows, and as whom: the limit as their owner, whom no wall costs anything."""
        match name:
            case "serra":
                return self.world.service_url
            case "peer":
                return self.world.peer_url
            case _:
                return self.world.servers.database_url

    def _in_turn(self, question: Question, running: Sequence[Contender], requests: Requests) -> dict[str, list[Round]]:
        made: dict[str, list[Round]] = {one.name: [] for one in running}
        for one in running:
            load.run(one.port, requests[one.name], _WARM_UP_SECONDS)
        for _ in range(self.rounds):
            for one in running:
                if question.writes:
                    asyncio.run(tidy(self.world.servers.database_url))
                made[one.name].append(self._round(one, requests[one.name]))
            rates = ", ".join(f"{name} {runs[-1].rate:,.0f}/s" for name, runs in made.items())
            self.say(f"  ({question.key}) {rates}")
        return made

    def _round(self, one: Contender, requests: Sequence[bytes]) -> Round:
        database = self.world.servers.pids["postgresql"]
        gc.collect()
        before = cpu.of_tree(one.pid), cpu.of_tree(database)
        seen = load.run(one.port, requests, self.seconds)
        after = cpu.of_tree(one.pid), cpu.of_tree(database)
        count = len(seen.latencies)
        return Round(
            rate=seen.rate,
            p50=seen.percentile(0.50),
            p99=seen.percentile(0.99),
            server_cpu=(after[0] - before[0]) / count,
            database_cpu=(after[1] - before[1]) / count,
            generator_busy=seen.busy,
            bytes=seen.bytes / count,
        )

    def _listen(self, name: str) -> dict[str, Spoken]:
        """Start the contender once more behind a relay, and ask it one thing at a time."""
        spoken = {}
        with wire(self._address(name)) as listening, ExitStack() as stack:
            one = self._start(name, stack, lambda _: listening.url)
            for question in self.questions:
                requests = one.requests(question, self._asked[question.key])[:_LISTENED]
                load.answers(one.port, requests)  # from here on connections, plans and people are known
                listening.heard.clear()
                load.answers(one.port, requests)
                heard = listening.heard
                spoken[question.key] = Spoken(heard.statements.total() / len(requests), heard.seconds / len(requests))
        asyncio.run(tidy(self.world.servers.database_url))
        return spoken


async def _statements(question: Question, variables: Mapping[str, object]) -> list[Fixed]:
    return await fixed(question, variables, _NO_PORTS)


async def _list_of(url: str, keyring: list[str]) -> float:
    """Seconds of the list of (b) for whoever holds the keys, by the statement and on the connection that serve it."""
    async with database(url) as opened:
        little = await Breadth(opened.pool).reads_little(tuple(keyring))
        (statement,) = await fixed(QUESTIONS[1], {}, _NO_PORTS, reads_little=little)
        values = [keyring if value == KEYRING else value for value in statement.values]
        times = []
        for _ in range(_TIMED):
            started = time.perf_counter()
            await opened.fetch_json(statement.sql, values)
            times.append(time.perf_counter() - started)
    return sorted(times)[_TIMED // 2]


def _compare(question: Question, running: Sequence[Contender], requests: Requests) -> None:
    """Hold the answers to the first asks against each other."""
    first, *others = running
    expected = _answers(first, requests)
    for other in others:
        for turn, (ours, theirs) in enumerate(zip(expected, _answers(other, requests), strict=True)):
            if ours != theirs:
                raise Disagreement(
                    f"({question.key}) ask {turn}: {first.name} and {other.name} answer differently:\n"
                    f"{json.dumps(ours)[:1_000]}\n{json.dumps(theirs)[:1_000]}"
                )


def _answers(of: Contender, requests: Requests) -> list[object]:
    """What it says to the first asks. What only Serra tells beside it, the cost of a request, is not compared."""
    told = [json.loads(body) for body in load.answers(of.port, requests[of.name][:_COMPARED])]
    return [same_form({key: answer[key] for key in ("data", "errors") if key in answer}) for answer in told]

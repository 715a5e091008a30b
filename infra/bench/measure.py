"""One size measured: contenders checked against each other, then run in turn, then listened to."""

import asyncio
import gc
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import cast

from infra.bench import contenders, cpu, load
from infra.bench.contenders import Contender
from infra.bench.fixed import Fixed, fixed
from infra.bench.questions import Ask, Question, asks, same_form
from infra.bench.report import Result, Round, Spoken
from infra.bench.wire import wire
from infra.bench.world import World, tidy
from services.ports import Ports

Say = Callable[[str], None]
_COMPARED = 40
_LISTENED = 200
_WARM_UP_SECONDS = 2.0


class Disagreement(Exception):
    """Two contenders answer the same question differently, so that a comparison would mean nothing."""


def measure(
    world: World, names: Sequence[str], questions: Sequence[Question], seconds: float, rounds: int, say: Say
) -> list[Result]:
    """The results of the contenders on the questions, over the same rows."""
    asked = {question.key: asyncio.run(asks(question, world)) for question in questions}
    statements = asyncio.run(_statements(questions, asked))
    results = []
    with ExitStack() as stack:
        running = [_start(name, world, statements, stack) for name in names]
        for question in questions:
            requests = {one.name: one.requests(question, asked[question.key]) for one in running}
            _compare(question, running, requests)
            results += _in_turn(world, question, running, requests, seconds, rounds, say)
    spoken = {name: _listen(name, world, questions, asked, statements) for name in names}
    return [
        Result(world.cases, question, name, made, spoken[name][question]) for question, name, made in results
    ]


async def _statements(
    questions: Sequence[Question], asked: dict[str, list[Ask]]
) -> dict[str, tuple[str, Fixed]]:
    no_ports = cast("Ports", None)  # a read of these four touches nothing but the database
    made = {}
    for question in questions:
        if not question.writes:
            (statement,) = await fixed(question, asked[question.key][0].serra, no_ports)
            made[question.serra] = (question.serra.split("{")[1].split("(")[0].strip(), statement)
    return made


def _start(
    name: str,
    world: World,
    statements: dict[str, tuple[str, Fixed]],
    stack: ExitStack,
    through: Callable[[str], str] = lambda url: url,
) -> Contender:
    ours, theirs = through(world.servers.database_url), through(world.peer_url)
    match name:
        case "serra":
            return stack.enter_context(contenders.serra(world, ours))
        case "peer":
            return stack.enter_context(contenders.peer(world, theirs))
        case _:
            return stack.enter_context(contenders.the_limit(world, ours, statements))


def _compare(question: Question, running: Sequence[Contender], requests: dict[str, list[bytes]]) -> None:
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


def _answers(of: Contender, requests: dict[str, list[bytes]]) -> list[object]:
    return [same_form(json.loads(body)) for body in load.answers(of.port, requests[of.name][:_COMPARED])]


def _in_turn(
    world: World,
    question: Question,
    running: Sequence[Contender],
    requests: dict[str, list[bytes]],
    seconds: float,
    rounds: int,
    say: Say,
) -> list[tuple[str, str, tuple[Round, ...]]]:
    made: dict[str, list[Round]] = {one.name: [] for one in running}
    for one in running:
        load.run(one.port, requests[one.name], _WARM_UP_SECONDS)
    for _ in range(rounds):
        for one in running:
            made[one.name].append(_round(world, one, requests[one.name], seconds))
            if question.writes:
                asyncio.run(tidy(world.servers.database_url))
        say(f"  ({question.key}) " + ", ".join(f"{name} {runs[-1].rate:,.0f}/s" for name, runs in made.items()))
    return [(question.key, name, tuple(runs)) for name, runs in made.items()]


def _round(world: World, one: Contender, requests: Sequence[bytes], seconds: float) -> Round:
    database = world.servers.pids["postgresql"]
    gc.collect()
    before = cpu.of_tree(one.pid), cpu.of_tree(database)
    seen = load.run(one.port, requests, seconds)
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


def _listen(
    name: str,
    world: World,
    questions: Sequence[Question],
    asked: dict[str, list[Ask]],
    statements: dict[str, tuple[str, Fixed]],
) -> dict[str, Spoken]:
    """Start the contender once more behind a relay, and ask it one thing at a time."""
    spoken = {}
    with wire(world.peer_url if name == "peer" else world.servers.database_url) as heard, ExitStack() as stack:
        one = _start(name, world, statements, stack, lambda _: heard.url)
        for question in questions:
            requests = one.requests(question, asked[question.key])
            load.answers(one.port, requests[:_LISTENED])  # connections, plans and people are known after this
            heard.heard.clear()
            count = len(load.answers(one.port, requests[:_LISTENED]))
            spoken[question.key] = Spoken(heard.heard.statements.total() / count, heard.heard.seconds / count)
    asyncio.run(tidy(world.servers.database_url))
    return spoken

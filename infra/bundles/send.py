"""Imports bundles: everything is checked first, then sent in an order in which nothing names what is not there yet."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from infra.bundles.concepts import send_concepts
from infra.bundles.given import BundleError, Problem
from infra.bundles.order import by_depth, in_turn
from infra.bundles.read import Bundle, read_bundle
from infra.bundles.remote import ImportStopped, Refused, Remote, connect
from infra.bundles.rounds import send_round
from infra.bundles.sections import Thing, things_of
from infra.bundles.things import Ending, send_lab, send_plain, send_publication, with_rounds

Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """What became of the things of an import, told line by line to `say` while it goes on."""

    say: Say
    endings: Counter[Ending] = field(default_factory=Counter)
    failures: list[Problem] = field(default_factory=list)

    def ended(self, thing: Thing, ending: Ending) -> None:
        """Tell what became of a thing."""
        self.endings[ending] += 1
        self.say(f"{thing.section} {thing.name}: {ending.value}")

    def ended_together(self, section: str, endings: Counter[Ending]) -> None:
        """Tell what became of things that are too many for a line each."""
        self.endings += endings
        if endings:
            self.say(f"{section}: {_counted(endings)}")

    def refused(self, thing: Thing, refused: Refused) -> None:
        """Tell why a thing was refused, at the place in the file."""
        for objection in refused.objections:
            self.failed(thing.problem(objection.path, objection.message))

    def failed(self, problem: Problem) -> None:
        """Tell something that is wrong."""
        self.failures.append(problem)
        self.say(str(problem))

    @property
    def summary(self) -> str:
        """How many things came to which end."""
        problems = f"{len(self.failures)} problem{'s' if len(self.failures) > 1 else ''}" if self.failures else ""
        return ", ".join(part for part in (_counted(self.endings), problems) if part) or "nothing to do"


async def import_files(url: str, token: str, files: Sequence[Path], report: Say) -> int:
    """Send the bundles of some files to the Serra at an address, with the rights of a token's holder.

    Gives the number of problems, each of which `report` has been told. Files that cannot be read keep all of them
    from being sent, because what is in one may need what is in another.
    """
    told = Report(report)
    bundles: list[Bundle] = []
    called = Counter(path.name for path in files)
    for path in files:
        try:
            bundles.append(read_bundle(path, path.name if called[path.name] == 1 else str(path)))
        except BundleError as error:
            for problem in error.problems:
                told.failed(problem)
    try:
        if not told.failures:
            async with connect(url, token) as http:
                await import_bundles(http, bundles, told)
    except ImportStopped as stopped:
        told.failed(Problem("import", 0, (), str(stopped)))
    report(told.summary)
    return len(told.failures)


async def import_bundles(http: httpx.AsyncClient, bundles: Iterable[Bundle], report: Report) -> Report:
    """Send bundles over a client that has the address and the token, and tell the report what became of each thing.

    What is wrong with a file keeps all of them from being sent. A thing that Serra refuses keeps back only what
    needs it. Raises ImportStopped when nothing would work.
    """
    sections: dict[str, list[Thing]] = {}
    for bundle in bundles:
        try:
            for section, things in things_of(bundle).items():
                sections.setdefault(section, []).extend(things)
        except BundleError as error:
            for problem in error.problems:
                report.failed(problem)
    if not report.failures:
        await _Import(Remote(http), sections, report).run()
    return report


def _counted(endings: Counter[Ending]) -> str:
    return ", ".join(f"{endings[ending]} {ending.value}" for ending in Ending if endings[ending])


@dataclass(slots=True)
class _Import:
    """The things of all bundles on their way."""

    remote: Remote
    sections: dict[str, list[Thing]]
    report: Report
    rounds: dict[tuple[str, int], str] = field(default_factory=dict)
    """Global ids of the rounds that are there, by their file and their index in it."""
    stopped: ImportStopped | None = None

    async def run(self) -> None:
        """Section by section; within one, side by side where nothing depends on the order."""
        await self._concepts()
        for level in by_depth(self._of("organisations"), lambda one: one.name, lambda one: one.fields.get("parent")):
            await self._side_by_side(level)
        await self._side_by_side(self._of("networks"))
        await self._side_by_side(self._of("cases"))
        await self._side_by_side(self._of("labs", "events"))
        for level in in_turn(self._of("testRounds")):
            await self._side_by_side(level)
        await self._side_by_side(self._of("practices"))

    def _of(self, *sections: str) -> list[Thing]:
        return [thing for section in sections for thing in self.sections.get(section, [])]

    async def _concepts(self) -> None:
        concepts = self._of("concepts")
        try:
            endings = await send_concepts(self.remote, concepts) if concepts else []
        except Refused as refused:
            self.report.refused(concepts[0], refused)
            return
        for thing, ending in endings:
            if isinstance(ending, Refused):
                self.report.refused(thing, ending)
        self.report.ended_together(
            "concepts", Counter(ending for _, ending in endings if not isinstance(ending, Refused))
        )

    async def _side_by_side(self, things: Iterable[Thing]) -> None:
        """Send things at the same time; when nothing works any more, what is under way still comes to its end."""
        async with asyncio.TaskGroup() as group:
            for thing in things:
                group.create_task(self._one(thing))
        if self.stopped is not None:
            raise self.stopped

    async def _one(self, thing: Thing) -> None:
        try:
            if self.stopped is None:
                self.report.ended(thing, await self._send(thing))
        except Refused as refused:
            self.report.refused(thing, refused)
        except ImportStopped as stopped:
            self.stopped = stopped

    async def _send(self, thing: Thing) -> Ending:
        match thing.section:
            case "cases":
                return await send_publication(self.remote, thing)
            case "practices":
                return await send_publication(self.remote, thing, with_rounds(thing, self.rounds))
            case "labs":
                return await send_lab(self.remote, thing)
            case "testRounds":
                sent = await send_round(self.remote, thing)
                self.rounds[thing.file, int(thing.given.path[-1])] = sent.id
                return sent.ending
            case _:
                return await send_plain(self.remote, thing)

"""Sends a test round through its life, as far as its bundle tells it, from wherever an earlier import stopped.

Each step looks at what the round has already, so that repeating an import neither doubles nor undoes anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from infra.bundles.given import Path
from infra.bundles.remote import Objection, Refused, Remote, key_of
from infra.bundles.sections import PLAN, Thing
from infra.bundles.things import Ending
from services.text import clean

_BATCH = 100
"""How many parts one request takes."""
_LIFE = ("PLANNED", "REGISTERED", "RUNNING", "ANALYSING", "CONCLUDED")
_START = ("lawfulBasis", "retainUntil", "recordsPeople")
_CONCLUSION = ("decision", "decisionReason")

_FIND = """
query($case: String!, $after: String) {
  case(slug: $case) {
    testRounds(first: 100, after: $after) {
      nodes { id number status organisation { slug } findings { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
_STATE = """
query($id: ID!, $after: String) {
  node(id: $id) {
    ... on TestRound {
      status
      sites { id }
      criteria { id }
      participants { id actual { display } }
      deviations { field }
      findings { id }
      verdicts { criterion { id } site { id } }
      observations(first: 100, after: $after) {
        nodes { id alias severity site { id } text { text } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class SentRound:
    """A round that is there; `id` is its global id."""

    id: str
    ending: Ending


async def send_round(remote: Remote, thing: Thing) -> SentRound:
    """Bring a round as far as its bundle tells."""
    rounds = await _rounds(remote, thing.fields)
    found = rounds.get(thing.fields["number"])
    if found is None:
        plan = {name: value for name, value in thing.fields.items() if name in PLAN}
        plan["participants"] = [
            {name: value for name, value in one.items() if name != "actual"} for one in plan.get("participants", ())
        ]
        payload = await remote.change("planTestRound", {**plan, "idempotencyKey": key_of(plan)}, "testRound { id }")
        round_id: str = payload["testRound"]["id"]
    else:
        round_id = found["id"]
        if found["status"] in {"CONCLUDED", "CANCELLED"}:
            return SentRound(round_id, Ending.THERE)
    earlier = {number: [one["id"] for one in each["findings"]] for number, each in rounds.items()}
    life = _Life(remote, round_id, thing.fields, earlier)
    await life.go_on()
    if found is None:
        return SentRound(round_id, Ending.MADE)
    return SentRound(round_id, Ending.FINISHED if life.has_moved else Ending.THERE)


async def _rounds(remote: Remote, fields: Mapping[str, Any]) -> dict[int, Any]:
    """The organisation's rounds on the case, by number."""
    found: dict[int, Any] = {}
    after = None
    while True:
        case = (await remote.ask(_FIND, case=fields["case"], after=after))["case"]
        if case is None:
            raise Refused(Objection(("case",), f"There is no case «{fields['case']}» that you may read."))
        found |= {
            one["number"]: one
            for one in case["testRounds"]["nodes"]
            if one["organisation"]["slug"] == fields["organisation"]
        }
        if not case["testRounds"]["pageInfo"]["hasNextPage"]:
            return found
        after = case["testRounds"]["pageInfo"]["endCursor"]


@dataclass(slots=True)
class _Life:
    """A round that exists, and what its bundle says of it."""

    remote: Remote
    id: str
    fields: Mapping[str, Any]
    earlier: Mapping[int, Sequence[str]]
    """The findings of the organisation's rounds on the case, by the round's number."""
    has_moved: bool = False
    ids: dict[str, list[str]] = field(default_factory=dict)
    """Of its sites, criteria and groups, in the bundle's order."""
    seen: list[str | None] = field(default_factory=list)
    """Of its observations, in the bundle's order; None for one that the round does not have, or not any more."""

    async def go_on(self) -> None:
        """Every step that the bundle tells of and that has not been made."""
        state = await self._state()
        goal, now = _LIFE.index(_goal(self.fields)), _LIFE.index(state["status"])
        if now < 1 <= goal:
            await self._do("registerTestRound")
        if goal:
            await self._deviate(len(state["deviations"]))
        if now < 2 <= goal:  # noqa: PLR2004 - the place of RUNNING
            await self._do("startTestRound", **_only(self.fields, _START))
        await self._observe()
        await self._attend(state["participants"])
        if now < 3 <= goal:  # noqa: PLR2004 - the place of ANALYSING
            await self._do("beginAnalysis")
        await self._find_out(len(state["findings"]))
        await self._judge({(one["criterion"]["id"], one["site"]["id"]) for one in state["verdicts"]})
        if _LIFE[goal] == "CONCLUDED":
            await self._do("concludeTestRound", **_only(self.fields, _CONCLUSION))

    async def _state(self) -> dict[str, Any]:
        """What the round has; the ids of its parts are kept."""
        state: dict[str, Any] = (await self.remote.ask(_STATE, id=self.id))["node"]
        for name in ("sites", "criteria", "participants"):
            self.ids[name] = [one["id"] for one in state[name]]
        page = state["observations"]
        there = [*page["nodes"]]
        while page["pageInfo"]["hasNextPage"]:
            more = await self.remote.ask(_STATE, id=self.id, after=page["pageInfo"]["endCursor"])
            page = more["node"]["observations"]
            there += page["nodes"]
        self.seen = _recognised(self._observations(), there)
        return state

    async def _do(self, mutation: str, at: Callable[[Path], Path] = lambda path: path, **given: Any) -> None:
        await self.remote.change(mutation, {"id": self.id, **given}, at=at)
        self.has_moved = True

    async def _deviate(self, recorded: int) -> None:
        for place, one in enumerate(self.fields.get("deviations", ())):
            if place >= recorded:
                at = partial(_below, ("deviations", place))
                await self._do("recordDeviation", at=at, **one, idempotencyKey=key_of(self.id, place, one))

    def _observations(self) -> list[dict[str, Any]]:
        return [{**one, "site": self.ids["sites"][one["site"]]} for one in self.fields.get("observations", ())]

    async def _observe(self) -> None:
        """Record what the round does not have; it is not counted, for whoever withdrew has left gaps."""
        places = [place for place, there in enumerate(self.seen) if there is None]
        observations = self._observations()
        for some in _batches(places):
            batch = [observations[place] for place in some]
            key = key_of(self.id, some[0], batch)
            await self._do("recordObservations", _into("observations", some), observations=batch, idempotencyKey=key)
        if places:
            await self._state()

    async def _attend(self, groups: Sequence[Mapping[str, Any]]) -> None:
        came = {
            place: one["actual"]
            for place, one in enumerate(self.fields.get("participants", ()))
            if "actual" in one and groups[place]["actual"] is None
        }
        for some in _batches(list(came)):
            batch = [{"group": self.ids["participants"][place], "actual": came[place]} for place in some]
            await self._do("recordParticipants", _into("participants", some), participants=batch)

    async def _find_out(self, recorded: int) -> None:
        findings = []
        for place, one in enumerate(self.fields.get("findings", ())):
            finding = {**one, "observations": [self.seen[index] for index in one.get("observations", ())]}
            if "previous" in one:
                finding["previous"] = self._previous(place, **one["previous"])
            findings.append(finding)
        for some in _batches(range(recorded, len(findings))):
            batch = [findings[place] for place in some]
            key = key_of(self.id, some[0], batch)
            await self._do("recordFindings", _into("findings", some), findings=batch, idempotencyKey=key)

    def _previous(self, place: int, round: int, finding: int) -> str:  # noqa: A002 - the bundle's word
        """The id of an earlier round's finding."""
        there = self.earlier.get(round, ())
        if not 0 <= finding < len(there):
            where: Path = ("findings", place, "previous")
            raise Refused(
                Objection(where, f"Your round {round} on this case has no finding {finding}: it has {len(there)}.")
            )
        return there[finding]

    async def _judge(self, given: set[tuple[str, str]]) -> None:
        verdicts = [
            {**one, "criterion": self.ids["criteria"][one["criterion"]], "site": self.ids["sites"][one["site"]]}
            for one in self.fields.get("verdicts", ())
        ]
        places = [place for place, one in enumerate(verdicts) if (one["criterion"], one["site"]) not in given]
        for some in _batches(places):
            await self._do("recordVerdicts", _into("verdicts", some), verdicts=[verdicts[place] for place in some])


def _recognised(given: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """Which of the round's observations each of the bundle's is: the one that says the same, else the next one over."""
    left = list(there)
    found: list[str | None] = []
    for one in given:
        same = next((other for other in left if _says(one, other)), None)
        if same is not None:
            left.remove(same)
        found.append(None if same is None else same["id"])
    over = iter(other["id"] for other in left)
    return [next(over, None) if one is None else one for one in found]


def _says(given: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    alias = given.get("alias")
    return (
        given["site"] == there["site"]["id"]
        and given["severity"] == there["severity"]
        and (alias and clean(alias)) == there["alias"]
        and there["text"]["text"] in {clean(wording["text"]) for wording in given["text"]}
    )


def _goal(fields: Mapping[str, Any]) -> str:
    """How far the bundle tells the round's life."""
    if "decision" in fields:
        return "CONCLUDED"
    if fields.get("findings") or fields.get("verdicts"):
        return "ANALYSING"
    if fields.get("observations") or any("actual" in one for one in fields.get("participants", ())):
        return "RUNNING"
    return "REGISTERED" if fields.get("deviations") else "PLANNED"


def _batches(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many at a time as one request takes."""
    for first in range(0, len(places), _BATCH):
        yield places[first : first + _BATCH]


def _into(name: str, places: Sequence[int]) -> Callable[[Path], Path]:
    """From the place in a request, such as `verdicts.0.note`, to the place in the bundle."""

    def at(path: Path) -> Path:
        match path:
            case (str() as field, int() as place, *rest) if field == name and place < len(places):
                return (name, places[place], *rest)
            case _:
                return path

    return at


def _below(place: Path, path: Path) -> Path:
    return (*place, *path)


def _only(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}

"""A round's life, against a model: every verb, in any order, on a round in the database."""

# ruff: noqa: D102 - each rule bears the name of what is tried

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from infra.postgres.database import Database
from services.cases.tables import Case, CaseVersion
from services.cases.terms import CaseKind
from services.errors import DomainError, ErrorCode
from services.ids import new_id
from services.log import LogEntry
from services.organisations.terms import Role, TokenScope
from services.privacy import departures
from services.test_rounds import analysis, consents, observing, test_rounds
from services.test_rounds import content as c
from services.test_rounds.tables import Consent, Criterion, Observation, ParticipantGroup, Site, TestRound
from services.test_rounds.terms import Decision, FindingState, FrozenField, Judgement, LawfulBasis
from services.text import Wording
from services.viewer import Viewer, organisation_key
from tests.factories.network import SmallNetwork

T = TypeVar("T")
Verb = Coroutine[Any, Any, UUID]
SAID = (Wording("en", "Example."),)
AHEAD = date(2050, 12, 31)
NEXT = {
    "PLANNED": {"register": "REGISTERED", "cancel": "CANCELLED"},
    "REGISTERED": {"start": "RUNNING", "cancel": "CANCELLED"},
    "RUNNING": {"analyse": "ANALYSING", "cancel": "CANCELLED"},
    "ANALYSING": {"conclude": "CONCLUDED", "cancel": "CANCELLED"},
    "CONCLUDED": {},
    "CANCELLED": {},
}
"""The life of a round, written out anew: from each state, the steps and where they lead."""
OPEN = {
    "edit": {"PLANNED"},
    "deviate": {"REGISTERED", "RUNNING", "ANALYSING"},
    "consent": {"REGISTERED", "RUNNING", "ANALYSING"},
    "observe": {"RUNNING", "ANALYSING"},
    "count": {"RUNNING", "ANALYSING"},
    "find": {"ANALYSING"},
    "judge": {"ANALYSING"},
}


class Life(RuleBasedStateMachine):
    """A round, what the model knows of it, and every verb."""

    def __init__(self, loop: asyncio.AbstractEventLoop, olen: UUID) -> None:
        super().__init__()
        self.loop, self.olen = loop, olen

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Await something on the database's loop."""
        return self.loop.run_until_complete(call)

    @initialize(steps=st.integers(0, 5))
    def plan(self, steps: int) -> None:
        self.viewer = Viewer(
            person=new_id(),
            roles=MappingProxyType({self.olen: Role.EDITOR}),
            keyring=("public", organisation_key(self.olen)),
            scopes=frozenset(TokenScope),
        )
        slug = f"case-{new_id()}"
        case = Case(slug=slug, kind=CaseKind.METHOD, owner=self.olen, audience=["public"])
        self.run(Case.insert(case).run())
        self.version, self.kept = CaseVersion(id=new_id(), case=case.id, number=1, title="{}"), False
        self.version.created_at = datetime.now(UTC)
        self.run(CaseVersion.insert(self.version).run())
        plan = c.NewTestRound(
            case=slug,
            organisation="olen",
            problem=SAID,
            hypothesis=SAID,
            sites=(c.Site(SAID),),
            criteria=(c.Criterion(SAID),),
            participants=(c.Participants(SAID, planned=9, site=0),),
            lawful_basis=LawfulBasis.CONSENT,
            retain_until=AHEAD,
        )
        self.id: UUID = self.run(test_rounds.plan_test_round(self.viewer, plan))
        self.state, self.revision, self.inside = "PLANNED", 1, 0
        self.consented, self.seen, self.judged, self.shown = False, 0, False, ""
        for step in (self.register, self.start, self.analyse, self.judge, self.conclude)[:steps]:
            step()

    def attempt(self, call: Verb, expected: set[ErrorCode]) -> bool:
        """Run a verb; whether it was done. Anything but the expected outcome fails."""
        refused: set[ErrorCode] = set()
        try:
            self.run(call)
        except DomainError as error:
            refused = {problem.code for problem in error.problems}
        assert refused == expected, f"In {self.state}."
        return not refused

    def step(self, name: str, call: Verb, also: set[ErrorCode] | None = None) -> None:
        wanted = None if name != "cancel" and self.is_kept() else NEXT[self.state].get(name)
        refusal = (also or set()) if wanted else {ErrorCode.WRONG_STATE}
        if self.attempt(call, refusal):
            assert wanted
            self.state = wanted
            self.revision += 1

    def record(self, name: str, call: Verb, also: set[ErrorCode] | None = None) -> bool:
        is_open = self.state in OPEN[name] and not self.is_kept()
        refusal = (also or set()) if is_open else {ErrorCode.WRONG_STATE}
        done = self.attempt(call, refusal)
        self.revision += done
        return done

    def is_kept(self) -> bool:
        """Whether nothing more may be begun, because its case is archived or withdrawn."""
        return self.kept and self.state not in {"RUNNING", "ANALYSING"}

    @rule(status=st.sampled_from(["PUBLISHED", "DRAFT", "ARCHIVED", "WITHDRAWN"]))
    def change_the_case(self, status: str) -> None:
        here = CaseVersion.id == self.version.id
        self.run(CaseVersion.update({CaseVersion.status: status}).where(here).run())
        self.kept = status in {"ARCHIVED", "WITHDRAWN"}

    def _only_inside(self) -> None:
        """What was just done is logged, and changes nothing that those outside may read: not the revision either."""
        self.revision, self.inside = self.revision - 1, self.inside + 1

    def part(self, table: type[Site | Criterion | ParticipantGroup]) -> UUID:
        row = self.run(table.select(table.id).where(table.test_round == self.id).first().run())
        assert row
        found: UUID = row["id"]
        return found

    @rule()
    def register(self) -> None:
        self.step("register", test_rounds.register_test_round(self.viewer, self.id))

    @rule()
    def start(self) -> None:
        self.step("start", test_rounds.start_test_round(self.viewer, self.id, c.Start()))

    @rule()
    def start_too_late(self) -> None:
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        call = test_rounds.start_test_round(self.viewer, self.id, c.Start(retain_until=yesterday))
        self.step("start", call, {ErrorCode.INVALID})

    @rule()
    def analyse(self) -> None:
        self.step("analyse", analysis.begin_analysis(self.viewer, self.id))

    @rule()
    def conclude(self) -> None:
        call = analysis.conclude_test_round(self.viewer, self.id, c.Conclusion(Decision.STOP, SAID))
        self.step("conclude", call, None if self.judged else {ErrorCode.REQUIRED})

    @rule()
    def cancel_rarely(self) -> None:
        if self.revision % 5 == 0:
            self.step("cancel", test_rounds.cancel_test_round(self.viewer, self.id, SAID))

    @rule()
    def edit(self) -> None:
        call = test_rounds.edit_test_round(self.viewer, self.id, c.TestRoundEdit(comparison_group=True))
        self.record("edit", call)

    @rule()
    def edit_hypothesis(self) -> None:
        call = test_rounds.edit_test_round(self.viewer, self.id, c.TestRoundEdit(hypothesis=SAID))
        refusal = {ErrorCode.WRONG_STATE} if self.is_kept() else set[ErrorCode]()
        self.revision += self.attempt(call, refusal if self.state == "PLANNED" else {ErrorCode.FROZEN})

    @rule()
    def deviate(self) -> None:
        deviation = c.Deviation(FrozenField.WINDOW, SAID, SAID)
        self.record("deviate", test_rounds.record_deviation(self.viewer, self.id, deviation))

    @rule()
    def consent(self) -> None:
        given = c.Consent("Alder", "Testing", "1", AHEAD)
        if self.record("consent", consents.record_consent(self.viewer, self.id, given)):
            self.consented = True
            self._only_inside()

    @rule()
    def observe(self) -> None:
        tied = c.Observation(self.part(Site), SAID, 2, alias="ALDER")
        call = observing.record_observations(self.viewer, self.id, [tied])
        self.seen += self.record("observe", call, None if self.consented else {ErrorCode.REQUIRED})

    @rule()
    def withdraw(self) -> None:
        known = self.run(Consent.exists().where(Consent.test_round == self.id).run())
        changes, shows = self.consented or self.seen > 0, self.seen > 0
        if self.attempt(
            departures.withdraw_consent(self.viewer, self.id, "alder"), set() if known else {ErrorCode.NOT_FOUND}
        ):
            self.revision += changes
            if changes and not shows:
                self._only_inside()
            self.consented, self.seen = False, 0

    @rule(actual=st.sampled_from([3, 4, 9]))
    def count(self, actual: int) -> None:
        came = c.Attendance(self.part(ParticipantGroup), actual)
        if self.record("count", observing.record_participants(self.viewer, self.id, [came], threshold=5)):
            shown = "<5" if actual < 5 else str(actual)
            if shown == self.shown:
                self._only_inside()
            self.shown = shown

    @rule()
    def find(self) -> None:
        finding = c.Finding(SAID, FindingState.NEW)
        self.record("find", analysis.record_findings(self.viewer, self.id, [finding]))

    @rule()
    def judge(self) -> None:
        verdict = c.Verdict(self.part(Criterion), self.part(Site), Judgement.MET)
        if self.record("judge", analysis.record_verdicts(self.viewer, self.id, [verdict])):
            self.judged = True

    @rule()
    def change_what_has_changed(self) -> None:
        call = test_rounds.cancel_test_round(self.viewer, self.id, SAID, expected_version=self.revision - 1)
        self.attempt(call, {ErrorCode.CONFLICT})

    @invariant()
    def is_as_the_model_says(self) -> None:
        row = self.run(TestRound.select().where(TestRound.id == self.id).first().run())
        assert row
        assert (row["status"], row["revision"]) == (self.state, self.revision)
        assert (row["decision"] is not None) == (self.state == "CONCLUDED")
        assert (row["cancelled_reason"] is not None) == (self.state == "CANCELLED")
        seen = self.run(Observation.count().where(Observation.test_round == self.id).run())
        assert seen == self.seen
        logged = self.run(LogEntry.count().where(LogEntry.subject_id == self.id).run())
        assert logged == self.revision + self.inside


def test_a_round_lives_as_the_model_says(
    open_database: Database, network: SmallNetwork, loop: asyncio.AbstractEventLoop
) -> None:
    """Whatever is tried in whatever order, a verb is done or refused as the model says, and nothing half."""
    run_state_machine_as_test(
        lambda: Life(loop, network.olen),  # type: ignore[arg-type]  # whatever makes one will do
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

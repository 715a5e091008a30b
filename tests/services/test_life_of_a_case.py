"""A case's life, against a model: every verb on it and what is said of it, in any order, on a case in the database."""

# ruff: noqa: D102 - each rule bears the name of what is tried

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest_asyncio
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.postgres.database import Database
from services.audiences import Audience
from services.cases import cases
from services.cases.content import CaseContent, Outcome, Participation
from services.cases.tables import Case, CaseVersion
from services.cases.terms import CaseKind, OutcomeKind, ParticipationRole
from services.comments import comments
from services.errors import DomainError, ErrorCode
from services.ids import new_id
from services.organisations.people import viewer_again, viewer_of
from services.organisations.tables import Person
from services.organisations.terms import TokenScope
from services.reviews import reviews
from services.reviews.terms import Recommendation
from services.test_rounds import content as c
from services.test_rounds import test_rounds
from services.text import Wording
from services.viewer import Viewer
from tests.factories.network import SmallNetwork

T = TypeVar("T")
SAID = (Wording("en", "Example."),)
CONTENT = CaseContent(
    title=SAID,
    summary=SAID,
    challenge=SAID,
    participations=(Participation(ParticipationRole.OWNER, organisation="olen"),),
    outcomes=(Outcome(OutcomeKind.NOT_REPORTED, SAID),),
    lessons=(SAID,),
)
NEXT = {
    "submit": ({"DRAFT", "CHANGES_REQUESTED"}, "SUBMITTED"),
    "review": ({"SUBMITTED"}, "IN_REVIEW"),
    "request_changes": ({"SUBMITTED", "IN_REVIEW"}, "CHANGES_REQUESTED"),
    "withdraw": ({"DRAFT", "SUBMITTED", "IN_REVIEW", "CHANGES_REQUESTED"}, "WITHDRAWN"),
    "publish": ({"SUBMITTED", "IN_REVIEW"}, "PUBLISHED"),
}
"""The life of a version, written out anew: where each step may be taken by the newest version, and where it leads."""
VERSION = st.integers(0, 3)
OUT_OF_TIME = {ErrorCode.WRONG_STATE}


class Life(RuleBasedStateMachine):
    """A case, what the model knows of it, and every verb."""

    def __init__(self, loop: asyncio.AbstractEventLoop, editor: Viewer, reviewer: Viewer) -> None:
        super().__init__()
        self.loop, self.editor, self.reviewer = loop, editor, reviewer

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Await something on the database's loop."""
        return self.loop.run_until_complete(call)

    def attempt(self, call: Coroutine[Any, Any, UUID], expected: set[ErrorCode]) -> UUID | None:
        """Run a verb; what it gave, None where it was refused. Anything but the expected outcome fails."""
        refused: set[ErrorCode] = set()
        found = None
        try:
            found = self.run(call)
        except DomainError as error:
            refused = {problem.code for problem in error.problems}
        assert refused == expected, f"In {self.states}, of which {self.current} is current."
        return found

    @initialize(steps=st.integers(0, 6))
    def draft(self, steps: int) -> None:
        self.slug = f"case-{new_id()}"
        new = cases.NewCase(self.slug, CaseKind.METHOD, "olen", CONTENT)
        self.id = self.run(cases.draft_case(self.editor, new))
        self.states, self.current = ["DRAFT"], 1
        self.said: dict[UUID, int] = {}
        self.resolved: set[UUID] = set()
        self.asked: dict[UUID, int] = {}
        for step in (self.submit, self.publish, self.edit, self.comment_first, self.archive, self.unarchive)[:steps]:
            step()

    @property
    def is_archived(self) -> bool:
        """Whether it is kept as it is."""
        return self.states[self.current - 1] == "ARCHIVED"

    def is_silent(self, number: int) -> bool:
        """Whether nothing is said of a version."""
        return self.is_archived or self.states[number - 1] == "WITHDRAWN"

    def step(self, name: str, call: Coroutine[Any, Any, UUID]) -> bool:
        states, leads_to = NEXT[name]
        may = self.states[-1] in states and not self.is_archived
        if self.attempt(call, set() if may else OUT_OF_TIME):
            self.states[-1] = leads_to
        return may

    @rule()
    def submit(self) -> None:
        self.step("submit", cases.submit_case(self.editor, self.id))

    @rule()
    def review(self) -> None:
        self.step("review", cases.start_case_review(self.editor, self.id))

    @rule()
    def request_changes(self) -> None:
        self.step("request_changes", cases.request_case_changes(self.editor, self.id, "More."))

    @rule()
    def withdraw(self) -> None:
        self.step("withdraw", cases.withdraw_case(self.editor, self.id))

    @rule()
    def publish(self) -> None:
        if self.step("publish", cases.publish_case(self.editor, self.id)):
            self.states = ["SUPERSEDED" if one == "PUBLISHED" else one for one in self.states[:-1]] + ["PUBLISHED"]
            self.current = len(self.states)

    @rule()
    def edit(self) -> None:
        may = not self.is_archived and self.states[-1] not in {"SUBMITTED", "IN_REVIEW"}
        if self.attempt(cases.edit_case(self.editor, self.id, CONTENT), set() if may else OUT_OF_TIME):
            if self.states[-1] == "PUBLISHED":
                self.states.append("DRAFT")
            elif self.states[-1] == "WITHDRAWN":
                self.states[-1] = "DRAFT"

    @rule()
    def archive(self) -> None:
        may = self.states[self.current - 1] == "PUBLISHED"
        if self.attempt(cases.archive_case(self.editor, self.id), set() if may else OUT_OF_TIME):
            self.states[self.current - 1] = "ARCHIVED"

    @rule()
    def unarchive(self) -> None:
        call = cases.unarchive_case(self.editor, self.id)
        if self.attempt(call, set() if self.is_archived else OUT_OF_TIME):
            self.states[self.current - 1] = "PUBLISHED"

    @rule()
    def share(self) -> None:
        self.attempt(cases.share_case(self.editor, self.id, Audience()), set())

    @rule()
    def plan_a_round(self) -> None:
        plan = c.NewTestRound(case=self.slug, organisation="olen", problem=SAID, hypothesis=SAID)
        refusal = OUT_OF_TIME if self.is_silent(self.current) else set[ErrorCode]()
        self.attempt(test_rounds.plan_test_round(self.editor, plan), refusal)

    def comment_first(self) -> None:
        self.comment(0)

    @rule(version=VERSION)
    def comment(self, version: int) -> None:
        number = version % len(self.states) + 1 if version else None
        new = comments.NewComment("Example.", subject_version=number)
        of = number or self.current
        made = self.attempt(
            comments.add_comment(self.editor, ("Case", self.id), new),
            OUT_OF_TIME if self.is_silent(of) else set(),
        )
        if made:
            self.said[made] = of

    @precondition(lambda self: self.said)
    @rule(choice=st.integers(0, 9))
    def change_what_was_said(self, choice: int) -> None:
        comment, number = list(self.said.items())[choice % len(self.said)]
        silent = self.is_silent(number)
        is_resolved = comment in self.resolved
        refusal = OUT_OF_TIME if silent or is_resolved else set[ErrorCode]()
        self.attempt(comments.edit_comment(self.editor, comment, "Better."), refusal)
        if self.attempt(comments.resolve_comment(self.editor, comment), refusal):
            self.resolved.add(comment)
        refusal = OUT_OF_TIME if silent or comment not in self.resolved else set()
        if self.attempt(comments.reopen_comment(self.editor, comment), refusal):
            self.resolved.discard(comment)

    @precondition(lambda self: self.said)
    @rule()
    def take_back_what_was_said(self) -> None:
        comment = self.said.popitem()[0]
        self.attempt(comments.delete_comment(self.editor, comment), set())

    @rule(version=VERSION)
    def ask_for_a_review(self, version: int) -> None:
        number = version % len(self.states) + 1
        due = datetime.now(UTC).date() + timedelta(days=9)
        new = reviews.NewReview(due, subject_version=number, guest_reader=True)
        refusal = {ErrorCode.ALREADY_EXISTS} if number in self.asked.values() else set()
        made = self.attempt(
            reviews.request_review(self.editor, ("Case", self.id), self.reviewer.person, new),
            OUT_OF_TIME if self.is_silent(number) else refusal,
        )
        if made:
            self.asked[made] = number

    @precondition(lambda self: self.asked)
    @rule(submits=st.booleans())
    def answer_a_review(self, submits: bool) -> None:  # noqa: FBT001 - a drawn value
        reviewer = self.run(viewer_again(self.reviewer))  # with what the review lends them
        review, number = self.asked.popitem()
        refusal = OUT_OF_TIME if self.is_silent(number) else set[ErrorCode]()
        if not submits:
            self.attempt(reviews.decline_review(reviewer, review), set())
            return
        accept = reviews.accept_review(reviewer, review, has_no_conflict_of_interest=True)
        verdict = reviews.Verdict("Good.", Recommendation.PUBLISH)
        if self.attempt(accept, refusal):
            self.attempt(reviews.submit_review(reviewer, review, verdict), set())
        else:
            self.asked[review] = number

    @invariant()
    def is_as_the_model_says(self) -> None:
        rows = self.run(
            CaseVersion.select(CaseVersion.status).where(CaseVersion.case == self.id).order_by(CaseVersion.number).run()
        )
        assert [row["status"] for row in rows] == self.states
        case = self.run(Case.select(Case.current_number).where(Case.id == self.id).first().run())
        assert case
        assert case["current_number"] == self.current


@pytest_asyncio.fixture(loop_scope="session")
async def people(network: SmallNetwork) -> dict[str, Viewer]:
    """Olen's editor, and a reviewer of the institute."""
    found = {}
    for name in ("Olen editor", "Reviewer"):
        row = await Person.select(Person.id).where(Person.name == name).first()
        viewer = await viewer_of(row["id"], tuple(TokenScope)) if row else None
        assert viewer
        found[name] = viewer
    return found


def test_a_case_lives_as_the_model_says(
    open_database: Database, loop: asyncio.AbstractEventLoop, people: dict[str, Viewer]
) -> None:
    """Whatever is tried in whatever order is done or refused as the model says: what is archived stays as it is."""
    run_state_machine_as_test(
        lambda: Life(loop, people["Olen editor"], people["Reviewer"]),  # type: ignore[arg-type]  # what makes one will do
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

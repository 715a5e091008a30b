"""Verbs after the testing: findings, verdicts, and the conclusion."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from piccolo.columns import JSONB

from services.access import readable
from services.columns import stored
from services.errors import ErrorCode, Problem, refuse_if
from services.reading import Reading
from services.test_rounds import content as c
from services.test_rounds import rules
from services.test_rounds.observing import check_batch
from services.test_rounds.steps import changed, check_ready, is_repeated, reached, ready
from services.test_rounds.tables import (
    Criterion,
    FindingEvidence,
    Observation,
    RoundFinding,
    Site,
    TestRound,
    Verdict,
)
from services.test_rounds.terms import FindingState
from services.text import texts_of
from services.transaction import transaction
from services.viewer import Viewer

Part = Criterion | Observation | RoundFinding | Site


async def begin_analysis(viewer: Viewer, round_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """End the testing."""
    async with transaction():
        found = await ready(viewer, round_id, "begin_analysis", expected_version)
        await changed(viewer, found, "begin_analysis")
    return found.id


async def record_findings(
    viewer: Viewer,
    round_id: UUID | None,
    findings: Sequence[c.Finding],
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Add findings, or revise some that are there, with the observations they rest on.

    An earlier round is one of the same case that was started before this one, of whichever organisation.
    """
    async with transaction():
        found = await reached(viewer, round_id, "record_findings")
        if await is_repeated(viewer, "record_findings", idempotency_key, found, findings):
            return found.id
        await check_ready(found, "record_findings", expected_version)
        check_batch(findings, "findings")
        earlier = await _earlier(viewer, found, [one.previous for one in findings if one.previous is not None])
        own = await _ids(RoundFinding, found)
        seen = await _ids(Observation, found)
        reader = Reading()
        position = len(own)
        added, evidence = [], []
        for n, one in enumerate(findings):
            path = ("findings", str(n))
            _check_finding(one, earlier, own, seen, reader, *path)
            row = RoundFinding(
                test_round=found.id,
                position=position,
                previous=one.previous,
                statement=stored(reader.text(one.statement, *path, "statement")),
                state=one.state,
                action=stored(reader.text(one.action, *path, "action")),
            )
            if one.revises is None:
                position += 1
            else:
                row.id = one.revises
            added.append((one.revises is not None, row))
            evidence += [FindingEvidence(finding=row.id, observation=seen_id) for seen_id in one.observations]
        revised = [one.revises for one in findings if one.revises is not None]
        if len(set(revised)) < len(revised):
            reader.problem(ErrorCode.INVALID, "A finding is revised once at a time.", "findings")
        reader.finish()
        for is_revision, row in added:
            await (_revise(row) if is_revision else RoundFinding.insert(row))
        if evidence:
            await FindingEvidence.insert(*evidence)
        await changed(viewer, found, "record_findings", count=len(added))
    return found.id


async def record_verdicts(
    viewer: Viewer, round_id: UUID | None, verdicts: Sequence[c.Verdict], *, expected_version: int | None = None
) -> UUID:
    """Say whether criteria held at sites; a verdict given again takes the place of the one before."""
    async with transaction():
        found = await ready(viewer, round_id, "record_verdicts", expected_version)
        check_batch(verdicts, "verdicts")
        criteria, sites = await _ids(Criterion, found), await _ids(Site, found)
        given = {
            (row["criterion"], row["site"]): row["id"]
            for row in await Verdict.select(Verdict.id, Verdict.criterion, Verdict.site).where(
                Verdict.test_round == found.id
            )
        }
        reader = Reading()
        made: dict[Any, Verdict] = {}
        for n, one in enumerate(verdicts):
            path = ("verdicts", str(n))
            if one.criterion not in criteria:
                reader.problem(ErrorCode.NOT_FOUND, "This round has no criterion with this id.", *path, "criterion")
            if one.site not in sites:
                reader.problem(ErrorCode.NOT_FOUND, "This round has no site with this id.", *path, "site")
            if (one.criterion, one.site) in made:
                reader.problem(ErrorCode.INVALID, "There are two verdicts on this criterion at this site.", *path)
            made[one.criterion, one.site] = Verdict(
                test_round=found.id,
                position=n,
                criterion=one.criterion,
                site=one.site,
                judgement=one.verdict,
                note=stored(reader.text(one.note, *path, "note")),
            )
        reader.finish()
        replaced = [given[pair] for pair in made if pair in given]
        if replaced:
            await Verdict.delete().where(Verdict.id.is_in(replaced))
        await Verdict.insert(*made.values())
        await changed(viewer, found, "record_verdicts", count=len(made))
    return found.id


async def conclude_test_round(
    viewer: Viewer, round_id: UUID | None, conclusion: c.Conclusion, *, expected_version: int | None = None
) -> UUID:
    """Take the decision (rule 12). Raises DomainError with every verdict that is missing."""
    async with transaction():
        found = await ready(viewer, round_id, "conclude_test_round", expected_version)
        reader = Reading()
        reason = stored(reader.text(conclusion.decision_reason, "decisionReason"))
        reader.finish()
        judged = await Verdict.select(Verdict.criterion, Verdict.site).where(Verdict.test_round == found.id)
        refuse_if(
            rules.check_concludable(
                conclusion.decision,
                reason is not None,
                await _words(Criterion, Criterion.statement, found),
                await _words(Site, Site.name, found),
                {(row["criterion"], row["site"]) for row in judged},
            )
        )
        await changed(
            viewer,
            found,
            "conclude_test_round",
            {
                TestRound.decision: conclusion.decision,
                TestRound.decision_reason: reason,
                TestRound.concluded_at: datetime.now(UTC),
            },
            decision=conclusion.decision,
        )
    return found.id


def _check_finding(
    one: c.Finding,
    earlier: Mapping[UUID, FindingState],
    own: set[UUID],
    seen: set[UUID],
    reader: Reading,
    *path: str,
) -> None:
    if one.previous is not None and one.previous not in earlier:
        reader.problem(
            ErrorCode.NOT_FOUND, "There is no such finding in an earlier round of this case.", *path, "previous"
        )
    else:
        state = None if one.previous is None else earlier[one.previous]
        for problem in rules.check_fate(state, one.state):
            reader.problems.append(Problem(problem.code, problem.message, (*path, *problem.field)))
    if one.revises is not None and one.revises not in own:
        reader.problem(ErrorCode.NOT_FOUND, "This round has no finding with this id.", *path, "revises")
    for place, observation in enumerate(one.observations):
        where = (*path, "observations", str(place))
        if observation not in seen:
            reader.problem(ErrorCode.NOT_FOUND, "This round has no observation with this id.", *where)
        elif observation in one.observations[:place]:
            reader.problem(ErrorCode.INVALID, "This observation is named already.", *where)


async def _revise(row: RoundFinding) -> None:
    await RoundFinding.update(
        {
            RoundFinding.previous: row.previous,
            RoundFinding.statement: row.statement,
            RoundFinding.state: row.state,
            RoundFinding.action: row.action,
        }
    ).where(RoundFinding.id == row.id)
    await FindingEvidence.delete().where(FindingEvidence.finding == row.id)


async def _earlier(viewer: Viewer, found: TestRound, wanted: list[UUID]) -> dict[UUID, FindingState]:
    """Those of the findings that the viewer may read and that an earlier round of the case has, with their states."""
    if not wanted:
        return {}
    of = RoundFinding.test_round
    rows = await RoundFinding.select(RoundFinding.id, RoundFinding.state, of.audience.as_alias("audience")).where(
        RoundFinding.id.is_in(wanted) & (of.case == found.case) & (of.started_at < found.started_at)
    )
    return {row["id"]: FindingState(row["state"]) for row in rows if readable(row["audience"], viewer.keyring)}


async def _ids(part: type[Part], found: TestRound) -> set[UUID]:
    return {row["id"] for row in await part.select(part.id).where(part.test_round == found.id)}


async def _words(part: type[Criterion | Site], column: JSONB, found: TestRound) -> dict[UUID, str]:
    rows = await part.select(part.id, column).where(part.test_round == found.id).order_by(part.position)
    return {row["id"]: _source(json.loads(row[column._meta.name])) for row in rows}  # noqa: SLF001 - reflection


def _source(text: Mapping[str, Any]) -> str:
    return texts_of(text)[text["source"]]

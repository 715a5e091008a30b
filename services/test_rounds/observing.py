"""Verbs while people test: what was seen, and how many came."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.columns import stored
from services.errors import DomainError, ErrorCode, Problem, refusal
from services.reading import Reading
from services.test_rounds import content as c
from services.test_rounds.consents import ALIAS_LIMIT, consents_of, short
from services.test_rounds.rows import MOST_PEOPLE
from services.test_rounds.rules import check_consent, check_recording, suppressed
from services.test_rounds.steps import changed, changed_inside, check_ready, is_repeated, reached, ready
from services.test_rounds.tables import Observation, ParticipantGroup, Site, TestRound
from services.test_rounds.terms import LawfulBasis
from services.transaction import transaction
from services.viewer import Viewer, organisation_key

MOST_AT_ONCE = 100
MOST_OBSERVATIONS = 10_000
"""How many observations a round has at most."""
_SEVERITY = (0, 4)


async def record_observations(
    viewer: Viewer,
    round_id: UUID | None,
    observations: Sequence[c.Observation],
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Add up to 100 observations: all of them, or, where one is refused, none."""
    async with transaction():
        found = await reached(viewer, round_id, "record_observations")
        if await is_repeated(viewer, "record_observations", idempotency_key, found, observations):
            return found.id
        await check_ready(found, "record_observations", expected_version)
        check_batch(observations, "observations")
        last = (
            await Observation.select(Observation.position)
            .where(Observation.test_round == found.id)
            .order_by(Observation.position, ascending=False)
            .first()
        )
        first = last["position"] + 1 if last else 0
        reader = Reading()
        if first + len(observations) > MOST_OBSERVATIONS:
            reader.problem(
                ErrorCode.INVALID, f"A round holds at most {MOST_OBSERVATIONS} observations.", "observations"
            )
        sites = {row["id"] for row in await Site.select(Site.id).where(Site.test_round == found.id)}
        now = datetime.now(UTC)
        made = []
        for n, one in enumerate(observations):
            path = ("observations", str(n))
            row = _observation(found, first + n, one, now, reader, *path)
            if one.site not in sites:
                reader.problem(ErrorCode.NOT_FOUND, "This round has no site with this id.", *path, "site")
            reader.problems += _at(
                path, check_recording(row.alias, recorded=one.recorded, records_people=found.records_people)
            )
            made.append(row)
        is_inside = organisation_key(found.organisation) in viewer.keyring
        if not is_inside:
            reader.finish()
        problems = await _without_consent(found, made)
        if problems and not is_inside:
            raise DomainError(
                [Problem(ErrorCode.FORBIDDEN, _NOT_RECORDED, ("observations",))], concerns=found.organisation
            )
        reader.problems += problems
        reader.finish()
        await Observation.insert(*made)
        await changed(viewer, found, "record_observations", count=len(made))
    return found.id


_NOT_RECORDED = (
    "Nothing can be recorded under at least one of these aliases now. The organisation that runs the round knows under"
    " which, and why: ask it."
)
"""Consents are not a partner's to read: neither under which alias nor for which reason does a refusal say."""


async def record_participants(
    viewer: Viewer,
    round_id: UUID | None,
    participants: Sequence[c.Attendance],
    *,
    threshold: int,
    expected_version: int | None = None,
) -> UUID:
    """Say how many of each group came; a number given again takes the place of the one before.

    Groups of fewer than `threshold` are hidden outside (rule 6), and so is that one was put right within it.
    """
    async with transaction():
        found = await ready(viewer, round_id, "record_participants", expected_version)
        check_batch(participants, "participants")
        groups: dict[UUID, int | None] = {
            row["id"]: row["actual"]
            for row in await ParticipantGroup.select(ParticipantGroup.id, ParticipantGroup.actual).where(
                ParticipantGroup.test_round == found.id
            )
        }
        reader = Reading()
        for n, one in enumerate(participants):
            path = ("participants", str(n))
            if one.group not in groups:
                reader.problem(ErrorCode.NOT_FOUND, "This round has no group with this id.", *path, "group")
            reader.between(0, MOST_PEOPLE, one.actual, *path, "actual")
        reader.finish()
        came = {one.group: one.actual for one in participants if one.group in groups}
        for group, actual in came.items():
            await ParticipantGroup.update({ParticipantGroup.actual: actual}).where(ParticipantGroup.id == group)
        shows = any(suppressed([groups[one]], threshold) != suppressed([came[one]], threshold) for one in came)
        await (changed if shows else changed_inside)(viewer, found, "record_participants")
    return found.id


def check_batch(given: Sequence[object], *field: str) -> None:
    """Raise DomainError unless there are 1 to 100."""
    if not given:
        raise refusal(ErrorCode.REQUIRED, "Give at least one.", *field)
    if len(given) > MOST_AT_ONCE:
        raise refusal(
            ErrorCode.INVALID,
            f"At most {MOST_AT_ONCE} are taken at once; these are {len(given)}. Send them in parts.",
            *field,
        )


async def _without_consent(found: TestRound, made: Sequence[Observation]) -> list[Problem]:
    """What observations lack of their participants' consent, by their place (rule 4)."""
    basis, consents = LawfulBasis(found.lawful_basis), await consents_of(found)
    return [
        problem
        for n, row in enumerate(made)
        for problem in _at(
            ("observations", str(n)),
            check_consent(basis, row.alias, recorded=row.recorded and found.records_people, consents=consents),
        )
    ]


def _at(path: tuple[str, ...], problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(problem.code, problem.message, (*path, *problem.field)) for problem in problems]


def _observation(
    found: TestRound, position: int, one: c.Observation, now: datetime, reader: Reading, *path: str
) -> Observation:
    if one.observed_at is not None and one.observed_at > now:
        reader.problem(ErrorCode.INVALID, "This lies in the future.", *path, "observedAt")
    return Observation(
        test_round=found.id,
        position=position,
        site=one.site,
        alias=None if one.alias is None else short(one.alias, ALIAS_LIMIT, reader, *path, "alias"),
        task=stored(reader.text(one.task, *path, "task")),
        text=stored(reader.text(one.text, *path, "text")),
        severity=reader.between(*_SEVERITY, one.severity, *path, "severity"),
        quote=stored(reader.text(one.quote, *path, "quote")),
        recorded=one.recorded,
        observed_at=one.observed_at or now,
        created_at=now,
    )

"""Verbs on a round as a whole: plan, edit, register, deviate from, start, share and cancel it.

Any organisation may run a round on a case that it can read: labs test what others made. Its editors answer for the
round, and every verb is theirs.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from piccolo.table import Table

from services import audiences, idempotency, log
from services.access import access_for_change, readable, require_role, unknown, unknown_slug, within
from services.audiences import Audience
from services.cases.tables import Case
from services.columns import stored
from services.errors import ErrorCode, refusal, refuse_if
from services.life_cycle import check_thing_going_on
from services.organisations.organisations import organisation_named
from services.organisations.tables import Organisation
from services.organisations.terms import Role, TokenScope
from services.reading import Reading, Text, reading
from services.test_rounds import content as c
from services.test_rounds import rows, rules
from services.test_rounds.steps import changed, check_ready, is_repeated, reached, ready
from services.test_rounds.tables import Criterion, Deviation, ParticipantGroup, Site, TestRound
from services.test_rounds.terms import LawfulBasis, RoundStatus
from services.transaction import transaction
from services.viewer import Viewer, handed_on, lent, organisation_key

LAST_NUMBER: Final = 9_999


async def plan_test_round(viewer: Viewer, new: c.NewTestRound, *, idempotency_key: str | None = None) -> UUID:
    """Plan a round on a case. Its number is the organisation's next free one on that case, unless one is given.

    Numbers are counted per organisation, because a number taken by a round that one may not read would tell of it.
    """
    viewer.require_scope(TokenScope.WRITE)
    async with transaction():
        organisation = await organisation_named(new.organisation, "organisation")
        await require_role(viewer, organisation.id, Role.EDITOR, "plan its test rounds")
        claim = await idempotency.claim(viewer, "plan_test_round", idempotency_key, new)
        if claim.made:
            return claim.id
        case = await _case(viewer, new.case, organisation)
        await check_thing_going_on(("Case", case.id), "case")
        audience = await _audience(viewer, new.audience, organisation.id, case)
        number = await _number(case.id, organisation.id, new.number)
        reader = await reading((site.organisation for site in new.sites), ())
        start, end = rows.window(new.window, reader)
        reader.problems += rules.check_retention(new.retain_until, datetime.now(UTC).date(), "retainUntil")
        planned = TestRound(
            id=claim.id,
            audience=audience,
            case=case.id,
            organisation=organisation.id,
            number=number,
            problem=stored(reader.text(new.problem, "problem")),
            hypothesis=stored(reader.text(new.hypothesis, "hypothesis")),
            prototype_version=rows.prototype(new.prototype_version, reader),
            window_start=start,
            window_end=end,
            lawful_basis=new.lawful_basis,
            retain_until=new.retain_until,
            records_people=new.records_people,
            comparison_group=new.comparison_group,
            is_example=new.is_example,
        )
        sites = rows.sites(planned.id, new.sites, reader)
        criteria = rows.criteria(planned.id, new.criteria, reader)
        groups = rows.groups(planned.id, new.participants, sites, reader)
        reader.finish()
        await TestRound.insert(planned)
        await _insert(sites, criteria, groups)
        await log.record(viewer, "plan_test_round", "TestRound", planned.id, organisation=organisation.id)
    return claim.id


async def edit_test_round(
    viewer: Viewer, round_id: UUID | None, edit: c.TestRoundEdit, *, expected_version: int | None = None
) -> UUID:
    """Change a plan. After registration every field that it froze is refused with FROZEN (rule 3)."""
    async with transaction():
        found = await reached(viewer, round_id, "edit_test_round")
        refuse_if(rules.check_unfrozen(RoundStatus(found.status), _frozen_in(edit)))
        await check_ready(found, "edit_test_round", expected_version)
        reader = await reading((site.organisation for site in edit.sites or ()), ())
        columns = _edited_columns(edit, reader)
        if edit.audience is not None:
            case = await Case.objects().where(Case.id == found.case).first()
            if case is None:
                raise unknown("test round", "id")
            await require_role(viewer, found.organisation, Role.EDITOR, "say who may read its test rounds")
            columns["audience"] = await _readers(viewer, edit.audience, found, case)
        await _edit_parts(found, edit, reader)
        await changed(viewer, found, "edit_test_round", columns)
    return found.id


async def register_test_round(viewer: Viewer, round_id: UUID | None, *, expected_version: int | None = None) -> UUID:
    """Freeze the plan (rule 3)."""
    async with transaction():
        found = await ready(viewer, round_id, "register_test_round", expected_version)
        sites = await Site.count().where(Site.test_round == found.id)
        criteria = await Criterion.count().where(Criterion.test_round == found.id)
        refuse_if(rules.check_registrable(sites, criteria))
        await changed(viewer, found, "register_test_round", {TestRound.registered_at: datetime.now(UTC)})
    return found.id


async def record_deviation(
    viewer: Viewer,
    round_id: UUID | None,
    deviation: c.Deviation,
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Say what was done otherwise than registered, dated now; the original stays beside it (rule 3)."""
    async with transaction():
        found = await reached(viewer, round_id, "record_deviation")
        if await is_repeated(viewer, "record_deviation", idempotency_key, found, deviation):
            return found.id
        await check_ready(found, "record_deviation", expected_version)
        reader = Reading()
        row = Deviation(
            test_round=found.id,
            position=await Deviation.count().where(Deviation.test_round == found.id),
            field=deviation.field,
            change=stored(reader.text(deviation.change, "change")),
            reason=stored(reader.text(deviation.reason, "reason")),
        )
        reader.finish()
        await Deviation.insert(row)
        await changed(viewer, found, "record_deviation", field=deviation.field)
    return found.id


async def start_test_round(
    viewer: Viewer, round_id: UUID | None, start: c.Start, *, expected_version: int | None = None
) -> UUID:
    """Begin to test with people (rule 4). Without a lawful basis, given or planned, it is a public body's task."""
    async with transaction():
        found = await ready(viewer, round_id, "start_test_round", expected_version)
        now = datetime.now(UTC)
        basis = start.lawful_basis or found.lawful_basis or LawfulBasis.PUBLIC_TASK
        retain_until = start.retain_until or found.retain_until
        sites = await Site.count().where(Site.test_round == found.id)
        refuse_if(rules.check_startable(LawfulBasis(basis), retain_until, sites, now.date()))
        records = found.records_people if start.records_people is None else start.records_people
        await changed(
            viewer,
            found,
            "start_test_round",
            {
                TestRound.lawful_basis: basis,
                TestRound.retain_until: retain_until,
                TestRound.records_people: records,
                TestRound.started_at: now,
            },
        )
    return found.id


async def share_test_round(
    viewer: Viewer, round_id: UUID | None, audience: Audience, *, expected_version: int | None = None
) -> UUID:
    """Say who may read a round, in any state; nobody may who cannot read its case."""
    async with transaction():
        found = await ready(viewer, round_id, "share_test_round", expected_version)
        case = await Case.objects().where(Case.id == found.case).first()
        if case is None:
            raise unknown("test round", "id")
        readers = await _readers(viewer, audience, found, case)
        await changed(viewer, found, "share_test_round", {TestRound.audience: readers})
    return found.id


async def cancel_test_round(
    viewer: Viewer, round_id: UUID | None, reason: Text, *, expected_version: int | None = None
) -> UUID:
    """Stop a round, with a reason. What was recorded stays."""
    async with transaction():
        found = await ready(viewer, round_id, "cancel_test_round", expected_version)
        reader = Reading()
        words = stored(reader.text(reason, "reason"))
        reader.finish()
        await changed(viewer, found, "cancel_test_round", {TestRound.cancelled_reason: words})
    return found.id


# -- planning ------------------------------------------------------------------------------------------------------


async def _case(viewer: Viewer, slug: str, organisation: Organisation) -> Case:
    """The case, locked so that two rounds planned at once get two numbers."""
    named = await Case.select(Case.id, Case.audience).where(Case.slug == slug).first()
    if named is None or not readable(named["audience"], viewer.keyring):
        raise unknown_slug("case", slug, "case")
    case = await access_for_change(Case, viewer, named["id"], "case", "case")
    await audiences.check_reads(organisation.id, organisation.slug, case.audience, "case")
    return case


async def _audience(viewer: Viewer, audience: Audience | None, organisation: UUID, case: Case) -> list[str]:
    """The keys of a round; without an audience, the case's. The organisation that runs it always reads it.

    Of those who are named only readers of the case are among them. Who that leaves out is told, by a DomainError, to
    editors of the case alone: others may not know its readers.
    """
    own = organisation_key(organisation)
    if audience is None:
        return list(dict.fromkeys([own, *handed_on(case.audience)]))
    if not viewer.has_role(case.owner, Role.EDITOR):
        kept = await audiences.readers_among(viewer, audience, organisation, case.audience, "audience", case=case.id)
        return list(dict.fromkeys([own, *kept]))
    keys = await audiences.keys(viewer, audience, organisation, "audience", case=case.id, among=case.audience)
    if not within(set(keys) - {own}, case.audience):
        raise refusal(
            ErrorCode.INVALID,
            "A round is read by no more than its case is. Name readers of the case, or ask its owner to share it.",
            "audience",
        )
    return keys


async def _readers(viewer: Viewer, audience: Audience, found: TestRound, case: Case) -> list[str]:
    """The keys of a round that is there. Whom reviews of it let in stay until they end."""
    return [*await _audience(viewer, audience, found.organisation, case), *lent(found.audience)]


async def _number(case: UUID, organisation: UUID, wanted: int | None) -> int:
    taken = {
        row["number"]
        for row in await TestRound.select(TestRound.number).where(
            (TestRound.case == case) & (TestRound.organisation == organisation)
        )
    }
    if wanted is None:
        return max(taken, default=0) + 1
    if not 1 <= wanted <= LAST_NUMBER:
        raise refusal(ErrorCode.INVALID, f"Rounds are numbered from 1 to {LAST_NUMBER}.", "number")
    if wanted in taken:
        raise refusal(
            ErrorCode.ALREADY_EXISTS, f"Your round {wanted} on this case is there already; take another.", "number"
        )
    return wanted


# -- editing -------------------------------------------------------------------------------------------------------

_FROZEN_COLUMNS = {
    "problem": "problem",
    "hypothesis": "hypothesis",
    "prototype_version": "prototypeVersion",
    "criteria": "criteria",
    "sites": "sites",
    "participants": "participants",
    "window": "window",
}


def _frozen_in(edit: c.TestRoundEdit) -> list[str]:
    return [shown for name, shown in _FROZEN_COLUMNS.items() if getattr(edit, name) is not None]


def _edited_columns(edit: c.TestRoundEdit, reader: Reading) -> dict[Any, Any]:
    """The columns that an edit changes, by name."""
    columns: dict[Any, Any] = {
        name: stored(reader.text(words, name))
        for name, words in (("problem", edit.problem), ("hypothesis", edit.hypothesis))
        if words is not None
    }
    if edit.prototype_version is not None:
        columns["prototype_version"] = rows.prototype(edit.prototype_version, reader)
    if edit.window is not None:
        columns["window_start"], columns["window_end"] = rows.window(edit.window, reader)
    reader.problems += rules.check_retention(edit.retain_until, datetime.now(UTC).date(), "retainUntil")
    for name in ("lawful_basis", "retain_until", "records_people", "comparison_group"):
        if getattr(edit, name) is not None:
            columns[name] = getattr(edit, name)
    return columns


async def _edit_parts(found: TestRound, edit: c.TestRoundEdit, reader: Reading) -> None:
    """Replace the lists that are given; new sites take the groups that stood at the old ones along."""
    sites = (
        await Site.objects().where(Site.test_round == found.id).order_by(Site.position)
        if edit.sites is None
        else rows.sites(found.id, edit.sites, reader)
    )
    if edit.sites is not None and edit.participants is None:
        stand_there = (ParticipantGroup.test_round == found.id) & ParticipantGroup.site.is_not_null()
        if await ParticipantGroup.exists().where(stand_there):
            reader.problem(
                ErrorCode.REQUIRED, "Give the participants too: they stand at the sites you replace.", "participants"
            )
    criteria = rows.criteria(found.id, edit.criteria or (), reader)
    groups = rows.groups(found.id, edit.participants or (), sites, reader)
    reader.finish()
    if edit.participants is not None:
        await ParticipantGroup.delete().where(ParticipantGroup.test_round == found.id)
    if edit.sites is not None:
        await Site.delete().where(Site.test_round == found.id)
        await _insert(sites)
    if edit.criteria is not None:
        await Criterion.delete().where(Criterion.test_round == found.id)
        await _insert(criteria)
    await _insert(groups)


async def _insert(*batches: Iterable[Table]) -> None:
    for batch in batches:
        made = list(batch)
        if made:
            await type(made[0]).insert(*made)

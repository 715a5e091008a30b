"""What the organisations that take part in a case may do with it, by their role.

Being named as a partner gives no rights by itself: the owner has to let the organisation into the case as well, so that
it can read what it is to change. Then its editors may do what its roles in the newest version say.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from services.audiences import keyring_of
from services.cases.content import Participation as GivenParticipation
from services.cases.tables import Case, CaseVersion, Participation
from services.cases.terms import ParticipationRole as As
from services.errors import ErrorCode, refusal
from services.organisations.terms import Role
from services.viewer import Viewer, admission_key

_WRITE: Final = frozenset({"edit_case"})
_RUN_ROUNDS: Final = frozenset(
    {
        "edit_test_round",
        "register_test_round",
        "record_deviation",
        "start_test_round",
        "record_observations",
        "record_participants",
        "begin_analysis",
        "record_findings",
        "record_verdicts",
    }
)
"""On the rounds that the case's owner runs. Concluding, cancelling and sharing one, and the consents, stay with it: it
decides, and it answers to those who took part."""

MAY: Final[Mapping[As, frozenset[str]]] = {
    As.OWNER: _WRITE | _RUN_ROUNDS,
    As.HOST: _WRITE | _RUN_ROUNDS,
    As.FACILITATOR: _WRITE | _RUN_ROUNDS,
    As.CO_CREATOR: _WRITE,
    As.TESTER: _RUN_ROUNDS,
    As.EXPERT: frozenset(),
    As.FUNDER: frozenset(),
    As.BENEFICIARY: frozenset(),
}
"""Role → verbs. Whatever stands nowhere here is the owner's alone: submitting, publishing, withdrawing, sharing."""

_NEWEST: Final = '(select id from case_version where "case" = {} order by number desc limit 1)'


async def is_partner(viewer: Viewer, case_id: UUID, verb: str) -> bool:
    """Whether the viewer edits for an organisation that takes part in a case, was let in, and may use the verb."""
    editing = [one for one in viewer.roles if viewer.has_role(one, Role.EDITOR)]
    if not editing or admission_key(case_id) not in viewer.keyring:
        return False
    return await _take_part(editing, case_id, verb)


async def may_edit(organisation: UUID, case_id: UUID) -> bool:
    """Whether an organisation owns a case, or takes part in it, was let in, and may edit it: its owner trusts it."""
    owns = (Case.id == case_id) & (Case.owner == organisation)
    return await Case.exists().where(owns) or await _take_part([organisation], case_id, "edit_case")


async def check_powers_stay(viewer: Viewer, case_id: UUID, given: Iterable[GivenParticipation]) -> None:
    """Raise DomainError FORBIDDEN where a partner would give an organisation another role, and with it other powers."""
    case = await Case.select(Case.owner).where(Case.id == case_id).first()
    if case is None or viewer.has_role(case["owner"], Role.EDITOR):
        return
    newest = await CaseVersion.raw(_NEWEST.strip("()"), case_id)
    stored = await Participation.select(Participation.organisation.slug.as_alias("slug"), Participation.role).where(
        (Participation.version == newest[0]["id"]) & Participation.organisation.is_not_null()
    )
    now = {(row["slug"], row["role"]) for row in stored}
    if {(one.organisation, one.role.value) for one in given if one.organisation} != now:
        raise refusal(
            ErrorCode.FORBIDDEN,
            "Only the case's owner says which organisations take part, and as what. Leave these as they are.",
            "participations",
        )


async def _take_part(organisations: Sequence[UUID], case_id: UUID, verb: str) -> bool:
    """Whether one of the organisations takes part in a case, was let in, and may use the verb."""
    rows = await Participation.raw(
        f"select organisation, role from participation where version = {_NEWEST} and organisation = any({{}}::uuid[])",  # noqa: S608 - our own names
        case_id,
        list(organisations),
    )
    named = {row["organisation"] for row in rows if verb in MAY[As(row["role"])]}
    # Who edits for it may have been let in otherwise, as a guest: what counts is that the organisation was.
    return any([admission_key(case_id) in await keyring_of(one) for one in named])

"""What people speak of: one version of a case, a test round, a practice or an artefact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from piccolo.table import Table

from services.access import access, access_for_change, unknown
from services.artefacts.tables import Artefact
from services.audiences import KEYRING_OF
from services.cases.tables import Case
from services.errors import ErrorCode, refusal
from services.life_cycle import kept, kept_with_case
from services.practices.tables import Practice
from services.test_rounds.tables import TestRound
from services.viewer import PUBLIC, Viewer

Thing = tuple[str, UUID]
"""The kind of a subject, by its GraphQL type name, and its id."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject: its table, its column of who answers for it, and the column of what speaks of it."""

    table: type[Table]
    words: str
    column: str
    organisation: str


KINDS: Mapping[str, Kind] = {
    "Case": Kind(Case, "case", "case", "owner"),
    "TestRound": Kind(TestRound, "test round", "test_round", "organisation"),
    "Practice": Kind(Practice, "practice", "practice", "owner"),
    "Artefact": Kind(Artefact, "artefact", "artefact", "organisation"),
}

_CASE = 's."case"'
_ASKED = "(select {}::uuid as id, {}::int as version, {}::text[] as keys) asked"


def _of_publication(table: str, of_case: str) -> str:
    # Without a number the current version comes first, then the newest.
    return (
        f"select s.owner as organisation, v.number as version, s.audience as whole, v.audience, {of_case} as of_case,"  # noqa: S608 - our own names
        f" coalesce({kept(table, 's.id')}, case when v.status = 'WITHDRAWN' then v.status end) as kept"
        f' from {_ASKED} join "{table}" s on s.id = asked.id and s.audience && asked.keys'
        f' join "{table}_version" v on v."{table}" = s.id and v.audience && asked.keys'
        " where v.number = coalesce(asked.version, v.number)"
        " order by v.number = s.current_number desc, v.number desc limit 1"
    )


_OF_FILE = f"coalesce({kept('case', _CASE)}, {kept('practice', 's.practice')}, {kept_with_case('r')})"
VERSIONS: Mapping[str, str] = {
    "Case": _of_publication("case", "s.id"),
    "Practice": _of_publication("practice", "null::uuid"),
    "TestRound": (
        "select s.organisation, coalesce(asked.version, s.revision) as version, w.audience as whole, s.audience,"  # noqa: S608
        f" w.id as of_case, {kept_with_case('s')} as kept from {_ASKED}"
        " join test_round s on s.id = asked.id and s.audience && asked.keys"
        ' join "case" w on w.id = s."case" and w.audience && asked.keys'
        " where coalesce(asked.version, s.revision) between 1 and s.revision"
    ),
    "Artefact": (
        "select s.organisation, v.number as version, coalesce(c.audience, r.audience, p.audience, e.audience) as whole,"  # noqa: S608
        " case when v.withheld_at is null then s.audience else array['organisation:' || s.organisation::text] end"
        ' as audience, coalesce(s."case", r."case") as of_case,'
        f" {_OF_FILE} as kept from {_ASKED} join artefact s on s.id = asked.id"
        " and s.audience && asked.keys"
        " join artefact_version v on v.artefact = s.id and v.state = 'STORED'"
        " and (v.withheld_at is null or 'organisation:' || s.organisation::text = any(asked.keys))"
        ' left join "case" c on c.id = s."case" left join test_round r on r.id = s.test_round'
        " left join practice p on p.id = s.practice left join event e on e.id = s.event"
        " where v.number = coalesce(asked.version, v.number)"
        " and coalesce(c.audience, r.audience, p.audience, e.audience) && asked.keys"
        " order by v.number desc limit 1"
    ),
}
"""The statement of one version of a subject that a keyring may read: its organisation, the version's number, the
readers of the subject and of the version, the case that it is or belongs to, and its state, `kept`, if it is kept as it
is. It takes the subject's id, a number or null, and the keyring."""
_FOR_ORGANISATION: Mapping[str, str] = {
    name: statement.format("{}", "{}", KEYRING_OF.replace("ORGANISATION", "{}")) for name, statement in VERSIONS.items()
}
"""The same for an organisation's own keyring, whose id it takes three times."""
_NEWEST: Mapping[str, str] = {
    "Case": 'select max(number) as number from case_version where "case" = {}',
    "Practice": "select max(number) as number from practice_version where practice = {}",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One version of a thing; `audience` are those who may read that version of it and the thing itself.

    `case` is the one that it is, or belongs to; None for what belongs to a practice or an event.
    """

    kind: str
    id: UUID
    organisation: UUID
    version: int
    audience: tuple[str, ...]
    case: UUID | None
    kept: str | None
    """The state in which nothing is said of it any more, if it is in one: see services.life_cycle."""

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of a row that speaks of this."""
        return {KINDS[self.kind].column: self.id, "subject_version": self.version}


async def access_subject(viewer: Viewer, thing: Thing | None, version: int | None, *field: str) -> Subject:
    """The version of a number; without one the current version, or the newest that the viewer may read. One statement.

    Raises DomainError NOT_FOUND alike for what is not there and for what the viewer may not read: a draft's number is
    as unknown to those who may not read it as one that was never given.
    """
    if thing is None:
        raise unknown("thing", *field)
    found = await readable_subject(viewer, thing, version)
    if found is None and version is not None and await readable_subject(viewer, thing, None):
        raise refusal(ErrorCode.NOT_FOUND, f"It has no version {version}.", "subjectVersion")
    if found is None:
        raise unknown(KINDS[thing[0]].words, *field)
    return found


async def readable_subject(viewer: Viewer, thing: Thing, version: int | None) -> Subject | None:
    """As `access_subject`; None for what the viewer may not read."""
    kind, row_id = thing
    rows = await KINDS[kind].table.raw(VERSIONS[kind], row_id, version, list(viewer.keyring))
    row = next(iter(rows), None)
    if row is None:
        return None
    readers = _narrower(row["whole"], row["audience"])
    return Subject(kind, row_id, row["organisation"], row["version"], readers, row["of_case"], row["kept"])


async def reads_itself(organisation: UUID, subject: Subject) -> bool:
    """Whether an organisation may read the version itself now, whoever acts for it. One statement."""
    given = subject.id, subject.version, *[organisation] * 3
    return bool(await KINDS[subject.kind].table.raw(_FOR_ORGANISATION[subject.kind], *given))


async def newest_version(thing: Thing) -> int | None:
    """The highest version number of a case or a practice, drafts included; None for what has no versions."""
    kind, row_id = thing
    if kind not in _NEWEST:
        return None
    found = await KINDS[kind].table.raw(_NEWEST[kind], row_id)
    number: int | None = found[0]["number"]
    return number


def subject_of(row: Table) -> Thing:
    """What a comment or a review speaks of."""
    return next((name, found) for name, kind in KINDS.items() if (found := getattr(row, kind.column, None)))


async def organisation_of(viewer: Viewer, thing: Thing, what: str, *field: str) -> UUID:
    """The organisation that a subject belongs to.

    Raises DomainError NOT_FOUND, in the name of `what` speaks of it, when the viewer may not read the subject.
    """
    kind = KINDS[thing[0]]
    organisation: UUID = getattr(await access(kind.table, viewer, thing[1], what, *field), kind.organisation)
    return organisation


async def access_subject_for_change(viewer: Viewer, thing: Thing | None, *field: str) -> UUID:
    """As `organisation_of`, and nobody else can change the subject before the caller's transaction ends."""
    if thing is None:
        raise unknown("thing", *field)
    kind = KINDS[thing[0]]
    row = await access_for_change(kind.table, viewer, thing[1], kind.words, *field)
    organisation: UUID = getattr(row, kind.organisation)
    return organisation


def _narrower(whole: Iterable[str], audience: Iterable[str]) -> tuple[str, ...]:
    """A version's readers; its thing's where the version is open to everyone."""
    audience = tuple(audience)
    return tuple(whole) if PUBLIC in audience else audience

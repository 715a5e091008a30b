"""Verbs on admissions: who is let into one case beside its audience. Each runs in one transaction, and logs.

Whoever is let in reads of the case what its owner's organisation reads: drafts, and versions under an embargo, too. It
ends by itself: keyrings are made with a look at the clock, so no follow-up has to run, and nothing can be late.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from services import log
from services.access import access, access_for_change, require_role, unknown
from services.cases.rules import check_until
from services.cases.tables import Admission, Case
from services.errors import ErrorCode, refusal, refuse_if
from services.ids import new_id
from services.notifications.notifications import News, tell_organisation, tell_person
from services.notifications.terms import NotificationKind
from services.organisations.keyrings import keyring_change
from services.organisations.organisations import organisation_named
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role, TokenScope
from services.viewer import Viewer, admissions, organisation_key, person_key

_ADMIT = """
    insert into admission (id, audience, "case", person, organisation, until)
    values ({}, {}::text[], {}, {}::uuid, {}::uuid, {}::timestamptz)
    on conflict ("case", WHO) do update set until = excluded.until
    returning id
"""
_ADMIT_PERSON, _ADMIT_ORGANISATION = (_ADMIT.replace("WHO", who) for who in ("person", "organisation"))
# The database's own clock, as in the keyrings: from the next one on the key is gone.
_END = "update admission set until = now() where id = {} and until > now() returning id"
_HELD = """
    select asked.key from unnest({}::text[]) asked(key)
    where exists (
        select from admission where until > now() and "case" = substr(asked.key, strpos(asked.key, ':') + 1)::uuid
    )
"""


async def invite_guest(viewer: Viewer, case_id: UUID | None, person_id: UUID | None, until: datetime) -> UUID:
    """Let a person whom the viewer can see into a case; gives the admission's id. Inviting again moves the instant."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        case = await access_for_change(Case, viewer, case_id, "case", "case")
        await require_role(viewer, case.owner, Role.EDITOR, "invite guests to its cases")
        person = await access(Person, viewer, person_id, "person", "person")
        return await admit_person(viewer, case, person.id, until)


async def admit_organisation(viewer: Viewer, case_id: UUID | None, slug: str, until: datetime) -> UUID:
    """Let everyone in an organisation into a case; gives the admission's id. Admitting again moves the instant."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        case = await access_for_change(Case, viewer, case_id, "case", "case")
        await require_role(viewer, case.owner, Role.EDITOR, "let others into its cases")
        organisation = await organisation_named(slug, "organisation")
        return await admit_body(viewer, case, organisation.id, until)


async def end_admission(viewer: Viewer, admission_id: UUID | None) -> UUID:
    """End an admission now, as the case's owner or as whoever was let in. Harmless when repeated."""
    viewer.require_scope(TokenScope.WRITE)
    async with keyring_change():
        admission = await access_for_change(Admission, viewer, admission_id, "admission", "id")
        owner = await _owner(admission)
        is_theirs = viewer.speaks_as(admission.person, owner)
        is_their_bodys = admission.organisation is not None and viewer.has_role(admission.organisation, Role.EDITOR)
        if not is_theirs and not is_their_bodys:
            await require_role(viewer, owner, Role.EDITOR, "end this")
        if await Admission.raw(_END, admission.id):
            await log.record(viewer, "end_admission", "Admission", admission.id, organisation=owner)
        return admission.id


async def idle_admissions(keys: Iterable[str]) -> set[str]:
    """Those of some keys that nobody holds, since nobody is let into the case. An index does well without them.

    Every audience of a case has its key. Whoever is let in has the case indexed anew.
    """
    asked = set(admissions(keys))
    if not asked:
        return asked
    held = await Admission.raw(_HELD, sorted(asked))
    return asked - {row["key"] for row in held}


async def is_guest(person: UUID, case_id: UUID) -> bool:
    """Whether a person was let into a case themselves, and still is."""
    found = await Admission.raw(
        'select from admission where person = {} and "case" = {} and until > now()', person, case_id
    )
    return bool(found)


# -- steps, inside a keyring_change() --------------------------------------------------------------------------------


async def admit_person(viewer: Viewer, case: Case, person: UUID, until: datetime) -> UUID:
    """Let a person in, and tell them."""
    refuse_if(check_until(until, datetime.now(UTC), "until"))
    if await Membership.exists().where((Membership.person == person) & (Membership.organisation == case.owner)):
        raise refusal(ErrorCode.INVALID, "They belong to the case's owner, and read it already.", "person")
    audience = [organisation_key(case.owner), person_key(person)]
    made = await Admission.raw(_ADMIT_PERSON, new_id(), audience, case.id, person, None, until)
    await tell_person(person, News(NotificationKind.ADMITTED, "Case", case.id, until.isoformat()), case.owner)
    return await _admitted(viewer, case, made[0]["id"], until)


async def admit_body(viewer: Viewer, case: Case, organisation: UUID, until: datetime) -> UUID:
    """Let an organisation in, and tell its editors."""
    refuse_if(check_until(until, datetime.now(UTC), "until"))
    if organisation == case.owner:
        raise refusal(ErrorCode.INVALID, "It is the case's owner, and reads it already.", "organisation")
    audience = [organisation_key(case.owner), organisation_key(organisation)]
    made = await Admission.raw(_ADMIT_ORGANISATION, new_id(), audience, case.id, None, organisation, until)
    await tell_organisation(organisation, News(NotificationKind.ADMITTED, "Case", case.id, until.isoformat()))
    return await _admitted(viewer, case, made[0]["id"], until)


async def _admitted(viewer: Viewer, case: Case, admission: UUID, until: datetime) -> UUID:
    detail = {"case": str(case.id), "until": until.isoformat()}
    await log.record(viewer, "admit", "Admission", admission, organisation=case.owner, detail=detail)
    await log.enqueue("index", type="Case", id=str(case.id))  # `idle_admissions` says why
    return admission


async def _owner(admission: Admission) -> UUID:
    found = await Case.select(Case.owner).where(Case.id == admission.case).first()
    if found is None:
        raise unknown("admission", "id")
    owner: UUID = found["owner"]
    return owner

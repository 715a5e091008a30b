"""What bears somebody's name or address and is not tied to them: contacts of cases, and invitations that wait.

Anybody may call themselves anything, and an organisation may invite anybody under any address. So neither proves whose
a row is: nobody is handed these, or erases them, by themselves. Whoever runs Serra, and has seen who asks, looks at
each match and names those that are to be taken.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from services import log
from services.cases.contacts import take_contact
from services.cases.tables import Case
from services.errors import ErrorCode, refusal
from services.invitations.tables import Invitation
from services.organisations.tables import Person
from services.viewer import ANYONE

NOT_TIED: Final = (
    "Contacts that a case names, and invitations that wait for an address, are tied to no account: anybody may bear a"
    " name or be invited under an address, so Serra does not take them to be yours. If a case names you as a contact,"
    " ask the organisation that owns it, which can remove you from every version; if an invitation waits for your"
    " address, ask the organisation that made it. Or ask whoever runs this instance, who has to see first who you are."
)
"""What an export and an erasure by oneself do not reach, and whom to ask."""

_CONTACTS: Final = """
    select 'contact:' || c.slug as name, c.id as of, jsonb_agg(jsonb_build_object(
        'case', c.slug, 'owner', owner.slug, 'version', v.number, 'status', v.status,
        'name', t.name, 'role', t.role, 'organisation', body.slug, 'source', t.source
    ) order by v.number, t.position)::text as rows
    from person join case_contact t on lower(t.name) = lower(person.name)
    join case_version v on v.id = t.version join "case" c on c.id = v."case"
    join organisation owner on owner.id = c.owner left join organisation body on body.id = t.organisation
    where person.id = {} and person.name <> '' group by c.id order by c.slug
"""
_INVITATIONS: Final = """
    select 'invitation:' || o.slug as name, o.id as of, jsonb_agg(jsonb_build_object(
        'organisation', o.slug, 'email', t.email, 'role', t.role,
        'created_at', t.created_at, 'expires_at', t.expires_at
    ) order by t.id)::text as rows
    from person join invitation t on lower(t.email) = lower(person.email)
    join organisation o on o.id = t.organisation where person.id = {} group by o.id order by o.slug
"""
_TAKE: Final = "delete from invitation where organisation = {} and lower(email) = lower({}) returning id"


@dataclass(frozen=True, slots=True)
class Match:
    """The contacts of somebody's name in one case, or the invitations of one organisation to their address.

    `name` is what an operator calls it, such as contact:olen-vision; `of` is the case or the organisation. `rows` are
    ready for JSON.
    """

    name: str
    of: UUID
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What went: how many rows, by table and column, and out of which cases and organisations."""

    counts: Counter[str] = field(default_factory=Counter)
    of: tuple[UUID, ...] = ()


async def matches(person: UUID) -> list[Match]:
    """Everything that bears a person's name or address, in cases and organisations of anybody, drafts included."""
    rows = [*await Person.raw(_CONTACTS, person), *await Person.raw(_INVITATIONS, person)]
    return [Match(row["name"], row["of"], tuple(json.loads(row["rows"]))) for row in rows]


def chosen(found: Iterable[Match], names: Sequence[str]) -> list[Match]:
    """The matches that are named. Raises DomainError INVALID for a name that no match has."""
    by_name = {match.name: match for match in found}
    wrong = [name for name in names if name not in by_name]
    if wrong:
        there = f"there is {', '.join(by_name)}" if by_name else "there is none"
        message = f"Nothing that bears this person's name or address is called {', '.join(wrong)}: {there}."
        raise refusal(ErrorCode.INVALID, message, "also")
    return [by_name[name] for name in dict.fromkeys(names)]


async def take(person: UUID, of: Iterable[UUID]) -> Taken:
    """Delete the matches in some cases and organisations, each with a line in the log of whose it was.

    Inside the caller's transaction. Cases are held until it ends: take them before organisations and people, as
    letting somebody into a case does.
    """
    ids = sorted(set(of))
    named = await Person.objects().where(Person.id == person).first()
    if named is None or not ids:
        return Taken()
    counts: Counter[str] = Counter()
    for case in await Case.objects().where(Case.id.is_in(ids)).order_by(Case.id).lock_rows("NO KEY UPDATE"):
        if named.name:
            counts["case_contact.name"] += await take_contact(ANYONE, case, named.name)
    for organisation in ids if named.email else ():
        for row in await Invitation.raw(_TAKE, organisation, named.email):
            await log.record(ANYONE, "revoke_invitation", "Invitation", row["id"], organisation=organisation)
            counts["invitation.email"] += 1
    return Taken(counts, tuple(ids))

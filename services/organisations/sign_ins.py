"""Who came in, who was sent away, and what was denied to whom: the lines of the log that change nothing.

A line belongs to the organisations that it concerns, one line for each: a sign-in to those that the sign-in gives
powers in; what became of somebody's token to the organisations of that person; a denial to the organisation whose thing
it was about, if the person could read that thing. What concerns no organisation is for whoever runs this instance.

From where it was is told to the organisation that it went through, by its provider or by a token that was made in such
a session, and to the only one that somebody belongs to. To the others it is not: whoever works for two of them has not
asked either to learn from where they sign in to the other.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from piccolo.query.functions.aggregate import Max

from services import log
from services.audit.addresses import ADDRESSES_KEPT, keep_address, last_here
from services.organisations.tables import Membership, PersonalToken
from services.organisations.tokens import secret_hash
from services.terms import Term
from services.transaction import transaction
from services.viewer import ANYONE, Viewer

NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly a token's last use is known: a write for each request would cost more than the request."""
SIGNED_IN_EVERY: Final = timedelta(hours=1)
"""How often the log tells of the same token used from the same address."""
SIGN_IN: Final = "sign_in"
SIGN_OUT: Final = "sign_out"
REFUSE_SIGN_IN: Final = "refuse_sign_in"
DENY: Final = "deny"
CHANGES_NOTHING: Final = (SIGN_IN, REFUSE_SIGN_IN, DENY)
"""The actions after which everybody reads what they read before."""
_NOTHING_KNOWN: Final = ("Nobody", UUID(int=0))
"""The subject of a line that is about nothing we know."""
_FORGET_WHERE: Final = """
    with gone as (
        update personal_token set last_used_from = null
        where last_used_at < {} and last_used_from is not null returning 1
    ) select count(*) as n from gone
"""


class SignInMethod(Term):
    """How somebody showed who they are."""

    PERSONAL_TOKEN = "PERSONAL_TOKEN", "A personal token."
    OPENID_CONNECT = "OPENID_CONNECT", "The identity provider of their organisation."
    SESSION = "SESSION", "A session that the provider began, from an address where it was not used before."
    MACHINE_TOKEN = "MACHINE_TOKEN", "A token that the provider gave to a program."


@dataclass(frozen=True, slots=True)
class RefusedSignIn:
    """A sign-in that failed: from where, and with which of our tokens, if it was one that has ended.

    At an organisation's provider: for which organisation, as far as that is known, and why.
    """

    address: str
    token: UUID | None = None
    organisation: UUID | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """A change that was refused for want of a right."""

    person: UUID | None
    mutations: tuple[str, ...]
    organisation: UUID | None
    why: str


async def record_sign_in(
    viewer: Viewer, *, method: SignInMethod, address: str, subject: tuple[str, UUID] | None = None
) -> None:
    """Append that somebody signed in, inside the caller's transaction: a line for each organisation they act for.

    `subject` is what they signed in with, as its type and id; without it they themselves. `address` is kept apart from
    the log, for ADDRESSES_KEPT.
    """
    what = subject or ("Person", viewer.require_person())
    await _record_sign_in(viewer, method, address, what, viewer.roles)


async def record_sign_out(viewer: Viewer, *, address: str, subject: tuple[str, UUID]) -> None:
    """Append that somebody signed out, as `record_sign_in` does that they came in."""
    whence = await _whence(viewer.person, _through(viewer.within, viewer.roles), address, subject[1])
    await _record(viewer, SIGN_OUT, subject, viewer.roles, {}, whence=whence)


async def record_use(
    viewer: Viewer, method: SignInMethod, address: str, subject: tuple[str, UUID], last: datetime | None
) -> None:
    """Append that something was signed in with, unless it was within SIGNED_IN_EVERY from this address.

    An organisation that the person has joined since then is told all the same: it was not before.

    Inside the caller's transaction. `last` is when it was used before: it decides where no address is known.
    """
    since = datetime.now(UTC) - SIGNED_IN_EVERY
    noted = await last_here(subject[1], address, since) if address else last if last and last > since else None
    if noted is None:
        await record_sign_in(viewer, method=method, address=address, subject=subject)
    elif joined := await _joined(viewer, noted):
        await _record_sign_in(viewer, method, address, subject, joined)


async def _joined(viewer: Viewer, since: datetime) -> list[UUID]:
    """The organisations that the viewer acts for and has joined since an instant."""
    later = (Membership.person == viewer.person) & (Membership.since > since)
    rows = await Membership.select(Membership.organisation).where(later).order_by(Membership.organisation)
    return [row["organisation"] for row in rows if row["organisation"] in viewer.roles]


async def note_use(token: UUID, viewer: Viewer, address: str) -> None:
    """Remember that a token was used now, and from where; it counts as a sign-in once an hour for each address.

    Harmless when several processes do it at once: the second finds it done.
    """
    now, here = datetime.now(UTC), PersonalToken.id == token
    async with transaction():
        columns = (PersonalToken.last_used_at, PersonalToken.last_used_from)
        before = await PersonalToken.select(*columns).where(here).lock_rows("NO KEY UPDATE").first()
        if before is None:
            return
        joined = await Membership.select(Max(Membership.since)).where(Membership.person == viewer.person).first()
        joined_at = joined["max"] if joined else None
        if not is_due(before["last_used_at"], before["last_used_from"], address, joined_at):
            return
        await PersonalToken.update({columns[0]: now, columns[1]: address or None}).where(here)
        with_token = ("PersonalToken", token)
        await record_use(viewer, SignInMethod.PERSONAL_TOKEN, address, with_token, before["last_used_at"])


def is_due(
    last_used_at: datetime | None, last_used_from: str | None, address: str, joined_at: datetime | None = None
) -> bool:
    """Whether a use of a token is to be noted: it was not within NOTED_EVERY, or from elsewhere, or before joining."""
    if last_used_at is None or last_used_at < datetime.now(UTC) - NOTED_EVERY:
        return True
    if joined_at is not None and last_used_at < joined_at:
        return True
    return last_used_from != (address or None)


async def ended_token(secret: str) -> UUID | None:
    """The token of a secret, whether or not it still signs; None for a secret that never was one."""
    found = await PersonalToken.select(PersonalToken.id).where(PersonalToken.secret_hash == secret_hash(secret)).first()
    return found["id"] if found else None


async def record_refused_sign_in(refused: RefusedSignIn, times: int) -> None:
    """Append that sign-ins failed so often; with a token that has ended, to the log of its holder's organisations.

    At an organisation's provider to that organisation's.
    """
    async with transaction():
        columns = (PersonalToken.person, PersonalToken.organisation)
        holder = await PersonalToken.select(*columns).where(PersonalToken.id == refused.token).first()
        within, organisations = refused.organisation, [refused.organisation] if refused.organisation else []
        if holder:
            of_theirs, within = Membership.person == holder["person"], holder["organisation"]
            rows = await Membership.select(Membership.organisation).where(of_theirs).order_by(Membership.organisation)
            organisations = [row["organisation"] for row in rows if within in {None, row["organisation"]}]
        subject = ("Organisation", refused.organisation) if refused.organisation else _NOTHING_KNOWN
        if refused.token:
            subject = ("PersonalToken", refused.token)
        detail: dict[str, object] = {"times": times} | ({"why": refused.why} if refused.why else {})
        person = holder["person"] if holder else None
        whence = await _whence(person, _through(within, organisations), refused.address, subject[1])
        await _record(ANYONE, REFUSE_SIGN_IN, subject, organisations, detail, whence=whence)


async def record_denial(denied: Denied, times: int) -> None:
    """Append that somebody was denied something so often."""
    subject = ("Person", denied.person) if denied.person else _NOTHING_KNOWN
    if denied.organisation:
        subject = ("Organisation", denied.organisation)
    detail = {"mutations": list(denied.mutations), "why": denied.why, "times": times}
    concerned = [denied.organisation] if denied.organisation else []
    async with transaction():
        await _record(Viewer(person=denied.person), DENY, subject, concerned, detail)


async def record_unnamed(times: int) -> None:
    """Append that so many more refusals and denials were not told apart."""
    async with transaction():
        await _record(ANYONE, REFUSE_SIGN_IN, _NOTHING_KNOWN, (), {"times": times, "unnamed": True})


async def forget_where() -> int:
    """Forget from where tokens were last used, where that is as long ago as addresses are kept; gives how many."""
    (gone,) = await PersonalToken.raw(_FORGET_WHERE, datetime.now(UTC) - ADDRESSES_KEPT)
    count: int = gone["n"]
    return count


@dataclass(frozen=True, slots=True)
class _Whence:
    """An address that is kept apart from the log, as a line says it, and the organisations whose lines do."""

    told: Collection[UUID | None] = ()
    said: Mapping[str, str] = field(default_factory=dict)


def _through(within: UUID | None, organisations: Collection[UUID]) -> Collection[UUID]:
    """The organisations that learn from where: the one that it went through, or the only one there is."""
    if within is not None:
        return {within} & set(organisations)
    return organisations if len(organisations) == 1 else ()


async def _whence(person: UUID | None, told: Collection[UUID], address: str, subject: UUID) -> _Whence:
    """Keep an address. Where no organisation learns it, it is still known to be no new one the next time."""
    if not address:
        return _Whence()
    kept = await keep_address(address, person=person, subject=subject, organisations=told)
    return _Whence((None, *told), {"address": kept})


async def _record_sign_in(
    viewer: Viewer, method: SignInMethod, address: str, subject: tuple[str, UUID], organisations: Collection[UUID]
) -> None:
    whence = await _whence(viewer.person, _through(viewer.within, viewer.roles), address, subject[1])
    await _record(viewer, SIGN_IN, subject, organisations, {"method": method}, whence=whence)


async def _record(
    viewer: Viewer,
    action: str,
    subject: tuple[str, UUID],
    organisations: Collection[UUID],
    detail: Mapping[str, object],
    *,
    whence: _Whence = _Whence(),
) -> None:
    for organisation in organisations or (None,):
        said = {**detail, **whence.said} if organisation in whence.told else detail
        await log.record(viewer, action, *subject, organisation=organisation, detail=said)

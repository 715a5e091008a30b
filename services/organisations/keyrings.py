"""Which keys people hold, and what follows when that changes.

A person's keys follow from their memberships: their own, their organisations' and those organisations' networks'. The
same keys, `public` apart, are the audience of their profile.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from services.organisations.locks import lock_people
from services.organisations.tables import KeyringEpoch, Person
from services.transaction import transaction

KEYS = """
    array['person:' || person.id]
    || array(
        select 'organisation:' || membership.organisation from membership
        where membership.person = person.id order by 1
    )
    || array(
        select distinct 'network:' || network_member.network from membership
        join network_member on network_member.organisation = membership.organisation
        where membership.person = person.id order by 1
    )
"""
"""A person's keys, in the words of services.viewer. `public` is everyone's and not among them."""

_LET_IN = """
    from admission where admission.until > now() and (
        admission.person = person.id
        or admission.organisation in (
            select membership.organisation from membership where membership.person = person.id
        )
    )
"""
ADMISSIONS = f"array(select distinct 'admitted:' || admission.\"case\" {_LET_IN} order by 1)"
"""The keys of the cases that a person, or an organisation of theirs, was let into and may still enter.

The hour is asked each time that a keyring is made, so an admission ends by itself. Nobody's profile is read by them.
"""
LENDS = "review.lent_until > now() and review.status in ('REQUESTED', 'ACCEPTED')"
"""Whether a review is open, and lends its key to its reviewer."""
_LENT = f"from review where review.reviewer = person.id and {LENDS}"
REVIEWS = f"array(select 'review:' || review.id {_LENT} order by 1)"
"""The keys that reviews lend a person, for as long as each is open. They end by the clock like the others."""
FIRST_END = f"least((select min(admission.until) {_LET_IN}), (select min(review.lent_until) {_LENT}))"
"""When the first of all these ends, and the keyring with it; null if there is none."""

_RENEW = f"update person set audience = {KEYS} where person.id = any({{}}::uuid[]) and erased_at is null"  # noqa: S608 - only the constant above stands in it


@dataclass(slots=True)
class _Changes:
    """How many changes of keys and roles this process has committed."""

    count: int = 0


_changes = _Changes()


def keyring_changes() -> int:
    """How often this process has changed who holds which keys, roles and tokens. A viewer of before may be wrong."""
    return _changes.count


async def keyring_epoch() -> int:
    """A number that every server's changes raise; while it stays, everyone's keys, roles and tokens do."""
    row = await KeyringEpoch.select(KeyringEpoch.number).first()
    if row is None:
        raise LookupError("keyring_epoch has lost its row. Insert it again: insert into keyring_epoch default values.")
    number: int = row["number"]
    return number


@asynccontextmanager
async def keyring_change() -> AsyncIterator[None]:
    """The transaction of a verb that changes keys, roles or tokens: whoever remembers viewers forgets them after it."""
    async with transaction():
        yield
    _changes.count += 1


async def renew_audiences(*, persons: Collection[UUID] = (), organisations: Collection[UUID] = ()) -> None:
    """Set the audience of people's profiles, and of those in some organisations, by the keys they hold now.

    Call it in the transaction that changes a membership, with the organisation's row locked: a change of the same
    organisation that runs meanwhile would else go unseen. The people are locked first and looked at in a second
    statement, which sees what others had committed by then.
    """
    locked = await lock_people(persons=persons, organisations=organisations)
    if locked:
        await Person.raw(_RENEW, locked)

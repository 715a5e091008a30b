"""Locks on the rows that decide who belongs where, taken in one order, so that no two verbs wait for each other.

First a network, then organisations, then people, and several of a kind at once, by their ids. Whoever holds a network's
row decides alone who is in it and who guides it; an organisation's row, who belongs to it and with which role; a
person's, which keys, tokens and requests are theirs. What a verb was told of them before, it reads anew.

Each lasts until the caller's transaction ends. Others may go on to point at the row meanwhile, as a comment does at its
author: only NO KEY UPDATE is taken.
"""

from collections.abc import Collection
from uuid import UUID

from piccolo.columns.combination import Where

from services.organisations.tables import Network, Organisation, Person

_PEOPLE = """
    select person.id from person where person.id in (
        select unnest({}::uuid[])
        union select membership.person from membership where membership.organisation = any({}::uuid[])
    ) order by person.id for no key update
"""


async def lock_network(where: Where) -> Network | None:
    """The one network that fits, if there is one."""
    return await Network.objects().where(where).lock_rows("NO KEY UPDATE").first()


async def lock_organisations(where: Where) -> list[Organisation]:
    """The organisations that fit, in the order of their ids."""
    return await Organisation.objects().where(where).order_by(Organisation.id).lock_rows("NO KEY UPDATE")


async def lock_organisation(where: Where) -> Organisation | None:
    """The one organisation that fits, if there is one."""
    found = await lock_organisations(where)
    return found[0] if found else None


async def lock_people(*, persons: Collection[UUID] = (), organisations: Collection[UUID] = ()) -> list[UUID]:
    """Some people, and those who belong to some organisations: the ids of those that there are."""
    rows = await Person.raw(_PEOPLE, list(persons), list(organisations))
    return [row["id"] for row in rows]

"""Verbs that lock networks, organisations and people wait for each other in one direction only."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.errors import DomainError
from services.organisations.tables import Membership, Organisation, Person
from services.organisations.terms import Role
from services.privacy.erasure import erase_person
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import organisation, words

As = Callable[[str | None], Client]
SLUGS = ["one", "two", "three"]
NOTHING = "__typename"


async def erase(person_id: Any) -> None:
    """Erase somebody, as an operator does; whoever cannot be erased now is left."""
    with contextlib.suppress(DomainError):
        await erase_person(person_id)


async def join(admin: Client, guest: Client, slug: str) -> None:
    """Follow a link into an organisation, where that is still possible."""
    made = await admin.change("inviteMember", {"organisation": slug, "role": "READER"}, "secret")
    if made["secret"]:
        await guest.change("acceptInvitation", {"secret": made["secret"]}, NOTHING)


@pytest.mark.parametrize("seed", range(4))
async def test_no_two_verbs_wait_for_each_other(as_: As, network: SmallNetwork, seed: int) -> None:
    """Networks that are made and left, people who come, go, ask, and are erased, all at once: done or refused.

    PostgreSQL ends a circle of waiting verbs with an error, which would be an error of the answer here.
    """
    steward, luck = as_(network.steward), random.Random(seed)
    for slug in SLUGS:
        await steward.do("registerOrganisation", organisation(slug), NOTHING)
    bodies = [row["id"] for row in await Organisation.select(Organisation.id).where(Organisation.slug.is_in(SLUGS))]
    clerks = [as_(await person(f"Clerk {n}", dict.fromkeys(bodies[n % 3 :], Role.READER))) for n in range(4)]
    for turn in range(4):
        for place in range(4):
            await person(f"Leaver {turn} {place}", dict.fromkeys(bodies, Role.EDITOR))
        leavers = [row["id"] for row in await Person.select(Person.id).where(Person.name.like(f"Leaver {turn} %"))]
        changes: list[Awaitable[Any]] = [erase(leaver) for leaver in leavers]
        for place in range(6):
            named = luck.sample(SLUGS, 3)
            made = {"slug": f"net-{turn}-{place}", "names": words("Net"), "facilitators": named[:2]}
            of, clerk = {"organisation": named[2]}, luck.choice(clerks)
            changes += [
                steward.change("createNetwork", made | {"members": named[2:]}, NOTHING),
                steward.change("leaveNetwork", {"network": f"net-{turn - 1}-{place}", **of}, NOTHING),
                steward.change("addMember", {**of, "name": f"New {turn} {place}", "role": "READER"}, NOTHING),
                clerk.change("leaveOrganisation", of, NOTHING),
                clerk.change("issueToken", {"label": "one", "scopes": ["READ"], "expiresInDays": 1}, NOTHING),
                clerk.change("requestAccess", {"case": f"case-{turn}-{place}", "message": "Please."}, NOTHING),
                join(steward, clerk, named[0]),
            ]
        luck.shuffle(changes)
        await asyncio.gather(*changes)
    assert not await Membership.exists().where(Membership.person.name.like("Leaver %"))
    assert await Person.count().where(Person.erased_at.is_not_null()) == 16

"""Memberships and invitations of two organisations, against a model: every verb, in any order, by anybody."""

# ruff: noqa: D102 - each rule bears the name of what is tried

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from infra.postgres.database import Database
from services.errors import DomainError, ErrorCode
from services.ids import new_id
from services.invitations import invitations
from services.invitations.tables import Invitation
from services.organisations import members
from services.organisations.keyrings import renew_audiences
from services.organisations.people import viewer_of
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role, TokenScope
from services.viewer import PUBLIC, Viewer
from tests.factories.network import SmallNetwork, organisation

T = TypeVar("T")
PICK = st.integers(0, 59)
"""Stands for one of those that there are."""
ROLE = st.sampled_from(Role)
ORGANISATION = st.integers(0, 1)


@dataclass(slots=True)
class Link:
    """What the model knows of an invitation."""

    id: UUID
    secret: str
    place: int
    role: Role
    maker: UUID
    email: str | None
    is_there: bool = True
    has_expired: bool = False


class Memberships(RuleBasedStateMachine):
    """Two organisations, a few people, and who is what in which."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.loop = loop

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Await something on the database's loop."""
        return self.loop.run_until_complete(call)

    @initialize()
    def found(self) -> None:
        self.slugs = [f"body-{new_id()}" for _ in range(2)]
        self.bodies = [self.run(organisation(slug)) for slug in self.slugs]
        self.emails: dict[UUID, str | None] = {}
        for email in ("ann@example.org", "bo@example.org", None, None):
            self.emails[self.run(members.make_person("Somebody", email))] = email
        ann, bo, cy, di = self.emails
        self.roles: list[dict[UUID, Role]] = [
            {ann: Role.ADMIN, bo: Role.ADMIN, cy: Role.EDITOR},
            {bo: Role.ADMIN, di: Role.READER},
        ]
        for body, roles in zip(self.bodies, self.roles, strict=True):
            for person, role in roles.items():
                made = Membership(person=person, organisation=body, role=role)
                self.run(Membership.insert(made).run())
        self.run(renew_audiences(persons=self.emails))
        self.links: list[Link] = []
        self.remembered: dict[UUID, Viewer] = {person: self.viewer(person) for person in self.emails}

    def viewer(self, person: UUID) -> Viewer:
        found = self.run(viewer_of(person, TokenScope))
        assert found is not None
        return found

    def somebody(self, pick: int, place: int) -> UUID:
        """Anybody, and twice as often somebody of that organisation."""
        everybody = [*self.roles[place], *self.emails]
        return everybody[pick % len(everybody)]

    def asking(self, pick: int, place: int, *, remembered: bool) -> Viewer:
        """Anybody, and twice as often an ADMIN there: as they are now, or as a server remembers them from earlier."""
        admins = [one for one, role in self.roles[place].items() if role is Role.ADMIN]
        everybody = [*admins, *admins, *self.emails]
        person = everybody[pick % len(everybody)]
        if not remembered or person not in self.remembered:
            self.remembered[person] = self.viewer(person)
        return self.remembered[person]

    def link(self, pick: int) -> Link:
        """Any of the links, the later ones more often."""
        links = [*self.links, *self.links[-3:], *self.links[-1:]]
        return links[pick % len(links)]

    def runs(self, viewer: Viewer, place: int) -> bool:
        """Nobody decides by a role that they had, nor by one that their server does not know of yet."""
        assert viewer.person is not None
        now = self.roles[place].get(viewer.person) is Role.ADMIN
        return now and viewer.has_role(self.bodies[place], Role.ADMIN)

    def is_last(self, person: UUID, place: int) -> bool:
        admins = [one for one, role in self.roles[place].items() if role is Role.ADMIN]
        return admins == [person]

    def serves(self, link: Link) -> bool:
        return link.is_there and not link.has_expired

    def end_links(self, place: int) -> None:
        """Those of whoever is no ADMIN any more are gone, and do not come back with the role."""
        for link in self.links:
            if link.place == place and self.roles[place].get(link.maker) is not Role.ADMIN:
                link.is_there = False

    def attempt(self, call: Coroutine[Any, Any, T], expected: ErrorCode | None) -> T | None:
        """Run a verb, which must be refused as expected, or done."""
        done, refused = None, set[ErrorCode]()
        try:
            done = self.run(call)
        except DomainError as error:
            refused = {problem.code for problem in error.problems}
        assert refused == ({expected} if expected else set())
        return done

    @rule(who=PICK, place=ORGANISATION, role=ROLE, to=PICK, bound=st.booleans(), remembered=st.booleans())
    def invite(self, *, who: int, place: int, role: Role, to: int, bound: bool, remembered: bool) -> None:
        viewer = self.asking(who, place, remembered=remembered)
        email = self.emails[self.somebody(to, 1 - place)] if bound else None
        new = invitations.NewInvitation(organisation=self.slugs[place], role=role, email=email)
        refusal = None
        if not self.runs(viewer, place):
            refusal = ErrorCode.FORBIDDEN
        elif email and email in {self.emails[member] for member in self.roles[place]}:
            refusal = ErrorCode.ALREADY_EXISTS
        made = self.attempt(invitations.invite_member(viewer, new), refusal)
        if made:
            assert made.secret
            assert viewer.person
            for link in self.links:
                link.is_there &= not (link.has_expired and link.place == place)
            self.links.append(Link(made.id, made.secret, place, role, viewer.person, email))

    @rule(pick=PICK, rarely=st.sampled_from([False, False, True]))
    def expire(self, *, pick: int, rarely: bool) -> None:
        if self.links and rarely:
            link = self.link(pick)
            link.has_expired = True
            ended = datetime.now(UTC) - timedelta(seconds=1)
            self.run(Invitation.update({Invitation.expires_at: ended}).where(Invitation.id == link.id).run())

    @rule(who=PICK, pick=PICK)
    def accept(self, who: int, pick: int) -> None:
        if not self.links:
            return
        link = self.link(pick)
        viewer = self.asking(who, 1 - link.place, remembered=False)
        assert viewer.person is not None
        refusal = None
        if not self.serves(link) or link.email not in {None, self.emails[viewer.person]}:
            refusal = ErrorCode.NOT_FOUND
        elif viewer.person in self.roles[link.place]:
            refusal = ErrorCode.ALREADY_EXISTS
        if self.attempt(invitations.accept_invitation(viewer, link.secret), refusal):
            link.is_there = False
            self.roles[link.place][viewer.person] = link.role

    @rule(pick=PICK)
    def arrive(self, pick: int) -> None:
        if not self.links:
            return
        link = self.link(pick)
        refusal = None
        if not self.serves(link):
            refusal = ErrorCode.NOT_FOUND
        elif link.email and link.email in {self.emails[member] for member in self.roles[link.place]}:
            refusal = ErrorCode.ALREADY_EXISTS
        newcomer = self.attempt(invitations.accept_as_newcomer(link.secret, "Newcomer"), refusal)
        if newcomer:
            link.is_there = False
            self.emails[newcomer.person] = link.email
            self.roles[link.place][newcomer.person] = link.role

    @rule(who=PICK, pick=PICK, remembered=st.booleans())
    def revoke(self, *, who: int, pick: int, remembered: bool) -> None:
        if not self.links:
            return
        link = self.link(pick)
        viewer = self.asking(who, link.place, remembered=remembered)
        refusal = None if link.is_there and self.runs(viewer, link.place) else ErrorCode.NOT_FOUND
        if self.attempt(invitations.revoke_invitation(viewer, link.id), refusal):
            link.is_there = False

    @rule(who=PICK, place=ORGANISATION)
    def leave(self, who: int, place: int) -> None:
        viewer = self.asking(who, place, remembered=False)
        assert viewer.person is not None
        refusal = self.ending(viewer.person, place)
        if self.attempt(members.leave_organisation(viewer, self.slugs[place]), refusal):
            del self.roles[place][viewer.person]
            self.end_links(place)

    @rule(who=PICK, whom=PICK, place=ORGANISATION, remembered=st.booleans())
    def remove(self, *, who: int, whom: int, place: int, remembered: bool) -> None:
        viewer, target = self.asking(who, place, remembered=remembered), self.somebody(whom, place)
        may = target == viewer.person or self.runs(viewer, place)
        refusal = self.ending(target, place) if may else ErrorCode.FORBIDDEN
        if self.attempt(members.remove_member(viewer, self.slugs[place], target), refusal):
            del self.roles[place][target]
            self.end_links(place)

    def ending(self, person: UUID, place: int) -> ErrorCode | None:
        if person not in self.roles[place]:
            return ErrorCode.NOT_FOUND
        return ErrorCode.WRONG_STATE if self.is_last(person, place) else None

    @rule(who=PICK, whom=PICK, place=ORGANISATION, role=ROLE, remembered=st.booleans())
    def change(self, *, who: int, whom: int, place: int, role: Role, remembered: bool) -> None:
        viewer, target = self.asking(who, place, remembered=remembered), self.somebody(whom, place)
        refusal = None
        if not self.runs(viewer, place):
            refusal = ErrorCode.FORBIDDEN
        elif target not in self.roles[place]:
            refusal = ErrorCode.NOT_FOUND
        elif self.is_last(target, place) and role is not Role.ADMIN:
            refusal = ErrorCode.WRONG_STATE
        if self.attempt(members.change_role(viewer, self.slugs[place], target, role), refusal):
            self.roles[place][target] = role
            self.end_links(place)

    @rule(who=PICK, whom=PICK, place=ORGANISATION, remembered=st.booleans())
    def hand_over(self, *, who: int, whom: int, place: int, remembered: bool) -> None:
        viewer, target = self.asking(who, place, remembered=remembered), self.somebody(whom, place)
        assert viewer.person is not None
        refusal = None
        if not self.runs(viewer, place):
            refusal = ErrorCode.FORBIDDEN
        elif target == viewer.person:
            refusal = ErrorCode.INVALID
        elif target not in self.roles[place]:
            refusal = ErrorCode.NOT_FOUND
        if self.attempt(members.hand_over_administration(viewer, self.slugs[place], target), refusal):
            self.roles[place] |= {target: Role.ADMIN, viewer.person: Role.EDITOR}
            self.end_links(place)

    @invariant()
    def is_as_the_model_says(self) -> None:
        for body, roles in zip(self.bodies, self.roles, strict=True):
            assert Role.ADMIN in roles.values()
            held = self.run(
                Membership.select(Membership.person, Membership.role).where(Membership.organisation == body).run()
            )
            assert {row["person"]: Role(row["role"]) for row in held} == roles
        rows = self.run(Invitation.select(Invitation.id).where(Invitation.organisation.is_in(self.bodies)).run())
        assert {row["id"] for row in rows} == {link.id for link in self.links if link.is_there}

    def teardown(self) -> None:
        """Everybody's profile is read by exactly those who hold one of their keys."""
        for person in getattr(self, "emails", ()):
            row = self.run(Person.select(Person.audience).where(Person.id == person).first().run())
            assert row
            assert set(row["audience"]) == set(self.viewer(person).keyring) - {PUBLIC}


@pytest.mark.parametrize(
    "worlds", [40, pytest.param(1500, marks=[pytest.mark.deep, pytest.mark.timeout(1800)])], ids=["some", "many"]
)
def test_memberships_are_as_the_model_says(
    open_database: Database, network: SmallNetwork, loop: asyncio.AbstractEventLoop, worlds: int
) -> None:
    """Whatever is tried in whatever order, a verb is done or refused as the model says, and an ADMIN remains."""
    run_state_machine_as_test(
        lambda: Memberships(loop),  # type: ignore[arg-type]  # whatever makes one will do
        settings=settings(
            max_examples=worlds, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

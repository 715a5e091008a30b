"""Who reads which version of a case, against a small model: guests, audiences and embargoes, in any order."""

# ruff: noqa: D102 - each step bears the name of what is done

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.cases.cases import release_case
from services.ids import new_id
from services.organisations.keyrings import keyring_change
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import content, drafted_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.sharing import guest_invited

As = Callable[[str | None], Client]
AUDIENCES: dict[str, dict[str, Any]] = {"own": {}, "network": {"networks": ["learning"]}, "public": {"public": True}}
READERS = {"own": {"olen"}, "network": {"olen", "pes"}, "public": {"olen", "pes", "guest", "nobody"}}
VERSIONS = "query($id: ID!) { node(id: $id) { ... on Case { versions { number outcomes { kind } } } } }"
DAYS = st.integers(1, 6)
STEPS = st.one_of(
    st.tuples(st.just("invite"), DAYS),
    st.tuples(st.just("end"), st.none()),
    st.tuples(st.just("share"), st.sampled_from(list(AUDIENCES))),
    st.tuples(st.just("edit"), st.sampled_from([None, *AUDIENCES])),
    st.tuples(st.just("publish"), st.integers(0, 6)),
    st.tuples(st.just("wait"), DAYS),
    st.tuples(st.just("release"), st.none()),
)


@dataclass
class Version:
    """What the model knows of a version: its readers, those to come, and when they come, in days from now."""

    to_come: str
    readers: str = "own"
    embargo: int | None = None
    state: str = "DRAFT"


@dataclass
class Model:
    """A case: its readers, its versions, and for how many days there is a guest."""

    versions: list[Version] = field(default_factory=lambda: [Version("own")])
    readers: str = "own"
    current: int = 1
    guest: int = 0

    def readable(self, who: str) -> list[int]:
        """The numbers of the versions that somebody may read."""
        if who == "olen" or (who == "guest" and self.guest > 0):
            return list(range(1, len(self.versions) + 1))
        if who not in READERS[self.readers]:
            return []
        # The address reads like the current version: without that there is nothing.
        found = [number for number, one in enumerate(self.versions, 1) if who in READERS[one.readers]]
        return found if self.current in found else []

    def release(self) -> None:
        """What the follow-up of an embargo's end does."""
        for number, one in enumerate(self.versions, 1):
            if one.state == "WAITING" and one.embargo is not None and one.embargo <= 0:
                self.publish(number)

    def wait(self, days: int) -> None:
        """Some days pass, and nothing runs."""
        self.guest -= days
        for one in self.versions:
            one.embargo = None if one.embargo is None else one.embargo - days

    def publish(self, number: int) -> None:
        """A version reaches its readers, and earlier ones that were still to do so never will."""
        one = self.versions[number - 1]
        one.state, one.readers, self.readers, self.current = "RELEASED", one.to_come, one.to_come, number
        for earlier in self.versions[: number - 1]:
            earlier.state = "RELEASED"

    def share(self, audience: str) -> None:
        """Other readers for what is published, and for what will be."""
        for one in self.versions[self.current - 1 :]:
            one.to_come = audience
        if self.versions[self.current - 1].state == "RELEASED":
            self.versions[self.current - 1].readers = self.readers = audience

    def edit(self, audience: str | None) -> None:
        """An open version is written anew; a closed one is followed by the next."""
        if self.versions[-1].state != "DRAFT":
            self.versions.append(Version(self.versions[-1].to_come))
        self.versions[-1].to_come = audience or self.versions[-1].to_come


@dataclass
class World:
    """A case of Olen's in the database, and the model of it."""

    database: Database
    editor: Client
    guest: str
    case: str
    model: Model = field(default_factory=Model)
    admission: str | None = None

    async def take(self, step: str, value: Any) -> None:
        """Take a step in both; one that is not possible now is left out."""
        await getattr(self, step)(value)

    async def invite(self, days: int) -> None:
        until = datetime.now(UTC) + timedelta(days=days)
        self.admission = await guest_invited(self.editor, self.case, self.guest, until.isoformat())
        self.model.guest = days

    async def end(self, _: None) -> None:
        if self.admission:
            await self.editor.do("endAdmission", {"id": self.admission}, "admission { id }")
            self.model.guest = 0

    async def share(self, audience: str) -> None:
        await self.editor.do("shareCase", {"id": self.case, "audience": AUDIENCES[audience]}, "case { id }")
        self.model.share(audience)

    async def edit(self, audience: str | None) -> None:
        given = {"id": self.case, "content": content(), "audience": AUDIENCES[audience] if audience else None}
        await self.editor.do("editCase", given, "case { id }")
        self.model.edit(audience)

    async def publish(self, days: int) -> None:
        newest = self.model.versions[-1]
        if newest.state == "DRAFT":
            await self.editor.do("submitCase", {"id": self.case}, "case { id }")
            embargo = (datetime.now(UTC) + timedelta(days=days)).isoformat() if days else None
            await self.editor.do("publishCase", {"id": self.case, "embargoUntil": embargo}, "case { id }")
            newest.state, newest.embargo = "WAITING", days
            if not days:
                self.model.publish(len(self.model.versions))

    async def wait(self, days: int) -> None:
        """Some days pass, during which no worker runs."""
        for change in (
            'update admission set until = until - make_interval(days => $2) where "case" = $1',
            'update case_version set embargo_until = embargo_until - make_interval(days => $2) where "case" = $1',
        ):
            await self.database.pool.execute(change, row_id(self.case), days)
        async with keyring_change():
            pass  # no time has passed for those who remember keyrings
        self.model.wait(days)

    async def release(self, _: None) -> None:
        await release_case(row_id(self.case))
        self.model.release()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=9))
async def test_everyone_reads_what_the_model_says(
    as_: As, network: SmallNetwork, open_database: Database, steps: list[tuple[str, Any]]
) -> None:
    """After every step each of them finds the versions, with their outcomes, that the model lets them read."""
    editor, name = as_(network.olen_editor), new_id().hex
    guest = as_(await person(name, {network.agency: Role.READER}, network.network))
    everyone = {"olen": editor, "pes": as_(network.pes_editor), "guest": guest, "nobody": as_(None)}
    world = World(open_database, editor, name, await drafted_case(editor, slug=f"c-{name}"))
    for step, value in steps:
        await world.take(step, value)
        for who, client in everyone.items():
            node = (await client.ask(VERSIONS, id=world.case))["node"]
            found = node["versions"] if node else []
            assert [one["number"] for one in found] == world.model.readable(who), (who, step)
            assert all(one["outcomes"] for one in found)

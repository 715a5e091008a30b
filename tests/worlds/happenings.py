"""What happens in a world, by people who may do it and through the API, and what becomes of the world by it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from services.cases.cases import release_case
from tests.client import Client
from tests.worlds.look import Place, global_id
from tests.worlds.made import make_comment, some, word
from tests.worlds.model import (
    KINDS,
    Artefact,
    Case,
    Comment,
    Keys,
    Outcome,
    Person,
    Round,
    Version,
    World,
    current,
    has_reached,
    keys,
    of_case,
    readable,
)
from tests.worlds.rows import Row, comment, line, said
from tests.worlds.written import insert


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: comments that were made, and things that were themselves changed.

    `changed`: in a way that all their readers can see. `drafted`: in a way that only who reads drafts can.
    """

    name: str
    comments: Sequence[Comment] = ()
    changed: Collection[UUID] = ()
    drafted: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A world in which something happens, as chance will have it."""

    world: World
    place: Place
    chance: Random

    def client(self, person: Person) -> Client:
        """Somebody who does something."""
        return Client(self.place.http, person.secret)

    def seen(self, person: Person) -> set[UUID]:
        """What they may read now."""
        return readable(self.world, keys(self.world, person))

    def audience(self, body: UUID, among: Keys) -> tuple[dict[str, Any], Keys]:
        """Readers whom an organisation can name, of those among others: as the API takes them, and their keys."""
        everyone = "public" in among
        its_own = [one for one in self.world.networks if body in one.members]
        networks = [one for one in its_own if everyone or f"network:{one.id}" in among]
        bodies = [one for one in self.world.organisations if everyone or f"organisation:{one}" in among]
        chosen, organisations = some(self.chance, networks, 1), some(self.chance, bodies, 2)
        public = everyone and self.chance.random() < 0.3
        given = {
            "public": public,
            "networks": [one.slug for one in chosen],
            "organisations": [self.world.organisations[one] for one in organisations],
        }
        named = {f"network:{one.id}" for one in chosen} | {f"organisation:{one}" for one in organisations}
        return given, frozenset(named | ({"public"} if public else set()))


async def _say(scene: Scene) -> Event | None:
    """Somebody comments on what they read, for everyone who reads it or for fewer; who those are was written down."""
    world, chance = scene.world, scene.chance
    author = chance.choice(world.people)
    seen = scene.seen(author)
    arrived = [one for one in world.wholes if not isinstance(one, Artefact) or one.is_stored]
    could = [one for one in arrived if one.id in seen]
    if not author.organisations or not could:
        return None
    whole, organisation, token = chance.choice(could), chance.choice(author.organisations), word()
    slug, subject = world.organisations[organisation], global_id(KINDS[type(whole)], whole.id)
    given: dict[str, Any] = {"subject": subject, "body": f"{world.word} {token}", "organisation": slug}
    if chance.random() < 0.6:
        given |= {"audience": {}}
    made = await scene.client(author).do("addComment", given, "comment { id }")
    id_ = UUID(made["comment"]["id"].removeprefix("comment_"))
    readers = await scene.place.owner.fetchval("select audience from comment where id = $1", id_)
    new = Comment(id_, token, whole, author, organisation, frozenset(readers), None)
    world.comments.append(new)
    return Event("comment", comments=[new])


async def _comment_elsewhere(scene: Scene) -> Event | None:
    """Another server writes a comment for whomever it likes."""
    new = make_comment(scene.chance, scene.world)
    await elsewhere(scene, comments=[new])
    return Event("comment elsewhere", comments=[new])


async def _share_case(scene: Scene) -> Event | None:
    """The owner says who reads a case from now on."""
    world, chance = scene.world, scene.chance
    case = chance.choice(world.cases)
    editors = [one for one in world.people if case.owner in one.organisations]
    if not editors:
        return None
    actor = chance.choice(editors)
    given, named = scene.audience(case.owner, frozenset({"public"}))
    await scene.client(actor).do("shareCase", {"id": global_id("Case", case.id), "audience": given}, "case { id }")
    shown = current(world, case)
    if has_reached(world, shown):
        # Its outcomes are shared with it.
        shown.outcome = replace(shown.outcome, narrowed=None)
    for version in case.versions:
        if version.number >= shown.number:
            version.readers = named
    return Event("case shared", drafted={case.id})


async def _edit_case(scene: Scene) -> Event | None:
    """An editor of the owner writes on a draft, the next version's where the last one is published."""
    world, chance = scene.world, scene.chance
    could = [(person, one) for one in world.cases for person in world.people if one.owner in person.organisations]
    if not could:
        return None
    actor, case = chance.choice(could)
    title, indicator = word(), word()
    content = {
        "title": [{"language": "en", "text": f"{world.word} {title}"}],
        "outcomes": [{"kind": "NOT_REPORTED", "indicator": [{"language": "en", "text": f"{world.word} {indicator}"}]}],
    }
    await scene.client(actor).do("editCase", {"id": global_id("Case", case.id), "content": content}, "case { id }")
    newest = await scene.place.owner.fetchrow(_NEWEST, case.id)
    assert newest is not None
    outcome, last = Outcome(newest["outcome"], indicator, None), case.versions[-1]
    if last.is_published:
        made = Version(newest["id"], title, newest["number"], False, None, last.readers, outcome)  # noqa: FBT003
        case.versions = (*case.versions, made)
    else:
        last.token, last.outcome = title, outcome
    return Event("case edited", drafted={case.id})


_NEWEST = """
    select v.id, v.number, o.id as outcome from case_version v join outcome o on o.version = v.id
    where v."case" = $1 order by v.number desc limit 1
"""


async def _end_embargo(scene: Scene) -> Event | None:
    """Time passes, and a version reaches its readers."""
    could = [
        (case, one)
        for case in scene.world.cases
        for one in case.versions
        if one.is_published and not has_reached(scene.world, one)
    ]
    if not could:
        return None
    case, version = scene.chance.choice(could)
    # The guests of a review who read a first version go on to read the same.
    is_another = current(scene.world, case) is not version
    version.embargo = scene.world.now
    await scene.place.owner.execute("update case_version set embargo_until = now() where id = $1", version.id)
    await release_case(case.id)
    name, told = "embargo ended", {case.id}
    return Event(name, changed=told) if is_another else Event(name, drafted=told)


async def _share_round(scene: Scene) -> Event | None:
    """The organisation that runs a round says who reads it from now on."""
    world, chance = scene.world, scene.chance
    could = [
        (person, one)
        for one in world.rounds
        for person in world.people
        if one.organisation in person.organisations and one.id in scene.seen(person)
    ]
    if not could:
        return None
    actor, one = chance.choice(could)
    given, named = scene.audience(one.organisation, of_case(world, one.case))
    id_ = global_id("TestRound", one.id)
    await scene.client(actor).do("shareTestRound", {"id": id_, "audience": given}, "testRound { id }")
    one.readers = named | {f"organisation:{one.organisation}"}
    return Event("round shared", changed={one.id})


async def _leave_organisation(scene: Scene) -> Event | None:
    """Somebody leaves an organisation that others run."""
    world, chance = scene.world, scene.chance
    could = [
        (person, one)
        for person in world.people
        for one in person.organisations
        if one not in person.administers
        or any(one in other.administers for other in world.people if other is not person)
    ]
    if not could:
        return None
    person, body = chance.choice(could)
    given = {"organisation": world.organisations[body]}
    await scene.client(person).do("leaveOrganisation", given, "organisation { id }")
    person.organisations = tuple(one for one in person.organisations if one != body)
    person.administers -= {body}
    over = [one for one in world.sessions if one.person is person and one.organisation == body]
    world.ended_sessions += over
    world.sessions = [one for one in world.sessions if one not in over]
    return Event("organisation left")


async def _leave_network(scene: Scene) -> Event | None:
    """An organisation leaves a network."""
    world, chance = scene.world, scene.chance
    could = [
        (person, network, body)
        for network in world.networks
        for body in sorted(network.members)
        for person in world.people
        if body in person.administers
    ]
    if not could:
        return None
    person, network, body = chance.choice(could)
    given = {"network": network.slug, "organisation": world.organisations[body]}
    await scene.client(person).do("leaveNetwork", given, "network { id }")
    network.members -= {body}
    return Event("network left")


async def _end_admission(scene: Scene) -> Event | None:
    """A case's owner lets somebody in no longer."""
    world, chance = scene.world, scene.chance
    could = [
        (person, case, one)
        for case in world.cases
        for one in case.admissions
        for person in world.people
        if case.owner in person.organisations
    ]
    if not could:
        return None
    person, case, ended = chance.choice(could)
    await scene.client(person).do("endAdmission", {"id": global_id("Admission", ended.id)}, "__typename")
    case.admissions = tuple(one for one in case.admissions if one is not ended)
    return Event("admission ended")


async def _end_review(scene: Scene) -> Event | None:
    """A reviewer says no."""
    could = [(case, one) for case in scene.world.cases for one in case.reviews if one.is_open]
    if not could:
        return None
    case, declined = scene.chance.choice(could)
    await scene.client(declined.reviewer).do("declineReview", {"id": global_id("Review", declined.id)}, "review { id }")
    case.reviews = tuple(one for one in case.reviews if one is not declined)
    return Event("review ended")


HAPPENINGS: tuple[Callable[[Scene], Awaitable[Event | None]], ...] = (
    _say,
    _comment_elsewhere,
    _share_case,
    _edit_case,
    _end_embargo,
    _share_round,
    _leave_organisation,
    _leave_network,
    _end_admission,
    _end_review,
)


async def elsewhere(scene: Scene, comments: Sequence[Comment] = (), touched: Sequence[Case | Round] = ()) -> None:
    """What another server commits: comments, and changes of things that leave their readers as they are.

    Everyone who reads a case sees the change: its current version names one more contact.
    """
    owner, log = scene.place.owner, list[Row]()
    async with owner.transaction():
        for one in touched:
            table, kind = ("case", "Case") if isinstance(one, Case) else ("test_round", "TestRound")
            await owner.execute(f'update "{table}" set revision = revision + 1 where id = $1', one.id)
            if isinstance(one, Case):
                await owner.execute(_ONE_MORE_CONTACT, one.id)
            log.append(line(f"edit_{table}", kind, one.id))
        await insert(owner, "comment", [comment(scene.world, one) for one in comments])
        await insert(owner, "log", [*log, *(said(one) for one in comments)])
        await owner.execute("select pg_notify('serra_changed', '')")
    scene.world.comments += comments


_ONE_MORE_CONTACT = """
    insert into case_contact (id, position, version, name, source)
    select gen_random_uuid(), 0, v.id, 'Somebody', 'The report'
    from "case" c join case_version v on v."case" = c.id and v.number = c.current_number where c.id = $1
"""

"""Random small worlds: who is there, who works where, and what each has shared with whom."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import TypeVar
from uuid import UUID

from services.ids import new_id
from tests.worlds.model import (
    Admission,
    Artefact,
    Case,
    Comment,
    Keys,
    Network,
    Outcome,
    Person,
    Review,
    Round,
    Session,
    Version,
    Whole,
    World,
    both,
    current,
    of_artefact,
    of_case,
    own,
    standing,
)

T = TypeVar("T")
LETTERS = "bcdfghjklmnpqrstvwxz"

_TIME, _VARIANT = -1 << 76, 2 << 62
_numbers = count()


def next_id() -> UUID:
    """A new id that sorts after all before it: what is chosen among sorted keys then follows from the chance alone."""
    return UUID(int=new_id().int & _TIME | _VARIANT | next(_numbers))


def word() -> str:
    """A word that no language has, and that nobody could mistype for another."""
    return "".join(secrets.choice(LETTERS) for _ in range(14))


def make_world(chance: Random) -> World:
    """A world, as chance will have it."""
    now = datetime.now(UTC)
    world = World(word=word(), now=now, organisations={next_id(): f"o-{word()}" for _ in range(chance.randint(2, 5))})
    bodies = list(world.organisations)
    for _ in range(chance.randint(0, 3)):
        members = frozenset(some(chance, bodies))
        world.networks.append(Network(next_id(), f"n-{word()}", word(), members))
    for _ in range(chance.randint(2, 6)):
        works_at = tuple(some(chance, bodies, at_most=2))
        runs = frozenset(one for one in works_at if chance.random() < 0.4)
        world.people.append(Person(next_id(), works_at, runs, f"serra_{secrets.token_urlsafe(32)}"))
    for person in some(chance, [one for one in world.people if one.organisations], 1):
        world.sessions.append(
            Session(next_id(), person, chance.choice(person.organisations), secrets.token_urlsafe(32))
        )
    for _ in range(chance.randint(1, 4)):
        world.cases.append(_case(chance, world))
    for number in range(1, chance.randint(0, 3) + 1):
        world.rounds.append(_round(chance, world, number))
    for _ in range(chance.randint(0, 3)):
        world.artefacts.append(_artefact(chance, world))
    for _ in range(chance.randint(0, 5)):
        world.comments.append(make_comment(chance, world))
    return world


def some(chance: Random, of: Sequence[T], at_most: int | None = None) -> list[T]:
    """None, one or several of them."""
    most = min(len(of), len(of) if at_most is None else at_most)
    return chance.sample(list(of), chance.randint(0, most))


def _audience(chance: Random, world: World) -> Keys:
    """What an author may choose: nobody else, networks, organisations, everyone."""
    match chance.randint(0, 4):
        case 0:
            return frozenset()
        case 1:
            return frozenset({"public"})
        case 2:
            return frozenset(f"network:{one.id}" for one in some(chance, world.networks))
        case 3:
            return frozenset(f"organisation:{one}" for one in some(chance, list(world.organisations), 2))
        case _:
            return _audience(chance, world) | _audience(chance, world)


def _instant(chance: Random, now: datetime) -> datetime:
    """An instant that is over, or still to come: by far more than a test takes."""
    return now + timedelta(hours=chance.choice([-48, -1, 1, 48]))


def _case(chance: Random, world: World) -> Case:
    body, numbers = chance.choice(list(world.organisations)), chance.randint(1, 3)
    versions = []
    for number in range(1, numbers + 1):
        state = chance.choice(["DRAFT", "PUBLISHED", "EMBARGO"]) if number == numbers else "PUBLISHED"
        readers = _audience(chance, world)
        narrowed = frozenset({f"organisation:{body}"}) if state == "PUBLISHED" and chance.random() < 0.3 else None
        versions.append(
            Version(
                id=next_id(),
                token=word(),
                number=number,
                is_published=state != "DRAFT",
                embargo=_instant(chance, world.now) if state == "EMBARGO" else None,
                readers=readers,
                outcome=Outcome(next_id(), word(), narrowed),
            )
        )
    # Twice the people with sessions: what those do not open is seldom hidden from them otherwise.
    people = [*(one.person for one in world.sessions), *world.people]
    holders = dict.fromkeys(some(chance, [*(one.id for one in people), *world.organisations], 3))
    admissions = tuple(Admission(next_id(), one, _instant(chance, world.now)) for one in holders)
    reviews = tuple(
        Review(
            next_id(), one, chance.choice(list(world.organisations)), _instant(chance, world.now), chance.random() < 0.8
        )
        for one in some(chance, world.people, 2)
    )
    kind = chance.choice(["METHOD", "GUIDANCE"])
    shown = frozenset({standing(versions), numbers})
    return Case(next_id(), f"c-{word()}", body, kind, tuple(versions), admissions, reviews, shown)


def _part_of(chance: Random, whole: Keys) -> Keys:
    """Readers among those of a whole."""
    return whole if chance.random() < 0.4 else frozenset(some(chance, sorted(whole)))


def _round(chance: Random, world: World, number: int) -> Round:
    case = chance.choice(world.cases)
    organisation = chance.choice([case.owner, chance.choice(list(world.organisations))])
    widest = own(case) | current(world, case).readers
    readers = _part_of(chance, widest)
    if "public" in widest and chance.random() < 0.5:
        readers = _audience(chance, world)
    return Round(next_id(), word(), case, organisation, number, readers | {f"organisation:{organisation}"})


def _artefact(chance: Random, world: World) -> Artefact:
    wholes: list[Case | Round] = [*world.cases, *world.rounds]
    whole = chance.choice(wholes)
    case = whole if isinstance(whole, Case) else whole.case
    organisation = whole.owner if isinstance(whole, Case) else whole.organisation
    widest = of_case(world, case) | case.versions[-1].readers
    narrowed = _part_of(chance, widest) | _audience(chance, world) if chance.random() < 0.5 else None
    is_stored, is_infected = chance.random() < 0.8, chance.random() < 0.2
    return Artefact(next_id(), next_id(), word(), whole, organisation, narrowed, is_stored, is_infected)


def make_comment(chance: Random, world: World) -> Comment:
    """A comment on anything that can be commented on, for any readers that a whole can hand on, and for others."""
    whole = chance.choice(world.wholes)
    author, body = chance.choice(world.people), chance.choice(list(world.organisations))
    widest = _readers(world, whole)
    readers = _part_of(chance, widest) | ({f"organisation:{body}"} if chance.random() < 0.5 else set())
    if chance.random() < 0.2:
        readers |= {f"person:{author.id}"}
    before = [one.id for one in world.comments if one.whole is whole]
    answers = chance.choice([None, *before])
    return Comment(next_id(), word(), whole, author, body, frozenset(readers), answers)


def _readers(world: World, whole: Whole) -> Keys:
    if isinstance(whole, Artefact):
        return of_artefact(world, whole)
    return of_case(world, whole) if isinstance(whole, Case) else both(whole.readers, of_case(world, whole.case))


def anything(world: World) -> list[tuple[str, UUID]]:
    """Everything that has a global id and readers: type and id."""
    return [
        *(("Case", case.id) for case in world.cases),
        *(("CaseVersion", version.id) for case in world.cases for version in case.versions),
        *(("TestRound", one.id) for one in world.rounds),
        *(("Artefact", one.id) for one in world.artefacts),
        *(("ArtefactVersion", one.version) for one in world.artefacts),
        *(("Comment", one.id) for one in world.comments),
        *(("Network", one.id) for one in world.networks),
    ]

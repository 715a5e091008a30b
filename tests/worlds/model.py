"""Who may read what, said once more: from what was written down, and by none of the product's code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

Keys = frozenset[str]


@dataclass(slots=True, eq=False)
class Person:
    """Somebody, the organisations that they belong to, those that they administer, and their token's secret."""

    id: UUID
    organisations: tuple[UUID, ...]
    administers: frozenset[UUID]
    secret: str


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody is signed in for one of their organisations."""

    id: UUID
    person: Person
    organisation: UUID
    secret: str


@dataclass(slots=True, eq=False)
class Network:
    """A network's members."""

    id: UUID
    slug: str
    token: str
    members: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Admission:
    """A person or an organisation, let into a case until an instant."""

    id: UUID
    holder: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """A review that somebody was asked for; as its guest they read until an instant, if it `is_open`."""

    id: UUID
    reviewer: Person
    organisation: UUID
    until: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome; `narrowed` are its own readers, where they are fewer than its version's."""

    id: UUID
    token: str
    narrowed: Keys | None


@dataclass(slots=True, eq=False)
class Version:
    """A version of a case. `embargo`: when a published one reaches its readers, if not at once."""

    id: UUID
    token: str
    number: int
    is_published: bool
    embargo: datetime | None
    readers: Keys
    outcome: Outcome


@dataclass(slots=True, eq=False)
class Case:
    """A case: `reviews` let their reviewers in, into the case, its current version and those `shown` to them."""

    id: UUID
    slug: str
    owner: UUID
    kind: str
    versions: tuple[Version, ...]
    admissions: tuple[Admission, ...]
    reviews: tuple[Review, ...]
    shown: frozenset[int]


@dataclass(slots=True, eq=False)
class Round:
    """A test round."""

    id: UUID
    token: str
    case: Case
    organisation: UUID
    number: int
    readers: Keys


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file. `narrowed`: those of its whole's readers that its author chose; None for all."""

    id: UUID
    version: UUID
    token: str
    whole: Case | Round
    organisation: UUID
    narrowed: Keys | None
    is_stored: bool
    is_infected: bool


Whole: TypeAlias = Case | Round | Artefact
"""What can be commented on, and followed."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment."""

    id: UUID
    token: str
    whole: Whole
    author: Person
    organisation: UUID
    readers: Keys
    answers: UUID | None


@dataclass(slots=True)
class World:
    """Everything there is. `word` stands in each of its texts; each thing has a token of its own besides."""

    word: str
    now: datetime
    organisations: dict[UUID, str]
    networks: list[Network] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    ended_sessions: list[Session] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    artefacts: list[Artefact] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def wholes(self) -> list[Whole]:
        """Everything that can be commented on."""
        return [*self.cases, *self.rounds, *self.artefacts]


KINDS: Mapping[type, str] = {Case: "Case", Round: "TestRound", Artefact: "Artefact", Comment: "Comment"}
"""What each is called in the API and in the log."""


def keys(world: World, person: Person | None, within: UUID | None = None) -> Keys:
    """The keys that somebody holds now; if `within` names an organisation, what they hold in it and by it."""
    if person is None:
        return frozenset({"public"})
    organisations = {one for one in person.organisations if within in {None, one}}
    networks = {network.id for network in world.networks if network.members & organisations}
    admitted = {
        case.id
        for case in world.cases
        for one in case.admissions
        if one.until > world.now
        and (one.holder in organisations or (one.holder == person.id and within in {None, case.owner}))
    }
    reviewing = {
        one.id
        for case in world.cases
        for one in case.reviews
        if one.reviewer is person
        and one.is_open
        and one.until > world.now
        # A sign-in for one organisation opens what they review for it, or by its own wish.
        and (within in {None, case.owner} or one.organisation in organisations)
    }
    return frozenset(
        {"public", f"person:{person.id}"}
        | {f"organisation:{one}" for one in organisations}
        | {f"network:{one}" for one in networks}
        | {f"admitted:{one}" for one in admitted}
        | {f"review:{one}" for one in reviewing}
    )


def own(case: Case) -> Keys:
    """Who reads all of a case."""
    return frozenset({f"organisation:{case.owner}", f"admitted:{case.id}"})


def standing(versions: Sequence[Version]) -> int:
    """The number of the version at the permanent address before any embargo has ended."""
    return max((one.number for one in versions if one.is_published and one.embargo is None), default=1)


def has_reached(world: World, version: Version) -> bool:
    """Whether a version is published, and past its embargo."""
    return version.is_published and (version.embargo is None or version.embargo <= world.now)


def current(world: World, case: Case) -> Version:
    """The version at the permanent address: the last that has reached its readers, or the first."""
    return next((one for one in reversed(case.versions) if has_reached(world, one)), case.versions[0])


def of_version(world: World, case: Case, version: Version) -> Keys:
    """The readers of a version."""
    guests = lent(case) if version.number in case.shown or version is current(world, case) else frozenset()
    return own(case) | guests | (version.readers if has_reached(world, version) else frozenset())


def lent(case: Case) -> Keys:
    """The keys of the open reviews of a case."""
    return frozenset(f"review:{one.id}" for one in case.reviews if one.is_open)


def of_case(world: World, case: Case) -> Keys:
    """The readers of a case, which are its current version's."""
    return of_version(world, case, current(world, case))


def reads_drafts(world: World, case: Case, held: Keys) -> bool:
    """Whether the holder of some keys reads all drafts of a case, or one that there is."""
    waiting = [one for one in case.versions if not has_reached(world, one)]
    return bool(held & own(case)) or any(held & of_version(world, case, one) for one in waiting)


def of_outcome(world: World, case: Case, version: Version) -> Keys:
    """The readers of an outcome."""
    narrowed = version.outcome.narrowed
    return of_version(world, case, version) if narrowed is None else narrowed


def of_artefact(world: World, file: Artefact) -> Keys:
    """The readers of a file: its organisation; once it has arrived, its whole's or those chosen, but no reviewers."""
    mine = frozenset({f"organisation:{file.organisation}"})
    if not file.is_stored:
        return mine
    case = file.whole if isinstance(file.whole, Case) else file.whole.case
    whole = of_case(world, case)
    if isinstance(file.whole, Round):
        whole = both(file.whole.readers, whole)
    chosen = whole
    if file.narrowed is not None:
        chosen = file.narrowed if "public" in whole else file.narrowed & whole
    return mine | {key for key in chosen if not key.startswith("review:")}


def both(one: Keys, other: Keys) -> Keys:
    """The keys of those who are among both."""
    if "public" in other:
        return one
    return other if "public" in one else one & other


def readable(world: World, held: Keys) -> set[UUID]:
    """The ids of everything that the holder of some keys may read: a part with its whole, each by its own readers."""
    seen = {one.id for one in world.cases if held & of_case(world, one)}
    for case in world.cases:
        versions = [one for one in case.versions if case.id in seen and held & of_version(world, case, one)]
        seen |= {one.id for one in versions}
        seen |= {one.outcome.id for one in versions if held & of_outcome(world, case, one)}
    seen |= {one.id for one in world.rounds if held & one.readers and one.case.id in seen}
    seen |= {id_ for one in world.artefacts if held & of_artefact(world, one) for id_ in (one.id, one.version)}
    seen |= {one.id for one in world.comments if held & one.readers and one.whole.id in seen}
    return seen | {one.id for one in world.networks if f"network:{one.id}" in held}


def tokens(world: World) -> dict[UUID, str]:
    """The secret of each thing: a word that stands in its texts, and nowhere else."""
    versions = [version for case in world.cases for version in case.versions]
    outcomes = [version.outcome for version in versions]
    things: Iterable[Version | Outcome | Network | Round | Artefact | Comment] = (
        *versions,
        *outcomes,
        *world.networks,
        *world.rounds,
        *world.artefacts,
        *world.comments,
    )
    return {one.id: one.token for one in things}


def lines(world: World, organisation: UUID) -> list[tuple[str, UUID]]:
    """The log of an organisation: what was done to its things or said in its name, and which embargoes have ended."""
    released = {
        one.id for one in world.cases for version in one.versions if version.embargo and has_reached(world, version)
    }
    return sorted(
        [
            *(("create_case", one.id) for one in world.cases if one.owner == organisation),
            *(("release_case", one.id) for one in world.cases if one.owner == organisation and one.id in released),
            *(("plan_test_round", one.id) for one in world.rounds if one.organisation == organisation),
            *(("start_upload", one.id) for one in world.artefacts if one.organisation == organisation),
            *(("add_comment", one.id) for one in world.comments if one.organisation == organisation),
        ]
    )

"""What somebody is told of a world, surface by surface, beside what the model says they should be told."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx

from schema.compiler.ids import prefix
from services.ids import new_id
from services.privacy.export import gather
from tests.client import Client
from tests.worlds.made import anything
from tests.worlds.model import (
    Case,
    Keys,
    Person,
    World,
    current,
    keys,
    of_case,
    of_outcome,
    readable,
    tokens,
)
from tests.worlds.model import (
    found as found_by_search,
)

Told = tuple[str, Any, Any]
"""The surface, what it said, and what the model says."""

PAGE = "(first: 100) { totalCount nodes { id } edges { node { id } } }"
CASES = f"""{{
    cases(first: 100) {{
        totalCount
        nodes {{ id }}
        edges {{ node {{
            id
            versions {{ id outcomes {{ indicator {{ text }} }} }}
            testRounds{PAGE} comments{PAGE} artefacts{PAGE}
        }} }}
    }}
    networks(first: 100) {{ totalCount nodes {{ id }} edges {{ node {{ id }} }} }}
}}"""
NODES = f"""query ($ids: [ID!]!) {{ nodes(ids: $ids) {{
    id
    ... on Case {{ title {{ text }} versions {{ id }} }}
    ... on CaseVersion {{ title {{ text }} }}
    ... on TestRound {{ case {{ id }} problem {{ text }} comments{PAGE} artefacts{PAGE} }}
    ... on Artefact {{
        subject {{ ... on Node {{ id }} }} comments{PAGE}
        currentVersion {{ id downloadUrl }} versions {{ id downloadUrl }}
    }}
    ... on ArtefactVersion {{ downloadUrl }}
    ... on Comment {{ body subject {{ ... on Node {{ id }} }} replyTo {{ id }} replies{PAGE} }}
}} }}"""
SEARCH = """query ($word: String!) { search(query: $word, first: 100) {
    totalCount facets { field buckets { value count } } edges { snippets { field text } node { __typename ... on Node { id } } }
} }"""


class Disagreement(AssertionError):
    """A surface that says something else than the model."""

    def __init__(self, surface: str, told: object, meant: object) -> None:
        super().__init__(f"{surface}:\n  told  {told}\n  model {meant}")
        self.surface = surface


def global_id(kind: str, row_id: UUID) -> str:
    """The global id of a row."""
    return f"{prefix(kind)}{row_id.hex}"


@dataclass(frozen=True)
class Look:
    """Somebody's look at a world."""

    world: World
    person: Person | None
    http: httpx.AsyncClient

    @cached_property
    def client(self) -> Client:
        """Who asks."""
        return Client(self.http, self.person.secret if self.person else None)

    @cached_property
    def seen(self) -> set[UUID]:
        """What they may read, by the model."""
        return readable(self.world, self.held)

    @cached_property
    def held(self) -> Keys:
        """Their keys, by the model."""
        return keys(self.world, self.person)

    def hidden_in(self, said: str) -> list[str]:
        """The secrets of what they may not read that stand in an answer."""
        found = said.lower()
        return [token for id_, token in tokens(self.world).items() if id_ not in self.seen and token in found]

    def ids(self, kind: str, rows: Iterable[Any]) -> list[str]:
        """The global ids of those of the rows that they may read."""
        return sorted(global_id(kind, one.id) for one in rows if one.id in self.seen)


# -- lists, connections and counts -------------------------------------------------------------------------------------


async def lists(look: Look) -> AsyncIterator[Told]:
    """Lists, connections and counts, of cases and within them."""
    world = look.world
    answer = await look.client.ask(CASES)
    for kind, rows in (("Case", world.cases), ("Network", world.networks)):
        for told in _page(answer[kind.lower() + "s"], look.ids(kind, rows)):
            yield told
    for edge in answer["cases"]["edges"]:
        shown = edge["node"]
        (case,) = (one for one in world.cases if global_id("Case", one.id) == shown["id"])
        versions = [one for one in case.versions if one.id in look.seen]
        yield "list", [one["id"] for one in shown["versions"]], [global_id("CaseVersion", one.id) for one in versions]
        outcomes = [one.outcome.id for one in versions if one.outcome.id in look.seen]
        yield "list", sum(len(one["outcomes"]) for one in shown["versions"]), len(outcomes)
        for told in _parts(look, shown, case):
            yield told
    yield "list", look.hidden_in(json.dumps(answer)), []


def _page(page: Mapping[str, Any], ids: list[str]) -> list[Told]:
    return [
        ("list", sorted(one["id"] for one in page["nodes"]), ids),
        ("connection", sorted(one["node"]["id"] for one in page["edges"]), ids),
        ("count", page["totalCount"], len(ids)),
    ]


def _parts(look: Look, shown: Mapping[str, Any], whole: Any) -> list[Told]:
    world = look.world
    found = []
    if "testRounds" in shown:
        found += _page(shown["testRounds"], look.ids("TestRound", (one for one in world.rounds if one.case is whole)))
    if "artefacts" in shown:
        found += _page(shown["artefacts"], look.ids("Artefact", (one for one in world.artefacts if one.whole is whole)))
    if "comments" in shown:
        found += _page(shown["comments"], look.ids("Comment", (one for one in world.comments if one.whole is whole)))
    if "replies" in shown:
        found += _page(
            shown["replies"], look.ids("Comment", (one for one in world.comments if one.answers == whole.id))
        )
    return found


# -- things by their ids and names --------------------------------------------------------------------------------------


async def nodes(look: Look) -> AsyncIterator[Told]:
    """`nodes`, what hangs on each, and the links to files."""
    world, things = look.world, anything(look.world)
    asked = [global_id(kind, id_) for kind, id_ in things]
    answer = await look.client.ask(NODES, ids=[*asked, global_id("Case", new_id())])
    shown = dict(zip(asked, answer["nodes"], strict=False))
    yield "node", answer["nodes"][-1], None
    yield "node", [id_ for id_ in asked if shown[id_]], [global_id(*one) for one in things if one[1] in look.seen]
    yield "node", look.hidden_in(json.dumps(answer)), []
    for one in [*world.rounds, *world.artefacts, *world.comments]:
        found = shown[global_id(_KINDS[type(one).__name__], one.id)]
        if found is not None:
            for told in _parts(look, found, one):
                yield told
    for comment in world.comments:
        found = shown[global_id("Comment", comment.id)]
        if found is not None:
            answered = comment.answers if comment.answers in look.seen else None
            yield "node", found["replyTo"], answered and {"id": global_id("Comment", answered)}
            yield "node", found["subject"], {"id": global_id(_KINDS[type(comment.whole).__name__], comment.whole.id)}
    for told in _links(look, shown):
        yield told


_KINDS = {"Case": "Case", "Round": "TestRound", "Artefact": "Artefact", "Comment": "Comment"}


def _links(look: Look, shown: Mapping[str, Any]) -> list[Told]:
    found = []
    for file in look.world.artefacts:
        one, version = shown[global_id("Artefact", file.id)], shown[global_id("ArtefactVersion", file.version)]
        places = [version, one and one["currentVersion"], *(one["versions"] if one else [])]
        links = [place["downloadUrl"] for place in places if place]
        there = file.id in look.seen and file.is_stored and not file.is_infected
        found.append(("file link", any(links), there))
    return found


_NAMED = (
    *(("resolver", f"case(slug: $v{n})", "String") for n in range(4)),
    *(("resolver", f"network(slug: $v{n})", "String") for n in range(4, 7)),
    *(("resolver", f"testRound(id: $v{n})", "ID") for n in range(7, 10)),
    *(("resolver", f"artefact(id: $v{n})", "ID") for n in range(10, 13)),
    *(("node", f"node(id: $v{n})", "ID") for n in range(13, 18)),
)
BY_NAME = (
    f"query ({', '.join(f'$v{n}: {kind}!' for n, (_, _, kind) in enumerate(_NAMED))})"
    f" {{ {' '.join(f'f{n}: {field} {{ id }}' for n, (_, field, _) in enumerate(_NAMED))} }}"
)


async def by_name(look: Look) -> AsyncIterator[Told]:
    """`case(slug:)`, `network(slug:)`, `testRound(id:)`, `artefact(id:)` and `node(id:)`, known and unknown ones."""
    world = look.world
    rounds = [(global_id("TestRound", one.id), one.id) for one in world.rounds]
    files = [(global_id("Artefact", one.id), one.id) for one in world.artefacts]
    asked = [
        *_filled([(one.slug, one.id) for one in world.cases], 4),
        *_filled([(one.slug, one.id) for one in world.networks], 3),
        *_filled(rounds, 3),
        *_filled(files, 3),
        *_filled([(global_id(kind, id_), id_) for kind, id_ in reversed(anything(world))], 5),
    ]
    answer = await look.client.ask(BY_NAME, **{f"v{place}": name for place, (name, _) in enumerate(asked)})
    for place, ((surface, field, _), (_, id_)) in enumerate(zip(_NAMED, asked, strict=True)):
        yield surface, (field, answer[f"f{place}"] is not None), (field, id_ in look.seen)


def _filled(some: list[tuple[str, UUID]], size: int) -> list[tuple[str, UUID]]:
    """As many as a document asks for: what is not there is asked for by a name that nothing has."""
    stand_in = new_id()
    return [*some, *[(f"artefact_{stand_in.hex}", stand_in)] * size][:size]


# -- search -------------------------------------------------------------------------------------------------------------


async def search(look: Look) -> AsyncIterator[Told]:
    """Hits, their number, what they are counted by, and their snippets."""
    world = look.world
    found = (await look.client.ask(SEARCH, word=world.word))["search"]
    cases = [one for one in world.cases if one.id in look.seen]
    rounds = [one for one in world.rounds if one.id in look.seen and found_by_search(world, look.held, one)]
    files = [one for one in world.artefacts if one.id in look.seen and one.is_stored]
    meant = {
        *look.ids("Case", cases),
        *look.ids("TestRound", rounds),
        *look.ids("Artefact", files),
        *look.ids("Network", world.networks),
    }
    yield "search", {edge["node"]["id"] for edge in found["edges"]}, meant
    yield "count", found["totalCount"], len(meant)
    facets = {one["field"]: {b["value"]: b["count"] for b in one["buckets"]} for one in found["facets"]}
    types = {"Case": cases, "TestRound": rounds, "Artefact": files}
    kinds = {**{kind: len(rows) for kind, rows in types.items()}, "Network": len(meant) - sum(map(len, types.values()))}
    yield "facet", facets.get("type", {}), {kind: count for kind, count in kinds.items() if count}
    bodies = [one.owner for one in cases] + [one.organisation for one in (*rounds, *files)]
    bodies += [body for one in world.networks if one.id in look.seen for body in one.members]
    slugs = Counter(world.organisations[one] for one in bodies)
    yield "facet", facets.get("organisation", {}), dict(slugs)
    states = Counter("PUBLISHED" if current(world, one).is_published else "DRAFT" for one in cases)
    yield "facet", facets.get("status", {}), dict(states + Counter("PLANNED" for _ in rounds))
    snippets = json.dumps([edge["snippets"] for edge in found["edges"]])
    yield "snippet", look.hidden_in(snippets), []
    yield "snippet", sorted(_outcomes_told(look, snippets)), sorted(_outcomes_in_hits(look, cases))


def _outcomes_told(look: Look, snippets: str) -> set[str]:
    every = {version.outcome.token for case in look.world.cases for version in case.versions}
    return {token for token in every if token in snippets}


def _outcomes_in_hits(look: Look, cases: Iterable[Case]) -> set[str]:
    """A hit tells the current version's outcome, if all of the case's readers may read that."""
    world = look.world
    shown = ((case, current(world, case)) for case in cases)
    return {one.outcome.token for case, one in shown if of_outcome(world, case, one) >= of_case(world, case)}


# -- refusals -----------------------------------------------------------------------------------------------------------

_CHANGES: Mapping[str, tuple[str, ...]] = {
    "Case": (
        'addComment(input: {subject: $id, body: "Words", organisation: $slug})',
        "publishCase(input: {id: $id})",
        "shareCase(input: {id: $id, audience: {public: true}})",
        "recordAdoption(input: {subject: $id, organisation: $slug, mode: COPIED})",
        'admitOrganisation(input: {case: $id, organisation: $slug, until: "2099-01-01T00:00:00Z"})',
        'requestReview(input: {subject: $id, reviewer: $me, organisation: $slug, dueOn: "2099-01-01"})',
    ),
    "TestRound": (
        'addComment(input: {subject: $id, body: "Words", organisation: $slug})',
        "shareTestRound(input: {id: $id, audience: {public: true}})",
        "registerTestRound(input: {id: $id})",
    ),
    "Artefact": (
        'addComment(input: {subject: $id, body: "Words", organisation: $slug})',
        'editArtefact(input: {id: $id, kind: REPORT, title: [{language: en, text: "Words"}]})',
        'startUpload(input: {artefact: $id, fileName: "a.txt", mediaType: "text/plain", size: 1, sha256: "$sha"})',
    ),
    "Comment": (
        'editComment(input: {id: $id, body: "Words"})',
        "resolveComment(input: {id: $id})",
        "deleteComment(input: {id: $id})",
    ),
}
_GIVEN = {"$slug": "$slug: String!", "$me": "$me: ID!"}


def _document(changes: tuple[str, ...]) -> str:
    given = ", ".join(["$id: ID!", *(one for name, one in _GIVEN.items() if name in "".join(changes))])
    fields = " ".join(f"f{n}: {one} {{ userErrors {{ field code message }} }}" for n, one in enumerate(changes))
    return f"mutation ({given}) {{ {fields} }}".replace("$sha", "0" * 64)


DOCUMENTS = {kind: _document(changes) for kind, changes in _CHANGES.items()}
"""Every change that names a thing of a kind."""


async def refusals(look: Look) -> AsyncIterator[Told]:
    """What changes say of a thing that is hidden, beside what they say of one that does not exist."""
    if look.person is None or not look.person.organisations:
        return  # asked to sign in first, or to join an organisation
    hidden = {kind: id_ for kind, id_ in anything(look.world) if kind in DOCUMENTS and id_ not in look.seen}
    for kind, id_ in hidden.items():
        told = await _refused(look, kind, id_)
        yield "error text", told, await _refused(look, kind, new_id())
        yield "error text", told.count("NOT_FOUND"), len(_CHANGES[kind])


async def _refused(look: Look, kind: str, row_id: UUID) -> str:
    given = {"id": global_id(kind, row_id)}
    if "$slug" in DOCUMENTS[kind]:
        given["slug"] = look.world.organisations[look.person.organisations[0]]
    if "$me" in DOCUMENTS[kind]:
        given["me"] = global_id("Person", look.person.id)
    answer = await look.client.send(DOCUMENTS[kind], **given)
    return f"{answer.status_code} {answer.text.replace(given['id'], 'id')}"


SUBSCRIPTIONS = {
    "Case": ("commentAdded(subject: $id)", "caseChanged(id: $id)"),
    "TestRound": ("commentAdded(subject: $id)", "testRoundChanged(id: $id)"),
    "Artefact": ("commentAdded(subject: $id)",),
}


async def subscriptions(look: Look) -> AsyncIterator[Told]:
    """What is said to whoever would follow what is hidden, beside what does not exist."""
    first: dict[str, UUID] = {}
    for kind, id_ in anything(look.world):
        if kind in SUBSCRIPTIONS and id_ not in look.seen:
            first.setdefault(kind, id_)
    for kind, id_ in first.items():
        for field in SUBSCRIPTIONS[kind]:
            told = await _followed(look, field, global_id(kind, id_))
            yield "subscription", told, await _followed(look, field, global_id(kind, new_id()))


async def _followed(look: Look, field: str, id_: str) -> str:
    body = {"query": f"subscription ($id: ID!) {{ {field} {{ id }} }}", "variables": {"id": id_}}
    headers = {**look.client.headers, "Accept": "text/event-stream"}
    try:
        async with asyncio.timeout(1):  # a subscription that begins would go on for ever
            answer = await look.http.post("/graphql", json=body, headers=headers)
    except TimeoutError:
        return "It has begun."
    return f"{answer.status_code} {answer.text.replace(id_, 'id')}"


async def exports(look: Look) -> AsyncIterator[Told]:
    """What somebody is handed of themselves: what they said, wherever it stands, and nothing of others."""
    if look.person is None:
        return
    said = [one for one in look.world.comments if one.author is look.person]
    told = json.dumps(await gather(look.person.id), default=str)
    mine = {one.token for one in said}
    yield "export", {token for token in tokens(look.world).values() if token in told}, mine


Surface = Callable[[Look], AsyncIterator[Told]]
READS: tuple[Surface, ...] = (lists, nodes, by_name, search)
CHANGES: tuple[Surface, ...] = (refusals, subscriptions, exports)
NARROW: ContextVar[bool] = ContextVar("narrow", default=False)
"""Whether lists are found by the keys of who asks, as they are for whoever may read few of many."""


async def look_around(world: World, http: httpx.AsyncClient) -> AsyncIterator[Told]:
    """Everyone and nobody look at a world; one of them tries to change it, and to follow what they may not see."""
    curious = next((one for one in world.people if one.organisations), world.people[0])
    for person in (None, *world.people):
        look = Look(world, person, http)
        for surface in (*READS, *(CHANGES if person is curious else ())):
            async for told in surface(look):
                yield told
        NARROW.set(True)
        async for told in lists(look):
            yield told
        NARROW.set(False)


async def check_world(world: World, http: httpx.AsyncClient) -> Counter[str]:
    """Raise Disagreement where a surface and the model differ; gives how often they were compared, by surface."""
    compared: Counter[str] = Counter()
    async for surface, told, meant in look_around(world, http):
        compared[surface] += 1
        if told != meant:
            raise Disagreement(surface, told, meant)
    return compared

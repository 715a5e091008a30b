"""What somebody reads of a world, surface by surface, beside what the model says that they should."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import UUID

from services.ids import new_id
from tests.worlds.look import Look, Told, global_id
from tests.worlds.made import anything
from tests.worlds.model import (
    KINDS,
    Artefact,
    Case,
    Comment,
    Round,
    current,
    of_case,
    of_outcome,
    reads_drafts,
)

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
    ... on Case {{ revision title {{ text }} versions {{ id }} }}
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
    totalCount facets { field buckets { value count } } edges { snippets { field text }
    node { __typename ... on Node { id } } }
} }"""


# -- lists, connections and counts -----------------------------------------------------------------------------------


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
        files = (one for one in world.artefacts if one.whole is whole)
        found += _page(shown["artefacts"], look.ids("Artefact", files))
    if "comments" in shown:
        found += _page(shown["comments"], look.ids("Comment", (one for one in world.comments if one.whole is whole)))
    if "replies" in shown:
        found += _page(
            shown["replies"], look.ids("Comment", (one for one in world.comments if one.answers == whole.id))
        )
    return found


# -- things by their ids and names ------------------------------------------------------------------------------------


async def nodes(look: Look) -> AsyncIterator[Told]:
    """`nodes`, what hangs on each, and the links to files."""
    world, things = look.world, anything(look.world)
    asked = [global_id(kind, id_) for kind, id_ in things]
    answer = await look.client.ask(NODES, ids=[*asked, global_id("Case", new_id())])
    shown = dict(zip(asked, answer["nodes"], strict=False))
    yield "node", answer["nodes"][-1], None
    yield "node", [id_ for id_ in asked if shown[id_]], [global_id(*one) for one in things if one[1] in look.seen]
    yield "node", look.hidden_in(json.dumps(answer)), []
    wholes: list[Round | Artefact | Comment] = [*world.rounds, *world.artefacts, *world.comments]
    for one in wholes:
        found = shown[global_id(KINDS[type(one)], one.id)]
        if found is not None:
            for told in _parts(look, found, one):
                yield told
    for case in world.cases:
        found = shown[global_id("Case", case.id)]
        if found is not None:
            yield "node", found["revision"] is not None, reads_drafts(world, case, look.held)
    for comment in world.comments:
        found = shown[global_id("Comment", comment.id)]
        if found is not None:
            answered = comment.answers if comment.answers in look.seen else None
            yield "node", found["replyTo"], answered and {"id": global_id("Comment", answered)}
            yield "node", found["subject"], {"id": global_id(KINDS[type(comment.whole)], comment.whole.id)}
    for told in _links(look, shown):
        yield told


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


# -- search -----------------------------------------------------------------------------------------------------------


async def search(look: Look) -> AsyncIterator[Told]:
    """Hits, their number, what they are counted by, and their snippets."""
    world = look.world
    found = (await look.client.ask(SEARCH, word=world.word))["search"]
    cases = [one for one in world.cases if one.id in look.seen]
    rounds = [one for one in world.rounds if one.id in look.seen]
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
    kinds = Counter(one.rpartition("_")[0] for one in meant)
    named = {"Case": "case", "TestRound": "test_round", "Artefact": "artefact", "Network": "network"}
    yield "facet", facets.get("type", {}), {kind: kinds[word] for kind, word in named.items() if kinds[word]}
    bodies = [one.owner for one in cases]
    bodies += [one.organisation for one in rounds] + [one.organisation for one in files]
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

"""What is said to whoever would change or follow what they may not read."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from services.ids import new_id
from tests.worlds.look import Look, Told, global_id
from tests.worlds.made import anything
from tests.worlds.model import Person

_SHA256 = "0" * 64
_CHANGES: Mapping[str, tuple[str, ...]] = {
    "Case": (
        'addComment(input: {subject: $id, body: "Words", organisation: $slug})',
        "publishCase(input: {id: $id})",
        'removeContact(input: {case: $id, name: "Somebody"})',
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
        f'startUpload(input: {{artefact: $id, fileName: "a", mediaType: "text/plain", size: 1, sha256: "{_SHA256}"}})',
        "withholdVersion(input: {artefact: $id, number: 1})",
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
    return f"mutation ({given}) {{ {fields} }}"


DOCUMENTS = {kind: _document(changes) for kind, changes in _CHANGES.items()}
"""Changes that name a thing of a kind: one for each way in which a verb comes to it."""


async def refusals(look: Look) -> AsyncIterator[Told]:
    """What changes say of a thing that is hidden, beside what they say of one that does not exist."""
    if look.viewer.person is None or not look.viewer.person.organisations:
        return  # asked to sign in first, or to join an organisation
    hidden = {kind: id_ for kind, id_ in anything(look.world) if kind in DOCUMENTS and id_ not in look.seen}
    for kind, id_ in hidden.items():
        told = await _refused(look, look.viewer.person, kind, id_)
        yield "error text", told, await _refused(look, look.viewer.person, kind, new_id())
        yield "error text", told.count("NOT_FOUND"), len(_CHANGES[kind])


async def _refused(look: Look, person: Person, kind: str, row_id: UUID) -> str:
    given = {"id": global_id(kind, row_id)}
    if "$slug" in DOCUMENTS[kind]:
        given["slug"] = look.world.organisations[person.organisations[0]]
    if "$me" in DOCUMENTS[kind]:
        given["me"] = global_id("Person", person.id)
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
            yield "subscription", "NOT_FOUND" in told, True
            yield "subscription", told, await _followed(look, field, global_id(kind, new_id()))


async def _followed(look: Look, field: str, id_: str) -> str:
    body = {"query": f"subscription ($id: ID!) {{ {field} {{ id }} }}", "variables": {"id": id_}}
    headers = {**look.client.headers, "Accept": "text/event-stream"}
    try:
        async with asyncio.timeout(1):  # a subscription that begins would go on for ever
            answer = await look.place.http.post("/graphql", json=body, headers=headers)
    except TimeoutError:
        return "It has begun."
    return f"{answer.status_code} {answer.text.replace(id_, 'id')}"

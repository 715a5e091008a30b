"""What is handed out as files: everything about oneself, and an organisation's log."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from infra.worker import HANDLERS
from services.audit.export import Wanted, export_log
from services.audit.seals import seal_log
from tests.client import Client
from tests.worlds.look import Look, Told
from tests.worlds.made import anything
from tests.worlds.model import World, lines, tokens

MINE = "{ viewer { dataExport { readyAt downloadUrl } } }"
OTHERS = "query ($id: ID!) { node(id: $id) { id } viewer { dataExport { readyAt downloadUrl } } }"
LOG = """{ organisations(first: 100) { nodes { slug auditLog(first: 100) {
    totalCount nodes { action subjectId details { name value } }
} } } }"""


async def exports(look: Look) -> AsyncIterator[Told]:
    """What somebody is handed of themselves: what they said, wherever it stands, and nothing of others."""
    person, world = look.viewer.person, look.world
    if person is None:
        return
    await look.client.do("exportMyData", {}, "dataExport { readyAt }")
    made = json.loads(await look.place.owner.fetchval("select payload from pgqueuer where entrypoint = 'export'"))
    await HANDLERS["export"](look.place.ports, made)
    link = (await look.client.ask(MINE))["viewer"]["dataExport"]["downloadUrl"]
    text = (await look.place.browser.get(link)).text
    told = {name: section.get("rows", []) for name, section in json.loads(text)["sections"].items()}
    said = [one for one in world.comments if one.author is person]
    yield "export", {token for token in tokens(world).values() if token in text}, {one.token for one in said}
    yield "export", {one["id"] for one in told["comments"]}, {str(one.id) for one in said}
    yield "export", {one["organisation"] for one in told["memberships"]}, set(map(str, person.organisations))
    let_in = sorted(str(case.id) for case in world.cases for one in case.admissions if one.holder == person.id)
    yield "export", sorted(one["case"] for one in told["admissions"]), let_in
    yield "export", len(told["sessions"]), sum(one.person is person for one in [*world.sessions, *world.ended_sessions])
    yield "export", [one.id for one in world.people if one is not person and str(one.id) in text], []
    id_ = f"data_export_{made['id'].replace('-', '')}"
    for other in (None, *world.people):
        answer = await Client(look.place.http, other.secret if other else None).ask(OTHERS, id=id_)
        yield "export", answer["node"], None
        if other is not person:
            yield "export", answer["viewer"], other and {"dataExport": None}


async def logs(look: Look) -> AsyncIterator[Told]:
    """The log of each organisation, which its ADMINs alone read, and which tells what was done, not what it says."""
    world = look.world
    answer = await look.client.ask(LOG)
    slugs = {slug: id_ for id_, slug in world.organisations.items()}
    for shown in answer["organisations"]["nodes"]:
        organisation, told = slugs[shown["slug"]], shown["auditLog"]
        reads = organisation in look.viewer.administers
        meant = lines(world, organisation) if reads else []
        yield "log", sorted((one["action"], UUID(one["subjectId"][-32:])) for one in told["nodes"]), meant
        yield "log", _ids_in(world, json.dumps(told)), _ids_of(world, organisation) if reads else set()
        yield "count", told["totalCount"], len(meant)
    yield "log", [token for token in tokens(world).values() if token in json.dumps(answer)], []


async def log_exports(look: Look) -> AsyncIterator[Told]:
    """What `serra audit export --organisation` writes, line by line: the organisation's own lines and no other."""
    world = look.world
    await seal_log()
    for organisation in list(world.organisations)[:2]:
        written = [shown async for shown in export_log(Wanted(organisation))]
        told, text = [shown["line"] for shown in written if "line" in shown], json.dumps(written)
        yield "log export", sorted((one["action"], UUID(one["subject"])) for one in told), lines(world, organisation)
        yield "log export", {one["organisation"] for one in told} - {str(organisation)}, set()
        yield "log export", _ids_in(world, text), _ids_of(world, organisation)
        yield "log export", [token for token in tokens(world).values() if token in text], []


def _ids_in(world: World, text: str) -> set[UUID]:
    """The ids of things that are named in a text."""
    return {id_ for _, id_ in anything(world) if str(id_) in text or id_.hex in text}


def _ids_of(world: World, organisation: UUID) -> set[UUID]:
    """The ids in the lines of an organisation: of what something was done to, and of what its own comments speak of."""
    spoken_of = {one.whole.id for one in world.comments if one.organisation == organisation}
    return spoken_of | {id_ for _, id_ in lines(world, organisation)}

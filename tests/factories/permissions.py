"""What the matrix of permissions tries its actions on, made anew for each who may do them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from services.ids import new_id
from tests.factories.artefacts import announced, next_version, sent_file, stored_file
from tests.factories.cases import content
from tests.factories.comments import commented, person_id, row_id
from tests.factories.people import SPEAKS_FOR, Cast
from tests.factories.practices import adopted, practice_content
from tests.factories.reviews import DUE, requested
from tests.factories.rounds import (
    en,
    plan,
)
from tests.factories.sharing import asked

Given = dict[str, Any]
Make = Callable[["World"], Awaitable[Given]]
WITHIN = {"networks": ["learning"]}


@dataclass(slots=True)
class World:
    """The people, and a published case and practice for what changes neither."""

    cast: Cast
    case: str = ""
    slug: str = ""
    practice: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A mutation, or reading; `thing` is the field of its input that names what it is tried on."""

    name: str
    make: Make
    thing: str = "id"
    speaks: bool = False
    """Whether its input names the organisation that somebody acts for."""

    def given_by(self, who: str, given: Given) -> Given:
        """The input as somebody sends it."""
        return given | {"organisation": SPEAKS_FOR.get(who, "olen")} if self.speaks else given

    def of_nothing(self, given: Given) -> Given:
        """The same input for something that is not there."""
        named = given[self.thing]
        prefix = named.rpartition("_")[0]
        return given | {self.thing: f"{prefix}_{new_id().hex}" if prefix else "no-such-case"}


async def world(cast: Cast) -> World:
    """The people, a case and a practice of Olen's, shared with the network."""
    made = World(cast)
    made.slug, made.case = await case_of(made, *PUBLISHED)
    made.practice = await practice_of(made, *PRACTICE_PUBLISHED)
    return made


# -- what it is tried on -------------------------------------------------------------------------------------------

PUBLISHED = ("submitCase", "publishCase")
OPENED = (*PUBLISHED, "editCase")
PRACTICE_PUBLISHED = ("submitPractice", "publishPractice")
PRACTICE_OPENED = (*PRACTICE_PUBLISHED, "editPractice")
CONTACT = "Named Somebody"
TEXT = content(
    participations=[
        {"organisation": "olen", "role": "OWNER"},
        {"organisation": "the-guide", "role": "FACILITATOR"},
        {"organisation": "the-expert", "role": "EXPERT"},
    ],
    contacts=[{"name": CONTACT, "source": "A report"}],
)


async def case_of(world: World, *steps: str) -> tuple[str, str]:
    """A case after some steps, with its partners and its guest let in: its slug and its global id."""
    slug = f"c-{new_id().hex}"
    given = {"slug": slug, "kind": "METHOD", "owner": "olen", "content": TEXT, "audience": WITHIN}
    case_id: str = (await world.cast.editor.do("draftCase", given, "case { id }"))["case"]["id"]
    await world.cast.let_in(row_id(case_id))
    for step in steps:
        more = {"content": TEXT} if step == "editCase" else {}
        await world.cast.editor.do(step, {"id": case_id, **more}, "case { id }")
    return slug, case_id


async def practice_of(world: World, *steps: str) -> str:
    """A practice after some steps; its global id."""
    text = practice_content(sources=[{"case": world.slug}])
    given = {"slug": f"p-{new_id().hex}", "owner": "olen", "content": text, "audience": WITHIN}
    practice_id: str = (await world.cast.editor.do("draftPractice", given, "practice { id }"))["practice"]["id"]
    for step in steps:
        more = {"content": text} if step == "editPractice" else {}
        await world.cast.editor.do(step, {"id": practice_id, **more}, "practice { id }")
    return practice_id


def on_case(*steps: str, thing: str = "id", **more: Any) -> Make:
    """Input that names a new case after some steps."""

    async def make(world: World) -> Given:
        return {thing: (await case_of(world, *steps))[1], **more}

    return make


def on_practice(*steps: str, **more: Any) -> Make:
    """Input that names a new practice after some steps."""

    async def make(world: World) -> Given:
        return {"id": await practice_of(world, *steps), **more}

    return make


def on_round(make_round: Callable[..., Awaitable[Given]], thing: str = "id", **more: Any) -> Make:
    """Input that names a new round of Olen's; what is a function in `more` makes its input of the round."""

    async def make(world: World) -> Given:
        made = await make_round(world.cast.editor, case=world.slug)
        return {thing: made["id"], **{name: one(made) if callable(one) else one for name, one in more.items()}}

    return make


def on_comment(*steps: str, **more: Any) -> Make:
    """Input that names a new comment of the network's editor on the case."""

    async def make(world: World) -> Given:
        comment_id = await commented(world.cast.clients["Network"], world.case)
        for step in steps:
            await world.cast.editor.do(step, {"id": comment_id}, "comment { id }")
        return {"id": comment_id, **more}

    return make


def on_review(make_review: Callable[..., Awaitable[str]], **more: Any) -> Make:
    """Input that names a new review of a practice by the network's editor."""

    async def make(world: World) -> Given:
        return {"id": await make_review(world), **more}

    return make


async def review_asked(world: World) -> str:
    """A review that was asked for."""
    return await requested(world.cast.editor, await practice_of(world, *PRACTICE_PUBLISHED), ASKED)


async def review_accepted(world: World) -> str:
    """A review that was accepted."""
    review_id = await review_asked(world)
    given = {"id": review_id, "hasNoConflictOfInterest": True}
    await world.cast.clients["Network"].do("acceptReview", given, "review { id }")
    return review_id


ASKED = "Institute editor"


async def file_of(world: World) -> Given:
    """A stored file of the case."""
    return {"artefact": await stored_file(world.cast.editor, subject=world.case)}


async def upload_of(world: World) -> Given:
    """A file of the case that was sent and is to be verified."""
    return {"artefact": (await sent_file(world.cast.editor, subject=world.case))["artefact"]["id"]}


async def next_file_of(world: World) -> Given:
    """The next version of a stored file."""
    return next_version(b"%PDF-1.7\nAnother.\n", **await file_of(world))


async def version_of(world: World) -> Given:
    """The first version of a stored file."""
    return {**await file_of(world), "number": 1}


async def edited_file_of(world: World) -> Given:
    """Other words about a stored file."""
    return {"id": (await file_of(world))["artefact"], "kind": "DATA", "title": en("Other words")}


async def adoption_of(world: World) -> Given:
    """How far the network's editor's organisation has come with a practice."""
    practice = await practice_of(world, *PRACTICE_PUBLISHED)
    made = await adopted(world.cast.clients["Network"], practice, "review-institute")
    return {"id": made, "stage": "PLANNED"}


async def adopting(world: World) -> Given:
    """A case to be adopted."""
    return {"subject": (await case_of(world, *PUBLISHED))[1], "mode": "ADAPTED"}


async def adopting_practice(world: World) -> Given:
    """A practice to be adopted."""
    return {"subject": await practice_of(world, *PRACTICE_PUBLISHED), "mode": "ADAPTED"}


async def planning(world: World) -> Given:
    """A round on the case."""
    return {name: one for name, one in plan(case=world.slug).items() if name != "organisation"}


async def uploading(world: World) -> Given:
    """A new file of the case."""
    return announced(subject=world.case)


async def admission_of(world: World) -> Given:
    """The guest's admission."""
    case = await world.cast.editor.do("draftCase", _blank(), "case { id }")
    return {"id": f"admission_{(await world.cast.let_in(row_id(case['case']['id']))).hex}"}


async def request_of(world: World) -> Given:
    """The outsider's request to be let into a case."""
    given = _blank()
    await world.cast.editor.do("draftCase", given, "case { id }")
    made = await asked(world.cast.clients["Outsider"], given["slug"])
    return {"id": made["id"], "answer": "DENIED"}


def _blank() -> Given:
    return {"slug": f"c-{new_id().hex}", "kind": "METHOD", "owner": "olen", "content": TEXT}


def on_subject(thing: Callable[["World"], str] | Make, **more: Any) -> Make:
    """Input of what speaks of a thing: `thing` gives its id, or makes an input that holds it."""

    async def make(world: World) -> Given:
        found = thing(world)
        subject = found if isinstance(found, str) else next(iter((await found).values()))
        return {"subject": subject, **more}

    return make


def reviewing(make: Make) -> Make:
    """Input of requestReview for a new thing, which the network's editor is asked to review."""

    async def asking(world: World) -> Given:
        subject = next(iter((await make(world)).values()))
        return {"subject": subject, "reviewer": await person_id(ASKED), "dueOn": DUE, "guestReader": True}

    return asking

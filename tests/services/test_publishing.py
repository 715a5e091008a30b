"""What cases and practices have in common on their way to their readers: embargoes, versions, slugs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from infra.postgres.database import Database
from services.cases.cases import release_case
from services.cases.tables import CaseVersion
from services.practices.practices import release_practice
from services.practices.tables import PracticeVersion
from tests.client import Client
from tests.factories.cases import content as case_content
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork
from tests.factories.practices import drafted_practice, practice_content
from tests.factories.rounds import en

As = Callable[[str | None], Client]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of publication: its names, its table of versions, and how one is made."""

    name: str
    field: str
    slug: str
    versions: Any
    release: Callable[[UUID], Awaitable[None]]
    content: Callable[[], dict[str, Any]]
    drafted: Callable[..., Awaitable[str]]


KINDS = (
    Kind("Case", "case", "a-case", CaseVersion, release_case, case_content, drafted_case),
    Kind("Practice", "practice", "a-practice", PracticeVersion, release_practice, practice_content, drafted_practice),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.field)
def kind(request: pytest.FixtureRequest) -> Kind:
    """A case, then a practice."""
    made: Kind = request.param
    return made


@pytest.fixture
def editor(as_: As, network: SmallNetwork) -> Client:
    """Olen's editor."""
    return as_(network.olen_editor)


async def drafted(editor: Client, kind: Kind) -> str:
    """A draft that is to be public; the case that a practice is drawn from is there."""
    await published_case(editor, audience={"public": True})
    return await kind.drafted(editor, slug=kind.slug, audience={"public": True})


async def published(editor: Client, kind: Kind, row: str, **given: Any) -> None:
    """Submit and publish the open version."""
    await editor.do(f"submit{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    await editor.do(f"publish{kind.name}", {"id": row, **given}, f"{kind.field} {{ id }}")


async def edited(editor: Client, kind: Kind, row: str, title: str) -> None:
    """Write the next version."""
    new = {**kind.content(), "title": en(title)}
    await editor.do(f"edit{kind.name}", {"id": row, "content": new}, f"{kind.field} {{ id }}")


async def read(client: Client, kind: Kind) -> tuple[int, str] | None:
    """The number and the title at the permanent address, for somebody."""
    query = f'{{ {kind.field}(slug: "{kind.slug}") {{ number title {{ text }} }} }}'
    found = (await client.speaking("en").ask(query))[kind.field]
    return (found["number"], found["title"]["text"]) if found else None


async def ended(kind: Kind, row: str, number: int) -> None:
    """Let the embargo of a version end, and its follow-up run."""
    versions = kind.versions
    await versions.update({versions.embargo_until: datetime.now(UTC)}).where(
        (getattr(versions, kind.field) == row_id(row)) & (versions.number == number)
    )
    await kind.release(row_id(row))


def later(days: int = 1) -> str:
    """An instant to come."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def test_an_embargo_ends_while_the_next_version_is_written(as_: As, editor: Client, kind: Kind) -> None:
    """A draft that was opened meanwhile does not hold back what was published under an embargo."""
    row = await drafted(editor, kind)
    await published(editor, kind, row, embargoUntil=later())
    await edited(editor, kind, row, "Second")
    await ended(kind, row, 1)
    seen = await read(as_(None), kind)
    assert seen is not None
    assert seen[0] == 1


async def test_embargoes_end_in_any_order(as_: As, editor: Client, kind: Kind) -> None:
    """A version that is released early leaves a later one waiting; one that was overtaken stays behind."""
    row = await drafted(editor, kind)
    await published(editor, kind, row)
    for n, title in ((2, "Second"), (3, "Third"), (4, "Fourth")):
        await edited(editor, kind, row, title)
        await published(editor, kind, row, embargoUntil=later(n))
    await ended(kind, row, 3)
    assert await read(as_(None), kind) == (3, "Third")
    await ended(kind, row, 2)
    assert await read(as_(None), kind) == (3, "Third")
    await ended(kind, row, 4)
    assert await read(as_(None), kind) == (4, "Fourth")


async def test_a_follow_up_that_comes_too_early_comes_again(editor: Client, kind: Kind, clean: Database) -> None:
    """When the embargo has not ended on this machine's clock, the release is enqueued once more."""
    row = await drafted(editor, kind)
    await published(editor, kind, row, embargoUntil=later())
    waiting = (
        "select payload, execute_after > now() + interval '23 hours' as later from pgqueuer"
        " where entrypoint = 'release'"
    )
    before = await clean.pool.fetch(waiting)
    await kind.release(row_id(row))
    after = await clean.pool.fetch(waiting)
    assert (len(before), len(after)) == (1, 2)
    assert all(job["later"] for job in after)
    assert {msgspec.json.decode(job["payload"])["type"] for job in after} == {kind.name}


async def test_an_archived_version_is_not_released(as_: As, editor: Client, kind: Kind) -> None:
    """What was archived under its embargo never reaches its readers."""
    row = await drafted(editor, kind)
    await published(editor, kind, row, embargoUntil=later())
    await editor.do(f"archive{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    await ended(kind, row, 1)
    assert await read(as_(None), kind) is None


async def test_an_embargo_in_the_past_publishes_nothing(as_: As, editor: Client, kind: Kind) -> None:
    """A slip of the pen in an embargo does not publish at once what was to be kept back, and for good."""
    row = await drafted(editor, kind)
    await editor.do(f"submit{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    given = {"id": row, "embargoUntil": later(-1)}
    assert await editor.refused(f"publish{kind.name}", given) == [("INVALID", "embargoUntil")]
    assert await read(as_(None), kind) is None


async def test_what_is_archived_stays_as_it_is_until_it_is_current_again(as_: As, editor: Client, kind: Kind) -> None:
    """It is not edited, and a later version whose embargo ends waits; taking it back lets that one out."""
    row = await drafted(editor, kind)
    await published(editor, kind, row)
    await edited(editor, kind, row, "Second")
    await published(editor, kind, row, embargoUntil=later())
    await editor.do(f"archive{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    given = {"id": row, "content": kind.content()}
    assert await editor.refused(f"edit{kind.name}", given) == [("WRONG_STATE", "")]
    before = await read(as_(None), kind)
    await ended(kind, row, 2)
    assert before is not None
    assert await read(as_(None), kind) == before
    await editor.do(f"unarchive{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    assert await read(as_(None), kind) == (2, "Second")


async def test_an_embargo_outlasts_being_archived(as_: As, editor: Client, kind: Kind) -> None:
    """What was archived under its embargo and is current again is read when the embargo ends, and not before."""
    row = await drafted(editor, kind)
    await published(editor, kind, row, embargoUntil=later())
    for step in ("archive", "unarchive"):
        await editor.do(f"{step}{kind.name}", {"id": row}, f"{kind.field} {{ id }}")
    assert await read(as_(None), kind) is None
    await ended(kind, row, 1)
    assert await read(as_(None), kind) is not None


async def test_the_release_of_nothing_is_harmless(kind: Kind, clean: Database) -> None:
    """A follow-up whose publication is gone does nothing."""
    await kind.release(UUID(int=0))


async def test_two_authors_want_one_slug(as_: As, network: SmallNetwork, editor: Client, kind: Kind) -> None:
    """Of drafts that arrive together under one slug one is made; the others are refused, not broken."""
    await published_case(editor, audience={"public": True})
    more = {"kind": "METHOD"} if kind.name == "Case" else {}
    given = {"slug": kind.slug, "owner": "olen", "content": kind.content(), **more}
    asked = [editor.change(f"draft{kind.name}", given, f"{kind.field} {{ id }}") for _ in range(5)]
    answers = await asyncio.gather(*asked)
    codes = sorted(error["code"] for answer in answers for error in answer["userErrors"])
    assert codes == ["ALREADY_EXISTS"] * 4
    assert sum(answer[kind.field] is not None for answer in answers) == 1


async def test_what_is_wrong_is_told_by_its_place_in_the_input(editor: Client, kind: Kind) -> None:
    """A problem of the text names its path from the input's root."""
    more = {"kind": "METHOD"} if kind.name == "Case" else {}
    given = {"slug": kind.slug, "owner": "olen", "content": {"title": [], "topics": ["nothing"]}, **more}
    refused = await editor.refused(f"draft{kind.name}", given)
    assert refused[0] == ("REQUIRED", "content.title")
    assert refused[1][0] == "NOT_FOUND"
    assert refused[1][1].startswith("content.topics")

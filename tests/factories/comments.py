"""Things to comment on and to review, and comments on them."""

from typing import Any
from uuid import UUID

from services.ids import new_id
from services.organisations.tables import Person
from services.test_rounds.tables import TestRound
from tests.client import Client
from tests.factories.network import text


def row_id(global_id: str) -> UUID:
    """The row behind a global id."""
    return UUID(global_id.rpartition("_")[2])


async def person_id(name: str) -> str:
    """The global id of a person."""
    found = await Person.objects().where(Person.name == name).first()
    assert found is not None
    return f"person_{found.id.hex}"


async def round_of(case_id: str, organisation: UUID, *audience: str, revision: int = 1) -> str:
    """A test round of a case, written straight to the table; gives its global id."""
    made = TestRound(
        id=new_id(),
        case=row_id(case_id),
        organisation=organisation,
        number=1,
        revision=revision,
        audience=list(audience),
        problem=text(sv="Få vågar fråga."),
        hypothesis=text(sv="En värd hjälper."),
    )
    await TestRound.insert(made)
    return f"test_round_{made.id.hex}"


async def commented(client: Client, subject: str, body: str = "Who was asked?", **given: Any) -> str:
    """Comment on a thing; gives the comment's global id."""
    payload = await client.do("addComment", {"subject": subject, "body": body, **given}, "comment { id }")
    comment_id: str = payload["comment"]["id"]
    return comment_id


async def reads(client: Client, global_id: str) -> bool:
    """Whether somebody may read a thing, by its global id."""
    return (await client.ask("query($id: ID!) { node(id: $id) { id } }", id=global_id))["node"] is not None

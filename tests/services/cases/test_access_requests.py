"""Requests for access: asking tells nothing, and the owner answers."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.postgres.database import Database
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.comments import reads, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.sharing import REQUEST, SOON, asked
from tests.statements import noted

As = Callable[[str | None], Client]
TO_OLEN = """{ organisation(slug: "olen") { accessRequests(filter: {isOpen: true}, first: 9) {
    nodes { id asked message name organisation { slug } case { slug } answer } } } }"""
MINE = "{ viewer { accessRequests(first: 9) { nodes { asked case { slug } isOpen answer reason } } } }"


async def to_olen(client: Client) -> list[dict[str, Any]]:
    """The open requests to Olen, as somebody sees them."""
    found: list[dict[str, Any]] = (await client.ask(TO_OLEN))["organisation"]["accessRequests"]["nodes"]
    return found


async def test_asking_tells_nothing(as_: As, network: SmallNetwork) -> None:
    """For a draft, for what is shared with others, and for nothing at all the answer is the same but for its words."""
    editor, outsider = as_(network.olen_editor), as_(network.outsider)
    case_id = await drafted_case(editor)
    await published_case(editor, slug="shared", audience={"networks": ["learning"]})
    nowhere = "case_" + "0" * 32
    answers = [await asked(outsider, one) for one in (case_id, "olen-vision", "shared", "no-such-case", nowhere)]
    rest = [{name: value for name, value in one.items() if name not in {"id", "asked"}} for one in answers]
    assert rest == [rest[0]] * 5
    assert rest[0]["case"] is None
    mine = (await outsider.ask(MINE))["viewer"]["accessRequests"]["nodes"]
    assert [one | {"asked": ""} for one in mine] == [mine[0] | {"asked": ""}] * 5
    for one in answers:
        given = {"id": one["id"], "answer": "DENIED"}
        assert await outsider.refused("answerAccessRequest", given) == [("NOT_FOUND", "id")]
    again = {"case": "olen-vision", "message": "Please."}
    assert await outsider.refused("requestAccess", again) == [("ALREADY_EXISTS", "case")]
    assert await outsider.refused("requestAccess", again | {"case": "no-such-case"}) == [("ALREADY_EXISTS", "case")]


async def test_asking_takes_the_same_steps(as_: As, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statements for a case that one may not read are those for one that is not there: neither takes longer."""
    outsider = as_(network.outsider)
    await drafted_case(as_(network.olen_editor))
    taken = []
    for case in ("warm-up", "olen-vision", "no-such-case"):
        with noted(monkeypatch) as seen:
            await asked(outsider, case)
        # Signing in, and looking whether anything has changed, come as they come.
        taken.append([one for one in seen if "personal_token" not in one and "keyring_epoch" not in one])
    assert taken[1] == taken[2]


async def test_the_owners_editors_are_told_and_see_it(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """An editor finds the request with who asks and why; a reader of the owner, and everyone else, finds none."""
    outsider = as_(network.outsider)
    case_id = await drafted_case(as_(network.olen_editor))
    await asked(outsider, organisation="outside-agency")
    await asked(outsider, "no-such-case")
    await work()
    (seen,) = await to_olen(as_(network.olen_editor))
    assert seen.pop("id")
    assert seen == {
        "asked": "olen-vision",
        "message": "We plan the same.",
        "name": "Outsider",
        "organisation": {"slug": "outside-agency"},
        "case": {"slug": "olen-vision"},
        "answer": None,
    }
    for token in (network.olen_reader, network.pes_editor, network.outsider, None):
        assert await to_olen(as_(token)) == []
    inbox = "{ viewer { notifications(first: 9) { nodes { kind subject { id } } } } }"
    told = (await as_(network.olen_editor).ask(inbox))["viewer"]["notifications"]["nodes"]
    assert told == [{"kind": "ACCESS_REQUESTED", "subject": {"id": case_id}}]
    assert (await as_(network.pes_editor).ask(inbox))["viewer"]["notifications"]["nodes"] == []


@pytest.mark.parametrize("answer", ["GUEST", "ORGANISATION", "DENIED"])
async def test_the_owner_answers(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]], answer: str
) -> None:
    """A guest is let in alone, an organisation with everyone in it, and a no lets nobody in; who asked is told."""
    editor, outsider = as_(network.olen_editor), as_(network.outsider)
    colleague = as_(await person("Colleague", {network.agency: Role.READER}))
    case_id = await drafted_case(editor)
    made = await asked(outsider, organisation="outside-agency")
    given = {"id": made["id"], "answer": answer, "reason": "As agreed."}
    given |= {} if answer == "DENIED" else {"until": SOON}
    await editor.do("answerAccessRequest", given, REQUEST)
    assert [await reads(one, case_id) for one in (outsider, colleague)] == [
        answer != "DENIED",
        answer == "ORGANISATION",
    ]
    await work()
    mine = (await outsider.ask(MINE))["viewer"]["accessRequests"]["nodes"]
    assert mine == [
        {
            "asked": "olen-vision",
            "case": None if answer == "DENIED" else {"slug": "olen-vision"},
            "isOpen": False,
            "answer": answer,
            "reason": "As agreed.",
        }
    ]
    inbox = "{ viewer { notifications(first: 9) { nodes { kind } } } }"
    told = [one["kind"] for one in (await outsider.ask(inbox))["viewer"]["notifications"]["nodes"]]
    assert sorted(told) == ["ACCESS_ANSWERED", *([] if answer == "DENIED" else ["ADMITTED"])]
    assert await editor.refused("answerAccessRequest", given) == [("WRONG_STATE", "id")]
    assert await to_olen(editor) == []


async def test_what_an_answer_says_fits_together(as_: As, network: SmallNetwork) -> None:
    """Letting in takes an instant, saying no takes none, and an organisation is let in only if it was named."""
    editor = as_(network.olen_editor)
    await drafted_case(editor)
    made = await asked(as_(network.outsider))
    for given, refused in (
        ({"answer": "GUEST"}, [("REQUIRED", "until")]),
        ({"answer": "DENIED", "until": SOON}, [("INVALID", "until")]),
        ({"answer": "ORGANISATION", "until": SOON}, [("INVALID", "answer")]),
        ({"answer": "GUEST", "until": "2020-01-01T00:00:00Z"}, [("INVALID", "until")]),
        ({"answer": "DENIED", "reason": "x" * 2001}, [("TOO_LONG", "reason")]),
    ):
        assert await editor.refused("answerAccessRequest", {"id": made["id"], **given}) == refused


async def test_a_request_says_for_what_and_why(as_: As, network: SmallNetwork) -> None:
    """Empty words, too many of them, somebody else's organisation and what one reads already are refused in words."""
    outsider = as_(network.outsider)
    await published_case(as_(network.olen_editor), audience={"public": True})
    for given, refused in (
        ({"case": " ", "message": "Why?"}, [("REQUIRED", "case")]),
        ({"case": "a", "message": " "}, [("REQUIRED", "message")]),
        ({"case": "a" * 201, "message": "Why?"}, [("TOO_LONG", "case")]),
        ({"case": "a", "message": "x" * 2001}, [("TOO_LONG", "message")]),
        ({"case": "a", "message": "Why?", "organisation": "olen"}, [("INVALID", "organisation")]),
        ({"case": "a", "message": "Why?", "organisation": "none"}, [("INVALID", "organisation")]),
        ({"case": "olen-vision", "message": "Why?"}, [("WRONG_STATE", "case")]),
    ):
        assert await outsider.refused("requestAccess", given) == refused


async def test_ten_requests_wait_at_a_time(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """The eleventh is refused, until one has lapsed after 30 days; then the same may be asked again, too."""
    outsider = as_(network.outsider)
    for number in range(10):
        await asked(outsider, f"case-{number}")
    eleventh = {"case": "case-10", "message": "Please."}
    assert await outsider.refused("requestAccess", eleventh) == [("WRONG_STATE", "")]
    await open_database.pool.execute(
        "update access_request set created_at = $1 where asked = 'case-0'", datetime.now(UTC) - timedelta(days=31)
    )
    assert (await asked(outsider, "case-0"))["isOpen"] is True


async def test_the_same_key_asks_once(as_: As, network: SmallNetwork) -> None:
    """A request sent again with its idempotency key is the request of before."""
    outsider = as_(network.outsider)
    first, second = [await asked(outsider, idempotencyKey="once") for _ in range(2)]
    assert first == second


async def test_a_request_is_found_by_nobody_else(as_: As, network: SmallNetwork) -> None:
    """`node` finds no request, not even one's own: they are read where they belong."""
    outsider = as_(network.outsider)
    made = await asked(outsider)
    assert not await reads(outsider, made["id"])


async def test_a_request_outlives_its_case(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """What somebody asked for stays theirs to see when the case is gone from the database."""
    outsider = as_(network.outsider)
    case_id = await drafted_case(as_(network.olen_editor))
    await asked(outsider, "olen-vision")
    await open_database.pool.execute('delete from "case" where id = $1', row_id(case_id))
    (mine,) = (await outsider.ask(MINE))["viewer"]["accessRequests"]["nodes"]
    assert (mine["asked"], mine["case"]) == ("olen-vision", None)

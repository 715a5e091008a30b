"""requestReview, through GraphQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.organisations.terms import Role
from services.reviews.tables import Review
from services.viewer import PUBLIC
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import person_id, reads, round_of
from tests.factories.network import SmallNetwork, organisation, person
from tests.factories.reviews import DUE, requested

As = Callable[[str | None], Client]
EVERYONE = {"public": True}


async def test_a_reviewer_finds_what_they_were_asked(as_: As, network: SmallNetwork) -> None:
    """The person who was asked finds the request in their list, with its subject and its deadline."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    await requested(as_(network.olen_editor), case_id)
    query = """{ reviews(filter: {status: [REQUESTED]}, first: 9) { totalCount nodes { status dueOn expiresOn isLate
        isExpired isGuest subjectVersion conflictOfInterest body organisation { slug } requestedBy { slug }
        reviewer { name } subject { __typename ... on Case { slug } } } } }"""
    expiry = (datetime.fromisoformat(DUE) + timedelta(days=30)).date().isoformat()
    assert (await as_(network.reviewer).ask(query))["reviews"] == {
        "totalCount": 1,
        "nodes": [
            {
                "status": "REQUESTED",
                "dueOn": DUE,
                "expiresOn": expiry,
                "isLate": False,
                "isExpired": False,
                "isGuest": False,
                "subjectVersion": 1,
                "conflictOfInterest": None,
                "body": None,
                "organisation": {"slug": "review-institute"},
                "requestedBy": {"slug": "olen"},
                "reviewer": {"name": "Reviewer"},
                "subject": {"__typename": "Case", "slug": "olen-vision"},
            }
        ],
    }
    assert (await as_(network.olen_editor).ask(query))["reviews"]["totalCount"] == 0
    assert (await as_(None).ask(query))["reviews"]["totalCount"] == 0


async def test_only_the_two_sides_read_a_review(as_: As, network: SmallNetwork) -> None:
    """The subject's organisation and the reviewer read it; the reviewer's colleagues and everybody else do not."""
    colleague = as_(await person("Colleague", {network.institute: Role.ADMIN}, network.network))
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    review_id = await requested(as_(network.olen_editor), case_id)
    query = '{ case(slug: "olen-vision") { reviews(first: 9) { totalCount nodes { id } } } }'
    for client in (as_(network.olen_reader), as_(network.reviewer)):
        assert await reads(client, review_id)
        assert (await client.ask(query))["case"]["reviews"] == {"totalCount": 1, "nodes": [{"id": review_id}]}
    for client in (as_(network.pes_editor), as_(network.outsider), colleague, as_(None)):
        assert not await reads(client, review_id)
        assert (await client.ask(query))["case"]["reviews"] == {"totalCount": 0, "nodes": []}


async def test_nobody_reviews_their_own_organisations_round(as_: As, network: SmallNetwork) -> None:
    """U11: asking oneself or a colleague to review one's own organisation's round is a conflict of interest."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    round_id = await round_of(case_id, network.olen, PUBLIC)
    for name in ("Olen editor", "Olen reader"):
        given = {"subject": round_id, "reviewer": await person_id(name), "dueOn": DUE}
        assert await editor.refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]
    assert await Review.count() == 0


async def test_nobody_reviews_a_round_on_their_organisations_case(as_: As, network: SmallNetwork) -> None:
    """Rule 9 looks at both: who ran the round, and who owns the case that it is a round of."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    round_id = await round_of(case_id, network.pes, PUBLIC)
    given = {"subject": round_id, "reviewer": await person_id("Olen editor"), "dueOn": DUE}
    assert await as_(network.pes_editor).refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]


@pytest.mark.parametrize("due_on", ["2999-12-31", "2020-01-01"])
@pytest.mark.parametrize("guest", [True, False])
async def test_the_deadline_is_near(as_: As, network: SmallNetwork, due_on: str, guest: bool) -> None:  # noqa: FBT001 - a parameter
    """A day that is past, or further ahead than two years, is refused by its field, for guests too."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {
        "subject": case_id,
        "reviewer": await person_id("Reviewer"),
        "dueOn": due_on,
        "guestReader": guest,
    }
    assert await as_(network.olen_editor).refused("requestReview", given) == [("INVALID", "dueOn")]
    assert await Review.count() == 0


async def test_who_guided_the_case_does_not_review_it(as_: As, network: SmallNetwork) -> None:
    """Rule 9: a facilitator of the case is as little independent as its owner, whichever hat they wear."""
    editor = as_(network.olen_editor)
    second = await organisation("second-institute")
    await person("Both", {network.institute: Role.READER, second: Role.REVIEWER}, network.network)
    guided = content()
    guided["participations"].append({"organisation": "review-institute", "role": "FACILITATOR"})
    case_id = await published_case(editor, audience=EVERYONE, content=guided)
    for name in ("Reviewer", "Both"):
        given = {"subject": case_id, "reviewer": await person_id(name), "dueOn": DUE}
        assert await editor.refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]


async def test_the_newest_version_is_reviewed(as_: As, network: SmallNetwork) -> None:
    """Without a number the review is of the draft that follows the published version."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    given = {"subject": case_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE, "guestReader": True}
    payload = await editor.do("requestReview", given, "review { subjectVersion isGuest }")
    assert payload["review"] == {"subjectVersion": 2, "isGuest": True}
    older = {**given, "subjectVersion": 1}
    payload = await editor.do("requestReview", older, "review { subjectVersion isGuest }")
    assert payload["review"] == {"subjectVersion": 1, "isGuest": False}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"subject": "case_1"}, [("NOT_FOUND", "subject")]),
        ({"subject": "artefact_" + "0" * 32}, [("INVALID", "subject")]),
        ({"reviewer": "person_1"}, [("NOT_FOUND", "reviewer")]),
        ({"dueOn": "2020-01-01"}, [("INVALID", "dueOn")]),
        ({"dueOn": datetime.now(UTC).date().isoformat()}, [("INVALID", "dueOn")]),
        ({"subjectVersion": 2}, [("NOT_FOUND", "subjectVersion")]),
        ({"organisation": "nowhere"}, [("NOT_FOUND", "organisation")]),
        ({"organisation": "arbetsformedlingen"}, [("INVALID", "organisation")]),
    ],
)
async def test_what_is_wrong_is_said(
    as_: As, network: SmallNetwork, changes: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    """Each bad input is refused with its code and field, and nobody is asked."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {"subject": case_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE, **changes}
    assert await as_(network.olen_editor).refused("requestReview", given) == problems
    assert await Review.count() == 0


async def test_a_reviewer_reviews_for_an_organisation(as_: As, network: SmallNetwork) -> None:
    """A person who is a reviewer nowhere cannot be asked; for one of several organisations it has to be said."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    second = await organisation("second-institute")
    await person("Reads only", {network.institute: Role.READER}, network.network)
    await person("Both", {network.institute: Role.EDITOR, second: Role.REVIEWER}, network.network)
    given = {"subject": case_id, "reviewer": await person_id("Reads only"), "dueOn": DUE}
    assert await editor.refused("requestReview", given) == [("INVALID", "reviewer")]
    both = {**given, "reviewer": await person_id("Both")}
    assert await editor.refused("requestReview", both) == [("REQUIRED", "organisation")]
    named = {**both, "organisation": "second-institute"}
    payload = await editor.do("requestReview", named, "review { organisation { slug } }")
    assert payload["review"]["organisation"]["slug"] == "second-institute"


async def test_only_editors_of_the_subject_ask(as_: As, network: SmallNetwork) -> None:
    """A reader of the owner, a reviewer and an editor elsewhere may not ask; to an outsider there is no such case."""
    case_id = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"subject": case_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE}
    for token in (network.olen_reader, network.reviewer, network.pes_editor):
        assert await as_(token).refused("requestReview", given) == [("FORBIDDEN", "")]
    assert await as_(network.outsider).refused("requestReview", given) == [("NOT_FOUND", "subject")]


async def test_an_editor_asks_only_people_they_can_see(as_: As, network: SmallNetwork) -> None:
    """Somebody outside all of the editor's networks is not there to be asked."""
    case_id = await published_case(as_(network.olen_editor), audience=EVERYONE)
    given = {"subject": case_id, "reviewer": await person_id("Outsider"), "dueOn": DUE}
    assert await as_(network.olen_editor).refused("requestReview", given) == [("NOT_FOUND", "reviewer")]


async def test_a_person_is_asked_once(as_: As, network: SmallNetwork) -> None:
    """While a request is open the same person is not asked again for the version; a repeated request makes nothing."""
    editor = as_(network.olen_editor)
    case_id = await published_case(editor, audience=EVERYONE)
    review_id = await requested(editor, case_id, idempotencyKey="k1")
    assert await requested(editor, case_id, idempotencyKey="k1") == review_id
    given = {"subject": case_id, "reviewer": await person_id("Reviewer"), "dueOn": DUE}
    assert await editor.refused("requestReview", given) == [("ALREADY_EXISTS", "reviewer")]
    assert await editor.refused("requestReview", {**given, "guestReader": True, "idempotencyKey": "k1"}) == [
        ("KEY_REUSED", "idempotencyKey")
    ]
    await as_(network.reviewer).do("declineReview", {"id": review_id}, "review { status }")
    await requested(editor, case_id)

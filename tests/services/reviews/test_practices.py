"""Reviews and comments of practices, through GraphQL."""

from collections.abc import Callable

from services.viewer import PUBLIC
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import commented, person_id, reads, round_of
from tests.factories.network import SmallNetwork
from tests.factories.practices import drafted_practice, olen_practice, practice_content
from tests.factories.reviews import DUE, VERDICT, accepted

As = Callable[[str | None], Client]


async def test_a_draft_practice_is_reviewed_by_a_guest(as_: As, network: SmallNetwork) -> None:
    """The reviewer reads and comments on the draft until the review is handed in; then it is closed again."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    await published_case(editor, audience={"public": True})
    practice_id = await drafted_practice(editor)
    review_id = await accepted(editor, reviewer, practice_id, guestReader=True)
    query = """query($id: ID!) { node(id: $id) { ... on Review { isGuest
        subject { ... on Practice { slug comments(first: 1) { nodes { body } } } } } } }"""
    await commented(reviewer, practice_id, "Which values?")
    assert (await reviewer.ask(query, id=review_id))["node"] == {
        "isGuest": True,
        "subject": {"slug": "values-to-plan", "comments": {"nodes": [{"body": "Which values?"}]}},
    }
    await reviewer.do("submitReview", {"id": review_id, **VERDICT}, "review { id }")
    assert not await reads(reviewer, practice_id)
    assert (await reviewer.ask(query, id=review_id))["node"] == {"isGuest": True, "subject": None}


async def test_who_made_the_sources_does_not_review_the_practice(as_: As, network: SmallNetwork) -> None:
    """Rule 9: owners and facilitators of the cases, and who ran the rounds, that a practice was drawn from."""
    editor, pes = as_(network.olen_editor), as_(network.pes_editor)
    guided = content("arbetsformedlingen")
    guided["participations"].append({"organisation": "review-institute", "role": "FACILITATOR"})
    case_id = await published_case(
        pes, slug="greenhouse", owner="arbetsformedlingen", content=guided, audience={"public": True}
    )
    from_case = await drafted_practice(
        editor, slug="from-case", content=practice_content(sources=[{"case": "greenhouse"}])
    )
    for name in ("PES editor", "Reviewer"):
        given = {"subject": from_case, "reviewer": await person_id(name), "dueOn": DUE, "guestReader": True}
        assert await editor.refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]
    round_id = await round_of(case_id, network.institute, PUBLIC)
    from_round = await drafted_practice(
        editor, slug="from-round", content=practice_content(sources=[{"testRound": round_id}])
    )
    given = {"subject": from_round, "reviewer": await person_id("Reviewer"), "dueOn": DUE, "guestReader": True}
    assert await editor.refused("requestReview", given) == [("CONFLICT_OF_INTEREST", "reviewer")]


async def test_a_published_practice_lists_its_comments_and_reviews(as_: As, network: SmallNetwork) -> None:
    """Everyone reads what was said of a public practice; its reviews only the two sides."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    practice_id = await olen_practice(editor)
    await commented(reviewer, practice_id)
    await accepted(editor, reviewer, practice_id)
    query = (
        '{ practice(slug: "values-to-plan") { comments(first: 1) { totalCount } reviews(first: 1) { totalCount } } }'
    )
    for client, reviews in ((as_(None), 0), (reviewer, 1), (editor, 1)):
        assert (await client.ask(query))["practice"] == {
            "comments": {"totalCount": 1},
            "reviews": {"totalCount": reviews},
        }

"""draftPractice, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.network import SmallNetwork
from tests.factories.practices import SLUG, drafted_practice, practice_content
from tests.factories.rounds import own_case, planned

As = Callable[[str | None], Client]
QUERY = f"""{{ practice(slug: "{SLUG}") {{
    slug status number title {{ text }} steps {{ text }} sources {{ case {{ slug }} }}
}} }}"""


async def test_a_draft_is_seen_by_its_owner_alone(as_: As, network: SmallNetwork) -> None:
    """A draft reads as it was written for the owner's organisation, and is nowhere for anybody else."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    await drafted_practice(as_(network.olen_editor), audience={"public": True})
    seen = (await as_(network.olen_reader).speaking("en").ask(QUERY))["practice"]
    assert seen == {
        "slug": SLUG,
        "status": "DRAFT",
        "number": 1,
        "title": {"text": "From values to a plan"},
        "steps": [{"text": "Kies samen enkele waarden."}],
        "sources": [{"case": {"slug": "olen-vision"}}],
    }
    for token in (network.pes_editor, network.outsider, None):
        assert (await as_(token).ask(QUERY))["practice"] is None


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"owner": "nobody"}, ("NOT_FOUND", "owner")),
        ({"owner": "arbetsformedlingen"}, ("FORBIDDEN", "")),
        ({"slug": "Not A Slug"}, ("INVALID", "slug")),
        ({"audience": {"networks": ["unknown"]}}, ("NOT_FOUND", "audience.networks")),
        ({"content": practice_content(title=[])}, ("REQUIRED", "content.title")),
        ({"content": practice_content(steps=[[]])}, ("REQUIRED", "content.steps.0")),
        ({"content": practice_content(topics=["no-such-topic"])}, ("NOT_FOUND", "content.topics.0")),
        ({"content": practice_content(sources=[{"case": "no-such-case"}])}, ("NOT_FOUND", "content.sources.0.case")),
        (
            {"content": practice_content(sources=[{"testRound": "case_0"}])},
            ("NOT_FOUND", "content.sources.0.testRound"),
        ),
        ({"content": practice_content(sources=[{}])}, ("INVALID", "content.sources.0")),
        (
            {"content": practice_content(sources=[{"case": "olen-vision"}, {"case": "olen-vision"}])},
            ("INVALID", "content.sources.1"),
        ),
        (
            {"content": practice_content(summary=[{"language": "nl", "text": "x" * 501}])},
            ("TOO_LONG", "content.summary"),
        ),
        (
            {"content": practice_content(resources=[[{"language": "nl", "text": "x"}]] * 201)},
            ("INVALID", "content.resources"),
        ),
    ],
)
async def test_what_is_wrong_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """A draft that names what is not there, or that its author may not write, is refused by code and field."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    given = {"slug": SLUG, "owner": "olen", "content": practice_content(), **changes}
    assert await editor.refused("draftPractice", given) == [refusal]
    assert (await editor.ask("{ practices(first: 1) { totalCount } }"))["practices"]["totalCount"] == 0


async def test_an_unreadable_source_is_like_none(as_: As, network: SmallNetwork) -> None:
    """A case and a round that the author may not read cannot be named, in the words for what does not exist."""
    olen = as_(network.olen_editor)
    await own_case(olen, audience={})
    hidden = (await planned(olen))["id"]
    for place, source in (("case", {"case": "olen-vision"}), ("testRound", {"testRound": hidden})):
        given = {"slug": SLUG, "owner": "outside-agency", "content": practice_content(sources=[source])}
        refused = await as_(network.outsider).refused("draftPractice", given)
        assert refused == [("NOT_FOUND", f"content.sources.0.{place}")]


async def test_a_round_may_be_a_source(as_: As, network: SmallNetwork) -> None:
    """A practice can be drawn from a test round, by the round's global id."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    test_round = (await planned(editor))["id"]
    await drafted_practice(editor, content=practice_content(sources=[{"testRound": test_round}]))
    query = f'{{ practice(slug: "{SLUG}") {{ sources {{ case {{ id }} testRound {{ id }} }} }} }}'
    sources = (await editor.ask(query))["practice"]["sources"]
    assert sources == [{"case": None, "testRound": {"id": test_round}}]


async def test_a_slug_is_given_once(as_: As, network: SmallNetwork) -> None:
    """Two practices cannot stand at one address, even when the first is a draft of somebody else."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    await drafted_practice(as_(network.olen_editor))
    given = {"slug": SLUG, "owner": "arbetsformedlingen", "content": practice_content()}
    assert await as_(network.pes_editor).refused("draftPractice", given) == [("ALREADY_EXISTS", "slug")]


async def test_the_same_request_makes_nothing_twice(as_: As, network: SmallNetwork) -> None:
    """With one idempotency key the same draft is made once; another input under that key is refused."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience={"public": True})
    given = {"slug": SLUG, "owner": "olen", "content": practice_content(), "idempotencyKey": "once"}
    first = await editor.do("draftPractice", given, "practice { id }")
    assert await editor.do("draftPractice", given, "practice { id }") == first
    assert (await editor.ask("{ practices(first: 1) { totalCount } }"))["practices"]["totalCount"] == 1
    refused = await editor.refused("draftPractice", {**given, "slug": "another"})
    assert refused == [("KEY_REUSED", "idempotencyKey")]


async def test_a_reader_writes_nothing(as_: As, network: SmallNetwork) -> None:
    """Drafting needs EDITOR in the owner; nobody in particular is asked to sign in."""
    given = {"slug": SLUG, "owner": "olen", "content": practice_content()}
    assert await as_(network.olen_reader).refused("draftPractice", given) == [("FORBIDDEN", "")]
    document = "mutation($input: DraftPracticeInput!) { draftPractice(input: $input) { practice { id } } }"
    assert (await as_(None).send(document, input=given)).status_code == 401

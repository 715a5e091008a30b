"""planTestRound, through GraphQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from services.log import LogEntry
from services.test_rounds.tables import TestRound
from tests.client import Client
from tests.factories.artefacts import announced
from tests.factories.cases import drafted_case
from tests.factories.comments import reads
from tests.factories.network import SmallNetwork
from tests.factories.network import network as made_network
from tests.factories.reviews import requested
from tests.factories.rounds import en, moved, own_case, plan, planned

As = Callable[[str | None], Client]

PLAN = """
testRound {
  number status isExample problem { text } hypothesis { text } prototypeVersion window { start end } comparisonGroup
  case { slug } organisation { slug } lawfulBasis retainUntil
  sites { name { text } nuts } criteria { statement { text } threshold unit }
  participants { site { name { text } } group { text } planned { value } actual { value } }
}
"""


async def test_a_plan_is_kept_as_it_was_given(as_: As, network: SmallNetwork) -> None:
    """Whoever plans a round reads all of it again, part by part and in order."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    found = (await editor.do("planTestRound", plan(isExample=True), PLAN))["testRound"]
    assert found == {
        "number": 1,
        "status": "PLANNED",
        "isExample": True,
        "problem": {"text": "People come without their papers."},
        "hypothesis": {"text": "A checklist brings the papers."},
        "prototypeVersion": "1.0",
        "window": {"start": "2026-03-02", "end": "2026-03-20"},
        "comparisonGroup": False,
        "case": {"slug": "olen-vision"},
        "organisation": {"slug": "olen"},
        "lawfulBasis": None,
        "retainUntil": None,
        "sites": [{"name": {"text": f"Office {letter}"}, "nuts": "BE213"} for letter in "ABC"],
        "criteria": [
            {"statement": {"text": "Share who name every paper"}, "threshold": 75, "unit": "PERCENT"},
            {"statement": {"text": "Knows what will happen"}, "threshold": 4, "unit": "SCORE"},
        ],
        "participants": [
            {
                "site": {"name": {"text": f"Office {letter}"}},
                "group": {"text": group},
                "planned": {"value": number},
                "actual": None,
            }
            for letter in "ABC"
            for group, number in (("Jobseekers", 8), ("Employers", 5))
        ],
    }


async def test_rounds_are_numbered_for_each_organisation(as_: As, network: SmallNetwork) -> None:
    """The next number is free among one's own rounds, so that it tells nothing of rounds that one may not read."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    await own_case(olen)
    await planned(olen, number=4)
    number = "testRound { number }"
    assert (await olen.do("planTestRound", plan(), number))["testRound"] == {"number": 5}
    assert (await pes.do("planTestRound", plan(organisation="arbetsformedlingen"), number))["testRound"] == {
        "number": 1
    }
    assert await olen.refused("planTestRound", plan(number=4)) == [("ALREADY_EXISTS", "number")]
    assert await olen.refused("planTestRound", plan(number=0)) == [("INVALID", "number")]


async def test_a_round_is_read_by_those_who_read_its_case(as_: As, network: SmallNetwork) -> None:
    """Without an audience of its own a round has its case's; with one, others do not see it on any surface."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    open_round = await planned(editor)
    own_round = await planned(editor, audience={})
    query = """query($open: ID!, $own: ID!, $site: ID!) {
      open: testRound(id: $open) { number } own: testRound(id: $own) { number }
      node(id: $own) { id } site: node(id: $site) { id }
      case(slug: "olen-vision") { testRounds(first: 10) { totalCount nodes { number } } }
    }"""
    ids = {"open": open_round["id"], "own": own_round["id"], "site": own_round["sites"][0]["id"]}
    assert await as_(None).ask(query, **ids) == {
        "open": {"number": 1},
        "own": None,
        "node": None,
        "site": None,
        "case": {"testRounds": {"totalCount": 1, "nodes": [{"number": 1}]}},
    }
    inside = await as_(network.olen_reader).ask(query, **ids)
    assert inside["own"] == {"number": 2}
    assert inside["site"] == {"id": ids["site"]}
    assert inside["case"]["testRounds"]["totalCount"] == 2


async def test_any_organisation_may_test_what_it_can_read(as_: As, network: SmallNetwork) -> None:
    """A member of the network runs a round on another's case; an outsider is told that there is no such case."""
    await own_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    await planned(as_(network.pes_editor), organisation="arbetsformedlingen")
    outsider = as_(network.outsider)
    assert await outsider.refused("planTestRound", plan(organisation="outside-agency")) == [("NOT_FOUND", "case")]
    unknown = plan(organisation="outside-agency", case="no-such-case")
    assert await outsider.refused("planTestRound", unknown) == [("NOT_FOUND", "case")]


async def test_a_draft_is_not_tested_by_others(as_: As, network: SmallNetwork) -> None:
    """A case that is still a draft can be tested by its owner alone, who alone reads the round then."""
    editor = as_(network.olen_editor)
    await drafted_case(editor, audience={"public": True})
    made = await planned(editor)
    seen = "query($id: ID!) { testRound(id: $id) { id } }"
    assert (await as_(network.pes_editor).ask(seen, id=made["id"]))["testRound"] is None
    theirs = plan(organisation="arbetsformedlingen")
    assert await as_(network.pes_editor).refused("planTestRound", theirs) == [("NOT_FOUND", "case")]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"organisation": "nobody"}, ("NOT_FOUND", "organisation")),
        ({"organisation": "arbetsformedlingen"}, ("FORBIDDEN", "")),
        ({"problem": en(" ")}, ("REQUIRED", "problem")),
        ({"hypothesis": []}, ("REQUIRED", "hypothesis")),
        ({"window": {"start": "2026-03-02", "end": "2026-03-01"}}, ("INVALID", "window.end")),
        ({"prototypeVersion": "x" * 201}, ("TOO_LONG", "prototypeVersion")),
        ({"sites": [{"name": en("A"), "nuts": "Olen"}], "participants": []}, ("INVALID", "sites.0.nuts")),
        (
            {"sites": [{"name": en("A"), "organisation": "no"}], "participants": []},
            ("NOT_FOUND", "sites.0.organisation"),
        ),
        (
            {"criteria": [{"statement": en("All"), "threshold": 101, "unit": "PERCENT"}]},
            ("INVALID", "criteria.0.threshold"),
        ),
        ({"criteria": [{"statement": en("All"), "threshold": 4}]}, ("REQUIRED", "criteria.0.unit")),
        ({"participants": [{"group": en("All"), "planned": 3, "site": 3}]}, ("INVALID", "participants.0.site")),
        ({"participants": [{"group": en("All"), "planned": -1}]}, ("INVALID", "participants.0.planned")),
        (
            {"participants": [{"group": en("All"), "planned": 3}, {"group": en("Some"), "planned": 3, "site": 0}]},
            ("INVALID", "participants"),
        ),
        (
            {"participants": [{"group": en("All"), "planned": 3}, {"group": en("All"), "planned": 4}]},
            ("INVALID", "participants.1"),
        ),
        ({"audience": {"networks": ["nowhere"]}}, ("NOT_FOUND", "audience.networks")),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """Each mistake is told with its code and its place, and nothing is stored."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    assert await editor.refused("planTestRound", plan(**changes)) == [refusal]
    assert await TestRound.count() == 0


async def test_a_round_has_no_more_readers_than_its_case(as_: As, network: SmallNetwork) -> None:
    """A round on a network's case cannot be made public."""
    editor = as_(network.olen_editor)
    await own_case(editor, audience={"networks": ["learning"]})
    assert await editor.refused("planTestRound", plan(audience={"public": True})) == [("INVALID", "audience")]


@pytest.mark.parametrize("shared", [True, False])
async def test_who_else_reads_the_case_is_not_told(as_: As, network: SmallNetwork, shared: bool) -> None:  # noqa: FBT001 - a case of the test
    """On another's case a round and its files name whom they like; only readers of the case are meant."""
    pes, agency = as_(network.pes_editor), as_(network.outsider)
    await made_network("hidden", network.olen, network.agency)
    audience = {"networks": ["learning", *(["hidden"] if shared else [])]}
    await own_case(as_(network.olen_editor), audience=audience)
    theirs = {"organisations": ["outside-agency"]}
    made = await planned(pes, organisation="arbetsformedlingen", audience=theirs)
    assert await reads(agency, made["id"]) is shared
    assert not await reads(as_(network.reviewer), made["id"])
    await moved(pes, "shareTestRound", made, audience={})
    assert not await reads(agency, made["id"])
    upload = announced(subject=made["id"], audience=theirs)
    await pes.do("startUpload", upload, "artefact { id }")
    public = {"id": made["id"], "audience": {"public": True}}
    assert await pes.refused("shareTestRound", public) == [("INVALID", "audience")]
    mine = {"id": (await planned(as_(network.olen_editor)))["id"], "audience": theirs}
    assert await as_(network.olen_editor).refused("shareTestRound", mine) == [("INVALID", "audience")]


async def test_a_reader_plans_nothing(as_: As, network: SmallNetwork) -> None:
    """It takes the role of editor in the organisation that runs the round."""
    await own_case(as_(network.olen_editor))
    assert await as_(network.olen_reader).refused("planTestRound", plan()) == [("FORBIDDEN", "")]


async def test_a_repeated_request_plans_one_round(as_: As, network: SmallNetwork) -> None:
    """The same key gives the same round, once planned and logged; with another plan it is refused."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    first = await planned(editor, idempotencyKey="monday")
    assert (await planned(editor, idempotencyKey="monday"))["id"] == first["id"]
    assert await TestRound.count() == 1
    assert await LogEntry.count().where(LogEntry.action == "plan_test_round") == 1
    other = plan(idempotencyKey="monday", number=7)
    assert await editor.refused("planTestRound", other) == [("KEY_REUSED", "idempotencyKey")]


async def test_rounds_planned_at_once_get_numbers_of_their_own(as_: As, network: SmallNetwork) -> None:
    """Five editors who plan in the same moment get five numbers, and none an error."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await asyncio.gather(*(editor.do("planTestRound", plan(), "testRound { number }") for _ in range(5)))
    assert sorted(one["testRound"]["number"] for one in made) == [1, 2, 3, 4, 5]


async def test_a_guest_of_the_case_is_no_reader_of_its_rounds(as_: As, network: SmallNetwork) -> None:
    """A round planned while a guest reviewed its case is not left open to them, even when the case is published."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor, audience={"networks": ["learning"]})
    review_id = await requested(editor, case_id, guestReader=True)
    made = await planned(editor)
    await reviewer.do("declineReview", {"id": review_id}, "review { id }")
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id}, "case { id }")
    assert await reads(reviewer, case_id)
    assert not await reads(reviewer, made["id"])
    assert await reads(as_(network.olen_reader), made["id"])

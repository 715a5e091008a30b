"""recordObservations, through GraphQL."""

from collections.abc import Callable
from typing import Any

import pytest

from services.test_rounds.tables import Observation
from tests.client import Client
from tests.factories.cases import content
from tests.factories.network import SmallNetwork
from tests.factories.rounds import (
    RETAIN_UNTIL,
    analysing,
    concluded,
    en,
    moved,
    observation,
    own_case,
    registered,
    running,
)
from tests.factories.sharing import admitted

As = Callable[[str | None], Client]

SEEN = """query($id: ID!, $filter: ObservationFilter, $first: Int = 10, $after: String) { testRound(id: $id) {
  observations(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { site { name { text } } alias task { text } text { text } severity quote { text language } recorded }
  } } }"""


async def seen(client: Client, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A page of the round's observations."""
    page: dict[str, Any] = (await client.ask(SEEN, id=made["id"], **more))["testRound"]["observations"]
    return page


async def test_only_the_organisation_knows_who_said_what(as_: As, network: SmallNetwork) -> None:
    """Readers see what was observed; aliases and quotes are null outside the organisation that runs the round."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    given = [
        observation(made, "Names every paper.", severity=0, alias="Alder", quote=en("On the bus."), task=en("Read it")),
        observation(made, "Asks at the desk.", site=1, alias=" Birch "),
        observation(made, "Nobody in particular."),
    ]
    await moved(editor, "recordObservations", made, observations=given)
    inside = await seen(as_(network.olen_reader), made)
    assert inside["totalCount"] == 3
    assert [one["alias"] for one in inside["nodes"]] == ["Alder", "Birch", None]
    assert inside["nodes"][0]["quote"] == {"text": "On the bus.", "language": "en"}
    for outsider in (None, network.pes_editor, network.steward):
        outside = await seen(as_(outsider), made)
        assert outside["nodes"][0] == {
            "site": {"name": {"text": "Office A"}},
            "alias": None,
            "task": {"text": "Read it"},
            "text": {"text": "Names every paper."},
            "severity": 0,
            "quote": None,
            "recorded": False,
        }
        assert all(one["alias"] is None for one in outside["nodes"])


async def test_observations_are_paged_and_narrowed(as_: As, network: SmallNetwork) -> None:
    """They come in the order of recording, page by page, at a site or of a severity; an id of no site finds none."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    for site in (0, 1):
        batch = [observation(made, f"{site}-{n}", site=site, severity=n) for n in range(5)]
        await moved(editor, "recordObservations", made, observations=batch)
    texts = []
    after = None
    while True:
        page = await seen(editor, made, first=4, after=after)
        texts += [one["text"]["text"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert texts == [f"{site}-{n}" for site in (0, 1) for n in range(5)]
    narrowed = await seen(editor, made, filter={"site": made["sites"][1]["id"], "severity": [3, 4]})
    assert [one["text"]["text"] for one in narrowed["nodes"]] == ["1-3", "1-4"]
    assert (await seen(editor, made, filter={"site": made["id"]}))["totalCount"] == 0


async def test_people_are_observed_while_they_test(as_: As, network: SmallNetwork) -> None:
    """A round takes observations while it runs and is analysed, and neither before nor after."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    for make, accepted in ((registered, False), (running, True), (analysing, True), (concluded, False)):
        made = await make(editor)
        given = {"id": made["id"], "observations": [observation(made, "Reads on.")]}
        if accepted:
            await editor.do("recordObservations", given, "__typename")
        else:
            assert await editor.refused("recordObservations", given) == [("WRONG_STATE", "")]


async def test_a_batch_is_taken_whole_or_not_at_all(as_: As, network: SmallNetwork) -> None:
    """Every mistake of a batch is told by its place, and nothing of it is stored; 101 are too many, none is too few."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    elsewhere = await running(editor)
    given = [
        observation(made, "Fine."),
        observation(made, "Too bad.", severity=5),
        observation(elsewhere, "Elsewhere."),
        observation(made, " ", alias=" "),
        observation(made, "Later.", observedAt="2099-01-01T00:00:00Z"),
        observation(made, "Filmed.", recorded=True, alias="Alder"),
    ]
    assert await editor.refused("recordObservations", {"id": made["id"], "observations": given}) == [
        ("INVALID", "observations.1.severity"),
        ("NOT_FOUND", "observations.2.site"),
        ("REQUIRED", "observations.3.alias"),
        ("REQUIRED", "observations.3.text"),
        ("INVALID", "observations.4.observedAt"),
        ("INVALID", "observations.5.recorded"),
    ]
    many = [observation(made, "Again.")] * 101
    assert await editor.refused("recordObservations", {"id": made["id"], "observations": many}) == [
        ("INVALID", "observations")
    ]
    assert await editor.refused("recordObservations", {"id": made["id"], "observations": []}) == [
        ("REQUIRED", "observations")
    ]
    assert await Observation.count() == 0
    await moved(editor, "recordObservations", made, observations=many[:100])
    assert await Observation.count() == 100


async def test_a_repeated_batch_is_taken_once(as_: As, network: SmallNetwork) -> None:
    """The same key adds nothing twice, even when the round has moved on meanwhile; others add nothing."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor)
    given = {"id": made["id"], "observations": [observation(made, "Reads on.")], "idempotencyKey": "1"}
    await editor.do("recordObservations", given, "__typename")
    await moved(editor, "beginAnalysis", made)
    await editor.do("recordObservations", given, "__typename")
    assert await Observation.count() == 1
    other = {**given, "observations": [observation(made, "Stops.")]}
    assert await editor.refused("recordObservations", other) == [("KEY_REUSED", "idempotencyKey")]
    assert await as_(network.pes_editor).refused("recordObservations", given) == [("FORBIDDEN", "")]
    stale = {**given, "idempotencyKey": "2", "expectedVersion": 1}
    assert await editor.refused("recordObservations", stale) == [("CONFLICT", "expectedVersion")]


@pytest.mark.parametrize("alias", ["Alder", "ALDER"])
async def test_on_consent_an_alias_needs_consent(as_: As, network: SmallNetwork, alias: str) -> None:
    """Rule 4: under GDPR 6(1)(a) an observation tied to an alias needs theirs; one tied to nobody does not."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor, start={"lawfulBasis": "CONSENT"})
    tied = {"id": made["id"], "observations": [observation(made, "Reads on.", alias=alias)]}
    assert await editor.refused("recordObservations", tied) == [("REQUIRED", "observations.0.alias")]
    await moved(editor, "recordObservations", made, observations=[observation(made, "Reads on.")])
    await moved(editor, "recordConsent", made, **consent("Alder"))
    await editor.do("recordObservations", tied, "__typename")
    await moved(editor, "withdrawConsent", made, alias="alder")
    assert await editor.refused("recordObservations", tied) == [("REQUIRED", "observations.0.alias")]


async def test_recording_needs_consent_of_its_own(as_: As, network: SmallNetwork) -> None:
    """Rule 4: whatever the ground, a recording is tied to an alias that has consented to being recorded."""
    editor = as_(network.olen_editor)
    await own_case(editor)
    made = await running(editor, recordsPeople=True)

    def recorded(**more: Any) -> dict[str, Any]:
        return {"id": made["id"], "observations": [observation(made, "Smiles.", recorded=True, **more)]}

    needs_alias = [("REQUIRED", "observations.0.alias")]
    assert await editor.refused("recordObservations", recorded()) == needs_alias
    assert await editor.refused("recordObservations", recorded(alias="Alder")) == needs_alias
    await moved(editor, "recordConsent", made, **consent("Alder"))
    assert await editor.refused("recordObservations", recorded(alias="Alder")) == needs_alias
    await moved(editor, "recordConsent", made, **consent("Alder", coversRecording=True))
    await editor.do("recordObservations", recorded(alias="Alder"), "__typename")


async def test_a_partner_learns_no_consents(as_: As, network: SmallNetwork) -> None:
    """Whoever runs a round with its owner is refused in the same words whatever an alias lacks, and only at the end.

    The owner reads in its log that they tried, and is told itself what is missing.
    """
    editor, partner = as_(network.olen_editor), as_(network.pes_editor)
    participations = [
        {"organisation": "olen", "role": "OWNER"},
        {"organisation": "arbetsformedlingen", "role": "FACILITATOR"},
    ]
    case_id = await own_case(editor, content=content(participations=participations))
    await admitted(editor, case_id, "arbetsformedlingen")
    made = await running(editor, start={"lawfulBasis": "CONSENT"}, recordsPeople=True)
    await moved(editor, "recordConsent", made, **consent("Filmed", coversRecording=True))
    for alias in ("Seen", "Gone"):
        await moved(editor, "recordConsent", made, **consent(alias))
    await moved(editor, "withdrawConsent", made, alias="Gone")

    def given(*aliases: str, **more: Any) -> dict[str, Any]:
        seen = [{**observation(made, "Smiles.", alias=alias, recorded=True), **more} for alias in aliases]
        return {"id": made["id"], "observations": seen}

    async def told(client: Client, asked: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
        payload = await client.change("recordObservations", asked, "testRound { id }")
        return [(error["code"], error["message"], error["field"]) for error in payload["userErrors"]]

    answers = [
        await told(partner, given(*aliases)) for aliases in (("Seen",), ("Gone",), ("Nobody",), ("Filmed", "Gone"))
    ]
    assert answers[0][0][0] == "FORBIDDEN"
    assert answers == [answers[0]] * 4
    at_no_site = [await told(partner, given(alias, site="site_" + "0" * 32)) for alias in ("Filmed", "Gone", "Nobody")]
    assert [answer[0][0] for answer in at_no_site] == ["NOT_FOUND"] * 3
    assert at_no_site == [at_no_site[0]] * 3
    assert len(await told(editor, given("Seen", "Gone", "Nobody", "Filmed"))) == 5
    assert await told(partner, given("Filmed")) == []


def consent(alias: str, **more: Any) -> dict[str, Any]:
    """A consent, as input."""
    return {"alias": alias, "purpose": "Testing", "wordingVersion": "1", "retainUntil": RETAIN_UNTIL, **more}

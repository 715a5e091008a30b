"""Practice.evidence: computed from what a reader may read, and explained (rule 13)."""

import json
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.artefacts.tables import Artefact, ArtefactVersion
from services.ids import new_id
from services.organisations.terms import Role
from services.practices.rules import EvidenceFacts, weigh
from services.viewer import organisation_key
from tests.client import Client
from tests.factories.cases import content, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork, organisation, person, text
from tests.factories.practices import (
    PUBLIC,
    SLUG,
    adopted,
    confirmed,
    drafted_practice,
    olen_practice,
    practice_content,
    published_practice,
)
from tests.factories.rounds import concluded, en, planned

As = Callable[[str | None], Client]
QUERY = f"""{{ practice(slug: "{SLUG}") {{ evidence {{
    level reasons measuredOutcomes rounds comparedRounds bodies confirmedAdoptions abandonedAdoptions templates
}} }} }}"""
MEASURED = {"kind": "MEASURED", "indicator": en("Has the right tools"), "value": 80, "unit": "PERCENT"}
COUNTS = st.integers(0, 4)
FACTS = st.builds(EvidenceFacts, st.booleans(), *[COUNTS] * 7)


async def evidence(client: Client) -> dict[str, Any]:
    """The evidence of the practice, as somebody sees it."""
    found: dict[str, Any] = (await client.ask(QUERY))["practice"]["evidence"]
    return found


async def measured_case(client: Client, **changes: Any) -> None:
    """A public case of Olen with a measured outcome."""
    given = {"audience": PUBLIC, "content": {**content(), "outcomes": [MEASURED]}, **changes}
    await published_case(client, **given)


async def template(practice: str, owner: SmallNetwork, audience: list[str]) -> None:
    """A stored template of the practice."""
    artefact = Artefact(
        id=new_id(),
        audience=audience,
        practice=row_id(practice),
        organisation=owner.olen,
        title=text(en="Form"),
        kind="TEMPLATE",
        current_number=1,
    )
    await Artefact.insert(artefact)
    await ArtefactVersion.insert(
        ArtefactVersion(
            artefact=artefact.id,
            number=1,
            file_name="form.odt",
            media_type="application/vnd.oasis.opendocument.text",
            size=1,
            sha256="0" * 64,
            storage_key=str(new_id()),
            state="STORED",
        )
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=20, max_size=60))
async def test_the_database_weighs_like_the_rule(clean: Database, facts: list[EvidenceFacts]) -> None:
    """For any facts the function `evidence` of the database and the rule in Python give the same level and reasons."""
    asked = [astuple(one) for one in facts]
    rows = await clean.pool.fetch(
        "select evidence(d, o, r, c, b, a, g, t) as weighed from unnest($1::bool[], $2::int[], $3::int[], $4::int[],"
        " $5::int[], $6::int[], $7::int[], $8::int[]) with ordinality f(d, o, r, c, b, a, g, t, n) order by n",
        *map(list, zip(*asked, strict=True)),
    )
    weighed = [json.loads(row["weighed"]) for row in rows]
    expected = [weigh(one) for one in facts]
    assert weighed == [{"level": e.level, "reasons": [reason.value for reason in e.reasons]} for e in expected]


async def test_a_draft_without_a_description_has_no_level(as_: As, network: SmallNetwork) -> None:
    """Before it says what to do and when, a practice has no level yet, and the reason says why."""
    editor = as_(network.olen_editor)
    await drafted_practice(editor, content={"title": en("Bare")})
    assert await evidence(editor) == {
        "level": None,
        "reasons": ["NOT_DESCRIBED"],
        "measuredOutcomes": 0,
        "rounds": 0,
        "comparedRounds": 0,
        "bodies": 0,
        "confirmedAdoptions": 0,
        "abandonedAdoptions": 0,
        "templates": 0,
    }


async def test_a_description_is_level_1(as_: As, network: SmallNetwork) -> None:
    """A practice drawn from a case without a measured outcome is described, and no more."""
    await olen_practice(as_(network.olen_editor))
    found = await evidence(as_(None))
    assert (found["level"], found["reasons"]) == (1, ["DESCRIBED", "NO_DATA"])


async def test_a_measured_outcome_is_level_2(as_: As, network: SmallNetwork) -> None:
    """A figure in a source case makes level 2; the same figure in an invented example does not."""
    editor = as_(network.olen_editor)
    await measured_case(editor)
    await measured_case(editor, slug="invented", isExample=True)
    sources = [{"case": "olen-vision"}, {"case": "invented"}]
    await published_practice(editor, content=practice_content(sources=sources), audience=PUBLIC)
    found = await evidence(as_(None))
    assert (found["level"], found["reasons"]) == (2, ["DESCRIBED", "OUTCOME_MEASURED", "NOT_COMPARED"])
    assert found["measuredOutcomes"] == 1


async def test_only_a_concluded_round_that_met_a_criterion_counts(as_: As, network: SmallNetwork) -> None:
    """Planned rounds and invented ones are no data; a concluded round is, and its comparison group makes level 3."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=PUBLIC)
    rounds = [
        await planned(editor, comparisonGroup=True),
        await concluded(editor, comparisonGroup=True, isExample=True),
        await concluded(editor),
    ]
    practice_id = await published_practice(
        editor, content=practice_content(sources=[{"testRound": one["id"]} for one in rounds]), audience=PUBLIC
    )
    found = await evidence(as_(None))
    assert (found["level"], found["rounds"], found["comparedRounds"]) == (2, 1, 0)
    assert found["reasons"] == ["DESCRIBED", "ROUND_MET_CRITERION", "NOT_COMPARED"]

    compared = await concluded(editor, comparisonGroup=True)
    new = practice_content(sources=[{"testRound": compared["id"]}])
    await editor.do("editPractice", {"id": practice_id, "content": new}, "practice { id }")
    await editor.do("submitPractice", {"id": practice_id}, "practice { id }")
    await editor.do("publishPractice", {"id": practice_id}, "practice { id }")
    found = await evidence(as_(None))
    assert (found["level"], found["rounds"], found["comparedRounds"], found["bodies"]) == (3, 1, 1, 1)
    assert found["reasons"][-2:] == ["COMPARED", "NOT_INDEPENDENT"]


async def compared_practice(editor: Client) -> str:
    """A practice of level 3: public, drawn from a concluded round of Olen with a comparison group."""
    await published_case(editor, audience=PUBLIC)
    compared = await concluded(editor, comparisonGroup=True)
    return await published_practice(
        editor, content=practice_content(sources=[{"testRound": compared["id"]}]), audience=PUBLIC
    )


async def test_a_confirmed_adoption_is_independent_evidence(as_: As, network: SmallNetwork) -> None:
    """What another organisation confirmed makes level 4 for whoever may read it, and for nobody else (rule 7)."""
    practice_id = await compared_practice(as_(network.olen_editor))
    await confirmed(as_(network.pes_editor), practice_id, audience={"networks": ["learning"]})
    inside, outside = await evidence(as_(network.reviewer)), await evidence(as_(None))
    assert (inside["level"], inside["bodies"], inside["confirmedAdoptions"]) == (4, 2, 1)
    assert inside["reasons"][-3:] == ["INDEPENDENT", "TOO_FEW_ADOPTIONS", "NO_TEMPLATE"]
    assert (outside["level"], outside["bodies"], outside["confirmedAdoptions"]) == (3, 1, 0)


async def test_a_round_of_another_organisation_is_independent_evidence(as_: As, network: SmallNetwork) -> None:
    """The practice's owner and another body that each concluded a round are two that found that it works."""
    editor = as_(network.olen_editor)
    await published_case(editor, audience=PUBLIC)
    rounds = [
        await concluded(editor, comparisonGroup=True),
        await concluded(as_(network.pes_editor), organisation="arbetsformedlingen"),
    ]
    sources = [{"testRound": one["id"]} for one in rounds]
    await published_practice(editor, content=practice_content(sources=sources), audience=PUBLIC)
    found = await evidence(as_(None))
    assert (found["level"], found["bodies"], found["rounds"]) == (4, 2, 2)


async def test_level_5_is_replicated_and_has_a_template(as_: As, network: SmallNetwork) -> None:
    """Three confirmed adoptions and a template to work by make level 5; a template that one may not read does not."""
    practice_id = await compared_practice(as_(network.olen_editor))
    for n in range(3):
        slug = f"adopter-{n}"
        adopter = await organisation(slug)
        await confirmed(as_(await person(slug, {adopter: Role.EDITOR})), practice_id, slug)
    assert (await evidence(as_(None)))["reasons"][-1] == "NO_TEMPLATE"
    await template(practice_id, network, [organisation_key(network.olen)])
    assert (await evidence(as_(None)))["level"] == 4
    assert (await evidence(as_(network.olen_reader)))["level"] == 5
    await template(practice_id, network, ["public"])
    found = await evidence(as_(None))
    assert (found["level"], found["reasons"][-1], found["templates"]) == (5, "REPLICATED", 1)


async def test_a_source_that_one_may_not_read_is_no_evidence(as_: As, network: SmallNetwork) -> None:
    """A measured outcome in a case for the network raises the level for its members only (rule 7)."""
    editor = as_(network.olen_editor)
    await measured_case(editor, audience={"networks": ["learning"]})
    await published_practice(editor, audience=PUBLIC)
    assert (await evidence(as_(network.pes_editor)))["level"] == 2
    outside = await evidence(as_(None))
    assert (outside["level"], outside["measuredOutcomes"]) == (1, 0)


async def test_giving_up_counts_by_organisation(as_: As, network: SmallNetwork) -> None:
    """Who gives up three times counts once against a practice, and not at all once they confirm its value."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)

    async def given_up() -> None:
        adoption_id = await adopted(editor, practice_id)
        reason = {"id": adoption_id, "stage": "ABANDONED", "abandonedReason": en("No staff.")}
        await editor.do("advanceAdoption", reason, "adoption { id }")

    for _ in range(3):
        await given_up()
    assert (await evidence(as_(None)))["abandonedAdoptions"] == 1
    await confirmed(editor, practice_id)
    found = await evidence(as_(None))
    assert (found["confirmedAdoptions"], found["abandonedAdoptions"]) == (1, 0)

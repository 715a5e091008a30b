"""Partners: what an organisation that takes part in a case, and was let into it, may do with it by its role."""

from collections.abc import Callable
from typing import Any

import pytest

from services.cases.partners import MAY
from services.cases.terms import ParticipationRole
from services.organisations.terms import Role
from services.test_rounds.rules import ACTS
from tests.client import Client
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.network import SmallNetwork, person
from tests.factories.rounds import own_case, planned
from tests.factories.sharing import admitted, guest_invited

As = Callable[[str | None], Client]
SLUG = "arbetsformedlingen"


OWNER = {"organisation": "olen", "role": "OWNER"}


def with_partner(role: str = "FACILITATOR", *others: dict[str, Any]) -> dict[str, Any]:
    """The least that can be published, with the Swedish PES in a role, and others who take part."""
    return content(participations=[OWNER, {"organisation": SLUG, "role": role}, *others])


@pytest.mark.parametrize("role", list(ParticipationRole))
async def test_a_partner_writes_and_runs_rounds_by_its_role(
    as_: As, network: SmallNetwork, role: ParticipationRole
) -> None:
    """For every role, an editor of a partner may edit the draft, and register the owner's round, as the table says."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await published_case(olen, content=with_partner(role))
    await admitted(olen, case_id, SLUG)
    round_id = (await planned(olen))["id"]
    edited = await pes.change("editCase", {"id": case_id, "content": with_partner(role)}, "case { id }")
    registered = await pes.change("registerTestRound", {"id": round_id}, "testRound { status }")
    for verb, payload in (("edit_case", edited), ("register_test_round", registered)):
        codes = [error["code"] for error in payload["userErrors"]]
        assert codes == ([] if verb in MAY[role] else ["FORBIDDEN"]), verb


async def test_being_named_gives_no_rights(as_: As, network: SmallNetwork) -> None:
    """A partner that was not let in may read the case as others do, and change nothing of it."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await published_case(olen, content=with_partner(), audience={"public": True})
    round_id = (await planned(olen))["id"]
    assert await pes.refused("editCase", {"id": case_id, "content": with_partner()}) == [("FORBIDDEN", "")]
    assert await pes.refused("registerTestRound", {"id": round_id}) == [("FORBIDDEN", "")]


async def test_a_guest_brings_no_rights_to_their_organisation(as_: As, network: SmallNetwork) -> None:
    """That a partner's editor is a guest of the case does not let the partner in."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await drafted_case(olen, content=with_partner())
    await guest_invited(olen, case_id, "PES editor")
    assert await pes.refused("editCase", {"id": case_id, "content": with_partner()}) == [("FORBIDDEN", "")]


async def test_only_a_partners_editors_have_its_rights(as_: As, network: SmallNetwork) -> None:
    """A reviewer of the partner reads the draft and changes nothing."""
    olen = as_(network.olen_editor)
    reviewer = as_(await person("PES reviewer", {network.pes: Role.REVIEWER}, network.network))
    case_id = await drafted_case(olen, content=with_partner())
    await admitted(olen, case_id, SLUG)
    (error,) = (await reviewer.change("editCase", {"id": case_id, "content": with_partner()}, "__typename"))[
        "userErrors"
    ]
    assert (error["code"], error["message"]) == (
        "FORBIDDEN",
        "Only an editor or an administrator of «olen» may change its cases. Ask its administrator for the role.",
    )


async def test_a_partner_gives_nobody_another_part(as_: As, network: SmallNetwork) -> None:
    """Who takes part, and as what, stays as the owner wrote it: neither more for oneself, nor less for others."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await drafted_case(olen, content=with_partner("CO_CREATOR"))
    await admitted(olen, case_id, SLUG)
    for text in (
        with_partner("FACILITATOR"),
        content(participations=[{"organisation": SLUG, "role": "CO_CREATOR"}]),
        with_partner("CO_CREATOR", {"organisation": "outside-agency", "role": "HOST"}),
    ):
        given = {"id": case_id, "content": text}
        assert await pes.refused("editCase", given) == [("FORBIDDEN", "content.participations")]
    people = {"role": "TESTER", "stakeholderGroup": [{"language": "en", "text": "Jobseekers"}]}
    await pes.do("editCase", {"id": case_id, "content": with_partner("CO_CREATOR", people)}, "case { id }")


async def test_who_reads_and_what_becomes_of_it_stays_with_the_owner(as_: As, network: SmallNetwork) -> None:
    """A partner of the strongest role names no readers, and neither submits, publishes, withdraws nor shares."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await own_case(olen, content=with_partner())
    await admitted(olen, case_id, SLUG)
    made = await planned(olen)
    given = {"id": case_id, "content": with_partner(), "audience": {"public": True}}
    assert await pes.refused("editCase", given) == [("FORBIDDEN", "")]
    await pes.do("editCase", {"id": case_id, "content": with_partner()}, "case { id }")
    for mutation, more in (
        ("submitCase", {}),
        ("withdrawCase", {}),
        ("publishCase", {}),
        ("archiveCase", {}),
        ("shareCase", {"audience": {}}),
        ("admitOrganisation", {"organisation": SLUG, "until": "2027-01-01T00:00:00Z"}),
    ):
        name = "case" if mutation == "admitOrganisation" else "id"
        assert await pes.refused(mutation, {name: case_id, **more}) == [("FORBIDDEN", "")], mutation
    edit = {"id": made["id"], "audience": {"public": True}}
    assert await pes.refused("editTestRound", edit) == [("FORBIDDEN", "")]
    assert await pes.refused("shareTestRound", {"id": made["id"], "audience": {}}) == [("FORBIDDEN", "")]


async def test_the_rights_end_with_the_admission_and_with_the_role(as_: As, network: SmallNetwork) -> None:
    """When the owner ends the admission, or names the partner no more, the partner may change nothing."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    case_id = await drafted_case(olen, content=with_partner(), audience={"public": True})
    admission_id = await admitted(olen, case_id, SLUG)
    await olen.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    assert await pes.refused("editCase", {"id": case_id, "content": content()}) == [("FORBIDDEN", "")]
    await olen.do("editCase", {"id": case_id, "content": with_partner()}, "case { id }")
    await pes.do("editCase", {"id": case_id, "content": with_partner()}, "case { id }")
    await olen.do("endAdmission", {"id": admission_id}, "admission { id }")
    assert await pes.refused("editCase", {"id": case_id, "content": with_partner()}) == [("NOT_FOUND", "id")]


async def test_rounds_that_others_run_are_theirs(as_: As, network: SmallNetwork) -> None:
    """A partner may not touch the round that a third organisation runs on the case."""
    olen, pes = as_(network.olen_editor), as_(network.pes_editor)
    institute = as_(await person("Institute editor", {network.institute: Role.EDITOR}, network.network))
    case_id = await own_case(olen, content=with_partner())
    await admitted(olen, case_id, SLUG)
    round_id = (await planned(institute, organisation="review-institute"))["id"]
    assert await pes.refused("registerTestRound", {"id": round_id}) == [("FORBIDDEN", "")]


def test_the_table_names_every_role_and_only_verbs_that_exist() -> None:
    """No role is forgotten, and what a role may do on rounds is among the verbs on rounds."""
    assert set(MAY) == set(ParticipationRole)
    assert set().union(*MAY.values()) <= {"edit_case", *ACTS}

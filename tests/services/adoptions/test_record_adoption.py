"""recordAdoption, through GraphQL."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from infra.postgres.database import Database
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import drafted_case, published_case
from tests.factories.network import SmallNetwork, person
from tests.factories.practices import PUBLIC, adopted, olen_practice
from tests.factories.rounds import en

As = Callable[[str | None], Client]
ADOPTION = "adoption { id mode stage revision organisation { slug } practice { slug } case { slug } changes { text } }"
COUNT = '{ practice(slug: "values-to-plan") { adoptions(first: 5) { totalCount } spread } }'


async def test_an_adoption_is_recorded(as_: As, network: SmallNetwork) -> None:
    """What another organisation takes up is shown with the practice, and is not spread yet (rule 11)."""
    practice_id = await olen_practice(as_(network.olen_editor))
    given = {
        "subject": practice_id,
        "organisation": "arbetsformedlingen",
        "mode": "ADAPTED",
        "stage": "PLANNED",
        "changes": en("For employers, too."),
    }
    payload = await as_(network.pes_editor).do("recordAdoption", given, ADOPTION)
    assert payload["adoption"] == {
        "id": payload["adoption"]["id"],
        "mode": "ADAPTED",
        "stage": "PLANNED",
        "revision": 1,
        "organisation": {"slug": "arbetsformedlingen"},
        "practice": {"slug": "values-to-plan"},
        "case": None,
        "changes": {"text": "For employers, too."},
    }
    assert (await as_(None).ask(COUNT))["practice"] == {"adoptions": {"totalCount": 1}, "spread": 0}


async def test_a_case_is_adopted_too(as_: As, network: SmallNetwork) -> None:
    """A case has adoptions and a spread like a practice; without more, an adoption begins with interest."""
    case_id = await published_case(as_(network.olen_editor), audience=PUBLIC)
    given = {"subject": case_id, "organisation": "arbetsformedlingen", "mode": "INSPIRED"}
    payload = await as_(network.pes_editor).do("recordAdoption", given, ADOPTION)
    assert payload["adoption"]["stage"] == "INTERESTED"
    assert (payload["adoption"]["case"], payload["adoption"]["practice"]) == ({"slug": "olen-vision"}, None)
    query = '{ case(slug: "olen-vision") { spread adoptions(first: 5) { nodes { organisation { slug } } } } }'
    assert (await as_(None).ask(query))["case"] == {
        "spread": 0,
        "adoptions": {"nodes": [{"organisation": {"slug": "arbetsformedlingen"}}]},
    }


async def test_nobody_adopts_their_own(as_: As, network: SmallNetwork) -> None:
    """The owner's own organisation is refused, for a practice and for a case (rule 11)."""
    editor = as_(network.olen_editor)
    practice_id = await olen_practice(editor)
    case = (await editor.ask('{ case(slug: "olen-vision") { id } }'))["case"]["id"]
    for subject in (practice_id, case):
        given = {"subject": subject, "organisation": "olen", "mode": "COPIED"}
        assert await editor.refused("recordAdoption", given) == [("FORBIDDEN", "organisation")]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"subject": "practice_" + "0" * 32}, ("NOT_FOUND", "subject")),
        ({"subject": "nothing"}, ("NOT_FOUND", "subject")),
        ({"organisation": "nobody"}, ("NOT_FOUND", "organisation")),
        ({"organisation": "review-institute"}, ("FORBIDDEN", "")),
        ({"stage": "VALUE_CONFIRMED"}, ("WRONG_STATE", "stage")),
        ({"stage": "ABANDONED"}, ("WRONG_STATE", "stage")),
        ({"changes": []}, ("REQUIRED", "changes")),
        ({"audience": {"networks": ["unknown"]}}, ("NOT_FOUND", "audience.networks")),
    ],
)
async def test_what_is_wrong_is_refused(
    as_: As, network: SmallNetwork, changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    """What does not exist, another's organisation and a stage that comes later are refused, and nothing is stored."""
    practice_id = await olen_practice(as_(network.olen_editor))
    given = {"subject": practice_id, "organisation": "arbetsformedlingen", "mode": "COPIED", **changes}
    assert await as_(network.pes_editor).refused("recordAdoption", given) == [refusal]
    assert (await as_(network.pes_editor).ask(COUNT))["practice"]["adoptions"]["totalCount"] == 0


async def test_what_one_may_not_read_cannot_be_adopted(as_: As, network: SmallNetwork) -> None:
    """A practice for the network is unknown to an outsider, in the words for what does not exist."""
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    given = {"subject": practice_id, "organisation": "outside-agency", "mode": "COPIED"}
    assert await as_(network.outsider).refused("recordAdoption", given) == [("NOT_FOUND", "subject")]


async def test_a_draft_cannot_be_adopted(as_: As, network: SmallNetwork) -> None:
    """Who works for the owner and for another organisation cannot adopt for the latter what is not published."""
    both = as_(await person("Both", {network.olen: Role.EDITOR, network.pes: Role.EDITOR}, network.network))
    case_id = await drafted_case(both)
    given = {"subject": case_id, "organisation": "arbetsformedlingen", "mode": "COPIED"}
    assert await both.refused("recordAdoption", given) == [("WRONG_STATE", "subject")]


async def test_an_organisation_records_a_thing_once(as_: As, network: SmallNetwork) -> None:
    """A second adoption of the same practice is refused, until the first was given up."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)
    adoption_id = await adopted(editor, practice_id)
    given = {"subject": practice_id, "organisation": "arbetsformedlingen", "mode": "COPIED"}
    assert await editor.refused("recordAdoption", given) == [("ALREADY_EXISTS", "subject")]
    given_up = {"id": adoption_id, "stage": "ABANDONED", "abandonedReason": en("No staff.")}
    await editor.do("advanceAdoption", given_up, "adoption { id }")
    await editor.do("recordAdoption", given, "adoption { id }")
    assert (await editor.ask(COUNT))["practice"]["adoptions"]["totalCount"] == 2


async def test_the_same_request_makes_nothing_twice(as_: As, network: SmallNetwork) -> None:
    """With one idempotency key the adoption is recorded once; another input under that key is refused."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)
    given = {"subject": practice_id, "organisation": "arbetsformedlingen", "mode": "COPIED", "idempotencyKey": "once"}
    first = await editor.do("recordAdoption", given, "adoption { id }")
    assert await editor.do("recordAdoption", given, "adoption { id }") == first
    refused = await editor.refused("recordAdoption", {**given, "mode": "ADAPTED"})
    assert refused == [("KEY_REUSED", "idempotencyKey")]


async def test_the_role_that_it_needs(as_: As, network: SmallNetwork) -> None:
    """A reviewer records nothing for their organisation; nobody in particular is asked to sign in."""
    practice_id = await olen_practice(as_(network.olen_editor))
    given = {"subject": practice_id, "organisation": "review-institute", "mode": "COPIED"}
    assert await as_(network.reviewer).refused("recordAdoption", given) == [("FORBIDDEN", "")]
    document = "mutation($input: RecordAdoptionInput!) { recordAdoption(input: $input) { adoption { id } } }"
    assert (await as_(None).send(document, input=given)).status_code == 401


async def test_the_log_and_the_follow_up_come_with_it(as_: As, network: SmallNetwork, clean: Database) -> None:
    """The log line and the job that tells the publisher are stored with the adoption; a refusal stores neither."""
    practice_id = await olen_practice(as_(network.olen_editor))
    editor = as_(network.pes_editor)
    adoption_id = await adopted(editor, practice_id)
    given = {"subject": practice_id, "organisation": "arbetsformedlingen", "mode": "COPIED"}
    await editor.refused("recordAdoption", given)
    logged = await clean.pool.fetch("select action, organisation from log where subject_type = 'Adoption'")
    assert [tuple(row) for row in logged] == [("record_adoption", network.pes)]
    jobs = await clean.pool.fetch("select payload from pgqueuer where entrypoint = 'notify'")
    (job,) = [msgspec.json.decode(row["payload"]) for row in jobs]
    assert job["id"].replace("-", "") == adoption_id.removeprefix("adoption_")
    assert job["organisation"] == str(network.olen)


async def test_the_adopter_itself_can_read_it(as_: As, network: SmallNetwork) -> None:
    """Who reads a practice through one organisation cannot adopt it for another that may not read it."""
    roles = {network.pes: Role.READER, network.agency: Role.EDITOR}
    both = as_(await person("Both", roles, network.network))
    practice_id = await olen_practice(as_(network.olen_editor), audience={"networks": ["learning"]})
    case_id = await published_case(as_(network.olen_editor), slug="shared", audience={"networks": ["learning"]})
    for subject in (practice_id, case_id):
        given = {"subject": subject, "organisation": "outside-agency", "mode": "COPIED"}
        assert await both.refused("recordAdoption", given) == [("FORBIDDEN", "organisation")]
    await adopted(as_(network.pes_editor), practice_id)

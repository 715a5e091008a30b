"""organisation { auditLog }: who reads what of the log, through GraphQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from graphql import execute, parse

from infra.postgres.database import Database
from schema import schema
from schema.compiler.run import Context, PlanCache, RawExecutor
from services.audit.seals import seal_log
from services.organisations.terms import Role
from services.ports import Ports
from services.viewer import Viewer, organisation_key
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented, row_id
from tests.factories.log import write_lines
from tests.factories.network import SmallNetwork, person, viewer_of_token
from tests.factories.organisations import agency_admin, olen_admin, person_of, pes_admin, words
from tests.factories.reviews import requested
from tests.factories.sharing import guest_invited
from tests.statements import noted

As = Callable[[str | None], Client]
LOG = """
query ($slug: String!, $first: Int, $after: String, $filter: LogFilter) {
  organisation(slug: $slug) {
    slug
    auditLog(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id at action subjectType subjectId address sealed
        actor { name } organisation { slug } details { name value }
      }
    }
  }
}
"""


async def log_of(client: Client, slug: str = "olen", **given: Any) -> list[dict[str, Any]]:
    """The lines that a client reads."""
    found = (await client.ask(LOG, slug=slug, **{"first": 100, **given}))["organisation"]["auditLog"]
    if "first" not in given:
        assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes


async def test_an_admin_reads_what_concerns_the_organisation(as_: As, network: SmallNetwork) -> None:
    """Who did what to which thing and when, the newest first, with details, and sealed once it is."""
    admin, editor = as_(await olen_admin(network)), as_(network.olen_editor)
    case = await published_case(editor, audience={"public": True})
    somebody = await person_of(as_(network.olen_reader))
    given = {"organisation": "olen", "person": somebody, "role": "EDITOR"}
    await admin.do("changeRole", given, "__typename")
    assert await seal_log() > 0
    lines = await log_of(admin)
    found = {line["action"]: line for line in lines}
    changed = found["change_role"]
    assert changed["actor"] == {"name": "Olen admin"}
    assert (changed["subjectType"], changed["subjectId"]) == ("Person", somebody)
    assert changed["details"] == [{"name": "from", "value": "READER"}, {"name": "to", "value": "EDITOR"}]
    assert changed["organisation"] == {"slug": "olen"}
    assert changed["sealed"] == 1
    assert found["publish_case"]["subjectId"] == case
    times = [line["at"] for line in lines]
    assert times == sorted(times, reverse=True)


async def test_nobody_else_sees_that_there_is_a_log(as_: As, network: SmallNetwork) -> None:
    """To editors, readers, other organisations' ADMINs, stewards and strangers it is empty, counts and cursors too."""
    await published_case(as_(network.olen_editor), audience={"public": True})
    admins = [await pes_admin(network), await agency_admin(network)]
    others = [network.olen_editor, network.olen_reader, network.reviewer, network.steward, *admins, None]
    for token in others:
        for slug in ("olen", "review-institute"):
            answer = await as_(token).ask(LOG, slug=slug, first=5)
            assert answer["organisation"]["auditLog"] == {
                "totalCount": 0,
                "pageInfo": {"hasNextPage": False, "endCursor": None},
                "nodes": [],
            }


async def test_what_others_do_in_their_own_name_is_theirs(as_: As, network: SmallNetwork) -> None:
    """A comment by the Swedish PES on Olen's case stands in the log of the PES, and not in Olen's."""
    case = await published_case(as_(network.olen_editor), audience={"networks": ["learning"]})
    comment = {"subject": case, "body": "A thought.", "language": "en"}
    await as_(network.pes_editor).do("addComment", comment, "comment { id }")
    olen, pes = as_(await olen_admin(network)), as_(await pes_admin(network))
    assert [line["action"] for line in await log_of(pes, "arbetsformedlingen", filter={"action": ["add_comment"]})]
    assert not await log_of(olen, filter={"action": ["add_comment"]})


async def test_an_actor_is_read_by_the_rule_that_holds_for_them(as_: As, network: SmallNetwork) -> None:
    """Somebody whom the ADMIN may not read is no more than a null, though the line is there."""
    admin = as_(await olen_admin(network))
    found = await admin.ask('{ organisation(slug: "olen") { id revision } }')
    edit = {"id": found["organisation"]["id"], "names": words("Olen!"), "expectedVersion": 1}
    profile = {"kind": "MUNICIPALITY", "level": "LOCAL", "country": "BE"}
    await as_(network.steward).do("editOrganisation", {**edit, **profile}, "__typename")
    (line,) = await log_of(admin, filter={"action": ["edit_organisation"]})
    assert line["actor"] is None


async def test_the_log_is_paged_and_narrowed(clean: Database, as_: As, network: SmallNetwork) -> None:
    """Every line is seen once over the pages; action, person and period narrow it; a wrong cursor is refused."""
    token = await olen_admin(network)
    admin = as_(token)
    await write_lines(7, network.olen, "one")
    await write_lines(5, network.olen, "two")
    everything = [line["id"] for line in await log_of(admin)]
    paged: list[str] = []
    after = None
    while True:
        page = (await admin.ask(LOG, slug="olen", first=5, after=after))["organisation"]["auditLog"]
        paged += [line["id"] for line in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == everything
    assert len(await log_of(admin, filter={"action": ["two"]})) == 5
    assert len(await log_of(admin, filter={"action": ["two", "one"]})) == 12
    mine = await log_of(admin, filter={"person": await person_of(admin)})
    assert {line["action"] for line in mine} == {"sign_in"}
    assert not await log_of(admin, filter={"person": "case_" + "0" * 32})
    now = datetime.now(UTC)
    assert not await log_of(admin, filter={"since": (now + timedelta(hours=1)).isoformat()})
    assert not await log_of(admin, filter={"until": (now - timedelta(hours=1)).isoformat()})
    assert len(await log_of(admin, filter={"since": (now - timedelta(hours=1)).isoformat()})) == len(everything)
    cases = await admin.ask("{ organisations(first: 1) { pageInfo { endCursor } } }")
    for wrong in (cases["organisations"]["pageInfo"]["endCursor"], "bm9uc2Vuc2U="):
        answer = (await admin.send(LOG, slug="olen", first=5, after=wrong)).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


async def test_the_log_is_one_statement(as_: As, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines, with everything about them, one statement reads them."""
    admin = as_(await olen_admin(network))
    for lines in (1, 4):
        await write_lines(lines, network.olen)
        await log_of(admin)
        with noted(monkeypatch) as statements:
            await log_of(admin)
        # Twice a second somebody asks whether keys have changed.
        assert len([one for one in statements if "keyring_epoch" not in one]) == 1


async def test_a_sign_in_for_another_organisation_reads_nothing(
    as_: As, network: SmallNetwork, open_database: Database, ports: Ports
) -> None:
    """An ADMIN of two organisations who came in for one of them reads the log of that one alone."""
    roles = {network.olen: Role.ADMIN, network.pes: Role.ADMIN}
    both = await viewer_of_token(await person("Both", roles, network.network))
    await write_lines(1, network.olen)

    async def read(viewer: Viewer) -> int:
        context = Context(viewer=viewer, languages=(), database=open_database, ports=ports, plans=PlanCache())
        query = parse('{ organisation(slug: "olen") { auditLog(first: 5) { totalCount } } }')
        result: Any = execute(schema, query, context_value=context, executor_class=RawExecutor)
        data = msgspec.json.decode(msgspec.json.encode((await result).data))
        count: int = data["organisation"]["auditLog"]["totalCount"]
        return count

    assert await read(both) == 1
    keys = tuple(key for key in both.keyring if key != organisation_key(network.olen))
    assert await read(replace(both, roles={network.pes: Role.ADMIN}, keyring=keys)) == 0


@pytest.mark.parametrize("way", ["guest", "review", "member"])
async def test_an_organisations_log_does_not_tell_of_what_it_may_not_read(
    as_: As, network: SmallNetwork, way: str
) -> None:
    """What one of its people, let in alone, commented on is not in its log; what it reads itself is."""
    editor, reviewer = as_(network.olen_editor), as_(network.reviewer)
    admin = as_(await person("Institute admin", {network.institute: Role.ADMIN}, network.network))
    case_id = await published_case(editor, audience={"networks": ["learning"]} if way == "member" else {})
    if way == "guest":
        await guest_invited(editor, case_id)
    elif way == "review":
        await requested(editor, case_id, guestReader=True)
    made = [await commented(reviewer, case_id), await commented(reviewer, case_id, idempotencyKey="another way")]
    lines = [line for line in await log_of(admin, "review-institute") if line["action"] == "add_comment"]
    assert sorted(line["subjectId"] for line in lines) == sorted(made)
    said = {"subject_id": str(row_id(case_id)), "subject_type": "Case", "version": "1"}
    for line in lines:
        assert {one["name"]: one["value"] for one in line["details"]} == (said if way == "member" else {})

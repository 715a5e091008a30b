"""Guests: people outside who read and comment on one case until an instant."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.postgres.database import Database
from services.cases.cases import release_case
from services.organisations.keyrings import keyring_change
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.artefacts import stored_file
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import commented, person_id, reads, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.rounds import plan, planned
from tests.factories.sharing import ADMITTED, SOON, admitted, guest_invited

As = Callable[[str | None], Client]
VERSIONS = "query($id: ID!) { node(id: $id) { ... on Case { versions { number } outcomes { kind } } } }"


async def test_a_guest_reads_and_comments_and_their_colleagues_do_not(as_: As, network: SmallNetwork) -> None:
    """Whoever is invited reads the draft and its outcomes, and what they say is read by them and the owner."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    colleague = as_(await person("Colleague", {network.institute: Role.EDITOR}, network.network))
    case_id = await drafted_case(editor)
    assert not await reads(guest, case_id)
    await guest_invited(editor, case_id)
    assert (await guest.ask(VERSIONS, id=case_id))["node"] == {
        "versions": [{"number": 1}],
        "outcomes": [{"kind": "NOT_REPORTED"}],
    }
    comment_id = await commented(guest, case_id)
    assert await reads(editor, comment_id)
    assert await reads(guest, comment_id)
    for client in (colleague, as_(network.pes_editor), as_(None)):
        assert not await reads(client, case_id)
        assert not await reads(client, comment_id)


async def test_a_guest_may_comment_in_any_role(as_: As, network: SmallNetwork) -> None:
    """A READER of another organisation may not comment; as a guest of a case they may, on it and on its rounds."""
    editor = as_(network.olen_editor)
    guest = as_(await person("Guest", {network.agency: Role.READER}, network.network))
    case_id = await published_case(editor, audience={"public": True})
    other = await published_case(editor, slug="other", audience={"public": True})
    round_id = (await planned(editor))["id"]
    said = {"subject": case_id, "body": "Well done."}
    assert await guest.refused("addComment", said) == [("FORBIDDEN", "")]
    await guest_invited(editor, case_id, "Guest")
    for subject in (case_id, round_id):
        assert await reads(guest, await commented(guest, subject))
    assert await guest.refused("addComment", said | {"subject": other}) == [("FORBIDDEN", "")]


async def test_an_organisation_that_was_let_in_brings_no_voice_to_its_readers(as_: As, network: SmallNetwork) -> None:
    """Letting an organisation in lets its readers read, and comment no more than elsewhere."""
    editor = as_(network.olen_editor)
    reader = as_(await person("Agency reader", {network.agency: Role.READER}))
    case_id = await drafted_case(editor)
    await admitted(editor, case_id)
    assert await reads(reader, case_id)
    assert await reader.refused("addComment", {"subject": case_id, "body": "Well done."}) == [("FORBIDDEN", "")]
    colleague = as_(network.outsider)
    assert await reads(reader, await commented(colleague, case_id))


async def test_what_is_said_reaches_guests_when_it_is_meant_to(as_: As, network: SmallNetwork) -> None:
    """Comments beside a guest stay closed to them, unless they name those who were let in or answer the guest."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    before = await commented(editor, case_id)
    await guest_invited(editor, case_id)
    among_us = await commented(editor, case_id)
    shown = await commented(editor, case_id, audience={"admitted": True})
    asked = await commented(guest, case_id)
    told = await commented(editor, case_id, replyTo=asked)
    assert [await reads(guest, one) for one in (before, among_us, shown, asked, told)] == [
        False,
        False,
        True,
        True,
        True,
    ]


async def test_it_ends_by_itself_without_a_worker(as_: As, network: SmallNetwork, open_database: Database) -> None:
    """When the instant has passed nothing of the case is there for the guest, though no job ever ran."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    await guest_invited(editor, case_id)
    comment_id = await commented(guest, case_id)
    assert await reads(guest, case_id)
    await open_database.pool.execute("update admission set until = now() - interval '1 second'")
    async with keyring_change():
        pass  # the row was changed behind the servers' backs
    assert not await reads(guest, case_id)
    assert not await reads(guest, comment_id)
    assert await open_database.pool.fetchval("select count(*) from pgqueuer where execute_after > now()") == 0
    assert await guest.refused("addComment", {"subject": case_id, "body": "Still here?"}) == [("NOT_FOUND", "subject")]


@pytest.mark.parametrize("who", ["owner", "guest"])
async def test_either_side_ends_it_at_once(as_: As, network: SmallNetwork, who: str) -> None:
    """The owner ends it, or the guest does; the next request finds nothing, and ending it again changes nothing."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    admission_id = await guest_invited(editor, case_id)
    ending = editor if who == "owner" else guest
    for _ in range(2):
        ended = (await ending.do("endAdmission", {"id": admission_id}, ADMITTED))["admission"]
        assert ended["isCurrent"] is False
        assert ended["case"] == ({"id": case_id} if who == "owner" else None)
    assert not await reads(guest, case_id)


async def test_inviting_again_moves_the_instant(as_: As, network: SmallNetwork) -> None:
    """One admission for a person and a case: a new instant replaces the old one, also of one that is over."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    first = await guest_invited(editor, case_id)
    await editor.do("endAdmission", {"id": first}, ADMITTED)
    later = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
    assert await guest_invited(editor, case_id, until=later.isoformat()) == first
    shown = (await guest.ask("query($id: ID!) { node(id: $id) { ... on Admission { until isCurrent } } }", id=first))[
        "node"
    ]
    assert (datetime.fromisoformat(shown["until"]), shown["isCurrent"]) == (later, True)


@pytest.mark.parametrize("days", [-1, 0, 732])
async def test_the_instant_lies_ahead_within_two_years(as_: As, network: SmallNetwork, days: int) -> None:
    """Nobody is let in for good, and nobody until yesterday."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    given = {"case": case_id, "person": await person_id("Reviewer"), "until": until}
    assert await editor.refused("inviteGuest", given) == [("INVALID", "until")]


async def test_only_editors_of_the_owner_let_others_in(as_: As, network: SmallNetwork) -> None:
    """A reader of the owner, a guest and a reader of the case may not; who cannot read it is told there is none."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    await guest_invited(editor, case_id)
    given = {"case": case_id, "person": await person_id("Outsider"), "until": SOON}
    for client in (as_(network.olen_reader), guest):
        assert await client.refused("inviteGuest", given) == [("FORBIDDEN", "")]
    assert await as_(network.pes_editor).refused("inviteGuest", given) == [("NOT_FOUND", "case")]
    assert await editor.refused("inviteGuest", given) == [("NOT_FOUND", "person")]
    own = given | {"person": await person_id("Olen reader")}
    assert await editor.refused("inviteGuest", own) == [("INVALID", "person")]
    body = {"case": case_id, "organisation": "olen", "until": SOON}
    assert await editor.refused("admitOrganisation", body) == [("INVALID", "organisation")]
    assert await editor.refused("admitOrganisation", body | {"organisation": "none"}) == [("NOT_FOUND", "organisation")]


async def test_an_admission_is_ended_by_those_concerned(as_: As, network: SmallNetwork) -> None:
    """The owner's readers see it and may not end it; for everyone else there is none."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    admission_id = await admitted(editor, case_id)
    assert await as_(network.olen_reader).refused("endAdmission", {"id": admission_id}) == [("FORBIDDEN", "")]
    assert await as_(network.reviewer).refused("endAdmission", {"id": admission_id}) == [("NOT_FOUND", "id")]
    reader = as_(await person("Agency reader", {network.agency: Role.READER}))
    assert await reader.refused("endAdmission", {"id": admission_id}) == [("FORBIDDEN", "")]
    await as_(network.outsider).do("endAdmission", {"id": admission_id}, ADMITTED)
    assert not await reads(reader, case_id)


async def test_the_owner_sees_all_and_others_themselves(as_: As, network: SmallNetwork) -> None:
    """The list of who was let in is the owner's; a guest finds themselves in it, and whoever reads the case nobody."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor, audience={"public": True})
    await guest_invited(editor, case_id)
    await admitted(editor, case_id)
    query = """query($slug: String!) { case(slug: $slug) { admissions(first: 9) {
        totalCount nodes { name organisation { slug } person { name } } } } }"""
    shown = {
        name: (await as_(token).ask(query, slug="olen-vision"))["case"]["admissions"]["nodes"]
        for name, token in (("owner", network.olen_reader), ("guest", network.reviewer), ("other", network.pes_editor))
    }
    him = {"name": "Reviewer", "organisation": None, "person": {"name": "Reviewer"}}
    it = {"name": None, "organisation": {"slug": "outside-agency"}, "person": None}
    assert shown == {"owner": [it, him], "guest": [him], "other": []}
    mine = (await guest.ask("{ viewer { admissions(first: 9) { nodes { case { slug } } } } }"))["viewer"]["admissions"]
    assert mine == {"nodes": [{"case": {"slug": "olen-vision"}}]}


async def test_those_who_are_let_in_are_told(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """A guest finds the case in their inbox, and an organisation's editors in theirs."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await guest_invited(editor, case_id)
    await admitted(editor, case_id)
    await work()
    query = "{ viewer { notifications(first: 9) { nodes { kind subject { id } } } } }"
    for token in (network.reviewer, network.outsider):
        inbox = (await as_(token).ask(query))["viewer"]["notifications"]["nodes"]
        assert inbox == [{"kind": "ADMITTED", "subject": {"id": case_id}}]


async def test_a_guest_passes_nothing_on(as_: As, network: SmallNetwork) -> None:
    """A guest's own organisation cannot test the case, adopt it, or draw a practice from it that others read."""
    editor = as_(network.olen_editor)
    guest = as_(await person("Guest", {network.pes: Role.EDITOR}, network.network))
    case_id = await published_case(editor)
    await guest_invited(editor, case_id, "Guest")
    assert await reads(guest, case_id)
    assert await guest.refused("planTestRound", plan(organisation="arbetsformedlingen")) == [
        ("FORBIDDEN", "organisation")
    ]
    adoption = {"subject": case_id, "organisation": "arbetsformedlingen", "mode": "ADAPTED"}
    assert await guest.refused("recordAdoption", adoption) == [("FORBIDDEN", "organisation")]
    public = {"subject": case_id, "body": "Look at this.", "audience": {"public": True}}
    assert await guest.refused("addComment", public) == [("INVALID", "audience")]


async def test_rounds_are_open_to_guests_unless_they_are_shared_otherwise(as_: As, network: SmallNetwork) -> None:
    """A round with the case's readers is read by its guests; one that names readers is, if it names them too."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await published_case(editor)
    rounds: list[dict[str, Any]] = [{}, {"audience": {}}, {"audience": {"admitted": True}}]
    made = [(await planned(editor, **given))["id"] for given in rounds]
    await guest_invited(editor, case_id)
    assert [await reads(guest, one) for one in made] == [True, False, True]


async def test_files_are_open_to_guests_unless_they_are_kept_to_others(as_: As, network: SmallNetwork) -> None:
    """A guest reads a file with the case's readers, and one that names those who were let in, but no other."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    audiences: list[dict[str, Any]] = [{}, {"audience": {}}, {"audience": {"admitted": True}}]
    made = [await stored_file(editor, subject=case_id, **given) for given in audiences]
    await guest_invited(editor, case_id)
    assert [await reads(guest, one) for one in made] == [True, False, True]


async def test_search_finds_the_case_for_its_guest_as_long_as_they_are_one(
    as_: As, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """The draft is among the guest's hits and counts, and gone with the admission though the index stays as it is."""
    editor, guest = as_(network.olen_editor), as_(network.reviewer)
    case_id = await drafted_case(editor)
    await work()
    query = '{ search(query: "dienstverlening", first: 9) { totalCount edges { node { ... on Case { id } } } } }'
    nothing = {"totalCount": 0, "edges": []}
    assert (await guest.ask(query))["search"] == nothing
    admission_id = await guest_invited(editor, case_id)
    await work()
    assert (await guest.ask(query))["search"] == {"totalCount": 1, "edges": [{"node": {"id": case_id}}]}
    await editor.do("endAdmission", {"id": admission_id}, "admission { id }")
    assert (await guest.ask(query))["search"] == nothing


async def test_only_what_belongs_to_a_case_names_those_who_were_let_in(as_: As, network: SmallNetwork) -> None:
    """For a lab there are none, and the refusal says so."""
    given = {
        "slug": "lab",
        "organisation": "olen",
        "names": [{"language": "nl", "text": "Lab"}],
        "audience": {"admitted": True},
    }
    assert await as_(network.olen_editor).refused("createLab", given) == [("INVALID", "audience.admitted")]


@pytest.mark.parametrize("audience", [{}, {"public": True}, {"networks": ["learning"]}])
async def test_sharing_otherwise_neither_ends_nor_extends_it(
    as_: As, network: SmallNetwork, open_database: Database, audience: dict[str, object]
) -> None:
    """Published, under an embargo, narrowed or widened: a guest reads every version, until it ends, and not after."""
    editor = as_(network.olen_editor)
    # Known in the network by name, and in none of it with their own organisation.
    guest = as_(await person("Expert", {network.agency: Role.READER}, network.network))
    case_id = await published_case(editor)
    admission_id = await guest_invited(editor, case_id, "Expert")
    await editor.do("shareCase", {"id": case_id, "audience": audience}, "case { id }")
    await editor.do("editCase", {"id": case_id, "content": content()}, "case { id }")
    await editor.do("submitCase", {"id": case_id}, "case { id }")
    await editor.do("publishCase", {"id": case_id, "embargoUntil": SOON}, "case { id }")
    both = [{"number": 1}, {"number": 2}]
    assert (await guest.ask(VERSIONS, id=case_id))["node"]["versions"] == both
    await open_database.pool.execute("update case_version set embargo_until = now() where number = 2")
    await release_case(row_id(case_id))
    assert (await guest.ask(VERSIONS, id=case_id))["node"]["versions"] == both
    await editor.do("endAdmission", {"id": admission_id}, "admission { id }")
    is_public = bool(audience.get("public"))
    assert await reads(guest, case_id) is is_public
    if is_public:
        assert (await guest.ask(VERSIONS, id=case_id))["node"]["versions"] == both

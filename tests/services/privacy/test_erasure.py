"""eraseMe: the name goes, the organisation's contribution stays (rule 15)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.postgres.database import Database
from services.cases.tables import Case
from services.comments.tables import Comment
from services.errors import DomainError
from services.ids import new_id
from services.log import LogEntry
from services.organisations.keyrings import renew_audiences
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from services.ports import Ports
from services.privacy.data_exports import storage_key
from services.privacy.erasure import erase_anew, erase_person, forget_links
from services.privacy.namesakes import matches
from services.privacy.receipts import check_receipt, read_receipt, receipts
from services.privacy.rules import without_name
from services.privacy.tables import DataExport
from services.transaction import transaction
from services.viewer import organisation_key, person_key
from tests.client import Client
from tests.factories.comments import commented, person_id, reads, row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import members_of, olen_admin
from tests.factories.privacy import EMAIL, HOME, NAME, Busy, joined
from tests.services.privacy.conftest import Found
from tests.services.privacy.test_register import TOMBSTONE

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]
RECEIPT = "receipt { erasedAt sha256 text counts { what count } }"
ME = {"confirm": NAME}


async def erased(client: Client) -> dict[str, Any]:
    """The receipt of Ada, who erases herself."""
    receipt: dict[str, Any] = (await client.do("eraseMe", ME, RECEIPT))["receipt"]
    return receipt


async def test_no_trace_of_the_person_is_left(as_: As, ada: Busy, found: Found, ports: Ports, work: Work) -> None:
    """Name, address and key stand in no column of any table; the bare id on the tombstone and in the log alone.

    What bears the same name or address without being tied to them stays: test_proof.py.
    """
    export = await DataExport.select(DataExport.id).first()
    assert export
    assert await ports.files.stored(storage_key(export["id"]))
    assert await found(NAME)
    await erased(as_(ada.token))
    await work()
    assert await found(NAME) == {("case_contact", "name")}
    assert await found(EMAIL) == {("invitation", "email")}
    assert await found(f"person:{ada.person}") == set()
    assert await found(str(ada.person)) <= TOMBSTONE
    assert await ports.files.stored(storage_key(export["id"])) is None


async def test_the_operator_leaves_no_trace_at_all(ada: Busy, found: Found, work: Work) -> None:
    """With every match taken, name and address stand nowhere any more."""
    await erase_person(ada.person, [match.name for match in await matches(ada.person)])
    await work()
    for word in (NAME, EMAIL, f"person:{ada.person}"):
        assert await found(word) == set(), word


async def test_what_others_wrote_is_theirs(as_: As, ada: Busy, found: Found, network: SmallNetwork) -> None:
    """Words of others that name the person stay as they are, as docs/privacy.md says."""
    await commented(as_(network.olen_editor), ada.olen_case, f"As {NAME} said.")
    await erased(as_(ada.token))
    assert await found(NAME) == {("comment", "body"), ("case_contact", "name")}


async def test_the_organisation_keeps_what_was_done_for_it(as_: As, ada: Busy, network: SmallNetwork) -> None:
    """Comment, review, case, file and adoption stay readable under the organisation's name, and totals as they were."""
    query = """query($case: ID!, $own: ID!, $review: ID!, $guest: ID!) {
      case: node(id: $case) { ... on Case { comments(first: 9) { totalCount nodes {
        body author { name } resolvedBy { name } resolvedAt organisation { slug } replies(first: 9) { totalCount } } }
        adoptions(first: 9) { totalCount } } }
      own: node(id: $own) { ... on Case { title { text } contacts { name } artefacts(first: 9) { totalCount } } }
      review: node(id: $review) { ... on Review {
        status body conflictOfInterest recommendation reviewer { name } organisation { slug } } }
      guest: node(id: $guest) { ... on Review { status reviewer { name } } } }"""
    editor = as_(network.olen_editor)
    ids = {"case": ada.olen_case, "own": ada.case, "review": ada.review, "guest": ada.guest_review}
    before = await editor.ask(query, **ids)
    await erased(as_(ada.token))
    after = await editor.ask(query, **ids)

    assert after["case"]["comments"]["totalCount"] == before["case"]["comments"]["totalCount"]
    assert after["case"]["adoptions"] == before["case"]["adoptions"]
    said = after["case"]["comments"]["nodes"][0]
    assert said["resolvedAt"]
    assert said == before["case"]["comments"]["nodes"][0] | {
        "body": "Well asked. […], […]",
        "author": None,
        "resolvedBy": None,
    }
    assert said["organisation"]["slug"] == HOME
    assert before["own"]["contacts"] == [{"name": NAME}]
    assert after["own"] == before["own"]
    assert before["review"]["conflictOfInterest"] == "My sister works there."
    assert after["review"] == before["review"] | {
        "body": "Clear. Yours, […]",
        "conflictOfInterest": None,
        "reviewer": None,
    }
    assert after["guest"] == {"status": "DECLINED", "reviewer": None}


async def test_an_erased_person_is_nowhere_to_be_found(as_: As, ada: Busy, network: SmallNetwork, work: Work) -> None:
    """Their token is refused, nobody reads their profile, no list of members or search names them."""
    admin, me = as_(ada.admin), f"person_{ada.person.hex}"
    assert await reads(admin, me)
    await erased(as_(ada.token))
    await work()
    assert (await as_(ada.token).send("{ viewer { email } }")).status_code == httpx.codes.UNAUTHORIZED
    for client in (admin, as_(network.olen_editor), as_(network.steward)):
        assert not await reads(client, me)
        assert (await client.ask("query($q: String!) { search(query: $q) { totalCount } }", q=NAME))["search"] == {
            "totalCount": 0
        }
    assert NAME not in dict(await members_of(admin, HOME))
    assert await admin.refused("inviteMember", {"organisation": HOME, "role": "READER", "person": me}) == [
        ("NOT_FOUND", "person")
    ]


async def test_what_nobody_else_could_read_goes_too(as_: As, ada: Busy) -> None:
    """A note that only its author could read is nobody's knowledge, and goes with them."""
    assert await Comment.exists().where(Comment.body == "A note to myself.")
    await erased(as_(ada.token))
    assert not await Comment.exists().where(Comment.body == "A note to myself.")
    assert await Comment.exists().where(Comment.body == "Seen as a guest.")


async def test_nobody_is_erased_by_a_slip(as_: As, ada: Busy) -> None:
    """Without the right name, or with a token that may not write, nothing happens."""
    client = as_(ada.token)
    for wrong in ("", NAME.lower(), "yes"):
        assert await client.refused("eraseMe", {"confirm": wrong}) == [("INVALID", "confirm")]
    given = {"label": "reads", "scopes": ["READ"], "expiresInDays": 1}
    reading = as_((await client.do("issueToken", given, "secret"))["secret"])
    assert await reading.refused("eraseMe", ME) == [("FORBIDDEN", "")]
    assert (await client.ask("{ viewer { email } }"))["viewer"] == {"email": EMAIL}


async def test_the_last_administrator_hands_over_first(as_: As, network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """Refused in words that name the organisation, until somebody else is its administrator."""
    _, token, admin = await joined(network, http, role="ADMIN")
    await as_(admin).do("eraseMe", {"confirm": "Institute admin"}, RECEIPT)
    payload = await as_(token).change("eraseMe", ME, "receipt { sha256 }")
    assert payload["receipt"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == "WRONG_STATE"
    assert f"«{HOME}»" in error["message"]
    assert "handOverAdministration" in error["message"]
    me = await Person.select(Person.id).where(Person.name == NAME).first()
    assert me
    with pytest.raises(DomainError, match="last administrator"):
        await erase_person(me["id"])
    reviewer = {"organisation": HOME, "person": await person_id("Reviewer"), "role": "ADMIN"}
    await as_(token).do("changeRole", reviewer, "membership { role }")
    await as_(token).do("eraseMe", ME, RECEIPT)


async def test_who_was_erased_administers_nothing(as_: As, network: SmallNetwork, clean: Database) -> None:
    """A membership that a restored backup brought back for an erased person keeps no organisation administered."""
    people = []
    for name in ("First", "Second"):
        await person(name, {network.agency: Role.ADMIN})
        people.append((await Person.select(Person.id).where(Person.name == name))[0]["id"])
    await clean.pool.execute("update person set erased_at = now() where id = $1", people[0])
    with pytest.raises(DomainError, match="last administrator"):
        await erase_person(people[1])


async def test_two_administrators_cannot_both_go(as_: As, network: SmallNetwork) -> None:
    """Of the two last administrators who are erased at the same moment one stays."""
    people = []
    for name in ("First", "Second"):
        await person(name, {network.agency: Role.ADMIN})
        people.append((await Person.select(Person.id).where(Person.name == name))[0]["id"])
    results = await asyncio.gather(*map(erase_person, people), return_exceptions=True)
    assert sorted(isinstance(result, DomainError) for result in results) == [False, True]
    admins = (Membership.organisation == network.agency) & (Membership.role == Role.ADMIN)
    assert await Membership.count().where(admins) == 1


async def test_a_receipt_says_what_was_done(as_: As, ada: Busy) -> None:
    """It stands in the log, word for word, its hash fits, and no name is in it."""
    told = await erased(as_(ada.token))
    receipt = read_receipt(told["text"])
    assert receipt.person == ada.person
    assert receipt.by == "SELF"
    assert told["sha256"] == receipt.sha256
    counts = {one["what"]: one["count"] for one in told["counts"]}
    assert counts == receipt.counts
    assert counts["person.id"] == counts["membership.person"] == 1
    assert not {"case_contact.name", "invitation.email"} & set(counts)
    assert counts["personal_token.person"] == counts["comment.author"] == 2
    assert counts["admission.person"] == counts["access_request.person"] == 1
    assert await receipts() == [receipt]
    await check_receipt(receipt)
    line = await LogEntry.objects().where(LogEntry.action == "erase_person").first()
    assert line is not None
    assert (line.person, line.subject_type, line.subject_id) == (ada.person, "Person", ada.person)


async def test_an_erasure_is_repeated_after_a_restore(as_: As, ada: Busy, found: Found, clean: Database) -> None:
    """Whoever came back with a backup is erased anew by their receipt, also a last administrator; others are left."""
    receipt = read_receipt((await erased(as_(ada.token)))["text"])
    assert await erase_anew([receipt]) == []
    await clean.pool.execute(
        "update person set erased_at = null, name = $2, email = $3 where id = $1", ada.person, NAME, EMAIL
    )
    await Membership.delete().where(Membership.role == Role.ADMIN)
    await clean.pool.execute("update membership set role = 'ADMIN'")
    with pytest.raises(DomainError, match="Erase anew"):
        await check_receipt(receipt)
    (again,) = await erase_anew([receipt])
    assert (again.person, again.by) == (ada.person, "REPLAY")
    assert await found(EMAIL) == {("invitation", "email")}
    for one in (receipt, again):
        await check_receipt(one)


async def test_nobody_is_erased_twice(as_: As, ada: Busy) -> None:
    """To whoever runs Serra the second erasure is refused with the day of the first, and where its receipt is."""
    await erase_person(ada.person)
    with pytest.raises(DomainError, match=r"was erased on .*`serra erasures`"):
        await erase_person(ada.person)


async def test_what_was_written_meanwhile_is_unlinked_later(as_: As, ada: Busy, network: SmallNetwork) -> None:
    """A comment that was under way while its author was erased loses its author when links are looked for again."""
    await erased(as_(ada.token))
    comment = await commented(as_(network.olen_editor), ada.olen_case)
    await Comment.update({Comment.author: ada.person}).where(Comment.body == "Who was asked?")
    async with transaction():
        assert (await forget_links(ada.person)).total() == 1
        assert (await forget_links(ada.person)).total() == 0
    assert await reads(as_(network.olen_editor), comment)


async def test_what_they_were_let_into_is_indexed_anew(as_: As, ada: Busy, clean: Database) -> None:
    """What they read by a key of their own goes to the search engine again, whichever that is, without that key."""
    add = 'update "case" set audience = audience || $1::text where id = $2'
    await clean.pool.execute(add, person_key(ada.person), row_id(ada.draft))
    await clean.pool.execute("delete from pgqueuer")
    await erased(as_(ada.token))
    jobs = await clean.pool.fetch(
        "select convert_from(payload, 'utf8') as job from pgqueuer where entrypoint = 'index'"
    )
    assert {"type": "Case", "id": str(row_id(ada.draft))} in [json.loads(row["job"]) for row in jobs]


async def test_a_role_given_meanwhile_opens_no_profile(as_: As, ada: Busy, network: SmallNetwork) -> None:
    """A verb that made somebody a member while they were erased does not make the tombstone readable."""
    await erased(as_(ada.token))
    await Membership.insert(Membership(person=ada.person, organisation=network.olen, role=Role.READER))
    async with transaction():
        await renew_audiences(persons=[ada.person])
        assert (await forget_links(ada.person)).total() == 1
    assert await Person.select(Person.audience).where(Person.id == ada.person) == [{"audience": []}]


async def test_others_keep_what_is_theirs(as_: As, ada: Busy, network: SmallNetwork, clean: Database) -> None:
    """Nobody else loses a role, a token, a key, a notification or a name."""
    query = """select p.name, p.email, p.audience, (select count(*) from membership m where m.person = p.id) as roles,
        (select count(*) from personal_token k where k.person = p.id) as tokens,
        (select count(*) from notification n where n.person = p.id) as told,
        (select count(*) from comment c where c.author = p.id) as said
        from person p where p.id <> $1 order by p.id"""
    before = await clean.pool.fetch(query, ada.person)
    await erased(as_(ada.token))
    assert await clean.pool.fetch(query, ada.person) == before
    assert len(before) > 6
    await olen_admin(network)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment: by whom, what, which people read it by their own keys, and whether an organisation does."""

    author: int
    body: str
    readers: set[int]
    is_shared: bool


PEOPLE = ("Ann Peeters", "Bo", "Ann Peetersen")
SAID = st.builds(
    Said,
    st.integers(0, 2),
    st.lists(st.sampled_from([*PEOPLE, "all", "agreed."]), min_size=1, max_size=4).map(" ".join),
    st.sets(st.integers(0, 2), max_size=2),
    st.booleans(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SAID, max_size=8), st.integers(0, 2))
async def test_a_thread_is_the_same_but_for_the_one_who_left(
    as_: As, network: SmallNetwork, clean: Database, said: list[Said], leaves: int
) -> None:
    """Whoever said what to whom: of the erased person's words their name goes, of the others' nothing at all."""
    ids = await _thread(clean, network, said)
    await erase_person(ids[leaves])
    gone, own = person_key(ids[leaves]), organisation_key(network.agency)
    expected: list[tuple[UUID | None, str, list[str]]] = []
    for one in said:
        audience = [*(person_key(ids[reader]) for reader in sorted(one.readers)), *([own] if one.is_shared else [])]
        if one.author != leaves:
            expected.append((ids[one.author], one.body, [key for key in audience if key != gone]))
        elif audience != [gone]:
            body = without_name(one.body, PEOPLE[leaves], None)
            expected.append((None, body, [key for key in audience if key != gone]))
    rows = await Comment.select(Comment.author, Comment.body, Comment.audience).order_by(Comment.subject_version)
    assert [(row["author"], row["body"], row["audience"]) for row in rows] == expected


async def _thread(clean: Database, network: SmallNetwork, said: list[Said]) -> list[UUID]:
    """Comments on a case, by people without a past; gives their ids."""
    await clean.pool.execute("delete from comment")
    case = await clean.pool.fetchval("select id from \"case\" where slug = 'thread'")
    if case is None:
        case = new_id()
        await Case.insert(Case(id=case, slug="thread", kind="METHOD", owner=network.agency))
    ids = [new_id() for _ in PEOPLE]
    await Person.insert(*(Person(id=one, name=name) for one, name in zip(ids, PEOPLE, strict=True)))
    own = organisation_key(network.agency)
    rows = [
        Comment(
            case=case,
            subject_version=place,
            author=ids[one.author],
            organisation=network.agency,
            body=one.body,
            audience=[
                *(person_key(ids[reader]) for reader in sorted(one.readers)),
                *([own] if one.is_shared else []),
            ],
        )
        for place, one in enumerate(said)
    ]
    if rows:
        await Comment.insert(*rows)
    return ids

"""A name or an address that anybody may choose proves nothing: what bears one is not handed out, nor erased."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from infra.postgres.database import Database
from services.cases.tables import CaseContact
from services.errors import DomainError
from services.invitations.tables import Invitation
from services.log import LogEntry
from services.organisations.tables import Person
from services.organisations.terms import Role
from services.privacy.erasure import erase_anew, erase_person
from services.privacy.foresight import foresee
from services.privacy.namesakes import matches
from services.privacy.receipts import check_receipt, read_receipt
from tests.client import Client
from tests.factories.artefacts import fetch
from tests.factories.cases import content, drafted_case, published_case
from tests.factories.comments import row_id
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import olen_admin
from tests.factories.privacy import EMAIL, NAME, Busy
from tests.factories.rounds import en

As = Callable[[str | None], Client]
Work = Callable[[], Awaitable[None]]

SHOWN = "Jane Roe-Whitlock"
ADDRESS = "jane@olen.example"
HIDDEN_CASE, OPEN_CASE = "a-hidden-draft", "a-published-case"
EVIL = "outside-agency"
FILE = "{ viewer { dataExport { downloadUrl } } }"
CONTACTS = "query($slug: String!) { case(slug: $slug) { contacts { name } } }"
INVITED = '{ organisation(slug: "olen") { invitations(first: 9) { nodes { email } } } }'


@dataclass(frozen=True, slots=True)
class Attack:
    """Olen's administrator, and somebody whom another organisation let in under Jane's address; they took her name."""

    olen: Client
    attacker: Client


@pytest.fixture
async def attack(as_: As, network: SmallNetwork) -> Attack:
    """Olen names Jane in two cases, also as somebody of the other organisation, and has invited her."""
    olen = as_(await olen_admin(network))
    contacts = [
        {"name": SHOWN, "role": en("Whistleblower"), "source": "https://olen.example/minutes", "organisation": EVIL},
        {"name": "Somebody Else", "source": "The same"},
    ]
    text = content(contacts=contacts)
    await drafted_case(olen, slug=HIDDEN_CASE, content=text)
    await published_case(olen, slug=OPEN_CASE, content=text, audience={"public": True})
    await olen.do("inviteMember", {"organisation": "olen", "role": "EDITOR", "email": ADDRESS}, "invitation { id }")
    evil = as_(await person("Evil admin", {network.agency: Role.ADMIN}))
    given = {"organisation": EVIL, "role": "READER", "email": ADDRESS}
    secret = (await evil.do("inviteMember", given, "secret"))["secret"]
    arrived = await as_(None).do("acceptInvitation", {"secret": secret, "name": SHOWN.lower()}, "tokenSecret")
    return Attack(olen, as_(arrived["tokenSecret"]))


async def test_an_export_shows_nothing_of_a_namesake(attack: Attack, work: Work) -> None:
    """Neither cases of others that name somebody so, nor invitations to the same address; it says whom to ask."""
    await attack.attacker.do("exportMyData", {}, "dataExport { askedAt }")
    await work()
    url = (await attack.attacker.ask(FILE))["viewer"]["dataExport"]["downloadUrl"]
    text = (await fetch(url)).text
    told = json.loads(text)
    assert told["sections"]["profile"]["rows"][0]["email"] == ADDRESS
    for word in (SHOWN, "histleblower", "minutes", HIDDEN_CASE, OPEN_CASE, 'olen"'):
        assert word not in text
    assert set(told["organisations"].values()) == {EVIL}
    assert "ask the organisation that owns it" in told["not_tied_to_you"]


async def test_an_erasure_leaves_what_bears_the_same_name(attack: Attack, network: SmallNetwork) -> None:
    """Contacts in drafts and published cases stay, and so does the invitation; the receipt says whom to ask."""
    done = await attack.attacker.do("eraseMe", {"confirm": SHOWN.lower()}, "receipt { notTied counts { what } }")
    assert "case_contact.name" not in [one["what"] for one in done["receipt"]["counts"]]
    assert "ask the organisation that owns it" in done["receipt"]["notTied"]
    for slug in (HIDDEN_CASE, OPEN_CASE):
        seen = (await attack.olen.ask(CONTACTS, slug=slug))["case"]["contacts"]
        assert [one["name"] for one in seen] == [SHOWN, "Somebody Else"]
    invited = (await attack.olen.ask(INVITED))["organisation"]["invitations"]["nodes"]
    assert [one["email"] for one in invited] == [ADDRESS]
    assert not await LogEntry.exists().where(
        (LogEntry.organisation == network.olen) & LogEntry.action.is_in(["remove_contact", "revoke_invitation"])
    )


async def test_the_operator_takes_only_what_is_named(as_: As, ada: Busy, network: SmallNetwork) -> None:
    """Every match is shown; those named go, each with a line in its owner's log and none of the name; others stay."""
    namesake = content(contacts=[{"name": NAME.upper(), "source": "Another one"}])
    await drafted_case(as_(network.olen_editor), slug="other", content=namesake)
    found = {match.name: match for match in await matches(ada.person)}
    assert set(found) == {"contact:other", "contact:own", "invitation:olen"}
    (row,) = found["contact:own"].rows
    assert (row["version"], row["status"], row["source"]) == (1, "PUBLISHED", "a report")
    seen = await foresee(ada.person, ["contact:own"])
    assert [match.name for match in seen.taken] == ["contact:own"]
    assert [match.name for match in seen.left] == ["contact:other", "invitation:olen"]
    receipt = await erase_person(ada.person, ["contact:own", "invitation:olen"])
    assert (receipt.counts["case_contact.name"], receipt.counts["invitation.email"]) == (1, 1)
    assert set(receipt.also) == {row_id(ada.case), network.olen}
    assert read_receipt(receipt.as_text()) == receipt
    await check_receipt(receipt)
    assert await CaseContact.count() == 1
    assert not await Invitation.exists()
    lines = await LogEntry.objects().where(LogEntry.action.is_in(["remove_contact", "revoke_invitation"]))
    assert all(line.person is None for line in lines)
    said = {(line.action, line.organisation) for line in lines}
    assert said == {("remove_contact", network.institute), ("revoke_invitation", network.olen)}
    assert NAME.lower() not in str([line.detail for line in lines]).lower()


async def test_a_match_that_is_not_there_erases_nobody(ada: Busy) -> None:
    """A wrong name of a match is refused with those that there are."""
    with pytest.raises(DomainError, match="contact:own, invitation:olen"):
        await erase_person(ada.person, ["contact:nothing"])
    assert not await Person.exists().where((Person.id == ada.person) & Person.erased_at.is_not_null())


async def test_matches_that_came_back_go_again(ada: Busy, clean: Database) -> None:
    """After a restore the erasure is repeated with the matches that its receipt tells of, and with no others."""
    contacts = await clean.pool.fetch("select * from case_contact")
    receipt = await erase_person(ada.person, ["contact:own"])
    await clean.pool.execute(
        "update person set erased_at = null, name = $2, email = $3 where id = $1", ada.person, NAME, EMAIL
    )
    for row in contacts:
        await clean.pool.execute(
            "insert into case_contact (id, version, position, name, source) values ($1, $2, $3, $4, $5)",
            *(row[name] for name in ("id", "version", "position", "name", "source")),
        )
    (again,) = await erase_anew([receipt])
    assert (again.also, again.counts["case_contact.name"]) == (receipt.also, 1)
    assert not await CaseContact.exists()
    assert await Invitation.count() == 1


async def test_a_narrow_token_erases_nobody(as_: As, ada: Busy) -> None:
    """A token that may write but not do everything is refused, and cannot make itself one that may."""
    owner = as_(ada.token)
    given = {"label": "script", "scopes": ["READ", "WRITE"], "expiresInDays": 1}
    stolen = as_((await owner.do("issueToken", given, "secret"))["secret"])
    assert await stolen.refused("eraseMe", {"confirm": NAME}) == [("FORBIDDEN", "")]
    every = {"label": "more", "scopes": ["READ", "REVIEW", "WRITE"], "expiresInDays": 1}
    assert await stolen.refused("issueToken", every)
    assert (await owner.ask("{ viewer { email } }"))["viewer"] == {"email": EMAIL}

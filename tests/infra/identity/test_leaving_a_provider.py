"""Whoever leaves an organisation is left alone by its provider."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.identity import departures, lately
from services.identity.tables import ExternalIdentity
from services.invitations.tables import Invitation
from services.log import LogEntry
from services.organisations import members
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from services.viewer import Viewer
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import agency_admin, members_of, person_of, row
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, code_of, parameters, settings
from tests.infra.identity.test_machines import MACHINE

CONFIGURED = "organisation { slug }"
OLEN = {"organisation": "olen"}
ISSUE = 'mutation { issueToken(input: {label: "close", scopes: [READ, WRITE], expiresInDays: 1}) { secret } }'
LEAVE = 'mutation { leaveOrganisation(input: {organisation: "olen"}) { organisation { slug } userErrors { code } } }'
REMOVED = """{
  organisation(slug: "olen") { auditLog(first: 9, filter: {action: ["remove_member"]}) { nodes { subjectId } } }
}"""
ROLES = "{ viewer { memberships { role organisation { slug } } } }"


async def connected(serra: Installation, issuer: Issuer, token: str, organisation: str = "olen") -> Browser:
    """A browser whose provider has just come to know the holder of a personal token."""
    browser = serra.browser()
    begun = await browser.http.post(
        "/sign-in", json={"organisation": organisation}, headers={"Authorization": f"Bearer {token}"}
    )
    asked = parameters(begun.json()["location"])
    done = await browser.finish(organisation, code=issuer.authorise(asked), state=asked["state"])
    assert done.status_code == 200, done.text
    return browser


async def ended(person_id: UUID) -> list[dict[str, Any]]:
    """What the log tells of ended sign-ins of a person, the oldest first."""
    of_it = (LogEntry.action == departures.ACTION) & (LogEntry.subject_id == person_id)
    return [
        json.loads(one["detail"]) for one in await LogEntry.select(LogEntry.detail).where(of_it).order_by(LogEntry.id)
    ]


@pytest.mark.parametrize("way", ["leaveOrganisation", "removeMember"])
async def test_who_left_is_made_a_member_by_no_provider(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, way: str
) -> None:
    """The provider's account is a new person afterwards; sessions and their tokens are over, other tokens are not."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    browser, both = await connected(serra, issuer, secret), serra.client(secret)
    own = await person_of(both)
    close = serra.client((await browser.ask(ISSUE)).json()["data"]["issueToken"]["secret"])
    await close.ask(ROLES)
    await both.do(way, OLEN | ({"person": own} if way == "removeMember" else {}), "organisation { slug }")
    assert (await browser.ask(ROLES)).status_code == 401
    assert (await close.send(ROLES)).status_code == 401
    assert await ended(row(own, "Person")) == [{"identities": 1, "sessions": 1, "tokens": 1}]
    issuer.claims |= {"groups": ["leads"], "name": "Somebody else"}
    again = serra.browser()
    await again.sign_in(issuer)
    me = await again.me()
    assert me is not None
    assert me["person"]["id"] != own
    held = (await both.ask(ROLES))["viewer"]["memberships"]
    assert held == [{"role": "READER", "organisation": {"slug": "arbetsformedlingen"}}]


async def test_who_left_may_connect_again(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """By themselves, and then they are who they were; a new person that the account has become leaves before."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    browser = await connected(serra, issuer, secret)
    assert (await browser.ask(LEAVE)).json()["data"]["leaveOrganisation"]["userErrors"] == []
    another = serra.browser()
    await another.sign_in(issuer)
    assert (await another.ask(LEAVE)).json()["data"]["leaveOrganisation"]["userErrors"] == []
    me = await (await connected(serra, issuer, secret)).me()
    assert me is not None
    assert me["person"]["name"] == "Both"
    assert ("Both", "EDITOR") in await members_of(admin, "olen")


async def test_whom_an_admin_takes_out_is_let_in_by_no_provider(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Their session is over, and the removal is theirs to lift in no way: by no account, and not by leaving as well."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    browser, both = await connected(serra, issuer, secret), serra.client(secret)
    own = await person_of(both)
    await admin.do("removeMember", {**OLEN, "person": own}, "organisation { slug }")
    assert (await browser.ask(ROLES)).status_code == 401
    assert await both.refused("leaveOrganisation", OLEN) == [("NOT_FOUND", "organisation")]
    assert await ended(row(own, "Person")) == [{"sessions": 1}]
    refused = await browser.sign_in(issuer)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert "You were removed from «olen»" in refused.text
    issuer.subject = "another account"
    with pytest.raises(AssertionError, match="You were removed from «olen»"):
        await connected(serra, issuer, secret)
    of_theirs = Membership.person == row(own, "Person")
    assert [one["organisation"] for one in await Membership.select().where(of_theirs)] == [network.pes]


async def test_whom_an_admin_takes_out_comes_back_when_an_admin_says_so(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """As who they were, with the role of their claims; and the same for whoever else is named is no news to anybody."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    browser = serra.browser()
    await browser.sign_in(issuer)
    me = await browser.me()
    assert me is not None
    gone = {**OLEN, "person": me["person"]["id"]}
    assert await admin.refused("readmitMember", gone) == [("NOT_FOUND", "person")]
    await admin.do("removeMember", gone, "organisation { slug }")
    (told,) = (await admin.ask(REMOVED))["organisation"]["auditLog"]["nodes"]
    assert told["subjectId"] == me["person"]["id"]
    for token in (network.olen_editor, network.outsider):
        assert await serra.client(token).refused("readmitMember", gone) == [("FORBIDDEN", "")]
    for unknown in (await person_of(serra.client(network.outsider)), "person_x"):
        assert await admin.refused("readmitMember", {**OLEN, "person": unknown}) == [("NOT_FOUND", "person")]
    assert code_of(await browser.sign_in(issuer)) == "FORBIDDEN"
    await admin.do("readmitMember", gone, "organisation { slug }")
    await browser.sign_in(issuer)
    assert await browser.roles() == {"olen": "EDITOR"}
    assert (await browser.me() or {})["person"] == me["person"]


async def test_an_invitation_that_is_accepted_lifts_a_removal(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Whoever was asked to come back is signed in by the provider again."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    browser, both = await connected(serra, issuer, secret), serra.client(secret)
    await admin.do("removeMember", {**OLEN, "person": await person_of(both)}, "organisation { slug }")
    link = (await admin.do("inviteMember", {**OLEN, "role": "READER"}, "secret"))["secret"]
    assert code_of(await browser.sign_in(issuer)) == "FORBIDDEN"
    await both.do("acceptInvitation", {"secret": link}, "membership { role }")
    await browser.sign_in(issuer)
    assert (await browser.roles())["olen"] == "EDITOR"


@pytest.mark.parametrize("kind", ["asked", "addressed", "open"])
async def test_an_invitation_of_before_lifts_no_removal(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, kind: str
) -> None:
    """Those for whom an ADMIN takes out are gone with them, and an open link is for others alone; theirs stays out."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.pes: Role.READER}, network.network)
    await Person.update({Person.email: "both@olen.example"}).where(Person.name == "Both")
    both = serra.client(secret)
    own = await person_of(both)
    whom = {"asked": {"person": own}, "addressed": {"email": "Both@olen.example"}, "open": {}}[kind]
    made = await admin.do("inviteMember", {**OLEN, "role": "ADMIN", **whom}, "secret invitation { id }")
    browser = await connected(serra, issuer, secret)
    await admin.do("removeMember", {**OLEN, "person": own}, "organisation { slug }")
    assert await Invitation.count() == (kind == "open")
    named = {"secret": made["secret"]} if made["secret"] else {"id": made["invitation"]["id"]}
    assert await both.refused("acceptInvitation", named) == [("NOT_FOUND", next(iter(named)))]
    assert code_of(await browser.sign_in(issuer)) == "FORBIDDEN"
    assert "Both" not in dict(await members_of(admin, "olen"))
    if kind == "open":
        await serra.client(network.outsider).do("acceptInvitation", named, "membership { role }")


@pytest.mark.parametrize("way", ["readmitMember", "inviteMember"])
async def test_no_provider_makes_somebody_unknown_to_anothers(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, way: str
) -> None:
    """Whom a sign-in for one organisation had leave another is let in there as who they were, once an ADMIN says so."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    other = serra.client(await agency_admin(network))
    secret = await person("Both", {network.olen: Role.READER, network.agency: Role.READER}, network.network)
    browser, both = await connected(serra, issuer, secret), serra.client(secret)
    own = await person_of(both)
    with Issuer() as others:
        await other.do("configureIdentityProvider", settings(others.address, organisation="outside-agency"), CONFIGURED)
        narrowed = await connected(serra, others, secret, "outside-agency")
        assert (await narrowed.ask(LEAVE)).json()["data"]["leaveOrganisation"]["userErrors"] == []
    assert (await browser.ask(ROLES)).status_code == 401
    refused = await browser.sign_in(issuer)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert "or left it by another organisation" in refused.text
    assert await lately.has_cut_a_sign_in(Viewer(person=row(own, "Person")))
    if way == "readmitMember":
        await admin.do("readmitMember", {**OLEN, "person": own}, "organisation { slug }")
    else:
        link = (await admin.do("inviteMember", {**OLEN, "role": "READER"}, "secret"))["secret"]
        await both.do("acceptInvitation", {"secret": link}, "membership { role }")
    await browser.sign_in(issuer)
    assert (await browser.me() or {})["person"]["id"] == own
    assert (await browser.roles())["olen"] == "EDITOR"


@pytest.mark.parametrize("by_itself", [False, True])
async def test_a_program_stays_out_until_an_admin_lets_it_in(
    admin: Client, serra: Installation, issuer: Issuer, *, by_itself: bool
) -> None:
    """Removed or left, it is told why at once, with the token of before as with a new one; then it is who it was."""
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    await serra.browser().sign_in(issuer)
    program, fresh = (serra.client(issuer.token(**MACHINE, jti=jti)) for jti in "ab")
    gone = {**OLEN, "person": await person_of(program)}
    if by_itself:
        await program.do("leaveOrganisation", OLEN, "organisation { slug }")
    else:
        await admin.do("removeMember", gone, "organisation { slug }")
    people = await Person.count()
    for client in (program, fresh, program):
        refused = await client.send(ROLES)
        assert refused.status_code == 401
        assert "This program was removed from «olen», or left it." in refused.text
    await admin.do("readmitMember", gone, "organisation { slug }")
    for client in (program, fresh):
        assert await person_of(client) == gone["person"]
        (one,) = (await client.ask(ROLES))["viewer"]["memberships"]
        assert one["role"] == "EDITOR"
    assert await Person.count() == people


async def test_a_lost_role_comes_back_to_the_same_person(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Whom the claims gave no role for a while has not left."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    await connected(serra, issuer, secret)
    groups, issuer.claims["groups"] = issuer.claims["groups"], []
    assert code_of(await serra.browser().sign_in(issuer)) == "FORBIDDEN"
    issuer.claims["groups"] = groups
    again = serra.browser()
    await again.sign_in(issuer)
    me = await again.me()
    assert me is not None
    assert me["person"]["id"] == await person_of(serra.client(secret))


async def test_no_provider_of_before_keeps_anybody_from_being_erased(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Where they belong no longer, they need not sign in: a token does, when an ADMIN took them out."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    await connected(serra, issuer, secret)
    both = serra.client(secret)
    assert await both.refused("eraseMe", {"confirm": "Both"}) == [("FORBIDDEN", "")]
    await admin.do("removeMember", {**OLEN, "person": await person_of(both)}, "organisation { slug }")
    assert await ExternalIdentity.count() == 1
    await both.do("eraseMe", {"confirm": "Both"}, "receipt { sha256 }")
    assert not await Person.exists().where(Person.name == "Both")


async def test_a_stolen_token_does_not_leave_and_then_erase(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody could sign in until they left, a token alone erases nobody for 30 days."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER})
    await connected(serra, issuer, secret)
    both = serra.client(secret)
    await both.do("leaveOrganisation", OLEN, "organisation { slug }")
    refused = await both.change("eraseMe", {"confirm": "Both"}, "receipt { sha256 }")
    assert "less than 30 days ago" in refused["userErrors"][0]["message"]
    assert await Person.exists().where(Person.name == "Both")
    monkeypatch.setattr(members, "LEFT_LATELY", members.LEFT_LATELY * 0)
    await both.do("eraseMe", {"confirm": "Both"}, "receipt { sha256 }")

"""Whoever leaves an organisation is left alone by its provider."""

import json
from typing import Any
from uuid import UUID

import pytest

from services.identity import departures
from services.identity.tables import ExternalIdentity
from services.log import LogEntry
from services.organisations import members
from services.organisations.tables import Membership, Person
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import members_of, person_of, row
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, code_of, parameters, settings

CONFIGURED = "organisation { slug }"
OLEN = {"organisation": "olen"}
ISSUE = 'mutation { issueToken(input: {label: "close", scopes: [READ, WRITE], expiresInDays: 1}) { secret } }'
LEAVE = 'mutation { leaveOrganisation(input: {organisation: "olen"}) { organisation { slug } userErrors { code } } }'
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


async def test_whom_an_admin_takes_out_may_come_back_or_leave(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork
) -> None:
    """Their session is over, and they are who they were at the next sign-in; unless they cut the tie by themselves."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.pes: Role.READER}, network.network)
    browser, both = await connected(serra, issuer, secret), serra.client(secret)
    own = await person_of(both)
    await admin.do("removeMember", {**OLEN, "person": own}, "organisation { slug }")
    assert (await browser.ask(ROLES)).status_code == 401
    await browser.sign_in(issuer)
    me = await browser.me()
    assert me is not None
    assert me["person"]["id"] == own
    await admin.do("removeMember", {**OLEN, "person": own}, "organisation { slug }")
    await both.do("leaveOrganisation", OLEN, "organisation { slug }")
    assert await both.refused("leaveOrganisation", OLEN) == [("NOT_FOUND", "organisation")]
    assert await ended(row(own, "Person")) == [{"sessions": 1}, {"sessions": 1}, {"identities": 1}]
    await serra.browser().sign_in(issuer)
    of_theirs = Membership.person == row(own, "Person")
    assert [one["organisation"] for one in await Membership.select().where(of_theirs)] == [network.pes]


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

"""eraseMe where people sign in: a stolen token or an old session is not enough."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from services.identity.tables import ExternalIdentity, Session
from services.organisations.tables import Membership, Person
from services.privacy.rules import FRESH
from tests.client import Client
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, settings, shown
from tests.infra.identity.test_machines import MACHINE

CONFIGURED = "organisation { slug }"
ERASE = """mutation($name: String!) { eraseMe(input: {confirm: $name}) {
    receipt { sha256 } userErrors { code message } } }"""
ISSUE = """mutation { issueToken(input: {label: "all", scopes: [READ, REVIEW, WRITE], expiresInDays: 1}) { secret } }"""
NAME = "Ann Peeters"


async def erase(browser: Browser) -> dict[str, Any]:
    """What is answered to whoever is signed in."""
    answer: dict[str, Any] = (await browser.ask(ERASE, name=NAME)).json()["data"]["eraseMe"]
    return answer


async def test_an_old_session_erases_nobody(
    admin: Client, browser: Browser, serra: Installation, issuer: Issuer
) -> None:
    """Whoever signed in a while ago signs in again, and then it is done."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    await Session.update({Session.created_at: datetime.now(UTC) - FRESH - timedelta(seconds=1)}, force=True)
    (error,) = (await erase(browser))["userErrors"]
    assert error["code"] == "FORBIDDEN"
    assert "more than 15 minutes ago" in error["message"]
    assert await Person.exists().where(Person.name == NAME)
    again = serra.browser()
    await again.sign_in(issuer)
    assert (await erase(again))["receipt"]
    assert not await Person.exists().where(Person.name == NAME)


async def test_a_token_does_not_erase_who_can_sign_in(
    admin: Client, browser: Browser, serra: Installation, issuer: Issuer
) -> None:
    """Not even one with all scopes; without a provider that is in use it would."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    token = serra.client((await browser.ask(ISSUE)).json()["data"]["issueToken"]["secret"])
    refused = await token.change("eraseMe", {"confirm": NAME}, "receipt { sha256 }")
    assert (refused["receipt"], refused["userErrors"][0]["code"]) == (None, "FORBIDDEN")
    assert "Sign in at /sign-in?organisation=olen, and" in refused["userErrors"][0]["message"]
    assert await Person.exists().where(Person.name == NAME)


async def test_a_machine_erases_nobody(admin: Client, serra: Installation, issuer: Issuer) -> None:
    """A program with every scope is refused: whoever runs the instance has it erased."""
    await admin.do("configureIdentityProvider", settings(issuer.address, allowsMachines=True), CONFIGURED)
    await shown()
    machine = serra.client(issuer.token(**{**MACHINE, "scope": "serra:read serra:review serra:write"}))
    assert await machine.refused("eraseMe", {"confirm": "importer"}) == [("FORBIDDEN", "")]
    assert await Person.exists().where(Person.name == "importer")


async def test_a_session_stays_one_after_a_change_of_roles(
    admin: Client, browser: Browser, serra: Installation, issuer: Issuer
) -> None:
    """Whoever leaves somewhere and is erased in the same request has signed in as they had before."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    both = ERASE.replace(
        "eraseMe", 'leaveOrganisation(input: {organisation: "outside-agency"}) { userErrors { code } } eraseMe', 1
    )
    answer = (await browser.ask(both, name=NAME)).json()["data"]
    assert answer["leaveOrganisation"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert answer["eraseMe"]["receipt"], answer["eraseMe"]["userErrors"]


async def test_who_is_erased_meanwhile_is_not_signed_in(
    admin: Client, browser: Browser, serra: Installation, issuer: Issuer
) -> None:
    """Whom the provider names while they are being erased does not become a member again after it."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    await browser.sign_in(issuer)
    identity = await ExternalIdentity.objects().first()
    assert identity
    await Membership.delete().where(Membership.person == identity.person)
    async with serra.pool.acquire() as erasing, erasing.transaction():
        await erasing.execute("update person set erased_at = now() where id = $1", identity.person)
        coming = asyncio.create_task(serra.browser().sign_in(issuer))
        assert not (await asyncio.wait({coming}, timeout=1))[0], "It did not wait."
    assert (await coming).status_code == 403
    assert not await Membership.exists().where(Membership.person == identity.person)

"""What a stolen token does not do: sign in for more than it may, or open and close ways to sign in, and then erase."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.organisations import members
from services.organisations.tables import Person
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import agency_admin
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, code_of, settings
from tests.infra.identity.test_leaving_a_provider import CONFIGURED, OLEN, connected

ERASE = 'mutation { eraseMe(input: {confirm: "Victim"}) { receipt { sha256 } userErrors { code message } } }'
NEWS = "{ viewer { notifications(first: 9) { nodes { kind subject { ... on Organisation { slug } } } } } }"
NEW = {"label": "narrow", "expiresInDays": 1}


async def refused_words(browser: Browser) -> str:
    """Why the browser's person, who is not erased, was refused."""
    told: dict[str, Any] = (await browser.ask(ERASE)).json()["data"]["eraseMe"]
    assert await Person.exists().where(Person.name == "Victim")
    (error,) = told["userErrors"]
    assert error["code"] == "FORBIDDEN"
    return str(error["message"])


@pytest.mark.parametrize("scopes", [["WRITE"], ["READ", "WRITE"]])
async def test_a_narrow_token_opens_no_session(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, scopes: list[str]
) -> None:
    """A session may do everything, so a provider comes to know nobody by a token that may not."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    narrow = (await admin.do("issueToken", {**NEW, "scopes": scopes}, "secret"))["secret"]
    headers = {"Authorization": f"Bearer {narrow}"}
    refused = await serra.browser().http.post("/sign-in", json={"organisation": "olen"}, headers=headers)
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert "Use one with all scopes: READ, REVIEW, WRITE." in refused.text


async def test_a_provider_of_somebody_else_erases_nobody(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, work: Callable[[], Awaitable[None]]
) -> None:
    """Whoever has a token connects another organisation's provider, and leaves the person's own: it is not enough.

    The person is told at once that a provider knows them, and a session of that provider does not see it.
    """
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Victim", {network.olen: Role.EDITOR}, network.network)
    await connected(serra, issuer, secret)
    another = serra.client(await agency_admin(network))
    with Issuer() as theirs:
        theirs.subject = "mallory"
        await another.do(
            "configureIdentityProvider", settings(theirs.address, organisation="outside-agency"), CONFIGURED
        )
        browser = await connected(serra, theirs, secret, "outside-agency")
        await serra.client(secret).do("leaveOrganisation", OLEN, "organisation { slug }")
        assert "know who you are, less than 30 days ago" in await refused_words(browser)
        await work()
        assert (await serra.client(secret).ask(NEWS))["viewer"]["notifications"]["nodes"] == [
            {"kind": "PROVIDER_CONNECTED", "subject": {"slug": slug}} for slug in ("outside-agency", "olen")
        ]
        assert (await browser.ask(NEWS)).json()["data"]["viewer"]["notifications"]["nodes"] == []


async def test_an_account_of_a_colleague_erases_nobody(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account at the person's own organisation that was connected to them by a token waits 30 days."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Victim", {network.olen: Role.EDITOR}, network.network)
    issuer.subject = "colleague"
    browser = await connected(serra, issuer, secret)
    assert "know who you are, less than 30 days ago" in await refused_words(browser)
    monkeypatch.setattr(members, "LEFT_LATELY", members.LEFT_LATELY * 0)
    assert (await browser.ask(ERASE)).json()["data"]["eraseMe"]["receipt"]


async def test_a_session_does_not_erase_who_has_just_cut_another(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a provider that has known the person for long: one of two alone is not enough where both were there."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Victim", {network.olen: Role.EDITOR}, network.network)
    await connected(serra, issuer, secret)
    another = serra.client(await agency_admin(network))
    with Issuer() as theirs:
        await another.do(
            "configureIdentityProvider", settings(theirs.address, organisation="outside-agency"), CONFIGURED
        )
        browser = await connected(serra, theirs, secret, "outside-agency")
        monkeypatch.setattr("services.privacy.erasure.was_connected", _long_ago)
        await serra.client(secret).do("leaveOrganisation", OLEN, "organisation { slug }")
        assert "You left an organisation where you could sign in" in await refused_words(browser)


@pytest.mark.parametrize("way", ["remove", "switch off", "another issuer", "free"])
async def test_a_token_does_not_switch_the_provider_off_and_then_erase(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, way: str
) -> None:
    """An ADMIN's token is refused as that of whoever has left is, whatever it made of the provider."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Victim", {network.olen: Role.ADMIN}, network.network)
    issuer.claims["groups"] = ["leads"]
    await connected(serra, issuer, secret)
    await Person.update({Person.is_steward: True}).where(Person.name == "Victim")
    token = serra.client(secret)
    match way:
        case "remove":
            await token.do("removeIdentityProvider", OLEN, "organisation { slug }")
        case "switch off":
            await token.do("configureIdentityProvider", settings(issuer.address, isEnabled=False), CONFIGURED)
        case "free":
            await token.do("freeIssuer", {"issuer": issuer.address}, "organisation { slug }")
        case _:
            with Issuer() as other:
                await token.do("configureIdentityProvider", settings(other.address), CONFIGURED)
                off = settings(other.address, isEnabled=False)
                await admin.do("configureIdentityProvider", off, CONFIGURED)
    refused = await token.change("eraseMe", {"confirm": "Victim"}, "receipt { sha256 }")
    assert "switched its provider off or changed it, less than 30 days ago" in refused["userErrors"][0]["message"]
    assert await Person.exists().where(Person.name == "Victim")


async def _long_ago(*_: object) -> bool:
    """As if the connection were older than what is asked of the log, which nobody can date back."""
    return False

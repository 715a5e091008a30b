"""What is about all that somebody is, an organisation's provider does not get by having them leave the others."""

from typing import Any

import pytest

from services.organisations import members
from services.organisations.terms import Role
from tests.client import Client
from tests.factories.cases import published_case
from tests.factories.comments import commented
from tests.factories.network import SmallNetwork, person
from tests.factories.organisations import person_of
from tests.factories.reviews import requested
from tests.factories.sharing import SOON
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, settings
from tests.infra.identity.test_leaving_a_provider import CONFIGURED, connected

EXPORT = "mutation { exportMyData(input: {}) { dataExport { askedAt } userErrors { code message } } }"
FETCH = "{ viewer { dataExport { readyAt downloadUrl } } }"
LEAVE = 'mutation { leaveOrganisation(input: {organisation: "review-institute"}) { userErrors { code } } }'
RENAME = 'mutation { editMe(input: {name: "Somebody else"}) { userErrors { code message } } }'
PUBLIC = {"audience": {"public": True}}
OF_PES = {"slug": "of-pes", "owner": "arbetsformedlingen"}
INSTITUTE = {"organisation": "review-institute"}


async def refused(browser: Browser, mutation: str) -> str:
    """The one reason for which whoever is signed in is refused."""
    (payload,) = (await browser.ask(mutation)).json()["data"].values()
    (error,) = payload["userErrors"]
    assert error["code"] == "FORBIDDEN"
    message: str = error["message"]
    return message


async def download(browser: Browser) -> str | None:
    """The link to the export that there is."""
    export = (await browser.ask(FETCH)).json()["data"]["viewer"]["dataExport"]
    assert export["readyAt"]
    link: str | None = export["downloadUrl"]
    return link


async def test_a_provider_does_not_leave_and_then_export_or_rename(
    admin: Client,
    serra: Installation,
    issuer: Issuer,
    network: SmallNetwork,
    work: Any,
    *,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Having had somebody leave, it gets no export, no link to theirs, and changes no name, for 30 days."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.institute: Role.EDITOR}, network.network)
    browser = await connected(serra, issuer, secret)
    await serra.client(secret).do("exportMyData", {}, "dataExport { askedAt }")
    await work()
    assert await download(browser) is None
    assert (await browser.ask(LEAVE)).json()["data"]["leaveOrganisation"]["userErrors"] == []
    for mutation in (EXPORT, RENAME):
        assert "less than 30 days ago" in await refused(browser, mutation)
    assert await download(browser) is None
    monkeypatch.setattr(members, "LEFT_LATELY", members.LEFT_LATELY * 0)
    assert await download(browser)
    assert (await browser.ask(RENAME)).json()["data"]["editMe"]["userErrors"] == []


@pytest.mark.parametrize("done", ["review", "comment", "admission"])
async def test_a_provider_exports_nothing_of_what_was_done_for_others(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, work: Any, *, done: str
) -> None:
    """What somebody was let into or said elsewhere is exported by a token alone, also once they are there no more."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("Both", {network.olen: Role.READER, network.institute: Role.EDITOR}, network.network)
    both, pes = serra.client(secret), serra.client(network.pes_editor)
    case = await published_case(pes, **OF_PES, **PUBLIC)
    if done == "review":
        await requested(pes, case, "Both", **INSTITUTE)
    elif done == "comment":
        await commented(both, case, "Said for the institute", **INSTITUTE)
    else:
        guest = {"case": case, "person": await person_of(both), "until": SOON}
        await pes.do("inviteGuest", guest, "admission { id }")
    browser = await connected(serra, issuer, secret)
    await both.do("leaveOrganisation", INSTITUTE, CONFIGURED)
    assert "have reviewed or commented for another, or are its guest" in await refused(browser, EXPORT)
    await both.do("exportMyData", {}, "dataExport { askedAt }")
    await work()
    assert await download(browser) is None
    assert (await both.ask(FETCH))["viewer"]["dataExport"]["downloadUrl"]


async def test_a_provider_exports_what_was_done_for_its_organisation(
    admin: Client, serra: Installation, issuer: Issuer, network: SmallNetwork, work: Any
) -> None:
    """Who is nowhere else, and did nothing elsewhere, has a copy by the sign-in that they have."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    secret = await person("One", {network.olen: Role.EDITOR}, network.network)
    case = await published_case(serra.client(network.olen_editor), **PUBLIC)
    await commented(serra.client(secret), case, "Said for Olen", organisation="olen")
    browser = await connected(serra, issuer, secret)
    assert (await browser.ask(EXPORT)).json()["data"]["exportMyData"]["userErrors"] == []
    await work()
    assert await download(browser)

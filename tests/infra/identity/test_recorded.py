"""What the log of an organisation says of those whom its provider signs in: from where, and whom it sent away."""

from typing import Any

import pytest

from tests.client import Client
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import OWN_PAGE, Browser, Installation, settings, shown
from tests.infra.identity.test_machines import MACHINE

LOG = """
query ($action: String!) {
  organisation(slug: "olen") {
    auditLog(first: 100, filter: {action: [$action]}) {
      nodes { actor { name } subjectType address details { name value } }
    }
  }
}
"""


@pytest.fixture
async def ready(admin: Client, issuer: Issuer) -> Issuer:
    """The issuer, as Olen's provider, for machines too."""
    given = settings(issuer.address, allowsMachines=True)
    await admin.do("configureIdentityProvider", given, "organisation { slug }")
    await shown()
    return issuer


async def lines(admin: Client, action: str) -> list[tuple[str, str, str | None]]:
    """The lines of an action that are not of personal tokens, the oldest first: what it was with, how, from where."""
    found = (await admin.ask(LOG, action=action))["organisation"]["auditLog"]["nodes"]
    told = [(one["subjectType"], _details(one).get("method", ""), one["address"]) for one in reversed(found)]
    return [one for one in told if one[0] != "PersonalToken"]


def _details(line: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in line["details"]}


async def test_a_session_is_recorded_from_its_beginning_to_its_end(
    ready: Issuer, serra: Installation, admin: Client
) -> None:
    """Who signs in or out by the provider, and from where; a session that turns up elsewhere is another sign-in."""
    here, there = serra.browser("192.0.2.1"), serra.browser("192.0.2.2")
    await here.sign_in(ready)
    there.http.cookies = here.http.cookies
    for browser in (here, there, here, there):
        assert await browser.me()
    with_session = [("Session", "OPENID_CONNECT", "192.0.2.1"), ("Session", "SESSION", "192.0.2.2")]
    assert await lines(admin, "sign_in") == with_session
    assert (await there.http.post("/sign-out", headers=OWN_PAGE)).status_code == 204
    assert await lines(admin, "sign_out") == [("Session", "", "192.0.2.2")]


async def test_a_machine_signs_in_once_an_hour(ready: Issuer, serra: Installation, admin: Client) -> None:
    """A program's tokens are recorded like a person's: once for each address, however many tokens it is given."""
    for claims in (MACHINE, MACHINE, {**MACHINE, "jti": "another"}):
        await serra.client(ready.token(**claims)).ask("{ viewer { person { id } } }")
    assert await lines(admin, "sign_in") == [("ExternalIdentity", "MACHINE_TOKEN", "127.0.0.1")]


async def test_who_is_sent_away_is_counted(ready: Issuer, serra: Installation, browser: Browser, admin: Client) -> None:
    """Failed sign-ins are counted for the organisation, with the words that were shown; without one for nobody."""
    ready.claims["groups"] = ["strangers"]
    for _ in range(2):
        assert (await browser.sign_in(ready)).status_code == 403
    assert (await browser.finish(code="x", state="y")).status_code == 400
    assert not await lines(admin, "refuse_sign_in")
    await serra.app.identity.refusals.write()
    (line,) = (await admin.ask(LOG, action="refuse_sign_in"))["organisation"]["auditLog"]["nodes"]
    assert (line["actor"], line["subjectType"], line["address"]) == (None, "Organisation", "127.0.0.1")
    assert _details(line)["times"] == "2"
    assert "none of its groups" in _details(line)["why"]


async def test_a_session_that_has_ended_is_counted(ready: Issuer, serra: Installation, browser: Browser) -> None:
    """Whoever sends the cookie of a session that is over is refused, and counted by the address."""
    await browser.sign_in(ready)
    cookies = dict(browser.http.cookies)
    assert (await browser.http.post("/sign-out", headers=OWN_PAGE)).status_code == 204
    browser.http.cookies.update(cookies)
    assert (await browser.ask("{ viewer { person { id } } }")).status_code == 401
    await serra.app.identity.refusals.write()
    told = await serra.pool.fetch(
        "select organisation, detail ->> 'times' as n from log where action = 'refuse_sign_in'"
    )
    assert [(row["organisation"], row["n"]) for row in told] == [(None, "1")]

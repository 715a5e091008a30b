"""What OpenID Connect Core, JOSE and the best practice for OAuth (RFC 9700) ask of whoever relies on a provider."""

import pytest

from services.identity.tables import Session
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.organisations import pes_admin
from tests.infra.identity.issuer import Issuer
from tests.infra.identity.signing import Browser, Installation, code_of, settings

CONFIGURED = "organisation { slug }"


@pytest.fixture
async def ready(admin: Client, issuer: Issuer) -> Issuer:
    """The issuer, as Olen's provider."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    return issuer


async def test_a_provider_gets_no_answer_of_another(ready: Issuer, serra: Installation, network: SmallNetwork) -> None:
    """One that sends people on to Olen's provider, with its own state, is never told the code that comes of it.

    Neither of the two names itself beside the code, so the address that each has for itself must tell (mix-up).
    """
    with Issuer() as evil:
        pes = serra.client(await pes_admin(network))
        own = settings(evil.address, organisation="arbetsformedlingen")
        await pes.do("configureIdentityProvider", own, CONFIGURED)
        browser = serra.browser()
        asked = await browser.begin("arbetsformedlingen")
        code = ready.authorise(asked | {"redirect_uri": asked["redirect_uri"].replace("arbetsformedlingen", "olen")})
        refused = await browser.finish("olen", code=code, state=asked["state"])
        assert (refused.status_code, code_of(refused)) == (400, "WRONG_ISSUER")
        assert "/token" not in evil.asked
    assert await Session.count() == 0
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/sign-in/callback/arbetsformedlingen"
    assert (await browser.http.get("/sign-in/callback", params={"code": code})).status_code == 404


@pytest.mark.parametrize(
    "query", ["&".join(f"p{place}=1" for place in range(30)), "state=a&state=b", "iss=a&code=b&iss=c"]
)
async def test_an_answer_says_each_thing_once(browser: Browser, query: str) -> None:
    """Whatever comes twice (RFC 6749 §3.1), or with dozens of others, is refused, and is no fault of ours."""
    refused = await browser.http.get(f"/sign-in/callback/olen?{query}")
    assert (refused.status_code, code_of(refused)) == (400, "BAD_REQUEST")

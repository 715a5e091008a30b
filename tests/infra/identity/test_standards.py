"""What OpenID Connect Core, JOSE and the best practice for OAuth (RFC 9700) ask of whoever relies on a provider."""

import asyncio
import gzip
import json
import math
from typing import Any

import pytest
from joserfc.jwk import KeySet, OKPKey

from infra.identity.addresses import Addresses
from infra.identity.asking import ProviderFailed, Questions
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


async def test_a_secret_is_shown_in_the_way_that_the_provider_wants(
    ready: Issuer, admin: Client, serra: Installation
) -> None:
    """A provider that takes it in the header and in the form, but from us in the form alone, gets it there."""
    ready.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]}
    ready.secret, ready.secret_in = "of/100 % +&", "form"
    await admin.do("configureIdentityProvider", settings(ready.address, clientSecret=ready.secret), CONFIGURED)
    assert (await serra.browser().sign_in(ready)).status_code == 200
    assert ready.asked["/token"] == 2
    await admin.do("configureIdentityProvider", settings(ready.address, clientSecret="wrong"), CONFIGURED)
    assert "invalid_client" in (await serra.browser().sign_in(ready)).text
    assert ready.asked["/token"] == 4


@pytest.mark.parametrize(
    "more", [{"pi.atm": "1"}, {"nonce": "x" * 40}, {"x5c": ["MIIC" * 600]}, {"x5t": "abc", "x5t#S256": "abc"}]
)
async def test_a_header_may_say_more(ready: Issuer, browser: Browser, more: dict[str, Any]) -> None:
    """What is not understood in a header is passed over (RFC 7515 §4), and a chain of certificates fits in."""
    ready.header |= more
    assert (await browser.sign_in(ready)).status_code == 200


@pytest.mark.parametrize(
    "critical",
    [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": False}, {"crit": None}, {"crit": []}, {"b64": False}],
)
async def test_a_header_that_must_be_understood_is_refused(
    ready: Issuer, browser: Browser, critical: dict[str, Any]
) -> None:
    """No extension is understood here, so a token that insists on one is not valid (RFC 7515 §4.1.11)."""
    ready.header |= critical
    refused = await browser.sign_in(ready)
    assert (code_of(refused), "crit" in refused.text) == ("PROVIDER_REFUSED", True)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": math.nan},
        {"exp": math.inf},
        {"iat": -math.inf},
        {"sub": "\ud800"},
        {"name": "\udfff"},
        {"groups": math.nan},
    ],
)
async def test_claims_that_are_no_json_are_refused(ready: Issuer, browser: Browser, claims: dict[str, Any]) -> None:
    """Numbers that are none and halves of letters, which some parsers take, are the provider's error, and not ours."""
    ready.claims |= claims
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_REFUSED"


async def test_a_subject_that_cannot_be_kept_is_refused(ready: Issuer, browser: Browser) -> None:
    """A subject with a NUL names nobody; in a name it is left out."""
    ready.claims |= {"name": "A\x00nn", "groups": ["innovation-lab", "\x00"]}
    assert (await browser.sign_in(ready)).status_code == 200
    ready.subject = "a\x00nn"
    assert code_of(await browser.sign_in(ready)) == "INVALID"


@pytest.mark.parametrize(("token", "key"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")])
async def test_both_names_of_edwards_signatures_are_one(ready: Issuer, browser: Browser, token: str, key: str) -> None:
    """A key that is published under the one name signs tokens under the other (RFC 9864)."""
    ready.rotate(OKPKey.generate_key("Ed25519", {"kid": "ed", "alg": key}), token)
    assert (await browser.sign_in(ready)).status_code == 200


async def test_keys_that_are_dear_to_use_are_not_used(ready: Issuer, browser: Browser, serra: Installation) -> None:
    """Neither a giant key nor a giant exponent is tried; of a private key, published by mistake, the public part is."""
    serra.app.identity.signing_in.directory.pause = 0.0
    ready.header.pop("kid")
    good = ready.key.as_dict(private=False)
    dear = [{**good, "e": "AQAAAAAB"}, {**good, "n": good["n"] * 5}]
    ready.raw["/keys"] = json.dumps({"keys": dear}).encode()
    assert "does not publish" in (await browser.sign_in(ready)).text
    ready.raw["/keys"] = json.dumps(KeySet([ready.key]).as_dict(private=True)).encode()
    assert (await browser.sign_in(ready)).status_code == 200


@pytest.mark.parametrize(
    "query", ["&".join(f"p{place}=1" for place in range(30)), "state=a&state=b", "iss=a&code=b&iss=c"]
)
async def test_an_answer_says_each_thing_once(browser: Browser, query: str) -> None:
    """Whatever comes twice (RFC 6749 §3.1), or with dozens of others, is refused, and is no fault of ours."""
    refused = await browser.http.get(f"/sign-in/callback/olen?{query}")
    assert (refused.status_code, code_of(refused)) == (400, "BAD_REQUEST")


async def test_a_slash_too_many_is_named(ready: Issuer, admin: Client, browser: Browser) -> None:
    """The commonest mistake in an issuer's name is said."""
    await admin.do("configureIdentityProvider", settings(f"{ready.address}/"), CONFIGURED)
    refused = await browser.http.get("/sign-in", params={"organisation": "olen"})
    assert (code_of(refused), "slash" in refused.text) == ("PROVIDER_AWAY", True)


async def test_nothing_compressed_is_unpacked() -> None:
    """Providers are asked for plain answers, and a compressed one, which may unpack to anything, is none."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        body = gzip.compress(b'{"issuer": "x"}')
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderFailed, match="no JSON"):
            await Questions(Addresses(in_development=True)).get(f"http://127.0.0.1:{port}/")
    assert b"accept-encoding: identity" in heard[0].lower()

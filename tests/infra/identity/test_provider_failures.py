"""What a provider can do wrong: each is refused in words, and none of it keeps others waiting."""

import asyncio
import json
import time
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from infra.identity.asking import LONGEST_ANSWER
from services.identity.tables import Session
from services.log import LogEntry
from tests.client import Client
from tests.infra.identity.issuer import Issuer, part
from tests.infra.identity.signing import Browser, Installation, code_of, settings, shown

CONFIGURED = "organisation { slug }"
PUBLIC = '{ organisation(slug: "olen") { slug } }'


@pytest.fixture
async def ready(admin: Client, issuer: Issuer) -> Issuer:
    """The issuer, as Olen's provider."""
    await admin.do("configureIdentityProvider", settings(issuer.address), CONFIGURED)
    return issuer


NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "somebody-else"},
    "more audiences and no azp": {"aud": ["serra", "other"]},
    "another azp": {"azp": "other"},
    "expired": {"exp": NOW - 120},
    "no end": {"exp": None},
    "not yet": {"nbf": NOW + 3_600},
    "from the future": {"iat": NOW + 3_600},
    "no subject": {"sub": None},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "another access token": {"at_hash": "x" * 22},
    "another code": {"c_hash": "x" * 22},
    "a subject that is no text": {"sub": 7},
    "an end that is no number": {"exp": "tomorrow"},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_a_token_with_a_wrong_claim_is_refused(
    ready: Issuer, serra: Installation, browser: Browser, claims: dict[str, Any]
) -> None:
    """Each check of an ID token refuses by itself, in a sentence, and is counted; nobody is signed in."""
    ready.claims |= claims
    refused = await browser.sign_in(ready)
    assert (refused.status_code, code_of(refused)) == (403, "PROVIDER_REFUSED")
    assert await Session.count() == 0
    assert await browser.me() is None
    await serra.app.identity.refusals.write()
    last = await LogEntry.objects().order_by(LogEntry.id, ascending=False).first()
    assert last
    assert (last.action, "why" in last.detail) == ("refuse_sign_in", True)


async def test_clocks_may_differ_by_a_minute(ready: Issuer, browser: Browser) -> None:
    """A token that ended half a minute ago, or begins in half a minute, is taken."""
    now = int(time.time())
    ready.claims |= {"exp": now - 30}
    assert (await browser.sign_in(ready)).status_code == 200
    ready.claims |= {"exp": now + 60, "iat": now + 30, "nbf": now + 30}
    assert (await browser.sign_in(ready)).status_code == 200


async def test_several_audiences_are_taken_where_we_are_named(ready: Issuer, browser: Browser) -> None:
    """An ID token for several clients is ours where `azp` says so."""
    ready.claims |= {"aud": ["serra", "other"], "azp": "serra"}
    assert (await browser.sign_in(ready)).status_code == 200


async def test_a_token_without_a_good_signature_is_refused(ready: Issuer, browser: Browser) -> None:
    """`alg: none`, our own public key as an HMAC key, somebody else's key, and a signature that was cut off."""
    published = ready.published
    ready.header = {"alg": "none"}
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_REFUSED"
    ready.header = {"alg": "HS256", "kid": "one"}
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_REFUSED"
    ready.key, ready.header = RSAKey.generate_key(2048, {"kid": "one"}), {"alg": "RS256", "kid": "one"}
    ready.published = published
    refused = await browser.sign_in(ready)
    assert (code_of(refused), "signature" in refused.text) == ("PROVIDER_REFUSED", True)
    ready.raw["/token"] = b'{"id_token": "' + f"{part({'alg': 'RS256'})}.{part({})}.".encode() + b'"}'
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_REFUSED"
    ready.raw["/token"] = b'{"id_token": "nonsense"}'
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_REFUSED"


async def test_rotated_keys_are_found(ready: Issuer, browser: Browser, serra: Installation) -> None:
    """A new key is fetched when a token names it; one that is no longer published signs nothing."""
    serra.app.identity.signing_in.directory.pause = 0.0
    old = ready.key
    assert (await browser.sign_in(ready)).status_code == 200
    ready.rotate(RSAKey.generate_key(2048, {"kid": "two"}))
    assert (await browser.sign_in(ready)).status_code == 200
    assert ready.asked["/keys"] == 2
    ready.key, ready.header = old, {"alg": "RS256", "kid": "one"}
    refused = await browser.sign_in(ready)
    assert (code_of(refused), "does not publish" in refused.text) == ("PROVIDER_REFUSED", True)


async def test_a_flood_of_unknown_keys_asks_little(ready: Issuer, serra: Installation, admin: Client) -> None:
    """Many tokens at once, each with a key of its own name, have the issuer asked once in a while and no more."""
    await admin.do("configureIdentityProvider", settings(ready.address, allowsMachines=True), CONFIGURED)
    await shown()
    serra.app.identity.signing_in.directory.pause = 60.0
    serra.app.guessing.wrong.most = 1_000

    async def try_one(number: int) -> int:
        header = part({"alg": "RS256", "kid": f"made up {number}"})
        token = f"{header}.{part({'iss': ready.address, 'sub': 'x'})}.c2ln"
        return (await serra.client(token).send(PUBLIC)).status_code

    assert set(await asyncio.gather(*(try_one(number) for number in range(200)))) == {401}
    assert ready.asked["/keys"] == 1
    assert (await serra.client(None).send(PUBLIC)).status_code == 200


async def test_a_slow_provider_keeps_nobody_else_waiting(ready: Issuer, serra: Installation) -> None:
    """Many wait for a slow provider: each is told so within the limit, and others are answered meanwhile."""
    ready.seconds = 3.0
    waiting = [
        asyncio.ensure_future(serra.browser(f"10.0.0.{n}").http.get("/sign-in", params={"organisation": "olen"}))
        for n in range(20)
    ]
    await asyncio.sleep(0.1)
    started = time.monotonic()
    for _ in range(20):
        assert (await serra.client(None).send(PUBLIC)).status_code == 200
    assert time.monotonic() - started < 1
    answers = await asyncio.gather(*waiting)
    assert time.monotonic() - started < 3
    assert {(one.status_code, code_of(one)) for one in answers} == {(502, "PROVIDER_AWAY")}
    assert "did not answer within" in answers[0].text


async def test_a_provider_that_is_down_is_said_to_be(admin: Client, browser: Browser) -> None:
    """Nobody listens there: the answer says so, and is remembered for a moment."""
    with Issuer() as gone:
        await admin.do("configureIdentityProvider", settings(gone.address), CONFIGURED)
    refused = await browser.http.get("/sign-in", params={"organisation": "olen"}, headers={"Accept": "text/html"})
    assert (refused.status_code, refused.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "could not be reached" in refused.text


async def test_a_provider_that_goes_down_half_way_is_said_to_be(ready: Issuer, browser: Browser) -> None:
    """Between the redirect and the way back it fails: nobody is signed in, and the same answer cannot be used again."""
    asked = await browser.begin()
    code = ready.authorise(asked)
    ready.raw["/token"] = b"<html>Gateway time-out</html>"
    assert code_of(await browser.finish(code=code, state=asked["state"])) == "PROVIDER_AWAY"
    del ready.raw["/token"]
    assert code_of(await browser.finish(code=code, state=asked["state"])) == "NO_SIGN_IN"


BAD_DISCOVERY: dict[str, dict[str, Any]] = {
    "another issuer": {"issuer": "https://evil.example"},
    "no token endpoint": {"token_endpoint": None},
    "a number": {"jwks_uri": 7},
    "in the clear": {"token_endpoint": "http://login.example/token"},
    "a file": {"jwks_uri": "file:///etc/passwd"},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
}


@pytest.mark.parametrize("wrong", BAD_DISCOVERY.values(), ids=BAD_DISCOVERY)
async def test_a_wrong_discovery_document_is_refused(ready: Issuer, browser: Browser, wrong: dict[str, Any]) -> None:
    """Nothing of a document that names another issuer, or addresses that may not be asked, is used."""
    ready.discovery = wrong
    refused = await browser.http.get("/sign-in", params={"organisation": "olen"})
    assert (refused.status_code, code_of(refused)) == (502, "PROVIDER_AWAY")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"' + b"x" * LONGEST_ANSWER + b'"', b'{"keys": 7}', b"\xff"])
async def test_nonsense_is_not_taken_for_keys(ready: Issuer, browser: Browser, body: bytes) -> None:
    """An empty, broken, endless or misshapen key set is an error in words."""
    ready.raw["/keys"] = body
    assert code_of(await browser.sign_in(ready)) == "PROVIDER_AWAY"


async def test_keys_that_sign_nothing_are_passed_over(ready: Issuer, browser: Browser) -> None:
    """Keys to encrypt with, short ones and broken ones beside the good one do no harm."""
    good = ready.key.as_dict(private=False)
    others: list[Any] = [{**good, "use": "enc"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "oct"}, 7, {}]
    ready.raw["/keys"] = json.dumps({"keys": [*others, good]}).encode()
    assert (await browser.sign_in(ready)).status_code == 200


async def test_an_answer_is_taken_once(ready: Issuer, serra: Installation) -> None:
    """The same code and state again are refused, also with a copy of the cookie; so is another browser."""
    browser, thief = serra.browser(), serra.browser()
    asked = await browser.begin()
    thief.http.cookies = dict(browser.http.cookies)
    answer = {"code": ready.authorise(asked), "state": asked["state"]}
    assert code_of(await serra.browser().finish(**answer)) == "NO_SIGN_IN"
    assert (await browser.finish(**answer)).status_code == 200
    assert code_of(await browser.finish(**answer)) == "NO_SIGN_IN"
    assert code_of(await thief.finish(**answer)) == "REPLAYED"
    assert await Session.count() == 1


async def test_an_answer_to_something_else_is_refused(ready: Issuer, serra: Installation) -> None:
    """Another state, another issuer, an error, no code, a forged cookie, and a redirect that leads elsewhere."""
    asked = await serra.browser().begin()
    code = ready.authorise(asked)
    browser = serra.browser()

    async def answered(**answer: str) -> str:
        return code_of(await browser.finish(**({"state": (await browser.begin())["state"]} | answer)))

    assert await answered(code=code, state="x") == "WRONG_STATE"
    assert await answered(code=code, iss="https://evil.example") == "WRONG_ISSUER"
    assert await answered(error="access_denied") == "PROVIDER_REFUSED"
    assert await answered() == "PROVIDER_REFUSED"
    assert await answered(code=code) == "PROVIDER_REFUSED"  # of another sign-in: PKCE
    said = await browser.finish(state=(await browser.begin())["state"], error="<script>alert(1)</script>")
    assert "script" not in said.text
    browser.http.cookies.set("serra-sign-in", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c")
    assert code_of(await browser.finish(code=code, state="x")) == "NO_SIGN_IN"


@pytest.mark.parametrize(
    "return_to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/a\r\nX: y", "x"],
)
async def test_a_sign_in_leads_nowhere_else(ready: Issuer, serra: Installation, return_to: str) -> None:
    """Only a path of this service is gone back to."""
    refused = await serra.browser().http.get("/sign-in", params={"organisation": "olen", "return_to": return_to})
    assert (refused.status_code, code_of(refused)) == (400, "BAD_RETURN")


async def test_a_client_secret_is_sent_and_kept_closed(
    ready: Issuer, admin: Client, serra: Installation, open_database: Any
) -> None:
    """The provider gets the secret; the database has it encrypted alone, and another issuer never gets it."""
    ready.secret = "a secret: of/100 %"
    wrong = settings(ready.address, clientSecret="wrong")
    await admin.do("configureIdentityProvider", wrong, CONFIGURED)
    assert code_of(await serra.browser().sign_in(ready)) == "PROVIDER_REFUSED"
    ready.secret = "plain-secret"
    await admin.do("configureIdentityProvider", settings(ready.address, clientSecret=ready.secret), CONFIGURED)
    await admin.do("configureIdentityProvider", settings(ready.address), CONFIGURED)
    assert (await serra.browser().sign_in(ready)).status_code == 200
    stored = await open_database.pool.fetchval("select client_secret from identity_provider")
    assert stored
    assert ready.secret not in stored
    await admin.do("configureIdentityProvider", settings("http://127.0.0.1:1"), CONFIGURED)
    assert await open_database.pool.fetchval("select client_secret from identity_provider") is None

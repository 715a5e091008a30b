"""What every request passes: headers, origins, and limits to guessing."""

import time
from types import SimpleNamespace

import pytest

from infra.http.buckets import Buckets
from infra.postgres.database import Database
from services.organisations.keyrings import keyring_change
from services.organisations.tables import PersonalToken
from services.organisations.tokens import secret_hash
from tests.factories.network import SmallNetwork
from tests.infra.http.conftest import App, Serve

QUERY = {"query": '{ organisation(slug: "olen") { slug } }'}
WHERE = [("GET", "/health/live"), ("GET", "/nowhere"), ("POST", "/graphql"), ("GET", "/sign-in"), ("PUT", "/sign-out")]


@pytest.mark.parametrize(("method", "path"), WHERE)
async def test_every_answer_says_what_browsers_may_do(serve: Serve, clean: Database, method: str, path: str) -> None:
    """Answers and errors alike say what browsers may do with them: nothing."""
    answer = await serve(public_url="https://serra.example").request(method, path, json=QUERY)
    headers = answer.headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["referrer-policy"]) == ("DENY", "no-referrer")
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "access-control-allow-origin" not in headers


async def test_the_editor_may_load_its_own_files(serve: Serve) -> None:
    """GraphiQL's page has a policy that fits it, and in the clear on this machine nothing asks for TLS."""
    page = await serve().get("/graphql", headers={"Accept": "text/html"})
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "strict-transport-security" not in page.headers


PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


async def test_no_other_origin_may_ask(serve: Serve) -> None:
    """As it comes, no page of another origin is allowed anything."""
    client = serve()
    preflight = await client.options("/graphql", headers={"Origin": "https://app.example", **PREFLIGHT})
    asked = await client.post("/graphql", json=QUERY, headers={"Origin": "https://app.example"})
    assert preflight.status_code == 405
    for answer in (preflight, asked):
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_named_origins_may_ask_with_tokens(serve: Serve, network: SmallNetwork) -> None:
    """A page of an origin that is set reads answers, without cookies; of another one it reads none."""
    client = serve(cors_origins="https://app.example, https://b.example:8443")
    origin = {"Origin": "https://app.example"}
    preflight = await client.options("/graphql", headers=origin | PREFLIGHT)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    asked = await client.post("/graphql", json=QUERY, headers=origin | {"Authorization": f"Bearer {network.outsider}"})
    assert asked.status_code == 200
    assert (asked.headers["access-control-allow-origin"], asked.headers["vary"]) == ("https://app.example", "Origin")
    for answer in (preflight, asked):
        assert "access-control-allow-credentials" not in answer.headers
    evil = await client.post("/graphql", json=QUERY, headers={"Origin": "https://app.example.evil.example"})
    assert "access-control-allow-origin" not in evil.headers
    assert evil.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in (await client.get("/sign-in", headers=origin)).headers


async def test_guessing_is_slowed_down(app_with: App, serve: Serve, network: SmallNetwork) -> None:
    """Many wrong tokens from one address are told to wait; others, and whoever was known before, are not."""
    app = app_with()
    client, elsewhere = serve(app=app), serve(app=app, address="10.1.1.1")
    good = {"Authorization": f"Bearer {network.outsider}"}
    assert (await client.post("/graphql", json=QUERY, headers=good)).status_code == 200
    codes = []
    for number in range(40):
        wrong = {"Authorization": f"Bearer serra_{number}"}
        codes.append((await client.post("/graphql", json=QUERY, headers=wrong)).status_code)
    assert codes[:30] == [401] * 30
    assert codes[-5:] == [429] * 5
    refused = await client.post("/graphql", json=QUERY, headers={"Authorization": "Bearer serra_x"})
    (told,) = refused.json()["errors"]
    assert told["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    assert "perhaps not by you. Yours were not looked at." in told["message"]
    assert int(refused.headers["retry-after"]) >= 1
    assert (await client.post("/graphql", json=QUERY, headers=good)).status_code == 200
    assert (await client.post("/graphql", json=QUERY)).status_code == 200
    wrong = {"Authorization": "Bearer serra_x"}
    assert (await elsewhere.post("/graphql", json=QUERY, headers=wrong)).status_code == 401


async def test_connecting_a_provider_is_no_way_to_guess(app_with: App, serve: Serve, network: SmallNetwork) -> None:
    """What a token is told by POST /sign-in counts as it does elsewhere, and what was tried elsewhere counts there."""
    app = app_with()
    app.guessing.wrong = Buckets(5, 0.001)
    client = serve(app=app)
    tried = [*[f"serra_{number}" for number in range(7)], network.outsider]
    codes = [
        (await client.post("/sign-in", json={}, headers={"Authorization": f"Bearer {secret}"})).status_code
        for secret in tried
    ]
    assert codes == [401] * 5 + [429] * 3
    good = {"Authorization": f"Bearer {network.outsider}"}
    assert (await client.post("/graphql", json=QUERY, headers=good)).status_code == 429
    assert (await client.get("/sign-in", params={"organisation": "nothing"})).status_code == 404


async def test_who_is_known_stays_so(app_with: App, serve: Serve, network: SmallNetwork) -> None:
    """When anybody's roles, keys or tokens change, those who are known stay known; who was revoked is so no longer."""
    app = app_with()
    app.guessing.wrong = Buckets(5, 0.001)
    client = serve(app=app)
    good, revoked = ({"Authorization": f"Bearer {token}"} for token in (network.outsider, network.reviewer))
    for headers in (good, revoked):
        assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 200
    async with keyring_change():
        await PersonalToken.delete().where(PersonalToken.secret_hash == secret_hash(network.reviewer))
    tried = [*[{"Authorization": "Bearer serra_x"}] * 5, good, revoked, good, revoked]
    codes = [(await client.post("/graphql", json=QUERY, headers=headers)).status_code for headers in tried]
    assert codes == [401, 401, 401, 401, 401, 200, 401, 200, 429]


async def test_who_was_known_minutes_ago_is_not_kept_out(
    app_with: App, serve: Serve, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office of colleagues goes on by its tokens, however long ago each was used, while somebody there guesses."""
    app = app_with()
    client = serve(app=app)
    office = [{"Authorization": f"Bearer {token}"} for token in (network.outsider, network.reviewer, network.steward)]
    for headers in office:
        assert (await client.post("/graphql", json=QUERY, headers=headers)).status_code == 200
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 3_000)
    monkeypatch.setattr("infra.identity.tokens.time", later)
    tried = [*[{"Authorization": "Bearer serra_x"}] * 45, *office]
    codes = [(await client.post("/graphql", json=QUERY, headers=headers)).status_code for headers in tried]
    assert (codes[44], codes[45:]) == (429, [200, 200, 200])


async def test_sign_ins_are_slowed_down(app_with: App, serve: Serve, network: SmallNetwork) -> None:
    """An address begins so many sign-ins at once, and is told when it may begin the next."""
    app = app_with()
    app.sign_ins = Buckets(20, 0.2)
    client = serve(app=app)
    codes = [(await client.get("/sign-in", params={"organisation": "olen"})).status_code for _ in range(22)]
    assert codes == [404] * 20 + [429] * 2
    assert (await client.post("/graphql", json=QUERY)).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/callback/olen", "/sign-out"])
async def test_other_methods_are_refused(serve: Serve, path: str) -> None:
    """Sign-in is by GET, and sign-out by POST alone: no image on a page signs anybody out."""
    for method in ("PUT", "DELETE", "PATCH", *(("GET",) if path == "/sign-out" else ())):
        answer = await serve().request(method, path)
        assert answer.status_code == 405
        assert "POST" in answer.headers["allow"]


async def test_a_large_body_is_refused(serve: Serve, network: SmallNetwork) -> None:
    """What asks to be connected to a provider is small."""
    headers = {"Authorization": f"Bearer {network.outsider}"}
    answer = await serve().post("/sign-in", content=b" " * 5_000, headers=headers)
    assert answer.status_code == 413
    assert (await serve().post("/sign-in", content=b"{", headers=headers)).status_code == 400

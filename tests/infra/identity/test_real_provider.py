"""The whole flow against a provider that is not ours: oidc-provider, fetched for the run in a fixed version."""

import contextlib
import html
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from joserfc.jwk import KeySet, RSAKey

from tests.client import Client
from tests.end_to_end.outside import from_npm
from tests.end_to_end.running import free_port
from tests.infra.identity.signing import ME, Browser, Installation, code_of, parameters, settings

_PACKAGE = "oidc-provider@9.13.3"
_SCRIPT = Path(__file__).with_name("provider.mjs")
_ACCOUNTS = {
    "ann": {"name": "Ann Peeters", "email": "ann@olen.example", "email_verified": True, "groups": ["leads"]},
    "bob": {"name": "Bob Claes", "groups": ["innovation-lab", "staff"]},
    "eve": {"name": "Eve", "groups": ["staff"]},
}
_SECRET = "a secret: with/all &kinds of+signs"
CONFIGURED = "organisation { slug }"
SCOPES = ["openid", "profile", "email", "groups"]


@pytest.fixture(scope="session")
def oidc_provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the provider in it; without Node the tests that want it are skipped."""
    folder = from_npm(tmp_path_factory.mktemp("oidc-provider"), "A real provider", _PACKAGE)
    shutil.copy(_SCRIPT, folder)
    return folder


@dataclass(slots=True)
class Running:
    """The provider, which can be stopped and started again."""

    folder: Path
    port: int
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, key: str) -> None:
        """Start it with a new signing key of a name."""
        told = {
            "issuer": self.issuer,
            "port": self.port,
            "jwks": KeySet([RSAKey.generate_key(2048, {"kid": key, "use": "sig"})]).as_dict(private=True),
            "accounts": _ACCOUNTS,
            "audience": "http://127.0.0.1:8000",
            "clients": [
                {
                    "client_id": "serra",
                    "client_secret": _SECRET,
                    "redirect_uris": ["http://127.0.0.1:8000/sign-in/callback/olen"],
                    "scope": " ".join(SCOPES),
                },
                {
                    "client_id": "importer",
                    "client_secret": "importer-secret",
                    "grant_types": ["client_credentials"],
                    "redirect_uris": [],
                    "response_types": [],
                },
            ],
        }
        (self.folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
        process = subprocess.Popen(
            [shutil.which("node") or "node", "provider.mjs", "told.json"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout
        assert any("ready" in line for line in process.stdout), "The provider did not start."

    def stop(self) -> None:
        """End it."""
        for process in self.processes:
            process.terminate()
            with process:
                process.wait(timeout=10)
        self.processes.clear()


@pytest.fixture
def provider(oidc_provider: Path) -> Iterator[Running]:
    """The running provider."""
    running = Running(oidc_provider, free_port())
    running.start("first")
    yield running
    running.stop()


@contextlib.asynccontextmanager
async def _pages() -> AsyncIterator[httpx.AsyncClient]:
    """The browser's other tab: it talks to the provider over real HTTP."""
    async with httpx.AsyncClient(timeout=10) as client:
        yield client


async def _sign_in(browser: Browser, who: str, **given: str) -> httpx.Response:
    """Begin, fill in the provider's own forms, and come back with what it gives."""
    begun = await browser.http.get("/sign-in", params={"organisation": "olen", **given})
    assert begun.status_code == 303, begun.text
    return await browser.finish(**await _through_the_forms(begun.headers["location"], who))


async def _through_the_forms(location: str, who: str) -> dict[str, str]:
    async with _pages() as pages:
        answer = await pages.get(location)
        for _ in range(10):
            if answer.is_redirect:
                location = urljoin(str(answer.url), answer.headers["location"])
                if "/sign-in/callback" in location:
                    return parameters(location)
                answer = await pages.get(location)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form, answer.text
            given: dict[str, str] = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', answer.text))
            if given.get("prompt") == "login":
                given |= {"login": who, "password": "anything"}
            answer = await pages.post(urljoin(str(answer.url), html.unescape(form[1])), data=given)
    raise AssertionError("The provider sent round in a circle.")


async def _machine_token(provider: Running, scope: str) -> str:
    async with _pages() as pages:
        answer = await pages.post(
            f"{provider.issuer}/token",
            data={"grant_type": "client_credentials", "resource": "http://127.0.0.1:8000", "scope": scope},
            auth=("importer", "importer-secret"),
        )
    token: str = answer.json()["access_token"]
    return token


def _settings(provider: Running, **changes: Any) -> dict[str, Any]:
    return settings(provider.issuer, clientSecret=_SECRET, scopes=SCOPES, **changes)


async def test_people_of_a_real_provider_sign_in(admin: Client, serra: Installation, provider: Running) -> None:
    """Two colleagues get the roles of their groups, a third is refused in words; each stays who they were."""
    await admin.do("configureIdentityProvider", _settings(provider), CONFIGURED)
    ann, bob, eve = serra.browser(), serra.browser(), serra.browser()
    done = await _sign_in(ann, "ann", return_to="/graphql")
    assert (done.status_code, done.headers["location"]) == (303, "/graphql")
    assert (await _sign_in(bob, "bob")).status_code == 200
    assert await ann.roles() == {"olen": "ADMIN"}
    assert await bob.roles() == {"olen": "EDITOR"}
    refused = await _sign_in(eve, "eve")
    assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
    assert await eve.me() is None
    again = serra.browser()
    await _sign_in(again, "ann")
    assert await again.me() == await ann.me()
    me = await ann.me()
    assert me
    assert (me["person"]["name"], me["email"]) == ("Ann Peeters", "ann@olen.example")


async def test_an_answer_of_a_real_provider_is_taken_once(
    admin: Client, serra: Installation, provider: Running
) -> None:
    """Neither the same answer again, nor a code of another browser, signs anybody in: the provider says no as well."""
    await admin.do("configureIdentityProvider", _settings(provider), CONFIGURED)
    browser, other = serra.browser(), serra.browser()
    begun = await browser.http.get("/sign-in", params={"organisation": "olen"})
    answer = await _through_the_forms(begun.headers["location"], "ann")
    kept = dict(browser.http.cookies)
    assert (await browser.finish(**answer)).status_code == 200
    other.http.cookies = kept
    assert code_of(await other.finish(**answer)) == "REPLAYED"
    asked = await other.begin()
    assert code_of(await other.finish(**answer | {"state": asked["state"]})) == "PROVIDER_REFUSED"


async def test_a_real_provider_changes_its_keys_and_goes_away(
    admin: Client, serra: Installation, provider: Running
) -> None:
    """After a restart with another key it signs in as before; while it is down sign-in says so, and Serra answers."""
    await admin.do("configureIdentityProvider", _settings(provider, allowsMachines=True), CONFIGURED)
    assert (await _sign_in(serra.browser(), "bob")).status_code == 200
    machine = serra.client(await _machine_token(provider, "serra:read"))
    assert (await machine.ask(ME))["viewer"]["scopes"] == ["READ"]
    provider.stop()
    # What was read of it still counts, so the browser is sent on its way, and machines go on.
    assert (await machine.ask(ME))["viewer"]["scopes"] == ["READ"]
    browser = serra.browser()
    asked = await browser.begin()
    away = await browser.finish(code="code", state=asked["state"], iss=provider.issuer)
    assert (away.status_code, code_of(away)) == (502, "PROVIDER_AWAY")
    provider.start("second")
    assert (await _sign_in(browser, "bob")).status_code == 200


async def test_machines_of_a_real_provider_work(admin: Client, serra: Installation, provider: Running) -> None:
    """A token for this installation, by client credentials, writes where its scope says so, as an editor."""
    await admin.do("configureIdentityProvider", _settings(provider, allowsMachines=True), CONFIGURED)
    assert (await _sign_in(serra.browser(), "bob")).status_code == 200
    lab = {"slug": "lab", "organisation": "olen", "names": [{"language": "en", "text": "Lab"}]}
    reader = serra.client(await _machine_token(provider, "serra:read"))
    assert await reader.refused("createLab", lab) == [("FORBIDDEN", "")]
    writer = serra.client(await _machine_token(provider, "serra:read serra:write"))
    await writer.do("createLab", lab, "lab { slug }")
    viewer = (await writer.ask(ME))["viewer"]
    assert [(one["role"], one["organisation"]["slug"]) for one in viewer["memberships"]] == [("EDITOR", "olen")]
    assert viewer["person"]["name"] == "importer"

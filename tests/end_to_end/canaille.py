"""Canaille, an identity provider that others publish and run, in a process of its own; and people who use its pages."""

import html
import json
import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.end_to_end.outside import ran

PACKAGE = "canaille[front,oidc,server,sqlite]==0.3.6"
SCOPES = ["openid", "profile", "email", "groups"]
_LONGEST_START = 30
_BETWEEN = 1.1
"""Seconds between two sign-ins: within one, Canaille makes the same access token twice, and fails at the second."""
_PASSWORD = "a long password of nobody"


@dataclass(frozen=True, slots=True)
class Registration:
    """What Canaille calls Serra, or a program."""

    client_id: str
    secret: str


@dataclass(slots=True)
class Canaille:
    """An installation of it, which can be stopped, and started again with other keys."""

    folder: Path
    port: int
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Its issuer identifier."""
        return f"http://127.0.0.1:{self.port}"

    def start(
        self, *active: RSAKey | ECKey | OKPKey, inactive: Sequence[RSAKey | ECKey | OKPKey] = (), named: bool = True
    ) -> None:
        """Start it with keys to sign with, and others that it only shows still.

        Without a name of its own it calls itself what it is asked as: with a slash at the end.
        """
        name = f"SERVER_NAME = {json.dumps(f'127.0.0.1:{self.port}')}" if named else ""
        (self.folder / "config.toml").write_text(
            f"""
            SECRET_KEY = "only for tests"
            PREFERRED_URL_SCHEME = "http"
            OAUTH2_TOKEN_EXPIRES_IN = {{ password = 600 }}
            {name}
            [CANAILLE]
            DATABASE = "sql"
            HTMX = false
            [CANAILLE_SQL]
            DATABASE_URI = {json.dumps(f"sqlite:///{self.folder / 'people.sqlite'}")}
            PASSWORD_HASH_PARAMS = {{ pbkdf2_sha512__rounds = 1000 }}
            [CANAILLE_OIDC]
            DYNAMIC_CLIENT_REGISTRATION_OPEN = true
            TRUSTED_DOMAINS = []
            ACTIVE_JWKS = {_pem(*active)}
            INACTIVE_JWKS = {_pem(*inactive)}
            """,
            encoding="utf-8",
        )
        with (self.folder / "said").open("a") as said_to:
            process = subprocess.Popen(
                [self._program, "run", "--bind", f"127.0.0.1:{self.port}"],
                cwd=self.folder,
                env={**os.environ, "CANAILLE_CONFIG": "config.toml"},
                stdout=said_to,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.processes.append(process)
        until = time.monotonic() + _LONGEST_START
        while not _answers(f"{self.issuer}/.well-known/openid-configuration"):
            said = (self.folder / "said").read_text(encoding="utf-8")
            assert process.poll() is None and time.monotonic() < until, f"Canaille did not start:\n{said}"  # noqa: PT018 - either way it is what it said that helps
            time.sleep(0.1)

    def stop(self) -> None:
        """End it."""
        for process in self.processes:
            process.terminate()
            process.wait(timeout=20)
        self.processes.clear()

    def add_person(self, name: str, full_name: str) -> None:
        """Give somebody an account."""
        given, family = full_name.split()
        named = ["--user-name", name, "--formatted-name", full_name, "--given-name", given, "--family-name", family]
        self._told(["create", "user", *named, "--password", _PASSWORD, "--emails", f"{name}@pes.example"])

    def add_group(self, name: str, *members: str) -> None:
        """Make a group of people."""
        self._told(
            ["create", "group", "--display-name", name, *(part for one in members for part in ("--members", one))]
        )

    def register(self, redirect_uri: str, **metadata: Any) -> Registration:
        """Register a client, as OpenID Connect's dynamic registration does."""
        told = {
            "client_name": "Serra",
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": " ".join(SCOPES),
            **metadata,
        }
        answer = httpx.post(f"{self.issuer}/oauth/register", json=told)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Registration(made["client_id"], made.get("client_secret", ""))

    def set_client(self, client: Registration, *options: str) -> None:
        """Change a client as its operator does."""
        self._told(["set", "client", client.client_id, *options])

    def add_program(self, name: str, for_audience: str) -> Registration:
        """Register a program whose tokens are meant for somebody, as the operator does."""
        self._told(["create", "client", "--client-id", for_audience, "--client-name", "Serra's API"])
        secret = f"secret of {name}"
        known = ["--client-id", name, "--client-name", name, "--client-secret", secret, "--audience", for_audience]
        grants = ["--grant-types", "password", "--grant-types", "client_credentials"]
        scopes = ["--scope", "openid", "--scope", "groups", "--token-endpoint-auth-method", "client_secret_basic"]
        self._told(["create", "client", *known, *grants, *scopes])
        return Registration(name, secret)

    def grant(self, client: Registration, **form: str) -> dict[str, Any]:
        """What the token endpoint gives a client, or for the password of an account of its own."""
        sent = form | ({"password": _PASSWORD} if "username" in form else {})
        answer = httpx.post(f"{self.issuer}/oauth/token", data=sent, auth=(client.client_id, client.secret))
        assert answer.status_code == 200, answer.text
        given: dict[str, Any] = answer.json()
        return given

    @property
    def _program(self) -> Path:
        return self.folder / "own/bin/canaille"

    def _told(self, command: list[str]) -> None:
        done = ran([self._program, *command], self.folder, CANAILLE_CONFIG="config.toml")
        assert done.returncode == 0, done.stdout + done.stderr


@dataclass(slots=True)
class Visitor:
    """Somebody at a browser, with one jar of cookies for Serra and Canaille. `seen` are the pages they filled in."""

    name: str
    serra: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    seen: list[str] = field(default_factory=list)
    denies: bool = False

    def sign_in(self, organisation: str, return_to: str = "/graphql") -> httpx.Response:
        """Sign in at Serra, through whatever Canaille asks; what Serra says in the end."""
        return self.http.get(self.answer(organisation, return_to))

    def answer(self, organisation: str, return_to: str = "/graphql") -> str:
        """As `sign_in`, but stop before Serra gets the answer: the address that the browser is sent to."""
        self.seen.clear()
        time.sleep(_BETWEEN)
        begun = self.http.get(f"{self.serra}/sign-in", params={"organisation": organisation, "return_to": return_to})
        assert begun.status_code == 303, begun.text
        return self.walk(begun.headers["location"])

    def walk(self, location: str) -> str:
        """Follow redirects and fill in forms until the browser is sent to Serra; where to."""
        for _ in range(20):
            answer = self.http.get(location)
            if not answer.is_redirect:
                answer = self.filled_in(answer)
            location = urljoin(str(answer.url), answer.headers["location"])
            if location.startswith(self.serra):
                return location
        raise AssertionError("Canaille sent round in a circle.")

    def filled_in(self, page: httpx.Response) -> httpx.Response:
        """What answers the form of a page, once it is filled in as this person would."""
        forms = re.findall(r"<form(.*?)</form>", page.text, re.DOTALL)
        assert page.status_code == 200, page.text
        assert forms, page.text
        form = forms[-1]
        given = {
            found[1]: _attribute(field, "value")
            for field in re.findall(r"<input[^>]*>", form)
            if (found := re.search(r'name="([^"]+)"', field))
        }
        if "login" in given:
            given["login"] = self.name
        if "password" in given:
            given["password"] = _PASSWORD
        if 'value="accept"' in form:
            given["answer"] = "deny" if self.denies else "accept"
        if 'value="logout"' in form and "accept" not in form:
            given["answer"] = "logout"
        self.seen.append(page.url.path)
        action = re.search(r'action="([^"]+)"', form)
        answer = self.http.post(urljoin(str(page.url), html.unescape(action[1] if action else "")), data=given)
        assert answer.is_redirect, answer.text
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, query: str) -> httpx.Response:
        """Ask Serra as a page of its own does."""
        return self.http.post(f"{self.serra}/graphql", json={"query": query}, headers={"Sec-Fetch-Site": "same-origin"})


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def _pem(*keys: RSAKey | ECKey | OKPKey) -> str:
    return json.dumps([key.as_pem(private=True).decode() for key in keys])

"""What tests of sign-in do: an installation, its ADMIN's settings, and browsers that sign in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import httpx

from infra.http.front import Front
from services.identity.tables import IdentityProvider
from tests.client import Client
from tests.infra.identity.issuer import CLIENT, Issuer

RULES = [
    {"claim": "groups", "contains": "leads", "role": "ADMIN"},
    {"claim": "groups", "contains": "innovation-lab", "role": "EDITOR"},
    {"claim": "groups", "contains": "machines", "role": "ADMIN"},
]
ME = "{ viewer { person { id name } email scopes memberships { role organisation { slug } } } }"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def settings(issuer: str, **changes: Any) -> dict[str, Any]:
    """Input of configureIdentityProvider."""
    return {"organisation": "olen", "issuer": issuer, "clientId": CLIENT, "rules": RULES, **changes}


async def shown(organisation: str = "olen") -> None:
    """As if somebody had been signed in by the organisation's provider, which shows that the issuer is its own."""
    of_it = IdentityProvider.organisation.slug == organisation
    (provider,) = await IdentityProvider.objects().where(of_it)
    provider.proven_at = datetime.now(UTC)
    await provider.save()


def parameters(location: str) -> dict[str, str]:
    """What an address asks with."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@dataclass(slots=True)
class Browser:
    """A browser with its cookies; it follows no redirect by itself."""

    http: httpx.AsyncClient

    async def begin(self, organisation: str = "olen", **given: str) -> dict[str, str]:
        """Set out to sign in; what the provider is asked."""
        sent = await self.http.get("/sign-in", params={"organisation": organisation, **given})
        assert sent.status_code == 303, sent.text
        return parameters(sent.headers["location"])

    async def finish(self, organisation: str = "olen", **answer: str) -> httpx.Response:
        """Come back from the provider of an organisation."""
        return await self.http.get(f"/sign-in/callback/{organisation}", params=answer)

    async def sign_in(self, issuer: Issuer, **given: str) -> httpx.Response:
        """All of it."""
        asked = await self.begin(**given)
        answer = {"code": issuer.authorise(asked), "state": asked["state"]}
        return await self.finish(given.get("organisation", "olen"), **answer)

    async def ask(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> httpx.Response:
        """Ask GraphQL with the session's cookie, as a page of ours does."""
        return await self.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=OWN_PAGE if headers is None else headers
        )

    async def me(self) -> dict[str, Any] | None:
        """Who is signed in."""
        viewer: dict[str, Any] | None = (await self.ask(ME)).json()["data"]["viewer"]
        return viewer

    async def roles(self) -> dict[str, str]:
        """The roles of whoever is signed in, by organisation."""
        me = await self.me()
        return {one["organisation"]["slug"]: one["role"] for one in me["memberships"]} if me else {}


@dataclass(slots=True)
class Installation:
    """An application, and how to reach it."""

    app: Front
    url: str
    pool: Any
    opened: Callable[..., Any] = field(default=print)

    def browser(self, address: str = "127.0.0.1") -> Browser:
        """A new browser, at an address."""
        return Browser(self._http(address))

    def client(self, token: str | None) -> Client:
        """Asks GraphQL with a token."""
        return Client(self._http("127.0.0.1"), token)

    def _http(self, address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(cast("Any", self.app), client=(address, 1))
        made = httpx.AsyncClient(transport=transport, base_url=self.url)
        self.opened(made.aclose)
        return made


def code_of(response: httpx.Response) -> str:
    """The code of a refusal."""
    code: str = response.json()["errors"][0]["extensions"]["code"]
    return code

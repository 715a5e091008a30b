"""A running Serra, asked and changed over GraphQL like any client does it."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from infra.bundles.given import Path, steps
from infra.loopback import is_loopback
from schema import schema
from services.errors import ErrorCode

_AT_ONCE = 8
"""Requests under way at the same time: enough to keep a server busy, few enough to leave it to others."""
_PATIENCE = httpx.Timeout(60, connect=10)
_ACCEPT = "application/graphql-response+json"


class ImportStopped(Exception):
    """There is no point in going on: no Serra answers, or it does not know the token. Says what to do."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason for a refusal; `path` leads to the part of the thing that is at fault."""

    path: Path
    message: str


class Refused(Exception):
    """Serra did not do what was asked, for one or more reasons."""

    def __init__(self, *objections: Objection) -> None:
        super().__init__("; ".join(objection.message for objection in objections))
        self.objections = objections


def connect(url: str, token: str) -> httpx.AsyncClient:
    """HTTP to the Serra at an address such as `https://serra.example.org`, as the holder of a token.

    Raises ImportStopped where that is no address.
    """
    try:
        is_here = is_loopback(httpx.URL(url).host)
        return httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=_PATIENCE, trust_env=not is_here
        )
    except (httpx.InvalidURL, UnicodeEncodeError, ValueError) as error:
        raise ImportStopped(f"The address {url} or the token is not well formed: {error}.") from None


@dataclass(frozen=True, slots=True)
class Remote:
    """Sends documents over a client that has the address and the token."""

    http: httpx.AsyncClient
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation. Raises Refused for an error of its own, ImportStopped when nothing would work."""
        answer = await self._answer({"query": document, "variables": variables})
        if answer.get("errors"):
            raise Refused(*(Objection((), error["message"]) for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def change(
        self,
        mutation: str,
        given: Mapping[str, Any],
        selection: str = "__typename",
        at: Callable[[Path], Path] = lambda path: path,
    ) -> dict[str, Any]:
        """The payload of a mutation. Raises Refused for its `userErrors`; `at` leads from its input to the bundle."""
        document = (
            f"mutation($input: {_input_type(mutation)}) {{ {mutation}(input: $input)"
            f" {{ {selection} userErrors {{ field code message }} }} }}"
        )
        payload: dict[str, Any] = (await self.ask(document, input=given))[mutation]
        if payload["userErrors"]:
            raise Refused(*(Objection(at(steps(error["field"])), _advised(error)) for error in payload["userErrors"]))
        return payload

    async def _answer(self, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            async with self._gate:
                response = await self.http.post("/graphql", json=body, headers={"Accept": _ACCEPT})
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise ImportStopped(f"No Serra answers at {self.http.base_url}: {reason}. Is it running there?") from None
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise ImportStopped(
                f"What answers at {self.http.base_url} is no Serra (HTTP {response.status_code}). Check the address."
            )
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise ImportStopped(f"{answer['errors'][0]['message']} Nothing more was sent.")
        return answer


def key_of(*parts: object) -> str:
    """An idempotency key that is the same whenever the same is sent again."""
    return "bundle-" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def _advised(error: Mapping[str, Any]) -> str:
    """What an author does about a refusal, where its own words speak to whoever sends a single mutation."""
    message: str = error["message"]
    if error["code"] == ErrorCode.NOT_FOUND:
        return f"{message} Is it misspelt, or in a file that must be imported too?"
    return message


def _input_type(mutation: str) -> str:
    mutations = schema.mutation_type
    if mutations is None:
        raise TypeError("The schema has no mutations.")
    return str(mutations.fields[mutation].args["input"].type)

"""A client that speaks GraphQL over HTTP to the application, as somebody or as nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from schema import schema


@dataclass(frozen=True, slots=True)
class Client:
    """Asks as the holder of `token`, or as whom `signed` (headers) says; `languages` is the Accept-Language header."""

    http: httpx.AsyncClient
    token: str | None = None
    languages: str | None = None
    signed: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        headers = {"Accept": "application/graphql-response+json", **self.signed}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.languages:
            headers["Accept-Language"] = self.languages
        return headers

    def speaking(self, languages: str) -> "Client":
        """The same person with other languages."""
        return replace(self, languages=languages)

    async def send(self, query: str, /, **variables: Any) -> httpx.Response:
        """The response as it comes."""
        body = {"query": query, "variables": variables}
        return await self.http.post("/graphql", json=body, headers=self.headers)

    async def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The data; fails the test when there are errors."""
        answer = (await self.send(query, **variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def change(self, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """Run one mutation that has one `input`, and give its payload with `userErrors`."""
        document = (
            f"mutation($input: {input_type(mutation)}!) {{ {mutation}(input: $input)"
            f" {{ {selection} userErrors {{ field code message }} }} }}"
        )
        payload: dict[str, Any] = (await self.ask(document, input=given))[mutation]
        return payload

    async def do(self, mutation: str, given: dict[str, Any], selection: str) -> dict[str, Any]:
        """As `change`, for what must not be refused."""
        payload = await self.change(mutation, given, selection)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, mutation: str, given: dict[str, Any]) -> list[tuple[str, str]]:
        """As `change`, for what must be refused: the code and the dotted field of each problem."""
        payload = await self.change(mutation, given, "__typename")
        assert payload["userErrors"], "It was not refused."
        return [(error["code"], ".".join(error["field"])) for error in payload["userErrors"]]


def input_type(mutation: str) -> str:
    """The input type of a mutation, from the schema itself."""
    root = schema.mutation_type
    assert root is not None
    return str(root.fields[mutation].args["input"].type).rstrip("!")

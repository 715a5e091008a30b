"""What stands at the address itself, and what is told of addresses where nothing stands."""

import re
from itertools import product
from typing import Any

import asyncpg
import httpx
import pytest

from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.database import Database
from services.ports import Ports
from tests.infra.http.conftest import App, Serve
from tests.infra.http.subscriptions.conftest import serving

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_browser_finds_a_page_whose_links_lead_somewhere(serve: Serve) -> None:
    """The page links to GraphiQL, to readiness and to the guides, and each of them is there."""
    client = serve()
    page = await client.get("/", headers=PAGE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = re.findall(r'href="([a-z][^":]*)"', page.text)
    assert {"graphql", "health/ready", "docs/sign-in.md", "invitation-page/page.css"} <= set(links)
    for link in links:
        assert (await client.get(f"/{link}", headers=PAGE)).status_code == 200, link


async def test_a_program_finds_the_addresses(serve: Serve) -> None:
    """Without a wish for HTML the same addresses come as JSON, whole."""
    client = serve(public_url="https://serra.example")
    answer = await client.get("/")
    assert answer.headers["content-type"] == "application/json"
    assert "Accept" in answer.headers["vary"]
    told = answer.json()
    assert told["graphql"] == "https://serra.example/graphql"
    assert told["health"]["ready"] == "https://serra.example/health/ready"
    assert told["docs"]["search"] == "https://serra.example/docs/search.md"


PAGES = ["/", "/docs/search.md", "/health/live", "/health/ready", "/invitation", "/invitation-page/page.css"]


async def test_pages_answer_head(open_database: Database, ports: Ports) -> None:
    """HEAD gives what GET gives, without the body; at /graphql nothing is asked by it."""
    async with (
        serving(Parts(open_database, ports), StreamLimits()) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        for path, accept in product(PAGES, ["*/*", PAGE["Accept"]]):
            headers = {"Accept": accept}
            asked, shown = await client.head(path, headers=headers), await client.get(path, headers=headers)
            assert (asked.status_code, asked.content, shown.status_code) == (200, b"", 200), path
            for name in ("cache-control", "content-security-policy", "vary", "x-content-type-options"):
                assert asked.headers.get(name) == shown.headers.get(name), path
            assert asked.headers.get("content-length") in {None, shown.headers["content-length"]}, path
        refused = await client.head("/graphql", headers=PAGE)
        assert (refused.status_code, refused.headers["allow"], refused.content) == (405, "GET, POST", b"")


async def test_head_is_told_when_it_is_not_ready(
    serve: Serve, open_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service whose database does not answer says so to HEAD too, by its status; it is alive all the same."""

    async def away() -> bool:
        return False

    monkeypatch.setattr(open_database, "healthy", away)
    client = serve()
    for path, status in (("/health/ready", 503), ("/health/live", 200), ("/nowhere", 404)):
        answer = await client.head(path)
        assert (answer.status_code, answer.content) == (status, b"")


async def test_production_shows_no_editor(serve: Serve) -> None:
    """Where GraphiQL is not served, the page does not lead there, and says where programs ask."""
    page = await serve(environment="production", public_url="https://serra.example").get("/", headers=PAGE)
    assert "GraphiQL" not in page.text
    assert "https://serra.example/graphql" in page.text


@pytest.mark.parametrize("path", ["/nowhere", "/graphql/", "/docs/none.md", "/docs/%2e%2e%2fREADME.md", "/graphiql/x"])
async def test_an_unknown_address_is_told_like_every_refusal(serve: Serve, path: str) -> None:
    """Programs get the form of all refusals, browsers a page; both say where something is."""
    told = await serve().get(path)
    assert (told.status_code, told.headers["content-type"]) == (404, "application/json")
    (error,) = told.json()["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND"}
    assert "GraphQL is at /graphql" in error["message"]
    page = await serve().get(path, headers=PAGE)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/"' in page.text


async def test_what_is_told_of_an_address_is_text(serve: Serve) -> None:
    """An address that looks like HTML is shown as it was written, and a long one is cut."""
    page = await serve().get(f"/<script>alert(1)</script>{'x' * 5_000}", headers=PAGE)
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert len(page.text) < 1_000


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("DELETE", "/health/live"), ("PATCH", "/invitation")])
async def test_another_method_is_told_what_is_allowed(serve: Serve, method: str, path: str) -> None:
    """405 in the form of all refusals, with Allow."""
    told = await serve().request(method, path)
    assert told.status_code == 405
    assert "GET" in told.headers["allow"].split(", ")
    (error,) = told.json()["errors"]
    assert error == {
        "message": f"{method} does nothing here. Use GET.",
        "extensions": {"code": "METHOD_NOT_ALLOWED"},
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ConnectionRefusedError("refused"), 503, "UNAVAILABLE"),
        (asyncpg.CannotConnectNowError("starting"), 503, "UNAVAILABLE"),
        (KeyError("secret"), 500, "INTERNAL"),
    ],
)
async def test_what_fails_is_told_like_every_refusal(
    app_with: App, serve: Serve, clean: Database, *, error: Exception, status: int, code: str
) -> None:
    """A database that is away is 503, to be tried again; anything else is 500 with an id, and nothing of its words."""

    async def failing(*_: Any) -> None:
        raise error

    app = app_with()
    app.app = failing
    told = await serve(app=app).get("/graphql")
    assert (told.status_code, told.headers.get("retry-after")) == (status, "5" if status == 503 else None)
    (shown,) = told.json()["errors"]
    assert shown["extensions"] == {"code": code}
    assert str(error) not in told.text

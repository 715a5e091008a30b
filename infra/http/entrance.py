"""What stands at the address itself: where to go from there, as a page for people and as JSON for programs.

The guides are those of docs/, as they are written. A package that was installed without them offers none.
"""

import html
from pathlib import Path
from typing import Any, Final

from litestar import MediaType, Request, Response, Router, route
from litestar.enums import HttpMethod
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from infra.http.negotiation import wants_page

READ: Final = [HttpMethod.GET, HttpMethod.HEAD]
"""What a page answers: load balancers, monitors and checkers of links ask with HEAD."""
_PAGE: Final = Path(__file__).parent / "static" / "entrance" / "index.html"
_GUIDES: Final = Path(__file__).parents[2] / "docs"
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Vary": "Accept",
}


def entrance(public_url: str, *, with_editor: bool) -> Router:
    """The page at / and the guides below /docs."""
    guides = {path.name: path.read_text(encoding="utf-8") for path in sorted(_GUIDES.glob("[!R]*.md"))}
    links = {"health/ready": "Is it ready?"} | {f"docs/{name}": _title(text) for name, text in guides.items()}
    if with_editor:
        links = {"graphql": "GraphiQL: ask, and read what each field means"} | links
    items = "\n        ".join(
        f'<li><a href="{address}">{html.escape(said)}</a></li>' for address, said in links.items()
    )
    graphql = html.escape(f"{public_url}/graphql")
    page = _PAGE.read_text(encoding="utf-8").replace("{graphql}", graphql).replace("{links}", items)
    told = {
        "name": "Serra",
        "graphql": f"{public_url}/graphql",
        "health": {"live": f"{public_url}/health/live", "ready": f"{public_url}/health/ready"},
        "docs": {name.removesuffix(".md"): f"{public_url}/docs/{name}" for name in guides},
    }

    @route("/", http_method=READ, sync_to_thread=False)
    def door(request: Request[Any, Any, Any]) -> Response[Any]:
        if wants_page(request.headers.get("accept", "")):
            return Response(page, media_type=MediaType.HTML, headers=_HEADERS)
        return Response(told, headers={"Cache-Control": "no-cache", "Vary": "Accept"})

    @route("/docs/{name:str}", http_method=READ, sync_to_thread=False)
    def guide(name: FromPath[str]) -> Response[str]:
        if name not in guides:
            raise NotFoundException
        return Response(guides[name], media_type=MediaType.TEXT, headers={"Cache-Control": "no-cache"})

    return Router("/", route_handlers=[door, guide])


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")

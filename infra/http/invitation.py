"""The page that the link of an invitation leads to.

It runs two documents, which are registered like those of an operator, so that it also works where trusted documents
alone run. The link's secret stands behind the #: it reaches neither a log on the way nor the next page.
"""

from pathlib import Path

from litestar import MediaType, Response, Router, route
from litestar.static_files import create_static_files_router

from infra.http.entrance import READ
from infra.http.trusted import document_id

DOCUMENTS = Path(__file__).parent / "static" / "invitation"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def invitation_page() -> Router:
    """The page and what it loads."""
    page = (DOCUMENTS / "index.html").read_text(encoding="utf-8")
    for place, document in (("{document}", "accept.graphql"), ("{preview}", "preview.graphql")):
        page = page.replace(place, document_id((DOCUMENTS / document).read_bytes().decode()))

    @route("/invitation", http_method=READ, sync_to_thread=False)
    def invitation() -> Response[str]:
        return Response(page, media_type=MediaType.HTML, headers=_HEADERS)

    return Router("/", route_handlers=[invitation, create_static_files_router("/invitation-page", [DOCUMENTS])])

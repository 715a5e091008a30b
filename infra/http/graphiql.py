"""GraphiQL, for development. Everything is served from here: no reader's browser calls a third party.

The files under static/graphiql are the published builds of graphiql 3.9.0 and React 18, with their licences.
"""

from pathlib import Path

from litestar import Router
from litestar.static_files import create_static_files_router

GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page loads: its own files, and styles that its editor sets on its elements."""
_FOLDER = Path(__file__).parent / "static" / "graphiql"


def graphiql_page() -> bytes:
    """The page."""
    return (_FOLDER / "index.html").read_bytes()


def graphiql_files() -> Router:
    """What the page loads."""
    return create_static_files_router("/graphiql", [_FOLDER])

"""The root field `viewer`."""

from collections.abc import Callable

import pytest

from tests.client import Client
from tests.factories.network import SmallNetwork

As = Callable[[str | None], Client]
VIEWER = """{ viewer {
  person { name } email isSteward scopes memberships { role organisation { slug } person { name } }
  tokens { label lastUsedAt }
} }"""


async def test_who_asks_sees_themselves(as_: As, network: SmallNetwork) -> None:
    """A signed-in person sees their name, roles, scopes and tokens, and when a token was last used."""
    found = (await as_(network.olen_editor).ask(VIEWER))["viewer"]
    assert found.pop("tokens")[0]["lastUsedAt"] is not None
    assert found == {
        "person": {"name": "Olen editor"},
        "email": None,
        "isSteward": False,
        "scopes": ["READ", "REVIEW", "WRITE"],
        "memberships": [{"role": "EDITOR", "organisation": {"slug": "olen"}, "person": {"name": "Olen editor"}}],
    }


async def test_nobody_is_null(as_: As, network: SmallNetwork) -> None:
    """Without a token there is no viewer, and that is no error."""
    assert await as_(None).ask(VIEWER) == {"viewer": None}


@pytest.mark.parametrize("header", ["Bearer serra_nonsense", "Bearer ", "Basic abc", "Bearer a b", "Bearer \u00e9"])
async def test_a_token_that_is_none_is_refused(as_: As, network: SmallNetwork, header: str) -> None:
    """A header that names no valid token is answered 401, not read as nobody's."""
    answer = await as_(None).http.post(
        "/graphql", json={"query": VIEWER}, headers={b"Authorization": header.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"

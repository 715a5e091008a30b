"""editMe, through GraphQL."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from services.errors import DomainError
from services.log import LogEntry
from services.organisations.people import viewer_of
from services.organisations.terms import TokenScope
from services.privacy.correction import edit_me
from tests.client import Client
from tests.factories.network import SmallNetwork
from tests.factories.privacy import joined

As = Callable[[str | None], Client]
SEEN = "{ viewer { person { name } } }"


async def test_somebody_puts_their_name_right(as_: As, network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """The new name is shown, cleaned; the log tells that it was changed, and neither name."""
    ada, token, _ = await joined(network, http)
    client = as_(token)
    done = await client.do("editMe", {"name": "  Ada Quirin "}, "person { name }")
    assert done["person"]["name"] == "Ada Quirin"
    assert (await client.ask(SEEN))["viewer"]["person"]["name"] == "Ada Quirin"
    (line,) = await LogEntry.select().where(LogEntry.action == "edit_me")
    assert (line["person"], line["subject_id"], line["organisation"]) == (ada, ada, None)
    assert "Quirin" not in str(line["detail"])


async def test_a_name_is_one_line(as_: As, network: SmallNetwork) -> None:
    """A name that is empty, too long or of two lines is refused, and so is who is not signed in."""
    client = as_(network.olen_reader)
    for name, code in ((" ", "REQUIRED"), ("x" * 201, "TOO_LONG"), ("Ada\nAdmin", "INVALID")):
        assert await client.refused("editMe", {"name": name}) == [(code, "name")]
    response = await as_(None).send('mutation { editMe(input: {name: "x"}) { userErrors { code } } }')
    assert response.status_code == 401


async def test_a_provider_renames_nobody_elsewhere(as_: As, network: SmallNetwork, http: httpx.AsyncClient) -> None:
    """A sign-in for one organisation does not change the name of who belongs to another too, and a program has none."""
    ada, _, _ = await joined(network, http)
    close = await viewer_of(ada, TokenScope, network.olen)
    assert close is not None
    with pytest.raises(DomainError, match="belong to others as well"):
        await edit_me(close, "Eve")
    with pytest.raises(DomainError, match="A program bears the name"):
        await edit_me(replace(close, within=None, is_machine=True), "Eve")

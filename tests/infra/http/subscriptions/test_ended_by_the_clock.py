"""What ends by the clock ends the subscriptions that rest on it, with nothing else happening."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from infra.http.subscriptions.limits import StreamLimits
from infra.parts import Parts
from infra.postgres.database import Database
from services.organisations.tables import PersonalToken
from services.organisations.tokens import secret_hash
from services.reviews.tables import Review
from tests.client import Client
from tests.factories.cases import drafted_case
from tests.factories.network import SmallNetwork
from tests.factories.reviews import requested
from tests.factories.sharing import admitted, guest_invited
from tests.infra.http.subscriptions.conftest import serving
from tests.infra.http.subscriptions.talking import COMMENTS, converse

As = Callable[[str | None], Client]
CASE = "subscription ($id: ID!) { caseChanged(id: $id) { number } }"
LASTS = 2.0


@pytest_asyncio.fixture(loop_scope="session")
async def patient(parts: Parts, clean: Database) -> AsyncIterator[str]:
    """The address of a server that looks at nobody anew within a test, if it has no reason to."""
    async with serving(parts, StreamLimits()) as address:
        yield address


@pytest.mark.parametrize("followed", [CASE, COMMENTS])
@pytest.mark.parametrize("way", ["guest", "organisation", "review", "token"])
async def test_it_is_over_within_a_second(
    as_: As, network: SmallNetwork, patient: str, way: str, followed: str
) -> None:
    """A guest, a member of an organisation that was let in, a reviewer, a token: none follows longer than it lasts."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    until = datetime.now(UTC) + timedelta(seconds=LASTS)
    ends = time.monotonic() + LASTS
    match way:
        case "guest":
            await guest_invited(editor, case_id, until=until.isoformat())
        case "organisation":
            await admitted(editor, case_id, "review-institute", until=until.isoformat())
        case "review":
            await requested(editor, case_id, guestReader=True)
            await Review.update({Review.lent_until: until}).where(Review.is_guest.eq(value=True))
        case _:
            await guest_invited(editor, case_id)
            ending = PersonalToken.secret_hash == secret_hash(network.reviewer)
            await PersonalToken.update({PersonalToken.expires_at: until}).where(ending)
    async with converse(patient, network.reviewer) as socket:
        await socket.follow(followed, id=case_id)
        if way == "token":
            assert (await socket.closed())[0] == 4403
        else:
            assert await socket.ended() == "NOT_FOUND"
        assert 0 <= time.monotonic() - ends < 1


async def test_a_key_that_is_given_later_is_waited_for_too(as_: As, network: SmallNetwork, patient: str) -> None:
    """Moving the instant of a running admission nearer, or away, moves the end of what is followed by it."""
    editor = as_(network.olen_editor)
    case_id = await drafted_case(editor)
    await guest_invited(editor, case_id)
    async with converse(patient, network.reviewer) as socket:
        await socket.follow(CASE, id=case_id)
        for seconds in (1.0, LASTS):
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            await guest_invited(editor, case_id, until=until.isoformat())
        ends = time.monotonic() + LASTS
        assert await socket.ended() == "NOT_FOUND"
        assert 0 <= time.monotonic() - ends < 1

"""What waits for a subscription, by what its viewer was found to hold."""

import asyncio

import pytest

from infra.http.subscriptions.following import Ended, Following, Hub
from infra.http.subscriptions.limits import StreamLimits
from infra.postgres.changes import Changes
from schema.compiler.follow import Happening, Topic
from services.ids import new_id

THEIRS, OTHERS = ("public", "organisation:1"), ("organisation:2",)
MOST = 3


class _Nobody:
    """Remembers no viewers."""

    def forget(self) -> None:
        """Nobody to forget."""


@pytest.fixture
def following() -> Following:
    """A subscription to the comments on something, whose viewer holds `THEIRS`."""

    async def never() -> None:
        raise AssertionError

    limits = StreamLimits(waiting=MOST, belief=0.3)
    made = Following(Hub(Changes(never), _Nobody(), limits), Topic(new_id(), Happening.COMMENTED), "case_0", limits)  # type: ignore[arg-type]
    made.looked(THEIRS)
    return made


async def test_what_is_for_others_is_no_event(following: Following) -> None:
    """Of what waits only what the viewer may read is given, in its order, however much else there is."""
    told = [new_id() for _ in range(MOST)]
    for row in told:
        for _ in range(MOST):
            following.put(new_id(), OTHERS)
        following.put(row, THEIRS[:1])
    assert [await anext(following) for _ in told] == told


async def test_others_comments_do_not_put_the_next_look_off(following: Following) -> None:
    """A viewer is looked at anew after a while, though what is for others keeps arriving."""

    async def arriving() -> None:
        while True:
            following.put(new_id(), OTHERS)
            await asyncio.sleep(0.02)

    busy = asyncio.create_task(arriving())
    async with asyncio.timeout(2):
        assert await anext(following) is None
    busy.cancel()


async def test_a_look_comes_before_what_waits(following: Following) -> None:
    """Where keys may have changed, what the viewer holds is found out first, and decides about what waits by then."""
    row = new_id()
    following.put(row, OTHERS)
    following.look()
    assert await anext(following) is None
    following.looked(OTHERS)
    assert await anext(following) == row


async def test_too_much_to_read_ends_it(following: Following) -> None:
    """More than may wait of what the viewer may read is too much."""
    for _ in range(MOST + 1):
        following.put(new_id(), THEIRS)
    with pytest.raises(Ended, match="Read faster"):
        await anext(following)


async def test_what_was_left_out_is_owned_up_to(following: Following) -> None:
    """Where more waited than may, and some of it turns out to be the viewer's, they are told; else nothing is."""
    for _ in range(MOST + 1):
        following.put(new_id(), OTHERS)
    following.looked(THEIRS)
    for _ in range(MOST + 1):
        following.put(new_id(), OTHERS)
    following.looked(OTHERS)
    with pytest.raises(Ended) as reason:
        await anext(following)
    assert reason.value.code == "SLOW_CLIENT"

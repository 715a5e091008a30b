import asyncio

from infra.http.buckets import Buckets


async def test_a_bucket_fills_again() -> None:
    """What is spent comes back with time, to the brim and not beyond; another's bucket is another."""
    buckets = Buckets(2, 20.0)
    buckets.spend("a")
    buckets.spend("a")
    assert buckets.wait("a") == 1
    assert buckets.wait("b") == 0
    await asyncio.sleep(0.06)
    assert buckets.wait("a") == 0
    await asyncio.sleep(0.1)
    assert buckets.take("a", 3) == -1


def test_nothing_is_taken_from_a_bucket_that_holds_too_little() -> None:
    """Who asks for too much hears how much lacks, and may still take what there is."""
    buckets = Buckets(5, 0.001)
    assert buckets.take("a", 3) == 2
    assert -2.0 <= buckets.take("a", 4) < -1.9
    assert buckets.until(-2) == 2_000
    assert 0 <= buckets.take("a", 2) < 0.1
    buckets.spend("a")
    assert buckets.wait("a") == 1_000

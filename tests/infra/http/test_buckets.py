from infra.http.buckets import Buckets
from tests.clock import Clock


def test_a_bucket_fills_again() -> None:
    """What is spent comes back with time, to the brim and not beyond; another's bucket is another."""
    clock = Clock()
    buckets = Buckets(2, 0.5, clock=clock)
    buckets.spend("a")
    buckets.spend("a")
    assert buckets.wait("a") == 2
    assert buckets.wait("b") == 0
    clock.now += 1.5
    assert buckets.wait("a") == 1
    clock.now += 0.5
    assert buckets.wait("a") == 0
    clock.now += 1_000
    assert buckets.take("a", 3) == -1


def test_nothing_is_taken_from_a_bucket_that_holds_too_little() -> None:
    """Who asks for too much hears how much lacks, and may still take what there is."""
    buckets = Buckets(5, 0.25, clock=Clock())
    assert buckets.take("a", 3) == 2
    assert buckets.take("a", 4) == -2
    assert buckets.until(-2) == 8
    assert buckets.take("a", 2) == 0
    buckets.spend("a")
    assert buckets.wait("a") == 4

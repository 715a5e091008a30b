"""What is kept last, and what goes for it."""

from hypothesis import given
from hypothesis import strategies as st

from services.recent import Recent


def test_the_key_that_was_set_longest_ago_goes() -> None:
    """A key too many pushes the oldest out; to set a key again makes it the newest, to read it does not."""
    kept: Recent[str, int] = Recent(2)
    kept["a"], kept["b"] = 1, 2
    kept["a"] = 3
    assert kept["b"] == 2
    kept["c"] = 4
    assert dict(kept) == {"a": 3, "c": 4}


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 6), st.integers())))
def test_it_holds_what_was_set_last(most: int, sets: list[tuple[int, int]]) -> None:
    """Whatever is set in whatever order: it holds the last keys, each with its last value, oldest first."""
    kept: Recent[int, int] = Recent(most)
    for key, value in sets:
        kept[key] = value
    last = list(dict.fromkeys(key for key, _ in reversed(sets)))[:most]
    assert list(kept.items()) == [(key, dict(sets)[key]) for key in reversed(last)]

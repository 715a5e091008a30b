from hypothesis import given
from hypothesis import strategies as st

from infra.search.postgres.ways import ways
from tests.infra.search.examples import case

KEYS = ("public", "organisation:1", "organisation:2", "network:1", "admitted:1")
SOME = st.sets(st.sampled_from(KEYS))
KEYRINGS = SOME.map(lambda keys: keys | {"public"})


@given(audience=SOME, whole=st.none() | SOME, keyring=KEYRINGS)
def test_there_is_a_way_exactly_for_those_who_may_read(
    audience: set[str], whole: set[str] | None, keyring: set[str]
) -> None:
    """Whoever holds a key of the audience and one of the whole's holds all keys of a way, and nobody else does."""
    found = ways(case(audience=sorted(audience), whole_audience=None if whole is None else sorted(whole)))
    may_read = bool(audience & keyring) and (whole is None or bool(whole & keyring))

    assert any(set(way) <= keyring for way in found) is may_read


@given(audience=SOME, whole=st.none() | SOME)
def test_no_way_is_part_of_another(audience: set[str], whole: set[str] | None) -> None:
    """A thing is indexed no more often than it must be; one that everybody reads, once."""
    found = ways(case(audience=sorted(audience), whole_audience=None if whole is None else sorted(whole)))

    assert not any(set(one) < set(other) for one in found for other in found)
    assert len(found) == len(set(found))
    assert ("public",) not in found or found == [("public",)]


def test_a_whole_that_nobody_reads_leaves_no_way() -> None:
    """No keys of the whole is not the same as no whole."""
    assert ways(case(whole_audience=[])) == []

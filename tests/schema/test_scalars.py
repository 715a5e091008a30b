"""Scalars, as clients write them."""

import pytest
from graphql import GraphQLError

from schema import schema


def read(scalar: str, value: object) -> object:
    """What a client's value of a scalar is read as."""
    of = schema.type_map[scalar]
    return of.parse_value(value)  # type: ignore[attr-defined]  # scalars have it


def test_an_instant_names_its_offset() -> None:
    """What could be meant in any time zone is refused, with how to write it; with an offset it is one instant."""
    for given in ("2027-01-01", "2027-01-01T09:00:00"):
        with pytest.raises(GraphQLError, match=r"names no time zone: 2027-01-01T0\d:00:00Z is in UTC"):
            read("DateTime", given)
    assert read("DateTime", "2027-01-01T09:00:00Z") == read("DateTime", "2027-01-01T11:00:00+02:00")
    with pytest.raises(GraphQLError, match="is not an instant"):
        read("DateTime", "tomorrow")

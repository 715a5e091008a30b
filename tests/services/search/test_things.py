"""What can be searched is said once."""

from graphql import GraphQLUnionType

from schema import schema
from services.search.ports import SEARCHABLE_TYPES
from services.search.things import SEARCHABLE


def test_every_searchable_type_has_a_document_and_a_place_in_the_answer() -> None:
    """The types that are indexed, those that have documents, and those that a search can show are the same."""
    union = schema.type_map["SearchNode"]
    assert isinstance(union, GraphQLUnionType)
    assert set(SEARCHABLE_TYPES) == set(SEARCHABLE) == {of.name for of in union.types}

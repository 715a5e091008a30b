"""The rules of concepts as pure functions."""

from hypothesis import given
from hypothesis import strategies as st

from services.concepts.rules import Definition, Label, Name, check_broader, check_definitions

NOTATIONS = st.sampled_from("abcdef")


def definition(notation: str, broader: str | None) -> Definition:
    """A concept of the scheme `topic`."""
    return Definition(scheme="topic", notation=notation, pref_label=(Label("en", notation),), broader=broader)


@given(st.dictionaries(NOTATIONS, NOTATIONS | st.none(), min_size=1))
def test_exactly_circles_are_refused(wider: dict[str, str | None]) -> None:
    """A definition is refused when its wider concept is not there, or when going up comes back to it."""
    definitions = [definition(notation, broader) for notation, broader in wider.items()]
    graph: dict[Name, Name | None] = {
        ("topic", notation): ("topic", broader) if broader else None for notation, broader in wider.items()
    }
    refused = {problem.field[1] for problem in check_broader(definitions, graph)}
    for place, (notation, broader) in enumerate(wider.items()):
        passed: list[str] = []
        above = broader
        while above is not None and above not in passed:
            passed.append(above)
            above = wider.get(above)
        wrong = broader is not None and (broader not in wider or notation in passed)
        assert (str(place) in refused) == wrong


@given(st.lists(st.builds(definition, st.text(max_size=5), st.none()), max_size=8))
def test_what_is_taken_has_a_name_of_its_own(definitions: list[Definition]) -> None:
    """Definitions that are taken differ in their names, which hold no white space."""
    if not [*check_definitions(definitions)]:
        names = [one.notation for one in definitions]
        assert len(set(names)) == len(names) > 0
        assert all(name.isascii() and name and not any(one.isspace() for one in name) for name in names)

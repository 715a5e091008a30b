"""What a text with its translations is."""

import pytest

from services.errors import DomainError
from services.text import TITLE_LIMIT, TranslationMethod, Wording, check_length, check_shape, localised

MADE = (TranslationMethod.MACHINE, TranslationMethod.MACHINE_REVIEWED)


@pytest.mark.parametrize("method", MADE)
def test_a_machines_translation_is_never_the_source(method: TranslationMethod) -> None:
    """Rule 10: alone or first it is refused; beside a person's text it keeps its mark, and that text is the source."""
    machine, person = Wording("en", "Service", method), Wording("nl", "Dienst", TranslationMethod.SOURCE)
    with pytest.raises(DomainError, match="cannot be the source"):
        localised([machine], "title")
    for order in ([machine, person], [person, machine]):
        stored = localised(order, "title")
        assert stored["source"] == "nl"
        assert stored["en"]["method"] == method


@pytest.mark.parametrize(("limit", "is_prose"), [(TITLE_LIMIT, False), (TITLE_LIMIT + 1, True)])
def test_what_may_be_longer_than_a_title_has_lines(limit: int, *, is_prose: bool) -> None:
    """Two lines are taken where more than a title's characters are allowed, and nowhere else."""
    assert any(check_shape("One\ntwo", limit, "field")) is not is_prose


def test_a_length_is_told() -> None:
    """As many characters as are allowed are taken; one more is refused with both numbers, by its field."""
    assert not [*check_length("x" * 7, 7, "given", "name")]
    (problem,) = check_length("x" * 8, 7, "given", "name")
    assert (problem.code, problem.field) == ("TOO_LONG", ("given", "name"))
    assert "8 characters; at most 7" in problem.message

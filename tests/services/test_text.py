import pytest

from services.errors import DomainError
from services.text import TranslationMethod, Wording, localised

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

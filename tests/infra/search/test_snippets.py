from infra.search.snippets import Recogniser, passage


def shown(text: str, known: dict[str, int], length: int = 60) -> str:
    """The passage for a question of these words."""
    recogniser = Recogniser(known, [])
    return passage(text, recogniser.matches(text), length)


def test_a_short_text_is_shown_whole() -> None:
    """Every match of a short text is marked, as it is written."""
    assert (
        shown("Växthuset and the växthuset", {"vaxthuset": 0}) == "\u2068Växthuset\u2069 and the \u2068växthuset\u2069"
    )


def test_beginnings_mark_whole_words() -> None:
    """A word that is still being typed marks all of the word that it begins."""
    recogniser = Recogniser({}, [("green", 0)])
    text = "Greenhouse, evergreen"

    assert passage(text, recogniser.matches(text)) == "\u2068Greenhouse\u2069, evergreen"


def test_the_passage_with_most_of_the_question_is_shown() -> None:
    """Different words together are worth more than one word often; cut edges are shown as such."""
    text = f"service service service {'pad ' * 40}service for the citizen {'pad ' * 40}"

    found = shown(text, {"service": 0, "citizen": 1})

    assert found.startswith("… ")
    assert found.endswith(" …")
    assert "\u2068service\u2069 for the \u2068citizen\u2069" in found
    assert len(found) < 80


def test_a_passage_is_cut_between_words() -> None:
    """No word is cut in two."""
    text = "alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa"

    pieces = shown(text, {"hotel": 0}, 30).strip("… ").replace("\u2068", "").replace("\u2069", "").split()

    assert "hotel" in pieces
    assert set(pieces) <= set(text.split())


def test_text_without_spaces_is_cut_where_it_must() -> None:
    """A match in an endless word is shown all the same."""
    text = f"{'-' * 500}needle{'-' * 500}"

    assert "\u2068needle\u2069" in shown(text, {"needle": 0})
    assert len(shown(text, {"needle": 0})) < 100

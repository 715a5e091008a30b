import pytest

from infra.search.words import STOP_WORDS, Asked, clean, fold, index_words, parse, runs, starting_with, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Växthuset", "vaxthuset"),
        ("MÖBIUS", "mobius"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("cœur", "coeur"),
        ("Ελλάς", "ελλασ"),
        ("x" * 100, "x" * 64),
    ],
)
def test_folding_leaves_the_bare_letters(written: str, folded: str) -> None:
    """Case and accents go, ligatures fall apart, and no word is longer than the index takes."""
    assert fold(written) == folded


def test_words_are_runs_of_letters_and_digits() -> None:
    """Punctuation, underscores and hyphens part words; an accent on its own does not."""
    assert words("l'emploi: co-creatie_2019, Zu\u0308rich!") == ["l", "emploi", "co", "creatie", "2019", "zurich"]


def test_hyphenated_words_are_also_found_in_one_piece() -> None:
    """*Co-creation* can be found as *cocreation*."""
    assert index_words("Co-creation in self\u2010learning") == [
        "co", "creation", "in", "self", "learning", "cocreation", "selflearning",
    ]  # fmt: skip


def test_what_no_stored_text_may_hold_is_taken_out() -> None:
    """NUL, lone surrogates and the two marks go; what remains is composed."""
    assert clean("a\x00b\ud800c\u2068d\u2069e\u0301") == "abcdé"


def test_a_question_is_taken_apart() -> None:
    """Words, phrases and exclusions are told apart, and kept as written for engines that parse them themselves."""
    asked = parse('Möbius "Service Vision" -Knight -"le LAB" -co-creation', ["en"])

    assert [word.text for word in asked.words] == ["service", "vision", "mobius"]
    assert [word.literal for word in asked.words] == [True, True, False]
    assert asked.phrases == (("service", "vision"),)
    assert asked.without == ("knight",)
    assert asked.without_phrases == (("le", "lab"), ("co", "creation"))
    assert asked.operators == ('"Service Vision"', "-Knight", '-"le LAB"', '-"co creation"')


def test_stop_words_go_while_others_remain() -> None:
    """Function words of the reader's languages, and of one that the question is plainly in, are left out."""
    assert [word.text for word in parse("visie op dienstverlening", ["nl"]).words] == ["visie", "dienstverlening"]
    assert [word.text for word in parse("le laboratoire de la ville", ["nl"]).words] == ["laboratoire", "ville"]
    assert [word.text for word in parse("to be or not", ["en"]).words] == ["to", "be", "or", "not"]
    assert [word.text for word in parse("men at work", ["en"]).words] == ["men", "work"]


def test_neighbours_are_also_asked_in_one_piece() -> None:
    """*Role play* asks for *roleplay* too."""
    role, play = parse("role play", ["en"]).words

    assert (role.forms, play.forms) == (("role", "roleplay"), ("play", "roleplay"))
    assert (role.last, play.last) == (False, True)


@pytest.mark.parametrize("text", ["", "?!", '"', '""', "- -- -", '-""', "\x00"])
def test_a_question_may_hold_no_words(text: str) -> None:
    """Marks without words are an empty question."""
    assert parse(text, []) == Asked(words=())


def test_a_question_has_a_limit() -> None:
    """However long the text, at most twelve words are looked up."""
    assert len(parse(" ".join(f"word{n}" for n in range(500)), []).words) == 12


def test_a_pattern_for_first_letters_misses_no_word() -> None:
    """Looking only at words with certain letters in front finds all that fold to them."""
    text = "Élan elan Êta Ænima æon Øl ol zebra ſtraße 9 ９"
    wanted = {run.group() for run in runs(text) if fold(run.group())[0] in "eo9s"}

    assert wanted <= {run.group() for run in runs(text, starting_with({"e", "o", "9", "s"}))}
    assert [*runs(text, starting_with(set()))] == []
    assert [run.group() for run in runs("λόγος other", starting_with({"λ"}))] == ["λόγος", "other"]


def test_stop_words_are_folded() -> None:
    """Questions are compared folded, so the lists are kept folded."""
    assert set(STOP_WORDS) == {"en", "nl", "fr", "de", "sv", "da"}
    assert all(fold(word) == word for listed in STOP_WORDS.values() for word in listed)

"""Words that were withdrawn are recognised however they are written, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.passages import GAP, RUN, overlap, packed, prints_of, unpacked, without, words

SALT = b"a round"
WORD = st.sampled_from([f"w{n}" for n in range(12)])
PASSAGE = st.lists(WORD, min_size=1, max_size=12)
OTHERS = st.lists(st.sampled_from([f"o{n}" for n in range(4)]), max_size=6)


@given(PASSAGE, OTHERS, OTHERS, st.sampled_from([" ", ", ", "\n", " – "]), st.booleans())
def test_a_whole_passage_is_taken_out(
    passage: list[str],
    before: list[str],
    after: list[str],
    between: str,
    shouted: bool,  # noqa: FBT001 - made up
) -> None:
    """Whatever stands between the words, and in whatever case, the passage goes as one, and what is around it stays."""
    said = between.join(passage)
    text = " ".join([*before, said.upper() if shouted else said, *after])
    removal = without(text, prints_of([" ".join(passage)], SALT), SALT)
    assert removal.text == " ".join([*before, GAP, *after])
    assert removal.longest == len(passage)


@given(st.lists(PASSAGE, max_size=4), st.lists(WORD | st.sampled_from(["o1", "o2"]), max_size=30))
def test_what_is_left_holds_no_passage(passages: list[list[str]], text: list[str]) -> None:
    """Against a plain model: what goes are the words that lie in a passage, or in RUN words of a long one."""
    runs = [run[n : n + RUN] for run in passages for n in range(max(1, len(run) - RUN + 1))]
    hit = {
        at
        for run in runs
        for start in range(len(text) - len(run) + 1)
        if text[start : start + len(run)] == run
        for at in range(start, start + len(run))
    }
    removal = without(" ".join(text), prints_of(map(" ".join, passages), SALT), SALT)
    assert words(removal.text) == [word for at, word in enumerate(text) if at not in hit]
    assert bool(removal.longest) is bool(hit)


@given(st.lists(PASSAGE.map(" ".join), max_size=5))
def test_prints_are_stored_and_read(passages: list[str]) -> None:
    """What is stored is what was made."""
    prints = prints_of(passages, SALT)
    assert unpacked(packed(prints)) == prints


@pytest.mark.parametrize(
    "written",
    [
        "Stops at the SECOND box",
        "stops at\nthe “second” box",
        "stops at the se\u00adcond box",
        "stops at the ｓｅｃｏｎｄ box",
    ],
)
def test_words_are_the_same_however_they_are_written(written: str) -> None:
    """Case, line ends, punctuation, soft hyphens and widths make no other word."""
    assert without(written, prints_of(["Stops at the second box."], SALT), SALT).text == GAP


def test_accents_are_one_however_they_are_composed() -> None:
    """A letter with its accent apart is that letter."""
    assert without("Cafe\u0301 ouvert", prints_of(["caf\u00e9 ouvert"], SALT), SALT).text == GAP


def test_rounds_do_not_know_each_others_words() -> None:
    """Prints of one round recognise nothing in another."""
    assert without("Stops here", prints_of(["Stops here"], SALT), b"another").longest == 0


@pytest.mark.parametrize(
    ("part", "is_of_it"),
    [
        ("the second", True),
        ("before it stops at the", True),
        ("at the", True),
        ("at the first", False),
        ("the box", False),
        ("", False),
    ],
)
def test_a_part_of_a_passage_is_known(part: str, is_of_it: bool) -> None:  # noqa: FBT001 - what is expected
    """A quote of some words in a row is of the passage; words that stand there apart are not."""
    assert overlap(part, "Stops at the second box.") is is_of_it

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.bundles.given import BundleError, Given
from infra.bundles.read import LARGEST, SECTIONS, read_bundle

# YAML has neither control characters nor halves of surrogate pairs.
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"], exclude_characters="\ufeff"), max_size=8)
TREES = st.recursive(
    st.none() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


def plain(found: Given) -> object:
    """What was given, without its lines."""
    match found.value:
        case list() as items:
            return [plain(one) for one in items]
        case dict() as fields:
            return {name: plain(one) for name, one in fields.items()}
        case value:
            return value


def refused(text: str) -> list[tuple[int, str]]:
    """The line and the message of each problem with a text."""
    with pytest.raises(BundleError) as caught:
        read_bundle(text, "a.yaml")
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_values_stay_texts() -> None:
    """What looks like a number, a date or a truth is kept as it was written, and nothing at all is nothing."""
    bundle = read_bundle(
        "serra: 1\ncases:\n- country: NO\n  lau: 013029\n  on: 2019-09-25\n  nuts: ~\n  none:\n  word: 'null'\n"
    )
    assert plain(bundle.sections["cases"][0]) == {
        "country": "NO",
        "lau": "013029",
        "on": "2019-09-25",
        "nuts": None,
        "none": None,
        "word": "null",
    }


def test_every_value_knows_its_line() -> None:
    """A value in a map is found on its key's line, one in a list on its own."""
    text = "serra: 1\ncases:\n- title:\n    nl: >-\n      Een titel\n  lessons:\n  - en: first\n  - en: second\n"
    case = read_bundle(text).sections["cases"][0]
    assert [case.line, case.at(["title", "nl"]).line, case.at(["lessons", 1]).line] == [3, 4, 8]


@given(TREES)
def test_what_json_holds_arrives_whole(tree: object) -> None:
    """Any tree of texts, lists and maps, written as JSON, comes back the same, and each value knows its path."""
    found = read_bundle(json.dumps({"serra": "1", "cases": [tree]}, ensure_ascii=False))
    (case,) = found.sections["cases"]
    assert plain(case) == tree
    assert case.path == ("cases", 0)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a file holds, it is a bundle or it is refused in words."""
    try:
        read_bundle(text)
    except BundleError as error:
        assert str(error)  # noqa: PT017 - both endings are right


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("- a", 1, "map of sections"),
        ("cases: []", 1, "`serra: 1`"),
        ("serra: 2", 1, "format 1"),
        ("serra: 1\ncase: []", 2, "Did you mean «cases»?"),
        ("serra: 1\ncases: {}", 2, "A section is a list"),
        ("serra: 1\nserra: 1", 2, "twice"),
        ("serra: 1\ncases:\n- a: 1\n  a: 2", 4, "first in line 3"),
        ("serra: 1\ncases: [", 3, "not YAML"),
        ("serra: 1\ncases:\n\t- a", 3, "not YAML"),
        ("serra: 1\x00", 0, "not YAML"),
        ("serra: 1\ncases: &a [*a]", 2, "Anchors"),
        ("serra: 1\ncases: [*a]", 2, "Anchors"),
        ("serra: 1\ncases: !!python/object/apply:os.system [ls]", 2, "Tags"),
        ("serra: 1\ncases:\n- {&k a: b}", 3, "A key is a single word"),
        ("serra: 1\n? [a]\n: b", 2, "A key is a single word"),
        ("serra: 1\n---\nserra: 1", 2, "one document"),
        ("serra: 1\ncases: " + "[" * 50 + "]" * 50, 2, "nested deeper"),
        ("serra: 1\ncases: " + "[" * 500_000, 2, "nested deeper"),
        ("serra: 1\n#" + "x" * LARGEST, 0, "larger than 4 MiB"),
    ],
)
def test_what_is_no_bundle_is_refused(text: str, line: int, words: str) -> None:
    """What a bundle cannot hold is refused with its line and with what to do."""
    ((found_line, message),) = refused(text)
    assert found_line == line
    assert words in message


def test_all_unknown_sections_are_told_at_once() -> None:
    """An author who misspelt two sections hears of both."""
    assert [line for line, _ in refused("serra: 1\ncase: []\npractises: []")] == [2, 3]


def test_a_file_is_called_by_its_name(tmp_path: Path) -> None:
    """A problem is written as file, line, place and words, as compilers do."""
    path = tmp_path / "ours.yaml"
    path.write_text("serra: 1\ncase: []\n", encoding="utf-8")
    with pytest.raises(BundleError, match=r"^ours\.yaml:2: case: There is no such section\."):
        read_bundle(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are no text are told apart."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("serra: 1 # é".encode("latin-1"))
    for path, words in ((tmp_path / "no.yaml", "No such file"), (tmp_path, "directory"), (latin, "not UTF-8")):
        with pytest.raises(BundleError, match=words):
            read_bundle(path)


def test_sections_that_say_nothing_are_passed_over() -> None:
    """An empty section is no section."""
    text = "serra: 1\n" + "".join(f"{section}:\n" for section in SECTIONS)
    assert read_bundle(text).sections == {}

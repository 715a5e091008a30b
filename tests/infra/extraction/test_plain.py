import codecs

import pytest

from infra.extraction import TEXT_READERS
from infra.extraction.plain import strings_of_json, subtitles, text
from services.artefacts.media_types import is_allowed

_WORDS = "Växthuset, één loket – 100 €"


@pytest.mark.parametrize(
    "content",
    [
        _WORDS.encode(),
        codecs.BOM_UTF8 + _WORDS.encode(),
        codecs.BOM_UTF16_LE + _WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + _WORDS.encode("utf-16-be"),
        _WORDS.encode("cp1252"),
    ],
    ids=["UTF-8", "UTF-8 with mark", "UTF-16 LE", "UTF-16 BE", "Windows-1252"],
)
def test_text_is_read_in_the_encodings_of_offices(content: bytes) -> None:
    """Letters arrive as they were written, whichever program saved them."""
    assert text(content) == _WORDS


def test_no_bytes_are_too_strange_to_be_text() -> None:
    """Any bytes give some text."""
    assert isinstance(text(bytes(range(256))), str)


@pytest.mark.parametrize(
    "content",
    [
        b"WEBVTT - round 3\n\n1\n00:01.000 --> 00:04.000 align:start\n<v Ada>Where do I sign?\n\nHere.\n",
        b"1\r\n00:00:01,000 --> 00:00:04,000\r\n<i>Where do I sign?</i>\r\n\r\nHere.\r\n",
    ],
    ids=["WebVTT", "SubRip"],
)
def test_subtitles_keep_what_is_said(content: bytes) -> None:
    """Times, numbers and mark-up are no words."""
    assert subtitles(content).split("\n") == ["Where do I sign?", "", "Here."]


def test_json_keeps_its_strings_in_order() -> None:
    """What a person could look for in data are its strings."""
    assert strings_of_json(b'{"a": ["one", {"b": "two", "c": 3}], "d": "three", "e": null}') == "one\ntwo\nthree"


@pytest.mark.parametrize("content", [b'{"a": ', b"[" * 200_000], ids=["cut off", "too deep"])
def test_damaged_json_is_said_to_be_so(content: bytes) -> None:
    """A file that is no JSON raises what the caller expects, however it is broken."""
    with pytest.raises(ValueError, match=r"\S"):
        strings_of_json(content)


def test_only_types_that_are_taken_have_readers() -> None:
    """No reader waits for a type that nobody can upload."""
    assert all(map(is_allowed, TEXT_READERS))

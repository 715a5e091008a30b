"""Formats that are text already."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# When a caption is shown, its number, and the header of WebVTT: no words that anybody looks for.
_CUE: Final = re.compile(r"^(?:WEBVTT.*|\d+|.*-->.*)$\n?", re.MULTILINE)
_TAG: Final = re.compile(r"<[^<>\n]{1,80}>")


def text(content: bytes) -> str:
    """By its byte order mark, as UTF-8, or else as the Western European encoding of old spreadsheets."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def subtitles(content: bytes) -> str:
    """What is said, without times and mark-up, of SubRip and WebVTT."""
    return _TAG.sub("", _CUE.sub("", text(content).replace("\r\n", "\n"))).strip()


def strings_of_json(content: bytes) -> str:
    """The strings in it, a line each; numbers and the names of fields say nothing to a reader."""
    try:
        found = json.loads(text(content))
    except RecursionError:
        raise ValueError("The JSON is nested too deeply.") from None
    return "\n".join(_strings(found))


def _strings(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(found):
                yield found
            case list(items):
                waiting += reversed(items)
            case dict(fields):
                waiting += reversed(fields.values())
            case _:
                pass

"""Reading the text out of files: one function for each media type, `bytes` → `str`, ValueError for a damaged file.

A type that is not here keeps no text; its files are found by their titles.
"""

from typing import Final

from infra.extraction import plain
from services.artefacts.ports import TextReaders

TEXT_READERS: Final[TextReaders] = {
    "text/plain": plain.text,
    "text/markdown": plain.text,
    "text/csv": plain.text,
    "text/tab-separated-values": plain.text,
    "text/vtt": plain.subtitles,
    "application/x-subrip": plain.subtitles,
    "application/json": plain.strings_of_json,
    "application/ld+json": plain.strings_of_json,
    "application/geo+json": plain.strings_of_json,
}

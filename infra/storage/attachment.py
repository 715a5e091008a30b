"""The name a browser saves a file under, as the header that tells it (RFC 6266, RFC 8187)."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST_NAME = 150
_LONGEST_SUFFIX = 16
_NAMELESS = "file"

# Controls, halves of surrogate pairs, and what turns the reading direction: with U+202E a program's name can
# be shown as if it ended in ".pdf".
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SEPARATORS = re.compile(r"[/\\]")
# A percent sign is left out: some clients decode it although the plain form knows no encoding.
_UNSAFE_IN_PLAIN_FORM = re.compile(r"[^A-Za-z0-9 !#$&'()+,.=@^_`{}~\[\]-]")
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"


def attachment(file_name: str) -> str:
    """The Content-Disposition that offers a file for saving, whatever characters its name was given.

    It is printable ASCII only, so no name can end the header or begin another. Clients that know RFC 8187
    read the second form with all letters; the others read the first, with those that ASCII has.
    """
    name = _file_name(file_name)
    letters = (sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    plain = _UNSAFE_IN_PLAIN_FORM.sub("_", "".join(letters)).strip(" .") or _NAMELESS
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"


def _file_name(given: str) -> str:
    """`given` without what would lead out of a folder, hide the file or hide its kind; never empty."""
    shown = _HIDDEN.sub("", " ".join(given.split()))
    name = _SEPARATORS.sub("_", shown).strip(" .")
    if len(name) > _LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        end = dot + suffix if stem and len(suffix) <= _LONGEST_SUFFIX else ""
        name = name[: _LONGEST_NAME - len(end)].rstrip(" .") + end
    return name or _NAMELESS

"""How texts and questions become words: the same way when indexing, asking and highlighting."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

OPEN_MARK = "\u2068"
CLOSE_MARK = "\u2069"

INDEXED_LENGTH: Final = 200_000
"""How much of a body can be found, in characters: more than a report has, less than an engine chokes on."""

MAX_WORD_LENGTH = 64
MAX_QUESTION_LENGTH = 1_000
MAX_QUESTION_WORDS = 12
"""A question's further words are left out: each costs a look-up, and twelve say what a person wants."""

# A combining accent that has no composed letter belongs to the word around it.
_RUN = re.compile(r"(?:[^\W_]+[\u0300-\u036f]*+)++")
_PLAIN_RUN = re.compile(r"[^\W_]+")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_NEVER = re.compile(r"(?!)")
# Where Unicode keeps Latin letters and digits: basic to extended B, phonetic, additional, letterlike, extended C,
# ligatures, full-width, mathematical.
_LATIN_BLOCKS: Final = (
    (0x30, 0x250),
    (0x1D00, 0x1F00),
    (0x2070, 0x2190),
    (0x2C60, 0x2C80),
    (0xFB00, 0xFB07),
    (0xFF10, 0xFF5B),
    (0x1D400, 0x1D800),
)
_HYPHENS = "-\u00ad\u2010\u2011"
_COMPOUND = re.compile(rf"{_RUN.pattern}(?:[{_HYPHENS}]{_RUN.pattern})*+")
# Letters that Unicode does not decompose but readers without that key on their keyboard type so.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ĸ": "k"}
)
_UNWANTED = re.compile(f"[\x00{OPEN_MARK}{CLOSE_MARK}\ud800-\udfff]")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PART = re.compile(r'(?<!\S)(?P<barred>-?)"(?P<phrase>[^"]*)"|(?<!\S)-(?P<without>\S+)|(?P<plain>[^\s"]+)')


def _read_stop_words() -> Mapping[str, frozenset[str]]:
    read: dict[str, frozenset[str]] = {}
    for section in files(__package__).joinpath("stop_words.txt").read_text(encoding="utf-8").split("\n[")[1:]:
        language, _, listed = section.partition("]")
        read[language] = frozenset(listed.split())
    return read


STOP_WORDS: Final = _read_stop_words()
"""Words too common to say what a question is about, by language."""


def clean(text: str) -> str:
    """The text composed (NFC), without what no stored text may hold: NUL, lone surrogates, the two marks."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word without case and accents, at most 64 letters: *Växthuset* and *vaxthuset* are one."""
    if word.isascii():
        return word.lower()[:MAX_WORD_LENGTH]
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(letter for letter in bare if letter.isalnum())[:MAX_WORD_LENGTH]


def _letters_by_fold() -> dict[str, str]:
    """For each letter of a folded word, the letters and digits that fold to something beginning with it."""
    written: dict[str, str] = {}
    for block in _LATIN_BLOCKS:
        for code in range(*block):
            if folded := fold(chr(code)):
                written[folded[0]] = written.get(folded[0], "") + chr(code)
    return {letter: letters for letter, letters in written.items() if letter.isascii()}


_WRITTEN: Final = _letters_by_fold()


def runs(text: str, wanted: re.Pattern[str] = _PLAIN_RUN) -> Iterator[re.Match[str]]:
    """Each word of the text, as it is written and where. `wanted` may leave words out, to save time."""
    return (_RUN if _ACCENT.search(text) else wanted).finditer(text)


def starting_with(letters: AbstractSet[str]) -> re.Pattern[str]:
    """A pattern for words whose folded form starts with one of the letters, and perhaps for others."""
    if not letters <= _WRITTEN.keys():
        return _PLAIN_RUN
    written = re.escape("".join(sorted("".join(_WRITTEN[letter] for letter in letters))))
    return re.compile(rf"(?<![^\W_])[{written}][^\W_]*+") if written else _NEVER


def words(text: str) -> list[str]:
    """The folded words of a text, in order. *co-creation* is two of them."""
    return [word for match in runs(text) if (word := fold(match.group()))]


def index_words(text: str) -> list[str]:
    """What a text can be found by: its words, and hyphenated ones also in one piece (*cocreation*)."""
    joined = [
        fold("".join(_RUN.findall(match.group())))
        for match in _COMPOUND.finditer(text)
        if any(hyphen in match.group() for hyphen in _HYPHENS)
    ]
    return words(text) + joined


@dataclass(frozen=True, slots=True)
class AskedWord:
    """One word of a question.

    `written` is how the reader typed it. `forms` are the spellings that are this very word (also run together with
    its neighbours: *role play*, *roleplay*), `parts` what a hyphenated word is made of. The last word may still be
    being typed.
    A word of a phrase is meant as it stands: no other form of it, no beginning, no slip of the keys.
    """

    text: str
    written: str
    forms: tuple[str, ...]
    parts: tuple[str, ...] = ()
    last: bool = False
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart. Phrases are sequences of folded words.

    `operators` are its phrases and exclusions as the reader typed them, each with its quotation marks or its minus.
    """

    words: tuple[AskedWord, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    without_phrases: tuple[tuple[str, ...], ...] = ()
    operators: tuple[str, ...] = ()


@dataclass(slots=True)
class _Loose:
    """A word as it was typed, and its parts at the hyphens."""

    written: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.parts)[:MAX_WORD_LENGTH]


def parse(text: str, languages: Sequence[str]) -> Asked:
    """Take a question apart: words, "phrases", -exclusions. Anything is a question; none is refused."""
    loose: list[_Loose] = []
    phrases: list[tuple[str, ...]] = []
    without: list[str] = []
    without_phrases: list[tuple[str, ...]] = []
    operators: list[str] = []
    for part in _PART.finditer(clean(text[:MAX_QUESTION_LENGTH]).translate(_QUOTES)):
        if part["phrase"] is not None:
            if phrase := tuple(words(part["phrase"])):
                (without_phrases if part["barred"] else phrases).append(phrase)
                operators.append(f'{part["barred"]}"{_written(part["phrase"])}"')
        elif part["without"] is not None:
            barred = tuple(words(part["without"]))
            if len(barred) == 1:
                without.append(barred[0])
                operators.append(f"-{_written(part['without'])}")
            elif barred:
                without_phrases.append(barred)
                operators.append(f'-"{_written(part["without"])}"')
        else:
            loose += [_Loose(match.group(), tuple(words(match.group()))) for match in _COMPOUND.finditer(part["plain"])]
    asked = _asked_words([word for word in loose if word.text], phrases, languages)
    return Asked(asked, tuple(phrases), tuple(without), tuple(without_phrases), tuple(operators))


def _written(text: str) -> str:
    return " ".join(run.group() for run in runs(text))


def _asked_words(
    loose: Sequence[_Loose], phrases: Sequence[tuple[str, ...]], languages: Sequence[str]
) -> tuple[AskedWord, ...]:
    stop_words = _stop_words([word.text for word in loose], languages)
    telling = [word for word in loose if word.text not in stop_words]
    kept = telling or ([] if phrases else loose)
    asked: dict[str, AskedWord] = {}
    for phrase in phrases:
        common = _stop_words(phrase, languages)
        for text in [text for text in phrase if text not in common] or phrase:
            asked.setdefault(text, AskedWord(text=text, written=text, forms=(text,), literal=True))
    for position, word in enumerate(loose):
        if word not in kept or word.text in asked:
            continue
        neighbours = (
            loose[before].text + loose[before + 1].text
            for before in (position - 1, position)
            if 0 <= before < len(loose) - 1
        )
        asked[word.text] = AskedWord(
            text=word.text,
            written=word.written,
            forms=(word.text, *(joined for joined in neighbours if len(joined) <= MAX_WORD_LENGTH)),
            parts=word.parts if len(word.parts) > 1 else (),
            last=position == len(loose) - 1,
        )
    return tuple(asked.values())[:MAX_QUESTION_WORDS]


def _stop_words(question: Sequence[str], languages: Sequence[str]) -> frozenset[str]:
    """The stop words of the reader's languages, and of any language that has two more of the question's words."""
    known = languages or STOP_WORDS
    own = frozenset[str]().union(*(STOP_WORDS.get(language, ()) for language in known))
    unexplained = set(question) - own
    return own.union(*(common for common in STOP_WORDS.values() if len(common & unexplained) > 1))

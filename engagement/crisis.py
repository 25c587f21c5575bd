"""Whether a text holds a word that brings the help card.

The card is the same for everyone and nothing else follows from it, so this finds words and judges nobody. The words
are data (``data/crisis.yaml``), which also says how they are written there. Nothing typed is kept or counted here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

LIST: Final = Path(__file__).with_name("data") / "crisis.yaml"
LONG_ENOUGH_TO_BE_JOINED: Final = 6
KEY: Final = 3
"""A word with any ending must have this many letters, and is filed under them."""

_LEET: Final = str.maketrans("013457@$!|", "oieastasil")
_PLAIN: Final = str.maketrans(
    {"ł": "l", "đ": "d", "ı": "i", "ø": "o", "ß": "ss", "æ": "ae", "’": "'", "‘": "'", "`": "'", "€": "e"}
    | dict.fromkeys("–—…“”„«»‹›·•。，、！？؟،؛।", " ")
)
_SPACES: Final = str.maketrans('\n\t\r"#%&()*+,-./:;<=>?[\\]^_{}~', " " * 29, "'")
_IS: Final = re.compile(r"'s\b")
_DOUBLES: Final = tuple((letter * 2, letter) for letter in "abcdefghijklmnopqrstuvwxyz")
_SPELT: Final = re.compile(r"(?<![^ ])(?:[a-z] ){2,}[a-z](?![^ ])")
_NO_LETTERS: Final = re.compile(r"[\W\d_ـ]+")
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1dff\u2c00-\ufdff\U00010000-\U0001f000]")
_EMOJI: Final = re.compile(r"[\u2600-\u27bf\U0001f100-\U0001faff]")

# Letters that are typed one for another.
_ONE_FOR_ANOTHER: Final = str.maketrans(
    {"ى": "ي", "ی": "ي", "ې": "ي", "ێ": "ي", "ے": "ي", "ک": "ك", "ګ": "گ", "ہ": "ه", "ھ": "ه", "ة": "ه", "ۀ": "ه"}
    | {"ە": "ه", "ۆ": "و", "ٱ": "ا", "ڵ": "ل", "ڕ": "ر", "ґ": "г", "ς": "σ"}
    | {chr(0x1210 + n): chr(0x1200 + n) for n in range(8)}
    | {chr(0x1280 + n): chr(0x1200 + n) for n in range(8)}
    | {chr(0x1220 + n): chr(0x1230 + n) for n in range(8)}
    | {chr(0x12D0 + n): chr(0x12A0 + n) for n in range(8)}
    | {chr(0x1340 + n): chr(0x1338 + n) for n in range(8)}
)


def found(text: str) -> bool:
    """Whether `text` holds a word on the list, however it is spelt, split or dressed up."""
    lists = _lists()
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    if not lowered.isascii():
        if _in_emoji(text, lists) or _in_other_scripts(lowered, lists):
            return True
        kept = unicodedata.normalize("NFC", lowered)
        if any(phrase in kept for phrase in lists.accented):
            return True
    words = _plain_words(lowered)
    if _in_words(_respelt(words, lists.spellings), lists) or lists.together.search(_long_words(words)):
        return True
    joined, spelt = _SPELT.subn(lambda letters: _single(letters[0].replace(" ", "")), " ".join(words))
    return bool(spelt) and bool(
        lists.together.search(joined) or _in_words(_respelt(joined.split(" "), lists.spellings), lists)
    )


Found = tuple[re.Pattern[str] | None, re.Pattern[str] | None]
"""What may begin at a word: an everyday saying, and a phrase of the list."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """The list, ready to be looked up in: by a phrase's first word, or by its beginning where any ending will do."""

    by_word: Mapping[str, Found]
    by_start: Mapping[str, Found]
    spellings: Mapping[str, str]
    accented: tuple[str, ...]
    anywhere: Mapping[int, tuple[str, ...]]
    together: re.Pattern[str]
    emoji: tuple[frozenset[str], ...]
    runs: tuple[str, ...]


def _plain_words(lowered: str) -> list[str]:
    """The Latin words of a text: no accents, no letter twice in a row. Other scripts fall away."""
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFD", lowered).encode("ascii", "ignore").decode("ascii")
    if "'" in lowered:
        lowered = _IS.sub(" is", lowered)
    return _single(lowered.translate(_SPACES)).split()


def _respelt(words: Iterable[str], spellings: Mapping[str, str]) -> str:
    """Words in the list's own spelling, leetspeak undone, one space between them."""
    same = spellings.get
    text = " ".join([same(word) or (word if word.isalpha() else _unleet(word, spellings)) for word in words])
    return text.replace("my self", "myself").replace("me self", "myself") if " self" in text else text


def _long_words(words: Iterable[str]) -> str:
    return " ".join([word for word in words if len(word) >= LONG_ENOUGH_TO_BE_JOINED])


def _unleet(word: str, spellings: Mapping[str, str]) -> str:
    """A word with digits and signs in it as the letters they stand for; a number stays one."""
    word = word.rstrip("!|@$").lstrip("!|@")
    if not word or word.isdigit():
        return spellings.get(word, word)
    plain = word if word.isalpha() else _single(word.replace("11", "ll").translate(_LEET))
    return spellings.get(plain, plain)


def _single(word: str) -> str:
    for double, letter in _DOUBLES:
        while double in word:
            word = word.replace(double, letter)
    return word


def _in_words(text: str, lists: _Lists) -> bool:
    """Whether a phrase begins at any word, everyday sayings stepped over."""
    by_word, by_start = lists.by_word.get, lists.by_start.get
    start = harmless_to = 0
    for word in text.split(" "):
        if start >= harmless_to:
            for filed in (by_word("#" if word.isdigit() else word), by_start(word[:KEY])):
                if filed is None:
                    continue
                innocent, phrases = filed
                if innocent is not None and (saying := innocent.match(text, start)):
                    harmless_to = saying.end()
                    break
                if phrases is not None and phrases.match(text, start):
                    return True
        start += len(word) + 1
    return False


def _in_emoji(text: str, lists: _Lists) -> bool:
    seen = set(_EMOJI.findall(text))
    if not seen:
        return False
    bare = text.replace("\ufe0f", "").replace(" ", "")
    return any(group <= seen for group in lists.emoji) or any(run in bare for run in lists.runs)


def _in_other_scripts(lowered: str, lists: _Lists) -> bool:
    if not _OTHER_SCRIPT.search(lowered):
        return False
    bare = _bare(lowered)
    return any(phrase in bare for page in _pages(bare) for phrase in lists.anywhere.get(page, ()))


def _pages(text: str) -> set[int]:
    """Which parts of Unicode the letters of `text` are from: 256 to a part, so a script has one or two."""
    return {ord(letter) >> 8 for letter in set(text)}


def _bare(text: str) -> str:
    """Letters only, each in the form we compare."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFD", text)).translate(_ONE_FOR_ANOTHER)


@cache
def _lists() -> _Lists:
    """The list as it is on disk, read once."""
    data = YAML(typ="safe", pure=True).load(LIST.read_text("utf-8"))
    spellings = {_single(variant): _single(word) for word, ways in data["spellings"].items() for variant in ways}
    written = [phrase for phrases in data["words"].values() for phrase in phrases]
    phrases = _filed((phrase for phrase in written if not phrase.startswith("=")), spellings)
    innocent = _filed(data["innocent"], spellings)
    together = "|".join(_single(phrase) for phrase in data["together"])
    spelt = "|".join(data["spelt_out"])
    filed: list[dict[str, Found]] = [
        {key: (harmless.get(key), crisis.get(key)) for key in harmless.keys() | crisis.keys()}
        for harmless, crisis in zip(innocent, phrases, strict=True)
    ]
    return _Lists(
        by_word=filed[0],
        by_start=filed[1],
        spellings=spellings,
        accented=tuple(_accented(phrase[1:]) for phrase in written if phrase.startswith("=")),
        anywhere=_by_page(phrase for phrases in data["anywhere"].values() for phrase in phrases),
        together=re.compile(rf"{together}|(?<![^ ])[iua]?(?:{spelt})(?![^ ])"),
        emoji=tuple(frozenset(group) for group in data["emoji"]),
        runs=tuple(data["emoji_runs"]),
    )


def _by_page(phrases: Iterable[str]) -> dict[int, tuple[str, ...]]:
    pages: dict[int, dict[str, None]] = {}
    for phrase in phrases:
        bare = _bare(phrase.casefold())
        pages.setdefault(ord(bare[0]) >> 8, {})[bare] = None
    return {page: tuple(found) for page, found in pages.items()}


def _accented(phrase: str) -> str:
    return unicodedata.normalize("NFC", phrase.casefold().translate(_PLAIN))


def _filed(
    phrases: Iterable[str], spellings: Mapping[str, str]
) -> tuple[dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]:
    """One pattern for all phrases with the same first word, and one for all that begin alike."""
    words: dict[str, dict[str, None]] = {}
    starts: dict[str, dict[str, None]] = {}
    for phrase in phrases:
        pattern, firsts = Phrase(phrase, spellings).pattern()
        for first in firsts:
            under, key = (starts, first[:KEY]) if first.endswith("*") else (words, first)
            under.setdefault(key, {})[pattern] = None
    made = [{key: re.compile(f"(?:{'|'.join(ways)})(?![^ ])") for key, ways in of.items()} for of in (words, starts)]
    return made[0], made[1]


class PhraseError(ValueError):
    """A phrase of the list that can't be read. Carries the phrase."""


_PARTS: Final = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")


class Phrase:
    """One line of the list, read from left to right into a pattern over words."""

    def __init__(self, written: str, spellings: Mapping[str, str]) -> None:
        self._written, self._spellings = written, spellings
        self._parts = _PARTS.findall(written)
        self._at = 0

    def pattern(self) -> tuple[str, set[str]]:
        """The pattern, and the words it can begin with; `*` after those whose ending is open."""
        pattern, firsts = self._choice(None)
        if not firsts or "" in firsts:
            raise PhraseError(self._written)
        return pattern, firsts

    def _choice(self, close: str | None) -> tuple[str, set[str]]:
        ways, firsts = list[str](), set[str]()
        while True:
            way, first = self._sequence()
            ways.append(way)
            firsts |= first
            part = self._parts[self._at] if self._at < len(self._parts) else None
            self._at += 1
            if part == close:
                return (ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"), firsts
            if part != "|":
                raise PhraseError(self._written)

    def _sequence(self) -> tuple[str, set[str]]:
        pattern, firsts = "", set[str]()
        while self._at < len(self._parts) and self._parts[self._at] not in ("|", ")", "]"):
            part = self._parts[self._at]
            self._at += 1
            if part in ("(", "["):
                inner, first = self._choice(")" if part == "(" else "]")
            else:
                inner, first = self._word(part)
            if pattern:
                pattern += f"(?: {inner})?" if part == "[" else f" {inner}"
            elif part == "[":
                raise PhraseError(self._written)
            else:
                pattern, firsts = inner, first
        if not pattern:
            raise PhraseError(self._written)
        return pattern, firsts

    def _word(self, part: str) -> tuple[str, set[str]]:
        if part == "..":
            return "[^ ]+(?: [^ ]+)?", {""}
        if part == "#":
            return "[0-9]+", {"#"}
        words = _respelt(_plain_words(part.rstrip("*").casefold().translate(_PLAIN)), self._spellings)
        first = words.split(" ")[0]
        if not part.endswith("*"):
            return words, {first}
        if len(first) < KEY:
            raise PhraseError(self._written)
        return words + "[^ ]*", {first + "*" if first == words else first}

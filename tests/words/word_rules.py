"""The rules for words, each a function that gives what is wrong: an empty list is good."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyphen
from contexts import NAME_BEGINS, NAME_ENDS
from ruamel.yaml import YAML

from bot.screens import Screen
from engagement import lock_screen
from engagement.lock_screen import stems_in
from engagement.promise_words import hard_words

HERE: Final = Path(__file__).parent
FIRST_SEEN: Final = 60
LONGEST_SENTENCE, LONGEST_AVERAGE = 20, 12
LONGEST_MESSAGE, LONGEST_PAGE, LONGEST_BUTTON, LONGEST_ENVELOPE = 600, 1500, 28, 60
SCORED_FROM_WORDS, SCORED_FROM_SENTENCES = 30, 3

MADE_UP: Final = {"xx": ["umfrage*"]}
"""What must not stand on a lock screen in a language of the tests."""

_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(f"{NAME_BEGINS}[^{NAME_ENDS}]*{NAME_ENDS}?")
_MARKS = re.compile(f"[{NAME_BEGINS}{NAME_ENDS}]")
_ENDS = re.compile(r"(?<=[.?!…])[\"')]*\s+|\n+")
_WORDS = re.compile(r"[^\W_](?:[\w'’]*[^\W_])?")
_EMOJI = re.compile(r"[\U0001f000-\U0001faff\u2600-\u26ff\u2764\ufe0f]")
_NEVER = re.compile(
    r"[\U0001f389\U0001f38a\U0001f973\u2764\U0001f493-\U0001f49f\U0001f64f\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]"
)
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
SHOUTED: Final = frozenset({"PIN", "SHOUT", "START"})
"""What has to be typed like that, and what everybody writes like that."""


@cache
def data(name: str) -> Any:
    """One of the word lists beside this file."""
    return YAML(typ="safe", pure=True).load((HERE / f"{name}.yaml").read_text("utf-8"))


def shown(screen: Screen) -> str:
    """What a person reads: no tags, no marks on names."""
    return _MARKS.sub("", unescape(_TAG.sub("", screen.text)))


def labels(screen: Screen) -> list[str]:
    """The words on its buttons."""
    return [_MARKS.sub("", button.label) for row in screen.rows for button in row]


def graphemes(text: str) -> list[str]:
    """User-visible characters: marks, joiners and variations stay with what they belong to."""
    found: list[str] = []
    for letter in text:
        joins = (
            unicodedata.category(letter).startswith("M") or letter == "\u200d" or "\U0001f3fb" <= letter <= "\U0001f3ff"
        )
        if found and (joins or found[-1].endswith("\u200d")):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def sentences(text: str) -> list[str]:
    """Sentences, a line being one at least."""
    return [part for part in (part.strip() for part in _ENDS.split(text)) if words_of(part)]


def words_of(text: str) -> list[str]:
    return _WORDS.findall(text)


# Rules


def leaks(screen: Screen, *, part: str, language: str, names: Iterable[str]) -> list[str]:
    """What a lock screen would give away. `part`: "all" of it, the "first" seen, or the "line" of a chat list."""
    text = unescape(_TAG.sub("", screen.text))
    text = _NAME.sub(lambda name: "x" * (len(name[0]) - 2), text)
    if part == "line":
        text = text.split("\n")[0]
    elif part == "first":
        text = "".join(graphemes(text)[:FIRST_SEEN])
    return lock_screen.gives_away(text, language=language, names=[*names, *MADE_UP.get(language, ())])


def exclaims(screen: Screen) -> list[str]:
    return [text for text in (shown(screen), *labels(screen)) if "!" in text]


def hard(screen: Screen) -> list[str]:
    return [stem for text in (shown(screen), *labels(screen)) for stem in hard_words(text)]


def banned(screen: Screen) -> list[str]:
    stems = [stem for group in data("banned_words").values() for stem in group]
    return [stem for text in (shown(screen), *labels(screen)) for stem in stems_in(text, stems)]


def long_sentences(screen: Screen) -> list[str]:
    return [part for part in sentences(shown(screen)) if len(words_of(part)) > LONGEST_SENTENCE]


def long_on_average(screen: Screen) -> list[str]:
    lengths = [len(words_of(part)) for part in sentences(shown(screen))]
    average = sum(lengths) / len(lengths)
    return [f"{average:.1f} words"] if average > LONGEST_AVERAGE else []


def questions(screen: Screen) -> list[str]:
    count = shown(screen).count("?")
    return [f"{count} question marks"] if count > 1 else []


def too_long(screen: Screen, most: int) -> list[str]:
    length = len(graphemes(shown(screen)))
    return [f"{length} characters"] if length > most else []


def wide_buttons(screen: Screen) -> list[str]:
    return [label for label in labels(screen) if len(graphemes(label)) > LONGEST_BUTTON]


def twins(screen: Screen) -> list[str]:
    """Labels that a screen reader could not tell apart."""
    return [first for first, second in pairwise(sorted(labels(screen))) if first == second]


def emoji(screen: Screen) -> list[str]:
    text = shown(screen).rstrip()
    found = _EMOJI.findall(text)
    if not found:
        return []
    alone = len(found) == 1 and text.endswith(found[0]) and len(words_of(text)) > 0
    quiet = screen.name == "help" or screen.name.startswith(
        ("errors/", "envelope/", "staff/", "survey/", "contact/", "forget/")
    )
    return [] if alone and not quiet and not _NEVER.search(text) and not _EMOJI.search(text.split("\n")[0]) else found


def capitals(screen: Screen) -> list[str]:
    return [word for word in _CAPITALS.findall(shown(screen)) if word not in SHOUTED]


def pieces(screen: Screen) -> list[str]:
    """Plurals made of pieces."""
    return re.findall(r"\w+\(s\)", shown(screen))


@cache
def _hyphens() -> Any:
    return pyphen.Pyphen(lang="en_US")


def flesch_kincaid(text: str) -> float:
    """The grade as textstat 0.7.4 works it out: Pyphen's syllables, and sentences of one or two words not counted.

    Worked out here because that release only starts beside an old setuptools, and the next ones download a word list.
    """
    words = [word for part in sentences(text) for word in words_of(part.lower())]
    counted = max(1, sum(len(words_of(part)) > 2 for part in sentences(text)))
    syllables = sum(len(_hyphens().positions(word)) + 1 for word in words)
    return round(0.39 * round(len(words) / counted, 1) + 11.8 * round(syllables / len(words), 1) - 15.59, 1)


def grade(text: str) -> float | None:
    """Flesch-Kincaid, where the text is long enough for it to mean something."""
    if len(words_of(text)) < SCORED_FROM_WORDS or len(sentences(text)) < SCORED_FROM_SENTENCES:
        return None
    return flesch_kincaid(text)


def hard_to_read(screen: Screen, most: float) -> list[str]:
    score = grade(shown(screen))
    return [f"grade {score}"] if score is not None and score > most else []

"""Words that a member of staff typed themselves and that go out as they stand: a text, and a lock screen's one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from engagement import lock_screen
from engagement.authority import Settings

LONGEST_TEXT: Final = 600
LONGEST_LINE: Final = lock_screen.LONGEST_LINE

LineFault = Literal["empty", "long", "signs", "link", "gives_away"]


class WordsError(Exception):
    """The words cannot go out like this."""


class BadText(WordsError):
    """The text is empty or too long. Carries how long it is."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class BadLine(WordsError):
    """The line may not stand on a lock screen. `words` are those that would give somebody away."""

    def __init__(self, why: LineFault, words: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.why, self.words = why, tuple(words)


# What turns other letters round or cannot be seen, and is no part of writing; a line break stays.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def text(typed: str) -> str:
    """What was typed, as it goes out. Raises: BadText."""
    said = clean(typed)
    if not 0 < len(said) <= LONGEST_TEXT:
        raise BadText(len(said))
    return said


def one_line(typed: str, max_chars: int) -> str:
    """What was typed, on one line of at most so many characters. Raises: BadText."""
    said = " ".join(text(typed).split())
    if len(said) > max_chars:
        raise BadText(len(said))
    return said


def clean(typed: str) -> str:
    """What was typed, without what cannot be seen or would turn other letters round."""
    return _UNSEEN.sub("", typed.replace("\r\n", "\n").replace("\t", " ")).strip()


_LINK = re.compile(r"://|\bwww\.|@\w|\w\.[a-z]{2,}\b", re.IGNORECASE)
_SIGNS = frozenset(" .,;:?'’\"“”()&£%+/–-")


def line(settings: Settings, typed: str) -> str:
    """What was typed, as a lock screen shows it. Raises: BadLine.

    Only letters in which the listed words can be found are let through: another alphabet would pass by the list.
    """
    said = typed.strip()
    if not said:
        raise BadLine("empty")
    if len(said) > LONGEST_LINE:
        raise BadLine("long")
    if leads_away(said):
        raise BadLine("link")
    if not all(sign in _SIGNS or _is_plain(sign) for sign in said):
        raise BadLine("signs")
    if found := lock_screen.gives_away(said, language="en", names=lock_screen.names(settings)):
        raise BadLine("gives_away", [stem.rstrip("*") for stem in found])
    return said


def leads_away(line: str) -> bool:
    """Whether there is a link in it, or somebody's handle."""
    return _LINK.search(line) is not None


def _is_plain(sign: str) -> bool:
    if sign.isascii():
        return sign.isalnum()
    return sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN ")

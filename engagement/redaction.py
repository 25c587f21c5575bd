"""What in a typed answer might point at somebody: names in the register, numbers, addresses. A hint and no more.

A person reads every answer and decides; tools of this kind miss things (one made for it missed a name and a National
Insurance number in one sentence). So a mark too many is cheap here, and a mark too few is what a reader is for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final


class Kind(StrEnum):
    """What is behind a mark; as text it is what stands in its place, between square brackets."""

    EMAIL = "e-mail"
    LINK = "link"
    HANDLE = "handle"
    NAME = "name"
    POSTCODE = "postcode"
    NI_NUMBER = "NI number"
    PHONE = "phone"
    NUMBER = "number"
    WORDS = "left out"
    """What a person chose to black out."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Part of a text, from `start` up to `end`, both counted in characters."""

    start: int
    end: int
    kind: Kind


LEAST_LETTERS, LEAST_LETTERS_OF_A_PART = 2, 3
LEAST_DIGITS_THAT_RING = 9
GONE: Final = "\ufffc"
"""Stands for what is found already while the rest is looked at: neither a letter, a digit nor a space."""

_EVERYDAY = """
    an angel any april art as at august autumn ball bank banks be bell best bill bird black blessing blue bond
    book books both bridge bright brook brown bush but can care carter case cash chance charity church clean
    cliff close cook cross dawn day days de di do dot drew early east em even ever faith field fields first
    flower ford forest fox frank free frost garden gift go gold golden good grace grant gray green grey guy hall
    happy head heart her hi high hill ho holly home honey hood hope house hunt ice in is it jack joy june just
    justice key king la lake lamb land lane law le little london long lord lot love loving luck lucky ma major
    man many mark marks may me mercy merry miles mill miracle miss mist moon more morning my new no noon north
    of oh ok old on or pa page park parks pat patience peace pearl penny pepper power precious price pride
    prince princess queen rain ray read red reed rich ring river rob robin rock rod rose rush sage said sandy
    savage sea see shade sharp short silver sky small smart snow so solo song south spring star stone stones
    storm strange street strong sue summer sun sunday sunny swift tan than the then to tower town true up us van
    victory view von wall walls ward water waters way we web wells west white who wild will wills win wind
    winter wise wolf wood woods yes you young
"""
COMMON: Final = frozenset(_EVERYDAY.split())
"""Names that are everyday words too. They count as names where they are written with a capital letter."""

_EMAIL = re.compile(r"[^\s@<>()\[\]\ufffc]+@[^\s@<>()\[\]\ufffc]+\.[^\W\d_]{2,}", re.ASCII)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s\ufffc]+|\b(?:t\.me|wa\.me|fb\.com|instagram\.com)/[^\s\ufffc]+", re.IGNORECASE
)
_HANDLE = re.compile(r"@\w[\w.]*")
_POSTCODE = re.compile(r"(?<![^\W_])[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}(?![^\W_])", re.IGNORECASE | re.ASCII)
_NI_NUMBER = re.compile(r"(?<![^\W_])[A-Z]{2}(?:[\s.-]?[0-9]){6}(?:[\s.-]?[A-D])?(?![^\W_])", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\+?\d(?:[\s/.()-]{0,2}\d){5,}")
_PLACEHOLDER = re.compile("|".join(re.escape(f"[{kind}]") for kind in Kind))
_BETWEEN = re.compile(r"(?:\s+|[-'’‐‑])?\Z")


def proposed(text: str, names: Iterable[str]) -> tuple[Span, ...]:
    """What to black out in `text`, in order and apart from each other. `names` are whole names or parts of them."""
    known = _Names(names)
    looks: Sequence[Callable[[str], Iterator[Span]]] = (*_PATTERNS, known.spans, _phones, _numbers)
    left = _PLACEHOLDER.sub(lambda found: GONE * len(found[0]), text)
    spans: list[Span] = []
    found = True
    while found:  # what is left may read differently without what was found
        found = False
        for look in looks:
            new = list(look(left))
            left = _without(left, new)
            spans += new
            found = found or bool(new)
    return _joined(text, spans)


def redacted(text: str, spans: Iterable[Span]) -> str:
    """The text with each of these parts replaced by what it was, such as [name]; nothing of them is left."""
    kept, at = [], 0
    for span in merged(spans):
        kept += [text[at : span.start], f"[{span.kind}]"]
        at = span.end
    return "".join([*kept, text[at:]])


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same parts in order, those that overlap as one: of the kind that begins first, and then is longer."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end, one.kind)):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end), apart[-1].kind)
        elif span.start < span.end:
            apart.append(span)
    return tuple(apart)


def wherever(text: str, words: str) -> tuple[Span, ...]:
    """Every place where these words stand in `text`: as whole words, or where there are none, inside others."""
    wanted = r"\s+".join(re.escape(word) for word in words.split())
    if not wanted:
        return ()
    for pattern in (rf"(?<!\w){wanted}(?!\w)", wanted):
        if found := [Span(*one.span(), Kind.WORDS) for one in re.finditer(pattern, text, re.IGNORECASE)]:
            return tuple(found)
    return ()


# Looking


def _pattern(pattern: re.Pattern[str], kind: Kind) -> Callable[[str], Iterator[Span]]:
    return lambda text: (Span(*found.span(), kind) for found in pattern.finditer(text))


_PATTERNS = tuple(
    _pattern(pattern, kind)
    for pattern, kind in (
        (_EMAIL, Kind.EMAIL),
        (_LINK, Kind.LINK),
        (_HANDLE, Kind.HANDLE),
        (_NI_NUMBER, Kind.NI_NUMBER),
        (_POSTCODE, Kind.POSTCODE),
    )
)


def _phones(text: str) -> Iterator[Span]:
    """Numbers that could be rung in Britain or with their country's code; those kept for drama too."""
    if _digits(text) < LEAST_DIGITS_THAT_RING:
        return
    import phonenumbers  # most answers hold no number, and it takes a while to load

    for found in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE):
        if _digits(found.raw_string) >= LEAST_DIGITS_THAT_RING:
            yield Span(found.start, found.end, Kind.PHONE)


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _numbers(text: str) -> Iterator[Span]:
    """Six digits or more: an account, a reference, a day of birth; or a number to ring that is written oddly."""
    for found in _NUMBER.finditer(text):
        digits = "".join(filter(str.isdigit, found[0]))
        rings = digits.startswith(("0", "44")) and 10 <= len(digits) <= 13 and "/" not in found[0]
        yield Span(*found.span(), Kind.PHONE if rings else Kind.NUMBER)


class _Names:
    """Names as they may be typed: any case, without accents, with or without their hyphens and apostrophes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        for name in names:
            for runs in _spellings(name):
                self._by_first.setdefault(runs[0], set()).add(runs)

    def spans(self, text: str) -> Iterator[Span]:
        """Where a name stands as a whole word, its possessive ending left outside."""
        runs = list(_letters(text))
        folded = [fold(text[start:end]) for start, end in runs]
        at = 0
        while at < len(runs):
            length = self._longest(text, runs, folded, at)
            if length:
                yield Span(runs[at][0], runs[at + length - 1][1], Kind.NAME)
            at += length or 1

    def _longest(self, text: str, runs: Sequence[tuple[int, int]], folded: Sequence[str], at: int) -> int:
        """How many runs from here on are one name; 0 when it is none."""
        fitting = [
            len(name)
            for name in self._by_first.get(folded[at], ())
            if tuple(folded[at : at + len(name)]) == name
            and all(_BETWEEN.match(text[a[1] : b[0]]) for a, b in pairwise(runs[at : at + len(name)]))
            and (len(name) > 1 or _meant(text, runs[at], name[0]))
        ]
        if not fitting and self._is_possessive(folded[at]):
            return 1
        return max(fitting, default=0)

    def _is_possessive(self, word: str) -> bool:
        """Whether it is a name with an s and no apostrophe: "priyas room"."""
        bare = word[:-1]
        return (
            word.endswith("s")
            and len(bare) > LEAST_LETTERS
            and bare not in COMMON
            and (bare,) in self._by_first.get(bare, ())
        )


def _spellings(name: str) -> Iterator[tuple[str, ...]]:
    """A name as runs of letters: whole, its parts, and each part as if it were written in one."""
    words = name.split()
    if len(words) > 1:
        yield tuple(fold(name[start:end]) for start, end in _letters(name))
    for word in words:
        runs = (word.lower(),) if _is_plain(word) else tuple(fold(word[start:end]) for start, end in _letters(word))
        together = "".join(runs)
        if len(together) >= LEAST_LETTERS:
            yield (together,)
        if len(runs) > 1:
            yield runs
            yield from ((run,) for run in runs if len(run) >= LEAST_LETTERS_OF_A_PART)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _meant(text: str, at: tuple[int, int], word: str) -> bool:
    """Whether a word is written as a name: one that is an everyday word too has a capital letter then."""
    return word not in COMMON or (text[at[0]].isupper() and not text.isupper())


def fold(word: str) -> str:
    """Letters without case or accents, so that Zoë, zoe and ZOE are one."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(letter for letter in bare if not unicodedata.category(letter).startswith("M"))


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Where each run of letters, with the accents that belong to them, begins and ends."""
    start = None
    for at, letter in enumerate(text):
        inside = letter.isalpha() or (start is not None and unicodedata.category(letter).startswith("M"))
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _without(text: str, spans: Iterable[Span]) -> str:
    """The text, as long as it was, with these parts covered."""
    for span in spans:
        text = text[: span.start] + GONE * (span.end - span.start) + text[span.end :]
    return text


def _joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """First and last name as one mark."""
    apart: list[Span] = []
    for span in merged(spans):
        before = apart[-1] if apart else None
        if before and before.kind is span.kind is Kind.NAME and text[before.end : span.start].strip() in ("", "-"):
            apart[-1] = Span(before.start, span.end, Kind.NAME)
        else:
            apart.append(span)
    return tuple(apart)

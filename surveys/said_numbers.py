"""Numbers in words that somebody typed about a figure: nobody publishes in prose what is not published in figures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from surveys.definition import ENGLISH, SCALE_TOP, Kind, Member, Question, text_in
from surveys.publication import Figure, Publication

_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_IN_A_HUNDRED: Final = re.compile(r"(\d+)\s+(?:in|out of|of)\s+(?:every\s+)?100\b")
_IN_TEN: Final = re.compile(r"(\d+)\s+(?:in|out of|of)\s+(?:every\s+)?10\b")

_COUNTED: Final = ("people", "person", "young", "care", "of", "in", "out", "said", "told", "answered", "picked", "say")
"""After one of these a number word counts people: "two of us", and not "two months"."""

_UNITS: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_FULL_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TENS: Final = {word: 10 * number for number, word in enumerate(_FULL_TENS, start=2)}
_WORDS: Final = {word: number for number, word in enumerate(_UNITS, start=1)} | _TENS
_FRACTIONS: Final = {"half": (40, 60), "third": (28, 38), "thirds": (62, 71), "quarter": (20, 30), "quarters": (70, 80)}
"""Between which per cents a figure must lie for the word to be true of it."""

_NUMBER_WORD: Final = re.compile(
    rf"\b(?P<tens>{'|'.join(_TENS)})?[ -]?(?P<unit>{'|'.join(_UNITS)})?\s+(?:{'|'.join(_COUNTED)})\b"
)
_FRACTION: Final = re.compile(rf"\b({'|'.join(_FRACTIONS)})\b")


def unpublished(text: str, publication: Publication, figure: Figure, question: Question) -> tuple[str, ...]:
    """The numbers in the text that are not published with this figure, as they stand in it.

    The question's own numbers may be said in its own words: "in the last 12 months", "0 to 4 out of 10".
    """
    said = unicodedata.normalize("NFKC", text).casefold()
    for phrase in sorted(_phrases(question, figure), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", said)
    shares = set(_percents(figure))
    known = {*_counts(publication, figure), *_bounds(figure), *shares}
    in_ten, in_hundred = list(_IN_TEN.finditer(said)), list(_IN_A_HUNDRED.finditer(said))
    wrong = [one[0] for one in in_ten if int(one[1]) * 10 not in shares]
    wrong += [one[0] for one in in_hundred if int(one[1]) not in shares]
    rest = _IN_A_HUNDRED.sub(" ", _IN_TEN.sub(" ", said))
    wrong += [one for one in _DIGITS.findall(rest) if _value(one) not in known]
    wrong += [word for word, number in _spelled(rest) if number not in known]
    for found in _FRACTION.findall(rest):
        low, high = _FRACTIONS[found]
        if not any(low <= share <= high for share in shares):
            wrong.append(found)
    return tuple(dict.fromkeys(wrong))


def _phrases(question: Question, figure: Figure) -> Iterator[str]:
    """What the question itself says with a number in it: whole answers, and each number with the word after it."""
    texts = [question.text, *(option.label for option in question.options)]
    texts += [one for one in (question.meaning, question.told) if one is not None]
    for text in (text_in(one, ENGLISH).casefold() for one in texts):
        words = re.sub(r"[.,?“”]", " ", text).split()
        if len(words) > 1:
            yield text.rstrip(".?")
            yield from (f"{one} {after}" for one, after in pairwise(words) if one.isdigit() and after.isalpha())
    if question.kind is Kind.SCALE:
        for members in (*(cell.members for cell in figure.cells), figure.headline.members if figure.headline else ()):
            yield from _spans(members)


def _spans(members: tuple[Member, ...]) -> Iterator[str]:
    numbers = [member for member in members if isinstance(member, int)]
    if len(numbers) > 1:
        yield f"{min(numbers)} to {max(numbers)}"
        yield f"{min(numbers)} to {max(numbers)} out of {SCALE_TOP}"


def _spelled(said: str) -> Iterator[tuple[str, int]]:
    for found in _NUMBER_WORD.finditer(said):
        if found["tens"] or found["unit"]:
            if found["unit"] == "one" and said[: found.start("unit")].rstrip().endswith(("no", "each", "any", "every")):
                continue
            yield found[0].strip(" -"), _TENS.get(found["tens"], 0) + _WORDS.get(found["unit"], 0)


def _value(digits: str) -> float:
    """The number as it would be read: a comma, or a point before three digits, only groups them."""
    plain = re.sub(r"[.,](?=\d{3}(?!\d))", "", digits).replace(",", ".")
    try:
        return float(plain)
    except ValueError:  # "1.2.3" is no number we publish
        return -1.0


def _counts(publication: Publication, figure: Figure) -> Iterator[float]:
    yield from (publication.sent, publication.invited)
    yield from (one for one in (figure.base, figure.blank) if one is not None)
    yield from (cell.count for cell in (*figure.cells, *figure.firsts) if cell.count is not None)
    if figure.headline is not None:
        yield figure.headline.count


def _bounds(figure: Figure) -> Iterator[int]:
    """Between which per cents the headline is likely to lie."""
    if figure.headline is not None:
        yield from (_whole(figure.headline.low), _whole(figure.headline.high))


def _percents(figure: Figure) -> Iterator[int]:
    if figure.headline is not None:
        yield _whole(figure.headline.percent)
    if figure.base:
        yield from (_whole(100 * cell.count / figure.base) for cell in figure.cells if cell.count is not None)


def _whole(percent: float) -> int:
    return min(100, int(percent + 0.5))

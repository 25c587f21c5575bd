"""What a person reads of a promise: kept as JSON, each field short, and no reason without plain words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ruamel.yaml import YAML

from engagement import own_words
from engagement.lock_screen import stems_in
from engagement.own_words import BadText

HARD: Final = Path(__file__).with_name("data") / "hard_words.yaml"

SaidKind = Literal["none", "finding", "quote", "priority"]
Fault = Literal["empty", "long", "hard", "not_known", "not_a_day", "not_a_number", "too_many", "taken"]

LONGEST: Final[Mapping[str, int]] = {
    "we_will": 160,
    "who": 40,
    "update": 160,
    "reason": 160,
    "see": 160,
    "difference": 160,
    "helpers": 100,
    "join_in": 160,
    "decided_by": 40,
    "instead": 160,
}
"""The fields somebody writes, and how many characters each may have: together they fit on one card."""


class PromiseError(Exception):
    """Nothing was changed."""


class BadField(PromiseError):
    """What was given for this field cannot stand there. `words` are those a young person would not use."""

    def __init__(self, field: str, why: Fault, words: Mapping[str, str] | None = None, *, max: int = 0) -> None:
        super().__init__(field, why)
        self.field, self.why, self.words, self.max = field, why, dict(words or {}), max


@dataclass(frozen=True, slots=True)
class Said:
    """Where a promise comes from. `none`: not from young people.

    key: of a finding its question; of a quote the key of the answer, in hex; of a priority "question.option".
    """

    kind: SaidKind = "none"
    survey: int = 0
    key: str = ""

    def __str__(self) -> str:
        return "" if self.kind == "none" else f"{self.kind}:{self.survey}:{self.key}"


NOT_SAID: Final = Said()


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a person reads of a promise but its dates and numbers. `who` is a role, never a name.

    decided_by, decided_on, instead: of a promise that is not kept, who said so, when, and what comes instead.
    """

    we_will: str
    said: Said = NOT_SAID
    who: str = ""
    update: str = ""
    reason: str = ""
    see: str = ""
    difference: str = ""
    helpers: str = ""
    join_in: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    instead: str = ""


WORDS: Final = tuple(field.name for field in fields(Words))
NEEDED_TO_DROP: Final = ("reason", "decided_by", "decided_on", "instead")
"""What must be known before anybody is told that a promise is not kept."""


def dumped(words: Words) -> str:
    """The words as JSON; `read` gives the same back."""
    plain = asdict(words) | {"said": str(words.said), "decided_on": words.decided_on and words.decided_on.isoformat()}
    return json.dumps({name: value for name, value in plain.items() if value}, ensure_ascii=False)


def read(text: str) -> Words:
    """The words that were `dumped`."""
    given: dict[str, Any] = json.loads(text)
    day = given.get("decided_on")
    return Words(**given | {"said": said(given.get("said", "")), "decided_on": day and date.fromisoformat(day)})


def said(text: str) -> Said:
    """Where a promise comes from, as `str` writes it. Raises: BadField."""
    if not text:
        return NOT_SAID
    kind, _, rest = text.partition(":")
    survey, _, key = rest.partition(":")
    if kind not in get_args(SaidKind) or kind == "none" or not (survey.isascii() and survey.isdigit()) or not key:
        raise BadField("said", "not_known")
    return Said(kind, int(survey[:9]), key)  # type: ignore[arg-type]


def changed(words: Words, changes: Mapping[str, Any]) -> Words:
    """The words with these of their fields, each made to fit and found fit. Raises: BadField."""
    return replace(words, **{name: _fit(name, value) for name, value in changes.items() if name in WORDS})


def _fit(name: str, value: Any) -> Any:
    return line(name, value) if name in LONGEST else value


def line(name: str, typed: str) -> str:
    """What was typed for a field, on one line; empty only where the field may be. Raises: BadField."""
    max_chars = LONGEST[name]
    try:
        plain = own_words.one_line(typed, max_chars)
    except BadText as error:
        if error.length:
            raise BadField(name, "long", max=max_chars) from None
        plain = ""
    if not plain and name == "we_will":
        raise BadField(name, "empty")
    return plain


def reason(name: str, text: str) -> None:
    """Raises BadField unless it is a reason a young person would accept: it says something, in plain words."""
    if len(text.split()) < FEWEST_IN_A_REASON:
        raise BadField(name, "empty")
    if found := hard_words(text):
        raise BadField(name, "hard", found)


FEWEST_IN_A_REASON: Final = 3


def hard_words(text: str) -> Mapping[str, str]:
    """The stems of words in it that a young person would not use, each with the plain word."""
    return {stem: _hard()[stem] for stem in stems_in(text, _hard())}


@cache
def _hard() -> Mapping[str, str]:
    found: Mapping[str, str] = YAML(typ="safe", pure=True).load(HARD.read_text("utf-8"))
    return found


_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def day(name: str, typed: str) -> date | None:
    """A day as people write it, 2027-03-01, 01/03/2027 or 1 March 2027; None for none. Raises: BadField."""
    plain = " ".join(typed.split())
    if not plain:
        return None
    for form in _DAYS:
        try:
            found = datetime.strptime(plain, form).date()
        except ValueError:
            continue
        if _FIRST_YEAR <= found.year < _LAST_YEAR:
            return found
    raise BadField(name, "not_a_day")

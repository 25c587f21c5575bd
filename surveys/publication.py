"""What is published of a survey: the only thing that charts, pages, files, chats and quotes are made from.

`publishing.publish` makes it once, when a survey closes, from exact counts. It holds only numbers that anybody in the
authority (or, with `outside`, anybody at all) may see, so that nothing made from it can show more. It is kept for ever
as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from surveys.definition import Member, Questionnaire
from surveys.errors import SurveyError
from surveys.tally import Tally
from surveys.waves import Verdict as Verdict

FORMAT = 1
"""How a publication is written down. A new number needs a reader of the old one: what was published is kept."""


class UnknownFormat(SurveyError):
    """The text is no publication, or one from a version yet to come."""

    def __init__(self, found: object) -> None:
        self.found = found
        super().__init__(found)


class Level(StrEnum):
    """How fine a question's row is: every answer, its bands, one share and the rest, or nothing at all."""

    DETAIL = "detail"
    BANDS = "bands"
    SHARE = "share"
    WRITTEN = "written"
    """A typed question: only how many wrote something."""
    NOTHING = "nothing"


class Size(StrEnum):
    """How much may be made of so many answers (SURVEY_DESIGN 10). Decided on the rounded base."""

    WORDS = "words"
    """Under 50: words and two-way splits; no order, no test, no benchmark verdict, no breakdown."""
    BANDS = "bands"
    """From 50: percentages with intervals, bands, breakdowns, benchmarks as context, tests between waves."""
    ALL = "all"
    """From 300: all of it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """People who gave one of these answers, rounded to 5; None is hidden (`c`)."""

    members: tuple[Member, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """The one figure of a question, from rounded numbers: people, per cent, and the 95% interval in per cent."""

    members: tuple[Member, ...]
    count: int
    percent: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one segment (never two at once): its rounded base and the cells that may be shown."""

    segment: str
    option: str
    base: int | None
    cells: tuple[Cell, ...]
    headline: Share | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A published benchmark beside a question: which one, and how ours compares where that may be said."""

    key: str
    grade: str
    note: str | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Wave:
    """The same question the last time it was asked in the same words, and the verdict between the two samples."""

    survey: int
    """The number of the opening it was published with."""
    headline: Share | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Figure:
    """Everything published of one question. `base` is rounded; None where fewer than 10 answered, or where it would
    tell how many people an earlier answer led here."""

    id: str
    kind: str
    level: Level
    size: Size
    base: int | None
    cells: tuple[Cell, ...] = ()
    headline: Share | None = None
    blank: int | None = None
    """Who were asked and gave no answer, rounded; only where they pass 10% of those asked."""
    firsts: tuple[Cell, ...] = ()
    """Of a ranking: who put each option first."""
    order: tuple[tuple[str, ...], ...] = ()
    """Of a ranking: options from first to last; those in one group came out level. Under 50 only the top group."""
    parts: tuple[Part, ...] = ()
    beside: tuple[Beside, ...] = ()
    wave: Wave | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A survey's published figures. `sent` and `invited` are rounded to 5 like every count."""

    survey: str
    version: int
    outside: bool
    sent: int
    invited: int
    figures: tuple[Figure, ...]

    def figure(self, question_id: str) -> Figure:
        """The figure of that question. Raises: KeyError."""
        for figure in self.figures:
            if figure.id == question_id:
                return figure
        raise KeyError(question_id)


@dataclass(frozen=True, slots=True)
class PartCount:
    """One question in one part of one segment, as counted at close: exact, and only the cells that may be shown."""

    question: str
    segment: str
    option: str
    base: int
    cells: tuple[tuple[tuple[Member, ...], int], ...]


Breakdown = tuple[PartCount, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """The opening that came before: its number, what it asked, its exact tallies and what was published of it.

    publication: inside for a publication inside, outside for one outside.
    """

    survey: int
    asked: Questionnaire
    tallies: Mapping[str, Tally]
    publication: Publication


def dumped(publication: Publication) -> str:
    """The publication as JSON; `read` gives exactly the same one back."""
    return json.dumps({"format": FORMAT, **asdict(publication)}, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Publication:
    """The publication that was `dumped`. Raises: UnknownFormat."""
    try:
        given = json.loads(text)
        if given.pop("format") != FORMAT:
            raise UnknownFormat(text[:40])
        return Publication(**{**given, "figures": tuple(map(_figure, given["figures"]))})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise UnknownFormat(text[:40]) from None


def _figure(given: Mapping[str, Any]) -> Figure:
    return Figure(
        **{
            **given,
            "level": Level(given["level"]),
            "size": Size(given["size"]),
            "cells": _cells(given["cells"]),
            "headline": _share(given["headline"]),
            "firsts": _cells(given["firsts"]),
            "order": tuple(map(tuple, given["order"])),
            "parts": tuple(
                Part(**{**part, "cells": _cells(part["cells"]), "headline": _share(part["headline"])})
                for part in given["parts"]
            ),
            "beside": tuple(Beside(**{**one, "verdict": _verdict(one["verdict"])}) for one in given["beside"]),
            "wave": _wave(given["wave"]),
        }
    )


def _cells(given: list[Mapping[str, Any]]) -> tuple[Cell, ...]:
    return tuple(Cell(tuple(cell["members"]), cell["count"]) for cell in given)


def _share(given: Mapping[str, Any] | None) -> Share | None:
    return None if given is None else Share(**{**given, "members": tuple(given["members"])})


def _wave(given: Mapping[str, Any] | None) -> Wave | None:
    if given is None:
        return None
    return Wave(given["survey"], _share(given["headline"]), _verdict(given["verdict"]))


def _verdict(given: str | None) -> Verdict | None:
    return None if given is None else Verdict(given)

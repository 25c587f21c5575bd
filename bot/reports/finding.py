"""Findings as they are told: each published figure in one sentence, and the number that stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.reports.phrases import say
from bot.reports.views import FigureView, Views, views
from engagement import findings
from engagement.authority import Settings
from engagement.findings import Slide
from engagement.results import Results

WORDS: Final = "finding.j2"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One finding as it is read: the question it answers, the sentence, and its number, where there is one."""

    question: str
    text: str
    said: str
    beside: str
    percent: int | None
    """Of the headline, where it may be drawn as a bar."""


def proposed(results: Results, settings: Settings, *, outside: bool = False) -> tuple[Sentence, ...]:
    """A sentence for each figure of which there is one to be said, as they were asked."""
    found = views(results, settings, outside=outside)
    made = [_sentence(figure, "") for figure in found.figures if figure.drawable]
    return tuple(one for one in made if one.said)


def headlines(results: Results, sentences: Sequence[Sentence]) -> tuple[str, ...]:
    """The questions that are proposed to be told: the declared headline measures, as many as fit."""
    there = {one.question for one in sentences}
    return tuple(one for one in results.asked.headline if one in there)[: findings.MOST]


def told(results: Results, settings: Settings, slides: Sequence[Slide]) -> tuple[Sentence, ...]:
    """The slides inside the authority, in their own words."""
    found = views(results, settings)
    return tuple(_sentence(found.figure(one.question), one.sentence) for one in slides)


def for_a_wall(results: Results, settings: Settings, slides: Sequence[Slide]) -> tuple[Sentence, ...]:
    """The slides as anybody may read them; without those of which nothing may leave the authority."""
    found = views(results, settings, outside=True)
    drawn = [one for one in slides if findings.is_drawn(results, one.question)]
    made = [_sentence(found.figure(one.question), _as_it_may_leave(results, one)) for one in drawn]
    return tuple(one for one in made if one.said)


def base(results: Results, settings: Settings, *, outside: bool = False) -> str:
    """How many answered, once for all sentences."""
    return say("base", views(results, settings, outside=outside), of=WORDS)


def care() -> str:
    """What is said once beside all of them."""
    return say("care", of=WORDS)


def _as_it_may_leave(results: Results, slide: Slide) -> str:
    return slide.sentence if slide.own and findings.may_leave(results, slide) else ""


def _sentence(figure: FigureView, said: str) -> Sentence:
    share = figure.headline
    return Sentence(
        figure.id,
        figure.text,
        said or say("sentence", figure, of=WORDS),
        say("beside", figure, of=WORDS),
        None if share is None or figure.in_words else share.percent,
    )


def outside_views(results: Results, settings: Settings) -> Views:
    """The publication for everybody else."""
    return views(results, settings, outside=True)

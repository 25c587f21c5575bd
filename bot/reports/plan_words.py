"""What young people said that a promise stands on, in words made of what was published: see `templates/plan_say.j2`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from bot.reports.phrases import say
from bot.reports.views import FigureView, Views, views
from engagement.authority import Settings
from engagement.promise_sources import Source
from surveys.publication import Figure, Level

WORDS: Final = "plan_say.j2"


@dataclass(frozen=True, slots=True)
class Picked:
    """One option of a list that people picked from. `percent` is None where that may not be shown."""

    label: str
    percent: int | None


def said(source: Source, settings: Settings, *, outside: bool = False) -> str:
    """One or two plain sentences; with `outside` only what may leave the authority, and with the number beside it."""
    if source.said.kind == "quote":
        return quoted(source.quote)
    found = views(source.results, settings, outside=outside)
    figure = _view(found, source)
    if source.option:
        return say("priority", figure, _picked(found, source), of=WORDS)
    return say("finding", figure, outside, of=WORDS)


def quoted(words: str) -> str:
    """Words that may be quoted, as they are printed."""
    return say("quote", words, of=WORDS)


def _view(found: Views, source: Source) -> FigureView:
    """Its figure; outside one of which nothing may leave, where that side does not know the question at all."""
    if any(figure.id == source.question for figure in found.published.figures):
        return found.figure(source.question)
    inside = views(source.results, found.settings).figure(source.question)
    return replace(inside, level=Level.NOTHING, headline=None, bars=(), order=())


def _picked(found: Views, source: Source) -> Picked:
    question = source.results.asked.question(source.question)
    label = found.worded(question.option(source.option).label)
    figures = (figure for figure in found.published.figures if figure.id == source.question)
    figure = next(figures, None)
    return Picked(label, None if figure is None else _percent(figure, source.option))


def _percent(figure: Figure, option: str) -> int | None:
    counts = (cell.count for cell in figure.cells if cell.members == (option,))
    count = next(counts, None)
    return None if count is None or not figure.base else min(100, int(100 * count / figure.base + 0.5))

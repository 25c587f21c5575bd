"""A round as one page for those who decide: what moved, how it looks, what people wrote and what was said back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.reports.phrases import rendered
from bot.reports.views import FigureView, Views, views
from engagement import round_survey
from engagement.authority import Settings
from engagement.promise_standing import of_json
from engagement.promises import Shown
from engagement.round_told import Report
from storage.rounds import Round


@dataclass(frozen=True, slots=True)
class Asked:
    """One promise with what was published of its question, and what was asked: whether it changed, or how it looks."""

    we_will: str
    figure: FigureView
    changed: bool


def file_name(of: Round) -> str:
    """What the page is called as a file."""
    return f"progress-{of.name.replace('_', '-')}.html"


def page(report: Report, settings: Settings) -> str:
    """The page as HTML, which loads nothing from anywhere."""
    found = None if report.results is None else views(report.results, settings)
    year, _, number = report.round.name.partition("_q")
    return rendered(
        "round.html.j2",
        escaped=True,
        s=settings,
        r=report,
        year=int(year),
        number=int(number),
        v=found,
        asked=() if found is None else _asked(report, found),
        counts={state: sum(one.promise.state == state for one in report.every) for state in _STATES},
        total=len(report.every),
        by_theme=_by_theme(report.every),
    )


_STATES = ("done", "doing", "planned", "stuck", "not_doing")


def _asked(report: Report, found: Views) -> tuple[Asked, ...]:
    """The promises that were asked about, in the order of the plan, with their figures."""
    figures = {figure.id: figure for figure in found.figures}
    rows = []
    for promise in of_json(report.round.told).asks:
        for changed in (False, True):
            figure = figures.get(round_survey.question(promise, finished=changed))
            if figure is not None:
                rows.append(Asked(report.names.get(promise, figure.text), figure, changed))
    return tuple(rows)


def _by_theme(every: tuple[Shown, ...]) -> list[tuple[str, list[Shown]]]:
    found: dict[str, list[Shown]] = {}
    for one in every:
        found.setdefault(one.theme.name, []).append(one)
    return list(found.items())

"""One page of everything that is published of a survey: to look at, to listen to and to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from bot.reports import cards, charts
from bot.reports.phrases import rendered
from bot.reports.views import FigureView, SegmentView, Views, views
from engagement.authority import Settings
from engagement.results import Results, known_benchmarks


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A question by one segment; the picture is None where no part's share can be shown."""

    segment: SegmentView
    picture: Markup | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One question with its pictures."""

    figure: FigureView
    picture: Markup | None
    breakdowns: tuple[Breakdown, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The questions of one part; without a heading where the survey gives none."""

    place: int
    heading: str | None
    questions: tuple[Shown, ...]


def page(results: Results, settings: Settings, *, outside: bool = False) -> str:
    """The page as HTML; with `outside` what may leave the authority."""
    found = views(results, settings, outside=outside)
    return rendered(
        "page.html.j2",
        escaped=True,
        v=found,
        s=settings,
        sections=tuple(_sections(found)),
        # The pictures are our own templates, which have escaped every label already.
        summary=Markup(charts.summary_svg(results, settings, outside=outside)),  # noqa: S704
        care=known_benchmarks().use_with_care,
        c=cards.of(found),
    )


def _sections(found: Views) -> Iterator[Section]:
    by_part: dict[str, list[FigureView]] = {}
    for figure in found.figures:
        by_part.setdefault(found.results.asked.question(figure.id).part, []).append(figure)
    for place, figures in enumerate(by_part.values(), start=1):
        yield Section(place, figures[0].heading, tuple(_shown(found, figure) for figure in figures))


def _shown(found: Views, figure: FigureView) -> Shown:
    results, settings, outside = found.results, found.settings, found.published.outside
    picture = Markup(charts.svg(results, figure.id, settings, outside=outside)) if figure.drawable else None  # noqa: S704
    return Shown(figure, picture, tuple(_breakdown(found, figure, segment) for segment in figure.segments))


def _breakdown(found: Views, figure: FigureView, segment: SegmentView) -> Breakdown:
    if not segment.shares:
        return Breakdown(segment, None)
    drawn = charts.parts_svg(found.results, figure.id, segment.id, found.settings)
    return Breakdown(segment, Markup(drawn))  # noqa: S704

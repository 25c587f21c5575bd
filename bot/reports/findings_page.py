"""What was found as one page for whoever is not in the chat: nothing is loaded from anywhere, and nothing runs."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.reports import charts, finding
from bot.reports.phrases import rendered
from engagement.authority import Settings
from engagement.findings import Slide
from engagement.results import Results


def page(results: Results, settings: Settings, slides: Sequence[Slide]) -> str:
    """The page as HTML: each sentence with its number and its picture, only what may leave the authority."""
    found = finding.outside_views(results, settings)
    sentences = finding.for_a_wall(results, settings, slides)
    return rendered(
        "findings.html.j2",
        escaped=True,
        v=found,
        s=settings,
        # The pictures are our own templates, which have escaped every label already.
        shown=[
            (one, Markup(charts.svg(results, one.question, settings, outside=True)))  # noqa: S704
            for one in sentences
        ],
    )

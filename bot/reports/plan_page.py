"""The plan as one page: what was said, what was promised, who and when, how far, and what will be different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.reports import plan_words
from bot.reports.phrases import rendered
from engagement.authority import Settings
from engagement.london import local
from engagement.promises import MadeWith, Shown
from storage.promises import PlanTheme

NOT_LATE = ("done", "not_doing")


@dataclass(frozen=True, slots=True)
class Line:
    """One promise. `steps` is how much of the bar is filled, in per cent; None where no steps are counted."""

    number: str
    one: Shown
    said: str | None
    quote: bool
    late: bool
    steps: int | None
    edited_on: date
    edited_by: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One theme with its promises."""

    theme: PlanTheme
    lines: tuple[Line, ...]


def page(rows: Sequence[Shown], made_with: MadeWith, settings: Settings, *, on: date) -> str:
    """The page as HTML, with nothing in it that may not leave the authority."""
    parts = tuple(_parts(rows, settings, on))
    return rendered(
        "plan.html.j2",
        escaped=True,
        s=settings,
        parts=parts,
        total=len(rows),
        counts=[(state, sum(one.promise.state == state for one in rows)) for state in _STATES],
        not_from=sum(one.source is None for one in rows),
        made_with=made_with,
        last=max((one.edited_on for part in parts for one in part.lines), default=None),
        on=on,
    ).lstrip()


_STATES = ("done", "doing", "planned", "stuck", "not_doing")


def _parts(rows: Sequence[Shown], settings: Settings, on: date) -> Iterator[Part]:
    themes = list({one.theme.id: one.theme for one in rows}.values())
    for place, theme in enumerate(themes, start=1):
        theirs = (one for one in rows if one.theme.id == theme.id)
        lines = (_line(f"{place}.{at}", one, settings, on) for at, one in enumerate(theirs, start=1))
        yield Part(theme, tuple(lines))


def _line(number: str, one: Shown, settings: Settings, on: date) -> Line:
    row = one.promise
    return Line(
        number,
        one,
        None if one.source is None else plan_words.said(one.source, settings, outside=True),
        one.source is not None and one.source.said.kind == "quote",
        row.by_when is not None and row.by_when < on and row.state not in NOT_LATE,
        100 * row.steps_done // row.steps if row.steps else None,
        day_of(row.edited_at),
        one.edited_by.split()[0] if one.edited_by else None,
    )


def day_of(moment: datetime) -> date:
    """The day on London clocks."""
    return local(moment).date()

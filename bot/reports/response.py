"""How a survey stands while it is open, in one picture and in words: what may be told, and never by day.

Laid out like the pictures of results, and as calm: bars are told apart by dark and light and by place, a thin group by
a ring and its words.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from bot.reports import phrases
from bot.reports.charts import (
    BAND,
    BAR,
    FILL,
    GAP,
    INK,
    INNER,
    LETTERS,
    LINE,
    MARGIN,
    SOFT,
    TITLE,
    TRACK,
    Box,
    Mark,
    Sheet,
    Text,
    framed,
    width_of,
)
from bot.reports.drawing import WIDTH
from bot.reports.phrases import rendered
from engagement import answering
from engagement.authority import Settings
from engagement.response import Group, Response, Standing, Week
from surveys.definition import ENGLISH, text_in

TALLEST: Final = 1880
"""As tall as a phone is for its width: what has no room is in the text."""

STEPS: Final = ("register", "invited", "joined", "reachable", "started", "sent")
LABELS: Final = 300
NUMBERS: Final = 130
LIGHT: Final = 12

MOST_TEXT: Final = 1400
MOST_CAPTION: Final = 1000
"""In UTF-16 units, a little under what is allowed."""

say = partial(phrases.say, of="response.j2")


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group of the register, in words."""

    group: Group
    label: str
    thin: bool

    @property
    def rate(self) -> int | None:
        return self.group.rate

    @property
    def share(self) -> int:
        return self.group.share


@dataclass(frozen=True, slots=True)
class StandingView:
    """One survey as it stands."""

    title: str
    last_day: date
    open: bool
    response: Response
    groups: tuple[GroupView, ...]


def viewed(standing: Standing, settings: Settings) -> StandingView:
    """The survey with labels instead of ids, as this authority says them."""
    thin = standing.thin
    return StandingView(
        _worded(text_in(standing.asked.title, ENGLISH), settings),
        answering.last_day(standing.opening),
        standing.opening.state == "open",
        standing.response,
        tuple(GroupView(one, _worded(_label(standing, one), settings), one in thin) for one in standing.groups),
    )


def _label(standing: Standing, group: Group) -> str:
    """The answer's own words; of a column of the register, its name and what stands there."""
    asked = {question.id: question for question in standing.asked.segment_questions}
    if group.segment in asked:
        return text_in(asked[group.segment].option(group.part).label, ENGLISH)
    return f"{group.segment.capitalize().replace('_', ' ')}: {group.part}"


def _worded(said: str, settings: Settings) -> str:
    return said.replace("{worker_word}", settings.worker_word).replace("{council_word}", settings.council)


def command(survey: str, group: Group) -> str:
    """What to type to plan a reminder for just this group."""
    return f"yousaid campaign remind {survey} --group {shlex.quote(f'{group.segment}={group.part}')}"


# The picture


def svg(standing: Standing, settings: Settings) -> str:
    """How one survey stands."""
    return _drawn([viewed(standing, settings)], None)


def week_svg(week: Week, settings: Settings) -> str:
    """The week: the survey that opened first, what there is to say of the others, messages and tasks."""
    return _drawn([viewed(one, settings) for one in week.standings], week)


def _drawn(views: Sequence[StandingView], week: Week | None) -> str:
    """The picture with as many groups as it has room for; thin ones are the last to go."""
    groups = list(views[0].groups) if views else []
    while True:
        sheet = _sheet(views, groups, week)
        if sheet.y + MARGIN <= TALLEST or not groups:
            return framed(sheet, _title(views), _text(views, groups, week, escaped=False))
        groups.remove(next((one for one in reversed(groups) if not one.thin), groups[-1]))


def _title(views: Sequence[StandingView]) -> str:
    return say("when", views[0]) if views else say("no_surveys")


def _sheet(views: Sequence[StandingView], groups: Sequence[GroupView], week: Week | None) -> Sheet:
    sheet = Sheet()
    if not views:
        sheet.lines(say("no_surveys"), size=TITLE, bold=True, most=2)
    else:
        _survey(sheet, views[0], groups)
    for one in views[1:]:
        sheet.lines(one.title, bold=True, most=1)
        sheet.lines(say("shortly", one), colour=SOFT, most=3)
        sheet.gap()
    if week is not None:
        _week(sheet, week)
    return sheet


def _survey(sheet: Sheet, view: StandingView, groups: Sequence[GroupView]) -> None:
    sheet.lines(say("when", view), size=TITLE, bold=True, most=2)
    sheet.lines(say("first_line", view.response, view.open), colour=SOFT)
    sheet.gap()
    for name in STEPS if view.open else [step for step in STEPS if step != "started"]:
        _step(sheet, say("step", name), getattr(view.response, name), view.response.register)
    if never := say("never", view.response):
        sheet.lines(never, colour=SOFT)
    if groups:
        sheet.gap()
        sheet.lines(say("key"), colour=SOFT)
        sheet.gap(GAP / 2)
    for group in groups:
        _group(sheet, group)
    if left := len(view.groups) - len(groups):
        sheet.lines(say("more", left), colour=SOFT)
    if any(group.thin for group in groups):
        sheet.lines(say("ring"), colour=SOFT)
    if _something_hidden(view, groups):
        sheet.lines(say("hidden"), colour=SOFT)
    sheet.gap()


def _something_hidden(view: StandingView, groups: Sequence[GroupView]) -> bool:
    hidden = view.response.sent is None or (view.open and view.response.started is None)
    return hidden or any(one.rate is None for one in groups)


def _step(sheet: Sheet, label: str, number: int | None, register: int) -> None:
    """One step on one line: its name, a bar of the whole register, and the number."""
    sheet.y += LETTERS * LINE
    base = sheet.y - LETTERS * (LINE - 1)
    sheet.shapes.append(Text(MARGIN, base, label))
    sheet.shapes.append(Text(WIDTH - MARGIN, base, say("told", number), bold=True, anchor="end"))
    long, top = INNER - LABELS - NUMBERS, base - 34
    if number is None:
        sheet.shapes.append(Box(MARGIN + LABELS, top, long, BAR + 8, SOFT, dashed=True))
    else:
        sheet.shapes.append(Box(MARGIN + LABELS, top, long, BAR + 8, TRACK))
        if number and register:
            sheet.shapes.append(Box(MARGIN + LABELS, top, long * min(1.0, number / register), BAR + 8, FILL))
    sheet.gap(8)


def _group(sheet: Sheet, group: GroupView) -> None:
    """One group: how many of it sent, and under that its share of the register."""
    number = say("number", group)
    ring = 60.0 if group.thin else 0.0
    room = INNER - width_of(number, LETTERS) - GAP - ring
    sheet.lines(group.label, width=room, most=2)
    base = sheet.y - LETTERS * (LINE - 1)
    sheet.shapes.append(Text(WIDTH - MARGIN, base, number, bold=True, anchor="end"))
    if group.thin:
        sheet.shapes.append(Mark(WIDTH - MARGIN - width_of(number, LETTERS) - GAP - 18, base - 18, hollow=True))
    sheet.gap(6)
    if group.rate is None:
        sheet.shapes.append(Box(MARGIN, sheet.y, INNER, BAR, SOFT, dashed=True))
    else:
        sheet.shapes.append(Box(MARGIN, sheet.y, INNER, BAR, TRACK))
        if group.rate:
            sheet.shapes.append(Box(MARGIN, sheet.y, INNER * min(100, group.rate) / 100, BAR, FILL))
    sheet.gap(BAR + 4)
    sheet.shapes.append(Box(MARGIN, sheet.y, INNER * group.share / 100, LIGHT, BAND))
    sheet.gap(LIGHT + GAP / 2)


def _week(sheet: Sheet, week: Week) -> None:
    sheet.gap()
    said = (say("messages", week.delivery), say("unreachable", week.delivery), say("tasks", week.overdue))
    for line in filter(None, said):
        sheet.lines(line, colour=INK)


# In words


def text(standing: Standing, settings: Settings) -> str:
    """The same in words, as Telegram's HTML."""
    views = [viewed(standing, settings)]
    return _fitting(views, None, most=MOST_TEXT)


def week_text(week: Week, settings: Settings) -> str:
    """The week in words, as Telegram's HTML: for a card."""
    return _fitting([viewed(one, settings) for one in week.standings], week, most=MOST_TEXT)


def week_caption(week: Week, settings: Settings) -> str:
    """The week in words, as Telegram's HTML: under its picture."""
    return _fitting([viewed(one, settings) for one in week.standings], week, most=MOST_CAPTION)


def _fitting(views: Sequence[StandingView], week: Week | None, *, most: int) -> str:
    from bot.screens import utf16_units

    groups = list(views[0].groups) if views else []
    while True:
        said = _text(views, groups, week, escaped=True)
        if utf16_units(said) <= most or not groups:
            return said
        groups.remove(next((one for one in reversed(groups) if not one.thin), groups[-1]))


def _text(views: Sequence[StandingView], groups: Sequence[GroupView], week: Week | None, *, escaped: bool) -> str:
    first = views[0] if views else None
    said = rendered(
        "response_text.j2",
        escaped=escaped,
        s=first,
        others=views[1:],
        groups=groups,
        left=len(first.groups) - len(groups) if first else 0,
        week=week,
    ).strip()
    return said if escaped else said.replace("<b>", "").replace("</b>", "")

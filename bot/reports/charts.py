"""Pictures of published figures: laid out here, drawn once as SVG, the same on the page and in the chat.

1080 units wide, letters of 54 and more (14 px on a 360 px phone), flat colours that do not need to be told apart.
Whatever a picture has no room for stands in its text, never smaller on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.reports.drawing import WIDTH
from bot.reports.drawing import png as png
from bot.reports.phrases import rendered, say
from bot.reports.views import Bar, FigureView, ShareView, Views, views
from engagement.authority import Settings
from engagement.results import Results

LEAST_HEIGHT: Final = 1080
MOST_HEIGHT: Final = 1350
MARGIN: Final = 60
INNER: Final = WIDTH - 2 * MARGIN
LETTERS: Final = 54
TITLE: Final = 62
BIG: Final = 150
LINE: Final = 1.22
"""Height of a line of text, by the height of its letters."""

INK, SOFT, TRACK, FILL, BAND, PAPER = "#1b1f24", "#4b5560", "#e3e7ea", "#0a5c96", "#a8cce6", "#ffffff"
"""Dark on light: text at 7 to 1 and more, bars at 3 to 1 and more against what lies beside them."""

GAP: Final = 26
BAR: Final = 22
MOST_BARS: Final = 8
MEASURES: Final = 4

# Widths of Lato's letters by their height, the wider of regular and bold; what is not here is taken as wide.
_WIDTHS: Final = {
    letter: width
    for width, letters in {
        0.19: " ", 0.24: ",.'", 0.27: ":;ijl", 0.31: "()[]{}|I", 0.36: "`f!-", 0.41: "/\\_t*r", 0.44: '"?Js',
        0.48: "zc", 0.54: "LagevySx", 0.58: "kFbdhnopqu#$+0123456789<=>E^~", 0.62: "TPZ", 0.66: "BYR", 0.71: "XCK&AV",
        0.76: "GUDHN", 0.82: "w%OQ@", 0.84: "m", 0.93: "M", 1.05: "W",
    }.items()
    for letter in letters
}  # fmt: skip
_WIDE: Final = 0.85


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    said: str
    size: int = LETTERS
    bold: bool = False
    colour: str = INK
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; a dashed one is empty and stands for a number that is hidden."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a track; a hollow one is somebody else's figure, or an earlier one of ours."""

    x: float
    y: float
    hollow: bool = False


Shape = Text | Box | Mark


@dataclass
class Sheet:
    """What is on a picture so far, from the top down."""

    y: float = MARGIN
    shapes: list[Shape] = field(default_factory=list)

    def lines(
        self,
        said: str,
        *,
        size: int = LETTERS,
        bold: bool = False,
        colour: str = INK,
        x: float = MARGIN,
        width: float = INNER,
        most: int = 9,
    ) -> None:
        """Text from here on, wrapped."""
        for line in wrapped(said, size, width, most=most):
            self.y += size * LINE
            self.shapes.append(Text(x, self.y - size * (LINE - 1), line, size, bold, colour))

    def gap(self, height: float = GAP) -> None:
        self.y += height


# What there is


def svg(results: Results, question_id: str, settings: Settings, *, outside: bool = False) -> str:
    """The picture of one question. Raises: KeyError where there is none of that name."""
    all_views = views(results, settings, outside=outside)
    figure = all_views.figure(question_id)
    bars = list(figure.bars)
    mark = True
    while True:
        sheet = _drawn(all_views, figure, bars, mark=mark)
        if sheet.y + MARGIN <= MOST_HEIGHT or len(bars) <= 1:
            return framed(sheet, say("headline", figure) or figure.text, figure.text)
        if mark and any(one.marked for one in figure.beside):
            mark = False  # its words have no room, and a mark without words says nothing
        else:
            bars = bars[:-1]


def parts_svg(results: Results, question_id: str, segment_id: str, settings: Settings) -> str:
    """The picture of one question's share in each part of one segment. Raises: KeyError."""
    all_views = views(results, settings)
    figure = all_views.figure(question_id)
    segment = next((one for one in figure.segments if one.id == segment_id), None)
    if segment is None:
        raise KeyError(segment_id)
    sheet = Sheet()
    sheet.lines(figure.text, size=TITLE, bold=True, most=4)
    if figure.headline is not None:
        sheet.lines(say("who_said", figure), colour=SOFT, most=2)
    sheet.lines(say("by", segment), colour=SOFT, most=2)
    sheet.gap()
    for part in segment.parts:
        share = part.headline
        _row(sheet, part.label, "c" if share is None else f"{share.percent}%", None if share is None else share.percent)
        if share is not None:
            _interval(sheet, share, sheet.y - GAP - BAR)
    return framed(sheet, figure.text, segment.text)


def summary_svg(results: Results, settings: Settings, *, outside: bool = False) -> str:
    """Everything in one picture: who answered, and the first measures that were declared.

    Of a survey about priorities: what came first, beside how well it is done.
    """
    from bot.reports import cards

    all_views = views(results, settings, outside=outside)
    if (beside := cards.of(all_views)) is not None:
        return cards.svg(all_views, beside)
    measures = list(all_views.measures[: MEASURES + 1])
    while True:
        sheet = Sheet()
        sheet.lines(all_views.title, size=TITLE, bold=True, most=2)
        sheet.lines(say("first_line", all_views), colour=SOFT)
        sheet.gap(GAP * 1.5)
        for figure in measures:
            _measure(sheet, figure)
        if sheet.y + MARGIN <= MOST_HEIGHT or not measures:
            return framed(sheet, all_views.title, say("first_line", all_views))
        measures.pop()


# In words


def caption(results: Results, question_id: str, settings: Settings) -> str:
    """The same in words, as Telegram's HTML: at most 1,024 characters once its tags are gone."""
    all_views = views(results, settings)
    return _fitting("caption.j2", all_views, all_views.figure(question_id), most=MOST_CAPTION)


def as_text(results: Results, question_id: str, settings: Settings) -> str:
    """Everything there is to say of one question, as Telegram's HTML: at most 1,400 characters."""
    all_views = views(results, settings)
    return _fitting("caption.j2", all_views, all_views.figure(question_id), most=MOST_TEXT)


def summary_caption(results: Results, settings: Settings) -> str:
    """The one picture in words, as Telegram's HTML."""
    from bot.reports import cards

    all_views = views(results, settings)
    if (beside := cards.of(all_views)) is not None:
        return cards.caption(all_views, beside)
    return rendered("summary.j2", escaped=True, v=all_views, measures=all_views.measures[:MEASURES])


MOST_CAPTION: Final = 1000
MOST_TEXT: Final = 1400
"""In UTF-16 units, a little under what is allowed, since a label may hold anything."""

EVERYTHING: Final = ("segments", "notes", "beside", "blank")
"""What may be left out where it is too long, in this order; it is on the page all the same."""


def _fitting(template: str, all_views: Views, figure: FigureView, *, most: int) -> str:
    from bot.screens import utf16_units

    said = ""
    for dropped in range(len(EVERYTHING) + 1):
        said = rendered(template, escaped=True, v=all_views, f=figure, told=EVERYTHING[dropped:]).strip()
        if utf16_units(said) <= most:
            break
    return said


# Laying out


def _drawn(all_views: Views, figure: FigureView, bars: Sequence[Bar], *, mark: bool) -> Sheet:
    sheet = Sheet()
    sheet.lines(figure.text, size=TITLE, bold=True, most=4)
    sheet.gap()
    if figure.headline is not None:
        _headline(sheet, all_views, figure, figure.headline, mark=mark)
    if figure.drawable:
        shown = bars[:MOST_BARS]
        for bar in shown:
            _row(sheet, bar.label, say("number", figure, bar), bar.percent)
        if len(shown) < len(figure.bars):
            sheet.lines(say("more", len(figure.bars) - len(shown)), colour=SOFT)
    if hidden := say("hidden", figure):
        sheet.lines(hidden, colour=SOFT)
    sheet.gap()
    sheet.lines(say("foot", all_views, figure), colour=SOFT)
    return sheet


def _headline(sheet: Sheet, all_views: Views, figure: FigureView, share: ShareView, *, mark: bool) -> None:
    """The big number, what it is of, and where on the way from 0 to 100 it lies."""
    big = say("big", figure)
    sheet.y += BIG * 0.86
    sheet.shapes.append(Text(MARGIN, sheet.y, big, BIG, True, FILL))
    beside = MARGIN + width_of(big, BIG) + GAP
    said = wrapped(say("who_said", figure), LETTERS, WIDTH - MARGIN - beside, most=2)
    if beside < WIDTH / 2 and len(said) <= 2:
        for at, line in enumerate(reversed(said)):
            sheet.shapes.append(Text(beside, sheet.y - at * LETTERS * LINE, line))
        sheet.gap()
    else:
        sheet.gap(GAP / 2)
        sheet.lines(say("who_said", figure), most=3)
        sheet.gap()
    if figure.in_words:
        return
    # One mark, with its words: two would need a key to be told apart, and the second stands in the text.
    marks = [one for one in figure.beside if one.marked][:1] if mark else []
    _track(sheet, share, hollow=[one.percent for one in marks if one.percent is not None])
    if figure.wave is not None and figure.wave.headline is not None:
        sheet.lines(str(say("wave_years", all_views, figure)), colour=SOFT)
        _track(sheet, figure.wave.headline, earlier=True)
        sheet.lines(say("verdict_short", figure), most=2)
    else:
        sheet.lines(say("likely", share), colour=SOFT)
    for one in marks:
        sheet.lines(say("beside_short", one), colour=SOFT, most=4)
    sheet.gap()


def _track(sheet: Sheet, share: ShareView, *, hollow: Iterable[int] = (), earlier: bool = False) -> None:
    """From 0 to 100 in per cent: the interval as a band, our share as a point, others' as hollow ones."""
    height = 44.0
    sheet.shapes.append(Box(MARGIN, sheet.y, INNER, height, TRACK))
    sheet.shapes.append(
        Box(_at(share.low), sheet.y, max(4.0, _at(share.high) - _at(share.low)), height, BAND),
    )
    sheet.shapes += [Mark(_at(percent), sheet.y + height / 2, hollow=True) for percent in hollow]
    sheet.shapes.append(Mark(_at(share.percent), sheet.y + height / 2, hollow=earlier))
    sheet.gap(height + 8)


def _row(sheet: Sheet, label: str, number: str, percent: int | None) -> None:
    """One answer: its label and number, and a bar under them; a dashed outline where the number is hidden."""
    room = INNER - width_of(number, LETTERS) - GAP
    sheet.lines(label, width=room, most=2)
    sheet.shapes.append(Text(WIDTH - MARGIN, sheet.y - LETTERS * (LINE - 1), number, bold=True, anchor="end"))
    sheet.gap(6)
    if percent is None:
        sheet.shapes.append(Box(MARGIN, sheet.y, INNER, BAR, SOFT, dashed=True))
    else:
        sheet.shapes.append(Box(MARGIN, sheet.y, INNER, BAR, TRACK))
        if percent:
            sheet.shapes.append(Box(MARGIN, sheet.y, INNER * percent / 100, BAR, FILL))
    sheet.gap(BAR + GAP)


def _interval(sheet: Sheet, share: ShareView, y: float) -> None:
    """A band and a point in place of the bar just drawn; its track stays."""
    bar = sheet.shapes[-1]
    if isinstance(bar, Box) and bar.colour == FILL:
        sheet.shapes.pop()
    sheet.shapes.append(Box(_at(share.low), y, max(4.0, _at(share.high) - _at(share.low)), BAR, BAND))
    sheet.shapes.append(Mark(_at(share.percent), y + BAR / 2))


def _measure(sheet: Sheet, figure: FigureView) -> None:
    """One measure of the summary: what was asked, what was found, and whether it has changed."""
    share = figure.headline
    if share is None:
        return
    big = say("big", figure)
    room = INNER - width_of(big, 96) - GAP
    begins = sheet.y
    sheet.lines(figure.text, width=room, most=2)
    sheet.shapes.append(Text(WIDTH - MARGIN, begins + 84, big, 96, True, FILL, "end"))
    sheet.y = max(sheet.y, begins + 100)
    sheet.lines(f"{say('who_said', figure)}. {say('verdict_short', figure)}", colour=SOFT, most=2)
    sheet.gap(6)
    sheet.shapes.append(Box(MARGIN, sheet.y, INNER, BAR, TRACK))
    if share.percent:
        sheet.shapes.append(Box(MARGIN, sheet.y, INNER * share.percent / 100, BAR, FILL))
    sheet.gap(BAR + GAP)


def _at(percent: float) -> float:
    return MARGIN + INNER * percent / 100


def framed(sheet: Sheet, title: str, about: str) -> str:
    height = max(LEAST_HEIGHT, round(sheet.y + MARGIN))
    return rendered(
        "chart.svg.j2",
        escaped=True,
        width=WIDTH,
        height=height,
        title=title,
        about=about,
        paper=PAPER,
        fill=FILL,
        shapes=[(type(shape).__name__, shape) for shape in sheet.shapes],
    )


def width_of(said: str, size: float) -> float:
    """How wide the text is, or a little less than that."""
    return sum(_WIDTHS.get(letter, _WIDE) for letter in said) * size


def wrapped(said: str, size: float, width: float, *, most: int) -> list[str]:
    """The text in lines no wider than that, at most so many; what is left over ends in an ellipsis."""
    lines: list[str] = [""]
    for word in said.split():
        longer = f"{lines[-1]} {word}".strip()
        if width_of(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [_cut(line, size, width) for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(f"{lines[most - 1]}…", size, width)]
    return lines


def _cut(line: str, size: float, width: float) -> str:
    """A line no wider than that, whatever one word is."""
    while width_of(line, size) > width and len(line) > 1:
        line = f"{line.rstrip('…')[:-1]}…"
    return line

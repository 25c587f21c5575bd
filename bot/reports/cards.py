"""What came first, beside how well it is done: a survey about priorities as its words and its picture want it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.reports.charts import (
    BAND,
    BAR,
    FILL,
    GAP,
    INNER,
    LETTERS,
    LINE,
    MARGIN,
    MOST_CAPTION,
    MOST_HEIGHT,
    SOFT,
    TITLE,
    TRACK,
    Box,
    Sheet,
    Text,
    framed,
    width_of,
)
from bot.reports.phrases import rendered, say
from bot.reports.views import Bar, FigureView, Views
from surveys import cards
from surveys.cards import DONE, Card, Mode
from surveys.publication import Level

WORDS: Final = "cards.j2"
COLUMN: Final = (INNER - 2 * GAP) / 2
NUMBER: Final = width_of("100%", LETTERS) + GAP / 2
SHADES: Final = (FILL, BAND, SOFT)
"""Well, half and half, badly: a bar's parts lie in this order, so that no colour has to be told from another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One card. `best` of cards that were sorted.

    done:  of cards that were ranked, how many said it is done well, half and half, badly, from the counts that are
           shown; empty where none are.
    words: whether so few said so that only words may be made of it.
    """

    label: str
    picked: Bar
    best: Bar | None
    done: tuple[Bar, ...]
    words: bool


@dataclass(frozen=True, slots=True)
class CardsView:
    """All cards, the most picked first. `picked` is the question that orders them, `best` the one beside it."""

    mode: Mode
    picked: FigureView
    best: FigureView | None
    rows: tuple[Row, ...]
    left: int = 0
    """How many more there are than rows."""


def of(v: Views) -> CardsView | None:
    """What there is to set beside each other; None of a survey that sets nothing beside anything."""
    found = cards.outcome(v.results.asked, v.published)
    if found is None or found.mode == "list" or found.base is None or all(one.picked is None for one in found.cards):
        return None
    shown = {figure.id: figure for figure in v.figures}
    picked, best = shown[found.asked.id], shown.get(found.asked.not_in or "")
    bars = {bar.label: bar for bar in picked.bars}
    beside = {} if best is None else {bar.label: bar for bar in best.bars}
    rows = []
    for one in found.cards:
        label = v.worded(one.label)
        done = shown.get(DONE + one.id)
        bands = () if done is None or not done.drawable else tuple(_bands(v, done, one))
        rows.append(Row(label, bars[label], beside.get(label), bands, done is not None and done.in_words))
    return CardsView(found.mode, picked, best, tuple(rows))


def _bands(v: Views, done: FigureView, card: Card) -> Iterator[Bar]:
    """The declared bands, each added up from what is shown of it; the two sides where no more than those are shown."""
    if done.level is Level.SHARE:
        yield from done.bars
        return
    question = v.results.asked.question(done.id)
    for band in question.bands:
        counts = [cell.count for cell in card.done if set(cell.members) <= set(band)]
        shown = [count for count in counts if count is not None]
        people = sum(shown) if len(shown) == len(counts) else None
        percent = None if people is None or not done.base else min(100, round(100 * people / done.base))
        yield Bar(_joined([v.worded(question.option(str(member)).label) for member in band]), people, percent)


def _joined(labels: Sequence[str]) -> str:
    return " or ".join(label if not at else label[0].lower() + label[1:] for at, label in enumerate(labels))


def caption(v: Views, c: CardsView) -> str:
    """The picture in words, as Telegram's HTML; the cards that were picked least are left to the page."""
    from bot.screens import utf16_units

    said = ""
    for most in range(len(c.rows), 0, -1):
        said = rendered("cards_caption.j2", escaped=True, v=v, c=_first(c, most)).strip()
        if utf16_units(said) <= MOST_CAPTION:
            break
    return said


def svg(v: Views, c: CardsView) -> str:
    """How many picked each card, and beside it how well it is done; those picked most, as many as there is room for."""
    for most in range(len(c.rows), 0, -1):
        sheet = _drawn(v, _first(c, most))
        if sheet.y + MARGIN <= MOST_HEIGHT:
            break
    return framed(sheet, v.title, say("heading", c, of=WORDS))


def _first(c: CardsView, most: int) -> CardsView:
    return replace(c, rows=c.rows[:most], left=len(c.rows) - most)


def _drawn(v: Views, c: CardsView) -> Sheet:
    sheet = Sheet()
    sheet.lines(say("heading", c, of=WORDS), size=TITLE, bold=True, most=2)
    sheet.lines(say("key", c, of=WORDS), colour=SOFT, most=3)
    sheet.gap(GAP / 2)
    for row in c.rows:
        sheet.lines(row.label, most=2)
        sheet.y += LETTERS * LINE
        _bar(sheet, MARGIN, say("picked", c, row, of=WORDS), _widths([row.picked]))
        _bar(sheet, MARGIN + COLUMN + 2 * GAP, say("beside", c, row, of=WORDS), _beside(row))
        sheet.gap(GAP / 2)
    if c.left:
        sheet.lines(say("more", c.left), colour=SOFT)
    sheet.lines(say("foot", v, c.picked), colour=SOFT)
    return sheet


def _beside(row: Row) -> Sequence[int] | None:
    """The per cents to draw beside: bands from well to badly, or how many called it best."""
    bars = row.done or (() if row.best is None else (row.best,))
    return _widths(bars) if bars else None


def _widths(bars: Sequence[Bar]) -> Sequence[int] | None:
    """Per cents; None where any of them is hidden, for what is left of 100 would be it."""
    percents = [bar.percent for bar in bars]
    return None if None in percents else [percent for percent in percents if percent is not None]


def _bar(sheet: Sheet, x: float, number: str, percents: Sequence[int] | None) -> None:
    """A bar of one part or more in half the width, and its number."""
    y = sheet.y - LETTERS * (LINE - 1)
    sheet.shapes.append(Text(x + COLUMN, y, number, bold=True, anchor="end"))
    y, width = y - LETTERS / 2, COLUMN - NUMBER
    if percents is None:
        sheet.shapes.append(Box(x, y, width, BAR, SOFT, dashed=True))
        return
    sheet.shapes.append(Box(x, y, width, BAR, TRACK))
    begins = x
    for percent, colour in zip(percents, SHADES, strict=False):
        long = min(width * percent / 100, x + width - begins)
        if long > 0:
            sheet.shapes.append(Box(begins, y, long, BAR, colour))
        begins += long

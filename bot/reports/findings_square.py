"""What was found in one square picture with its words, for a group chat: only what may leave the authority."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.reports import finding
from bot.reports.charts import BAND, FILL, INNER, LINE, MARGIN, PAPER, SOFT, TITLE, Box, Sheet, framed
from bot.reports.finding import WORDS, Sentence
from bot.reports.phrases import say
from engagement.authority import Settings
from engagement.findings import Slide
from engagement.results import Results

SIDE: Final = 1080
BAND_HEIGHT: Final = 226
SENTENCE: Final = 52
FOOT: Final = 42
MARK: Final = 10.0
INDENT: Final = 34
MOST_CAPTION: Final = 1000


def svg(results: Results, settings: Settings, slides: Sequence[Slide]) -> str:
    """The picture: as many sentences as fit, the first of them first."""
    sentences = finding.for_a_wall(results, settings, slides)
    shown = list(sentences)
    while True:
        sheet = _sheet(results, settings, shown, len(sentences) - len(shown))
        if sheet.y + MARGIN <= SIDE or not shown:
            return framed(sheet, say("title", of=WORDS), finding.base(results, settings, outside=True))
        shown.pop()


def _sheet(results: Results, settings: Settings, shown: Sequence[Sentence], left: int) -> Sheet:
    """A band across the top, the sentences, and what has to be said beside them."""
    sheet = Sheet(y=34, shapes=[Box(0, 0, SIDE, BAND_HEIGHT, FILL)])
    sheet.lines(say("title", of=WORDS), size=TITLE + 10, bold=True, colour=PAPER)
    sheet.gap(4)
    sheet.lines(finding.base(results, settings, outside=True), size=FOOT + 4, colour=PAPER, most=1)
    sheet.y = BAND_HEIGHT + 26
    for one in shown:
        top = sheet.y + 12
        sheet.lines(one.said, x=MARGIN + INDENT, width=INNER - INDENT, size=SENTENCE, most=4)
        sheet.shapes.append(Box(MARGIN, top, MARK, sheet.y - top, BAND))
        sheet.gap(22)
    if left:
        sheet.lines(say("more", left, of=WORDS), x=MARGIN + INDENT, size=FOOT, colour=SOFT)
        sheet.gap(10)
    sheet.y = max(sheet.y, SIDE - MARGIN - 2 * FOOT * LINE)
    sheet.lines(f"{finding.care()} {say('by', settings, of=WORDS)}", size=FOOT, colour=SOFT)
    return sheet


def caption(results: Results, settings: Settings, slides: Sequence[Slide]) -> str:
    """The same in words, to stand below it: every sentence, as many as a caption holds."""
    found = finding.outside_views(results, settings)
    said = [one.said for one in finding.for_a_wall(results, settings, slides)]
    while True:
        words = say("caption", found, said, of=WORDS)
        if len(words) <= MOST_CAPTION or not said:
            return words
        said.pop()

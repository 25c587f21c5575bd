"""What was found on one sheet of A4 for a wall: the sentences large, a bar where there is a number, a code to scan."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Final

import segno
from fpdf.enums import XPos, YPos

from bot.reports import finding
from bot.reports.finding import WORDS, Sentence
from bot.reports.paper import FILL, INK, SOFT, WHITE, WIDE, Colour, Paper, wrapped
from bot.reports.phrases import say
from engagement.authority import Settings
from engagement.findings import Slide
from engagement.results import Results

TRACK: Final[Colour] = (227, 231, 234)

HIGH: Final = 297.0
EDGE: Final = 18.0
HEAD: Final = 52.0
FOOT: Final = 46.0
CODE: Final = 36.0
BAR: Final = 3.2
SIZES: Final = (32.0, 29.0, 26.0, 23.0, 21.0, 19.0, 17.5, 16.0, 14.5, 13.0)
"""Letters of the sentences, the largest that fits; in points."""


def pdf(results: Results, settings: Settings, slides: Sequence[Slide], *, bot_name: str | None = None) -> bytes:
    """The sheet as PDF, only with what may leave the authority; with a code where the bot's name is known."""
    found = finding.outside_views(results, settings)
    with closing(_Poster()) as poster:
        poster.head(
            say("title", of=WORDS),
            finding.base(results, settings, outside=True),
            say("until", found, of=WORDS),
        )
        poster.sentences(finding.for_a_wall(results, settings, slides))
        link = None if bot_name is None else f"https://t.me/{bot_name.removeprefix('@')}"
        poster.foot(
            (finding.care(), say("thanks", of=WORDS), say("next", of=WORDS)), say("by", settings, of=WORDS), link
        )
        return bytes(poster.output())


class _Poster(Paper):
    """The sheet on its way, from the top down."""

    def __init__(self) -> None:
        super().__init__(say("title", of=WORDS))
        self.set_margins(EDGE, EDGE)
        self.add_page()

    def head(self, title: str, base: str, until: str) -> None:
        """A band across the top: what this is, and of how many."""
        self.fill(FILL)
        self.rect(0, 0, WIDE, HEAD, style="F")
        self.set_y(13)
        self._say(title, size=38, bold=True, colour=WHITE)
        self._say(base, size=17, bold=True, colour=WHITE, above=3)
        self._say(until, size=12, colour=WHITE, above=1)

    def sentences(self, found: Sequence[Sentence]) -> None:
        """Each sentence with its bar, in the largest letters in which all of them fit, spread over the room."""
        room = HIGH - HEAD - FOOT - 18
        size = next((one for one in SIZES if self._height(found, one) <= room), SIZES[-1])
        spare = max(0.0, room - self._height(found, size))
        between = min(28.0, spare / max(1, len(found)))
        self.set_y(HEAD + 9 + min(6.0, between / 2))
        for one in found:
            self._say(one.said, size=size, bold=True)
            self._number(one, size)
            self.set_y(self.get_y() + 4 + between)

    def foot(self, lines: Sequence[str], by: str, link: str | None) -> None:
        """What has to be said beside all of it, and the way into the chat."""
        top = HIGH - FOOT
        self.set_draw_color(*FILL)
        self.set_line_width(0.8)
        self.line(EDGE, top, WIDE - EDGE, top)
        if link is not None:
            self.code(segno.make(link, error="m", micro=False), WIDE - EDGE - CODE, top + 4, CODE, link=link)
            self.set_right_margin(EDGE + CODE + 8)
        self.set_y(top + 4)
        for line in lines:
            self._say(line, size=12, above=0.8)
        if link is not None:
            self._say(say("code", of=WORDS), size=11, colour=SOFT, above=0.8)
        self._say(by, size=11, colour=SOFT, above=0.8)

    def _height(self, found: Sequence[Sentence], size: float) -> float:
        lines = sum(len(list(self._lines(one.said, size, bold=True))) for one in found)
        numbers = sum(size * 0.36 + BAR * bool(one.percent is not None) for one in found if one.beside)
        return lines * size * 0.44 + numbers + 4 * len(found)

    def _number(self, one: Sentence, size: float) -> None:
        """The bar and the number beside it, smaller than the sentence."""
        if not one.beside:
            return
        self._say(one.beside, size=size * 0.68, colour=SOFT, above=0.5)
        if one.percent is not None:
            self.fill(TRACK)
            self.rect(EDGE, self.get_y() + 0.8, WIDE - 2 * EDGE, BAR - 1, style="F")
            self.fill(FILL)
            if one.percent:
                self.rect(EDGE, self.get_y() + 0.8, (WIDE - 2 * EDGE) * one.percent / 100, BAR - 1, style="F")
            self.set_y(self.get_y() + BAR)

    def _say(self, text: str, *, size: float, bold: bool = False, colour: Colour = INK, above: float = 0) -> None:
        """The text between the margins, and on to the next line; letters the font lacks stand as question marks."""
        self.set_text_color(*colour)
        self.set_xy(self.l_margin, self.get_y() + above)
        for line in self._lines(text, size, bold=bold):
            self.cell(0, size * 0.44, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self, text: str, size: float, *, bold: bool) -> Iterator[str]:
        self.set_font("Lato", "B" if bold else "", size)
        plain = unicodedata.normalize("NFC", text)
        known = "".join(one if ord(one) in self.has else "?" for one in plain)
        return wrapped(known, lambda line: self.get_string_width(line) <= self.epw)

"""Printed invites as PDF: one page of A4 for each person, or a worker's cards, eight to a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import font_lato
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from segno import QRCode

from bot.reports import letters
from bot.reports.letters import QUIET, Card, Cards, Sheet
from engagement.invites import Invitation

Colour = tuple[int, int, int]

INK: Final[Colour] = (27, 31, 36)
SOFT: Final[Colour] = (75, 85, 96)
FILL: Final[Colour] = (10, 92, 150)
WASH: Final[Colour] = (238, 243, 247)
WHITE: Final[Colour] = (255, 255, 255)

WIDE: Final = 210.0
EDGE: Final = 25.0
NARROW_EDGE: Final = 12.0
CODE: Final = 58.0
CARD: Final = (93.0, 62.0)
CARD_CODE: Final = 38.0


class LettersMissing(Exception):
    """The font has no shape for some letter in what would be printed for these people."""

    def __init__(self, references: tuple[str, ...]) -> None:
        super().__init__(len(references))
        self.references = references


def pdf(invitations: Iterable[Invitation], *, worker: str | None = None) -> bytes:
    """The file; with a worker's first name, their page of cards. Raises: LettersMissing."""
    with closing(_Paper()) as paper:
        if worker is not None:
            paper.add_cards(letters.cards(invitations, worker))
        else:
            for sheet in letters.sheets(invitations):
                paper.add_sheet(sheet)
        paper.require_letters()
        return bytes(paper.output())


class _Paper(FPDF):
    """Pages on their way."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        folder = Path(font_lato.font_directory)
        self.add_font("Lato", "", folder / "Lato-Regular.ttf")
        self.add_font("Lato", "B", folder / "Lato-Bold.ttf")
        self.set_auto_page_break(False)
        self.set_title(letters.title())
        self.set_lang("en-GB")
        self.c_margin = 0
        self._faces = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self._has = frozenset.intersection(*(frozenset(font.cmap) for font in self._faces))
        self._broken: dict[tuple[str, float, float, bool], list[str]] = {}
        self._missing: dict[str, None] = {}
        self._about = ""

    def close(self) -> None:
        """Let go of the files of the fonts."""
        for face in self._faces:
            face.ttfont.close()

    def require_letters(self) -> None:
        """Raises LettersMissing, naming everybody at once."""
        if self._missing:
            raise LettersMissing(tuple(self._missing))

    def add_sheet(self, one: Sheet) -> None:
        self.add_page()
        self._about = one.reference
        self.set_margins(EDGE, EDGE)
        self.set_y(28)
        self._say(one.hello, size=30, bold=True, most=2)
        self._say(one.intro, size=15, above=3)
        self._door(one)
        self._say(one.how_heading, size=15, bold=True, colour=FILL, above=8)
        for number, step in enumerate(one.steps, start=1):
            self._step(number, step)
        self._say(one.bot, size=13, above=5)
        self._aside(one.trouble_heading, one.trouble)
        self._say(one.until, size=10, colour=SOFT, above=7)
        self._say(f"{one.by_link} {one.link}", size=10, colour=SOFT, link=one.link)

    def add_cards(self, found: Cards) -> None:
        for page in found.pages:
            self.add_page()
            self.set_margins(NARROW_EDGE, NARROW_EDGE)
            self.set_y(NARROW_EDGE)
            self._about = ""
            self._say(found.title, size=17, bold=True)
            self._say(found.how, size=11)
            top = self.get_y() + 4
            for place, card in enumerate(page):
                self._card(card, NARROW_EDGE + place % 2 * CARD[0], top + place // 2 * CARD[1])

    def _door(self, one: Sheet) -> None:
        """The code with the two words beside it."""
        top, inner = self.get_y() + 6, 6.0
        self._fill(WASH)
        self.rect(EDGE, top, WIDE - 2 * EDGE, CODE + 2 * inner, style="F", round_corners=True, corner_radius=3)
        self._code(one.code, EDGE + inner, top + inner, CODE, link=one.link)
        with self.local_context():
            self.set_left_margin(EDGE + CODE + 2 * inner + 2)
            self.set_right_margin(EDGE + inner)
            self.set_y(top + inner + 12)
            self._say(one.words_label, size=11, colour=SOFT)
            self._say(one.words, size=25, bold=True, colour=FILL)
            self._say(one.words_why, size=13, above=2)
        self.set_margins(EDGE, EDGE)
        self.set_y(top + CODE + 2 * inner)

    def _step(self, number: int, step: str) -> None:
        self.set_y(self.get_y() + 2)
        self._say(f"{number}.", size=13, bold=True, colour=FILL, stay=True)
        self.set_left_margin(EDGE + 8)
        self._say(step, size=13)
        self.set_left_margin(EDGE)

    def _aside(self, heading: str, text: str) -> None:
        top = self.get_y() + 7
        self.set_y(top)
        self.set_left_margin(EDGE + 6)
        self._say(heading, size=15, bold=True, colour=FILL)
        self._say(text, size=13, above=1)
        self.set_left_margin(EDGE)
        self._fill(FILL)
        self.rect(EDGE, top, 1.2, self.get_y() - top, style="F")

    def _card(self, one: Card, left: float, top: float) -> None:
        self._about = one.reference
        self.set_draw_color(*SOFT)
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=1.5, gap=1.5)
        self.rect(left, top, *CARD)
        self.set_dash_pattern()
        self._code(one.code, left + 4, top + (CARD[1] - CARD_CODE) / 2, CARD_CODE, link=one.link)
        self.set_left_margin(left + CARD_CODE + 8)
        self.set_right_margin(WIDE - left - CARD[0] + 3)
        self.set_y(top + 9)
        self._say(one.name, size=14, bold=True, most=2)
        self._say(one.words_label, size=8.5, colour=SOFT, above=1)
        self._say(one.words, size=14, bold=True, colour=FILL)
        self._say(one.how, size=9, above=1)
        self._say(one.until, size=9, colour=SOFT, above=1)
        self.set_margins(NARROW_EDGE, NARROW_EDGE)

    def _code(self, code: QRCode, left: float, top: float, size: float, *, link: str) -> None:
        """The code as squares, a run of dark ones as one, on white that belongs to it."""
        modules = code.symbol_size(border=QUIET)[0]
        side = size / modules
        self._fill(WHITE)
        self.rect(left, top, size, size, style="F")
        self._fill((0, 0, 0))
        for down, row in enumerate(code.matrix, start=QUIET):
            for across, length in _runs(row):
                self.rect(left + (across + QUIET) * side, top + down * side, length * side, side, style="F")
        self.link(left, top, size, size, link)

    def _say(
        self,
        text: str,
        *,
        size: float,
        bold: bool = False,
        colour: Colour = INK,
        above: float = 0,
        link: str = "",
        stay: bool = False,
        most: int | None = None,
    ) -> None:
        """The text between the margins, in at most so many lines, and on to the next one unless it is to stay."""
        # An accent that stands by itself would be printed beside its letter, or not at all.
        text = unicodedata.normalize("NFC", text)
        if not self._has.issuperset(map(ord, text)):
            self._missing[self._about] = None
            return
        self.set_font("Lato", "B" if bold else "", size)
        self.set_text_color(*colour)
        at = self.get_y() + above
        self.set_xy(self.l_margin, at)
        lines = self._lines(text, self.epw, size, bold)
        if most is not None and len(lines) > most:
            lines = [*lines[: most - 1], f"{lines[most - 1][:-1].rstrip()}…"]
        for line in lines:
            self.cell(0, size * 0.5, line, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if stay:
            self.set_y(at)

    def _lines(self, text: str, width: float, size: float, bold: bool) -> list[str]:
        """The text in lines of that width. Most of a page stands on every page, so it is worked out once."""
        key = (text, width, size, bold)
        if key not in self._broken:
            self._broken[key] = list(_wrapped(text, lambda line: self.get_string_width(line) <= width))
        return self._broken[key]

    def _fill(self, colour: Colour) -> None:
        self.set_fill_color(*colour)


def _wrapped(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """The text in lines that fit, broken between words, or inside one that is too long for any line."""
    line = ""
    for word in text.split():
        if line and not fits(f"{line} {word}"):
            yield line
            line = ""
        line = f"{line} {word}".strip()
        while len(line) > 1 and not fits(line):
            most = next(at for at in range(len(line) - 1, 0, -1) if at == 1 or fits(line[:at]))
            yield line[:most]
            line = line[most:]
    yield line


def _runs(row: bytearray) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    start = None
    for at, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield start, at - start
            start = None

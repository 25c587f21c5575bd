"""Printed invites as PDF: one page of A4 for each person, or a worker's cards, eight to a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from fpdf.enums import XPos, YPos

from bot.reports import letters
from bot.reports.letters import Card, Cards, Sheet
from bot.reports.paper import FILL, INK, SOFT, WIDE, Colour, Paper, wrapped
from engagement.invites import Invitation

WASH: Final[Colour] = (238, 243, 247)

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
    with closing(_Invites()) as paper:
        if worker is not None:
            paper.add_cards(letters.cards(invitations, worker))
        else:
            for sheet in letters.sheets(invitations):
                paper.add_sheet(sheet)
        paper.require_letters()
        return bytes(paper.output())


class _Invites(Paper):
    """Pages on their way."""

    def __init__(self) -> None:
        super().__init__(letters.title())
        self._broken: dict[tuple[str, float, float, bool], list[str]] = {}
        self._missing: dict[str, None] = {}
        self._about = ""

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
        self.fill(WASH)
        self.rect(EDGE, top, WIDE - 2 * EDGE, CODE + 2 * inner, style="F", round_corners=True, corner_radius=3)
        self.code(one.code, EDGE + inner, top + inner, CODE, link=one.link)
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
        self.fill(FILL)
        self.rect(EDGE, top, 1.2, self.get_y() - top, style="F")

    def _card(self, one: Card, left: float, top: float) -> None:
        self._about = one.reference
        self.set_draw_color(*SOFT)
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=1.5, gap=1.5)
        self.rect(left, top, *CARD)
        self.set_dash_pattern()
        self.code(one.code, left + 4, top + (CARD[1] - CARD_CODE) / 2, CARD_CODE, link=one.link)
        self.set_left_margin(left + CARD_CODE + 8)
        self.set_right_margin(WIDE - left - CARD[0] + 3)
        self.set_y(top + 9)
        self._say(one.name, size=14, bold=True, most=2)
        self._say(one.words_label, size=8.5, colour=SOFT, above=1)
        self._say(one.words, size=14, bold=True, colour=FILL)
        self._say(one.how, size=9, above=1)
        self._say(one.until, size=9, colour=SOFT, above=1)
        self.set_margins(NARROW_EDGE, NARROW_EDGE)

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
        if not self.has.issuperset(map(ord, text)):
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
            self._broken[key] = list(wrapped(text, lambda line: self.get_string_width(line) <= width))
        return self._broken[key]

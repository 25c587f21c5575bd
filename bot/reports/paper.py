"""A sheet of A4 on its way: our letters, our colours, lines that fit between the margins, and codes to scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import font_lato
from fpdf import FPDF
from fpdf.fonts import TTFFont
from segno import QRCode

from bot.reports.letters import QUIET

Colour = tuple[int, int, int]

INK: Final[Colour] = (27, 31, 36)
SOFT: Final[Colour] = (75, 85, 96)
FILL: Final[Colour] = (10, 92, 150)
WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)

WIDE: Final = 210.0


class Paper(FPDF):
    """Pages with both weights of our letters. To be closed, for its font files are open until then."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        folder = Path(font_lato.font_directory)
        self.add_font("Lato", "", folder / "Lato-Regular.ttf")
        self.add_font("Lato", "B", folder / "Lato-Bold.ttf")
        self.set_auto_page_break(False)
        self.set_title(title)
        self.set_lang("en-GB")
        self.c_margin = 0
        self._faces = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self.has = frozenset.intersection(*(frozenset(font.cmap) for font in self._faces))
        """The letters that can be printed in either weight."""

    def close(self) -> None:
        """Let go of the files of the fonts."""
        for face in self._faces:
            face.ttfont.close()

    def fill(self, colour: Colour) -> None:
        """What is drawn from now on is of this colour."""
        self.set_fill_color(*colour)

    def code(self, code: QRCode, left: float, top: float, size: float, *, link: str) -> None:
        """The code as squares, a run of dark ones as one, on white that belongs to it."""
        modules = code.symbol_size(border=QUIET)[0]
        side = size / modules
        self.fill(WHITE)
        self.rect(left, top, size, size, style="F")
        self.fill(BLACK)
        for down, row in enumerate(code.matrix, start=QUIET):
            for across, length in _runs(row):
                self.rect(left + (across + QUIET) * side, top + down * side, length * side, side, style="F")
        self.link(left, top, size, size, link)


def wrapped(text: str, fits: Callable[[str], bool]) -> Iterator[str]:
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

"""Everything that is published of a survey as a workbook, for whoever wants to count on in a table program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, time
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from bot.reports.phrases import say
from bot.reports.views import Bar, BesideView, FigureView, PartView, SegmentView, ShareView, Views, views
from engagement.authority import Settings
from engagement.results import Results, known_benchmarks

Value = str | int | None
Row = Sequence[Value]

HIDDEN: Final = "c"
RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a table program may take for the beginning of a formula once a cell is edited."""

ANSWERS: Final = {
    "part": 24, "id": 20, "question": 48, "answer": 34, "count": 10, "percent": 10, "words": 14, "first": 12,
    "base": 10, "level": 18, "blank": 14, "headline": 30, "headline_percent": 12, "low": 12, "high": 12, "last_day": 18,
    "last_percent": 12, "verdict": 34, "note": 40,
}  # fmt: skip
GROUPS: Final = {
    "part": 24, "id": 20, "question": 48, "by": 34, "who": 24, "base": 10, "answer": 34, "count": 10, "percent": 10,
    "headline": 30, "headline_percent": 12, "low": 12, "high": 12,
}  # fmt: skip
ELSEWHERE: Final = {
    "part": 24, "id": 20, "question": 48, "headline": 30, "ours": 10, "theirs": 10, "year": 12, "population": 34,
    "n": 10, "grade": 8, "compared": 60, "note": 40, "source": 60,
}  # fmt: skip
"""The columns of each sheet, and how many letters wide they are."""


def write(path: Path, results: Results, settings: Settings, *, outside: bool = False) -> None:
    """Writes the workbook there, the same to the last byte however often; with `outside` what may leave the authority.

    Whoever calls it sees to it that an unfinished one takes nobody's place.
    """
    found = views(results, settings, outside=outside)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with closing(Workbook(str(path), plain)) as book:
        # A file says when it was made; this one says what day it is about.
        book.set_properties({"title": found.title, "created": datetime.combine(found.last_day, time())})
        sheets = _Sheets(book)
        sheets.lines("first", _first(found))
        sheets.table("answers", ANSWERS, _answers(found))
        sheets.table("groups", GROUPS, _groups(found), otherwise="no_groups")
        sheets.table("elsewhere", ELSEWHERE, _elsewhere(found), otherwise="none_elsewhere", below=_care(found))


class _Sheets:
    """A workbook on its way, and how its cells look."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        look = {"text_wrap": True, "valign": "top"}
        self.plain: Format = book.add_format(look)
        self.quoted: Format = book.add_format({**look, "quote_prefix": True})
        self.hidden: Format = book.add_format({**look, "align": "right"})
        self.head: Format = book.add_format({**look, "bold": True, "bottom": 2})

    def lines(self, name: str, said: Iterable[str]) -> None:
        """A sheet to read: one line under the other."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 100)
        for at, line in enumerate(said):
            self._put(sheet, at, 0, line, self.head if at == 0 else None)

    def table(
        self,
        name: str,
        columns: dict[str, int],
        rows: Iterable[Row],
        *,
        otherwise: str | None = None,
        below: Sequence[str] = (),
    ) -> None:
        """A sheet with a heading that stays in sight, and the sentence `otherwise` where there is no row."""
        sheet = self._sheet(name)
        for at, (column, width) in enumerate(columns.items()):
            sheet.set_column(at, at, width)
            self._put(sheet, 0, at, say("column", column), self.head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                self._put(sheet, last, at, value)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if last:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        elif otherwise is not None:
            self._put(sheet, 1, 0, say(otherwise))
        for at, line in enumerate(below, start=last + 2):
            sheet.merge_range(at, 0, at, 4, "")
            self._put(sheet, at, 0, line)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(say("sheet", name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _put(self, sheet: Worksheet, row: int, column: int, value: Value, look: Format | None = None) -> None:
        """A number, or text that stays text whatever it begins with."""
        if isinstance(value, int):
            sheet.write_number(row, column, value, look or self.plain)
        elif value:
            quoted = self.quoted if value.startswith(RUN) else self.hidden if value == HIDDEN else self.plain
            sheet.write_string(row, column, value, look or quoted)


def _first(found: Views) -> Iterator[str]:
    yield say("first_line", found)
    yield say("when", found)
    yield say("rules", found)
    yield say("missing", found)
    if any(figure.in_words for figure in found.figures):
        yield say("few")
    if any(figure.wave for figure in found.figures):
        yield say("waves_note")
    yield say("why")


def _answers(found: Views) -> Iterator[Row]:
    for part, figure in _parted(found):
        about = (*_headline(figure, figure.headline), *_since(found, figure), _note(figure))
        rest = (figure.base, say("shown_as", figure), figure.blank)
        for bar in figure.bars:
            yield (part, figure.id, figure.text, bar.label, *_numbers(figure, bar), *rest, *about)
        if not figure.bars:
            yield (part, figure.id, figure.text, None, None, None, None, None, *rest, *about)


def _groups(found: Views) -> Iterator[Row]:
    for part, figure in _parted(found):
        for segment in figure.segments:
            for one in segment.parts:
                yield from _group(part, figure, segment, one)


def _group(part: str, figure: FigureView, segment: SegmentView, one: PartView) -> Iterator[Row]:
    base: Value = HIDDEN if one.base is None else one.base
    headline = _headline(figure, one.headline) if one.headline else (None, HIDDEN, HIDDEN, HIDDEN)
    for bar in one.bars:
        count, percent, *_ = _numbers(figure, bar)
        yield (part, figure.id, figure.text, segment.text, one.label, base, bar.label, count, percent, *headline)


def _elsewhere(found: Views) -> Iterator[Row]:
    for part, figure in _parted(found):
        for one in figure.beside:
            yield (part, figure.id, figure.text, *_headline(figure, figure.headline)[:2], *_theirs(one))


def _theirs(one: BesideView) -> Row:
    return (one.percent, one.year, one.population, one.n, one.grade, say("beside", one), one.note, one.source)


def _care(found: Views) -> Sequence[str]:
    """The sentences that belong under every published figure, where there is one."""
    return known_benchmarks().use_with_care if any(figure.beside for figure in found.figures) else ()


def _parted(found: Views) -> Iterator[tuple[str, FigureView]]:
    """Every question with the heading it stands under."""
    asked = found.results.asked
    for figure in found.figures:
        name = asked.question(figure.id).part
        heading = asked.part(name).heading if name else None
        yield (found.worded(heading) if heading else ""), figure


def _numbers(figure: FigureView, bar: Bar) -> tuple[Value, Value, Value, Value]:
    """People, per cent, words, who put it first; words and nothing else where so few answered."""
    if bar.count is None or bar.percent is None:
        return HIDDEN, HIDDEN, HIDDEN if figure.in_words else None, None
    if figure.in_words:
        return None, None, say("size", bar.percent), None
    return bar.count, bar.percent, None, bar.first


def _headline(figure: FigureView, share: ShareView | None) -> Row:
    if share is None:
        return None, None, None, None
    if figure.in_words:
        return share.label, None, None, None
    return share.label, share.percent, share.low, share.high


def _since(found: Views, figure: FigureView) -> Row:
    """The last time: its day, its headline, and what may be said between the two."""
    if figure.wave is None or figure.wave.headline is None or figure.in_words:
        return None, None, None
    return say("day", figure.wave.last_day), figure.wave.headline.percent, say("verdict", figure) or None


def _note(figure: FigureView) -> str:
    said = (say(name, figure) for name in ("nothing", "order", "kind", "hidden"))
    return " ".join(sentence for sentence in (*said, figure.caution) if sentence)

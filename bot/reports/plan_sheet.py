"""The plan as a file that comes back: a workbook or CSV whose every column `engagement.plan_file` reads again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from bot.reports import plan_words
from engagement import plan_file
from engagement.authority import Settings
from engagement.plan_file import COLUMNS, RUN
from engagement.promises import Shown

WIDE: Final = 34
NARROW: Final = 14
NARROW_ONES: Final = frozenset(
    {"id", "icon", "goes well", "number", "by when", "state", "steps done", "steps", "made with", "decided on"}
)


def rows(shown: Sequence[Shown], settings: Settings) -> list[list[str]]:
    """Every promise as the file has it, in the order of the columns."""
    return [
        [cells[column] for column in COLUMNS]
        for one in shown
        if (cells := plan_file.cells(one, said="" if one.source is None else plan_words.said(one.source, settings)))
    ]


def write_workbook(where: str | io.BytesIO, shown: Sequence[Shown], settings: Settings) -> None:
    """Writes the workbook there; whatever a cell begins with, it stays text."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # read in where a file is made, as all such are

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with closing(Workbook(where, plain)) as book:
        sheet = book.add_worksheet("Plan")
        look = {"text_wrap": True, "valign": "top"}
        cell, quoted = book.add_format(look), book.add_format({**look, "quote_prefix": True})
        head = book.add_format({**look, "bold": True, "bottom": 2})
        for at, column in enumerate(COLUMNS):
            sheet.set_column(at, at, NARROW if column in NARROW_ONES else WIDE)
            sheet.write_string(0, at, column, head)
        for line, row in enumerate(rows(shown, settings), start=1):
            for at, value in enumerate(row):
                if value:
                    sheet.write_string(line, at, value, quoted if value.startswith(RUN) else cell)
        sheet.freeze_panes(1, 0)


def write_csv(where: Path, shown: Sequence[Shown], settings: Settings) -> None:
    """Writes CSV that table programs open with all its letters and run nothing of."""
    with where.open("w", encoding="utf-8-sig", newline="") as file:
        writer: Any = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([plan_file.guarded(value) for value in row] for row in rows(shown, settings))

"""The workbook: one row for each number, none that could run as a formula, and none that is hidden elsewhere."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hostile import FORMULAS, TAG, broken_down, hostile, unshown
from made_up import northfield, results
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from bot.reports import sheet
from bot.reports.phrases import say
from bot.reports.views import FigureView, views
from engagement.results import Results, known_benchmarks

SHEETS = ["Read first", "Answers", "Groups", "Published elsewhere"]


@cache
def everything() -> Results:
    return unshown(broken_down(results(400, waves=True), "home_safe", "age_band"), "pet")


def written(folder: Path, found: Results, *, outside: bool = False) -> Any:
    """The workbook, as another program reads it."""
    path = folder / "tables.xlsx"
    sheet.write(path, found, northfield(), outside=outside)
    return openpyxl.load_workbook(BytesIO(path.read_bytes()))


def rows(page: Worksheet) -> list[dict[str, Any]]:
    """The rows under the heading, by their columns."""
    head, *others = page.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in others]


def of(page: Worksheet, figure: FigureView) -> list[dict[str, Any]]:
    return [row for row in rows(page) if row[say("column", "id")] == figure.id]


def cells(book: Any) -> list[Cell]:
    return [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]


def test_no_cell_is_a_formula_or_a_link_whatever_it_begins_with(tmp_path: Path) -> None:
    book = written(tmp_path, hostile())
    assert {cell.data_type for cell in cells(book)} == {"s", "n"}
    assert not [cell for cell in cells(book) if cell.hyperlink]
    texts = [cell for cell in cells(book) if isinstance(cell.value, str)]
    risky = [cell for cell in texts if str(cell.value).startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {str(cell.value) for cell in risky} >= set(FORMULAS) | {"=Anything?", "=How old?", "=Under 21"}
    assert all(cell.quotePrefix for cell in risky)
    assert not [cell for cell in texts if cell.quotePrefix and cell not in risky]
    assert TAG in str(book.properties.title)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_every_beginning_that_a_table_program_may_run_is_marked_as_text(start: str) -> None:
    assert f"{start}1".startswith(sheet.RUN)


def test_the_first_sheet_says_who_answered_and_how_numbers_were_made_safe(tmp_path: Path) -> None:
    book = written(tmp_path, everything())
    assert book.sheetnames == SHEETS
    read = [cell.value for cell in book["Read first"]["A"]]
    found = views(everything(), northfield())
    assert read[:2] == [say("first_line", found), say("when", found)]
    assert {say("rules", found), say("missing", found), say("waves_note"), say("why")} <= set(read)


@pytest.mark.parametrize("outside", [False, True])
def test_every_answer_is_a_row_with_its_number_or_c(tmp_path: Path, outside: bool) -> None:
    found = everything()
    page = written(tmp_path, found, outside=outside)["Answers"]
    for figure in views(found, northfield(), outside=outside).figures:
        there = of(page, figure)
        assert len(there) == max(1, len(figure.bars))
        for row, bar in zip(there, figure.bars, strict=False):
            assert row["Answer"] == bar.label
            assert row["People, about"] == ("c" if bar.count is None else bar.count)
            assert row["Per cent"] == ("c" if bar.percent is None else bar.percent)
            assert row["Base, about"] == figure.base
            share = figure.headline
            assert row["Headline, per cent"] == (share.percent if share else None)
            assert row["Likely from, in 100"] == (share.low if share else None)
        assert there[0]["Since last time"] == (say("verdict", figure) or None)
        assert say("nothing", figure) in (there[0]["To know"] or "")


def test_under_fifty_answers_there_are_words_and_no_numbers(tmp_path: Path) -> None:
    for row in rows(written(tmp_path, results(30))["Answers"]):
        assert row["People, about"] in (None, "c")
        assert row["Per cent"] in (None, "c")
        assert row["Headline, per cent"] is None
        assert row["In words"] or row["Answer"] is None


def test_a_breakdown_is_a_row_for_each_part_and_answer(tmp_path: Path) -> None:
    inside, outside = (written(tmp_path, hostile(), outside=side)["Groups"] for side in (False, True))
    there = rows(inside)
    assert [(row["Who"], row["Answer"]) for row in there[:4]] == [
        ("=Under 21", label) for label in (*FORMULAS[:3], FORMULAS[4])
    ]
    assert {row["People, about"] for row in there[:4]} == {20}
    assert {(row["People, about"], row["Headline, per cent"]) for row in there[4:]} == {("c", "c")}
    assert [row[0] for row in outside.iter_rows(min_row=2, values_only=True)] == [say("no_groups")]


def test_published_figures_have_source_and_what_to_mind(tmp_path: Path) -> None:
    found = everything()
    page = written(tmp_path, found)["Published elsewhere"]
    beside = [one for figure in views(found, northfield()).figures for one in figure.beside]
    there = rows(page)
    assert [row["Source"] for row in there if row["Source"]] == [one.source for one in beside]
    assert [row["Theirs, per cent"] for row in there if row["Source"]] == [one.percent for one in beside]
    assert tuple(cell.value for cell in page["A"][-3:]) == known_benchmarks().use_with_care


def test_headings_stay_in_sight_and_rows_can_be_picked(tmp_path: Path) -> None:
    book = written(tmp_path, everything())
    for name in SHEETS[1:]:
        page = book[name]
        assert page.freeze_panes == "A2"
        assert all(cell.font.b for cell in page[1])
        assert page.auto_filter.ref.startswith("A1:")


def test_it_is_the_same_file_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for path in (first, second):
        sheet.write(path, hostile(), northfield())
    assert first.read_bytes() == second.read_bytes()

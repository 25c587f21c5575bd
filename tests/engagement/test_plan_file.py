"""The plan as a spreadsheet: out and in again changes nothing, and whatever is wrong changes nothing either."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from staffed import MONDAY, hire, settings

from bot.reports import plan_sheet
from engagement import plan_file, plan_import, plan_themes, promises
from engagement.plan_file import COLUMNS
from engagement.plan_import import PlanUnreadable
from engagement.promises import Shown
from storage import promises as storage
from storage.ids import PlanThemeId, PromiseId
from storage.promises import PlanTheme, Promise
from storage.store import Store, Transaction

LATER = MONDAY + timedelta(days=1)
Rows = list[dict[str, str]]


async def a_plan(tx: Transaction) -> list[PromiseId]:
    """Two themes and three promises, one of them with everything."""
    owner = await hire(tx, "Priya Shah", "pa")
    money = await plan_themes.add(tx, None, name="Money", icon="💷", goes_well=True, now=MONDAY)
    home = await plan_themes.add(tx, None, name="Where you live", now=MONDAY)
    whole = {
        "we_will": "Pay for wifi.", "who": "The repairs team", "owner": owner, "by_when": date(2027, 3, 1), "steps": 3,
        "steps_done": 1, "state": "stuck", "reason": "The firm has no boxes left.", "see": "=A box", "made_with": True,
        "update": "-1 box", "difference": "'quoted", "helpers": "@you", "join_in": "Say so, “loud”",
    }  # fmt: skip
    added = [
        await promises.add(tx, None, theme.id, changes, now=MONDAY)
        for theme, changes in ((money, whole), (money, {"we_will": "+ more"}), (home, {"we_will": "Fix it."}))
    ]
    return [one.id for one in added]


async def exported(tx: Transaction) -> Rows:
    found = plan_sheet.rows(await promises.every(tx), settings())
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def as_csv(rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    writer.writerows([plan_file.guarded(row[column]) for column in COLUMNS] for row in rows)
    return text.getvalue().encode(encoding)


def as_workbook(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(COLUMNS)
    for line, row in enumerate(rows, start=2):
        for at, column in enumerate(COLUMNS, start=1):
            book.active.cell(line, at).value = row[column]
            book.active.cell(line, at).data_type = "s"  # text, as a program keeps what looks like a formula in quotes
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def faults(tx: Transaction, data: bytes) -> list[str]:
    """What is said against the file."""
    with pytest.raises(PlanUnreadable) as caught:
        await plan_import.apply(tx, plan_file.read(data), now=LATER)
    return [str(problem) for problem in caught.value.problems]


# Nothing changes


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
async def test_what_is_exported_and_imported_again_changes_nothing(
    sqlite_store: Store, tmp_path: Path, ending: str
) -> None:
    async with sqlite_store.transaction() as tx:
        await a_plan(tx)
        before, file = await promises.every(tx), tmp_path / f"plan{ending}"
        if ending == ".csv":
            plan_sheet.write_csv(file, before, settings())
        else:
            plan_sheet.write_workbook(str(file), before, settings())
        table = plan_file.read(file.read_bytes())
        assert (await plan_import.planned(tx, table)).is_nothing
        await plan_import.apply(tx, table, now=LATER)
        assert await promises.every(tx) == before


LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=40).map(
    lambda text: " ".join(text.split())
)


@hypothesis_settings(max_examples=30, deadline=None)
@given(
    words=st.fixed_dictionaries(dict.fromkeys(plan_file.TYPED, LINES)),
    theme=LINES.filter(bool),
    steps=st.integers(0, 50),
    day=st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2040, 1, 1))),
    write=st.sampled_from([as_csv, as_workbook]),
)
def test_whatever_stands_in_a_row_comes_back_as_it_was(
    words: Mapping[str, str], theme: str, steps: int, day: date | None, write: Callable[[Rows], bytes]
) -> None:
    fields = {plan_file.TYPED[column]: text for column, text in words.items()}
    under, nobody = PlanTheme(PlanThemeId(1), 1, theme, "", False, "live"), storage.COMMAND_LINE
    row = Promise(PromiseId(7), under.id, 2, "", None, day, "doing", 0, steps, True, nobody, MONDAY, None)
    fields["we_will"] = fields["we_will"] or "Something"
    shown = Shown(row, under, promises.Words(**fields), None, None, None, False)
    table = plan_file.read(write([plan_file.cells(shown, said="")]))
    assert table.problems == ()
    (found,) = table.rows
    assert found.theme == theme
    assert {name: found.changes[name] for name in fields} == fields
    assert (found.changes["by_when"], found.changes["steps"], found.changes["made_with"]) == (day, steps, True)
    assert found.edited == MONDAY


# What changes


@pytest.mark.parametrize("write", [as_csv, as_workbook, lambda rows: as_csv(rows, encoding="utf-16", delimiter=";")])
async def test_a_change_a_new_row_and_a_new_theme_are_told_before_and_then_done(
    sqlite_store: Store, write: Callable[[Rows], bytes]
) -> None:
    async with sqlite_store.transaction() as tx:
        whole, *_ = await a_plan(tx)
        rows = await exported(tx)
        rows[0] |= {"state": "Doing", "by when": "1/4/2027", "goes well": "no"}
        rows[1]["goes well"] = "no"
        rows.append(dict.fromkeys(COLUMNS, "") | {"theme": "Work", "we will": "Open one door.", "goes well": "yes"})
        table = plan_file.read(write(rows))
        looked = await plan_import.planned(tx, table)
        assert looked.themes == ("Work",)
        assert [row.changes["we_will"] for row in looked.added] == ["Open one door."]
        assert {one.field: (one.was, one.will_be) for one in looked.changed[whole]} == {
            "state": ("stuck", "doing"),
            "by_when": (date(2027, 3, 1), date(2027, 4, 1)),
        }
        assert len(looked.changed) == 1
        await plan_import.apply(tx, table, now=LATER)
        after = await promises.every(tx)
        assert [one.words.we_will for one in after] == ["Pay for wifi.", "+ more", "Fix it.", "Open one door."]
        assert after[0].promise.state == "doing"
        assert [one.goes_well for one in await promises.themes(tx)] == [False, False, True]


async def test_a_promise_people_were_told_of_is_dropped_only_with_all_they_must_hear(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        whole, *_ = await a_plan(tx)
        await promises.note_told(tx, promises.SHOWN)
        rows = await exported(tx)
        rows[0] |= {"state": "not doing", "reason": "The money was not agreed."}
        assert await faults(tx, as_csv(rows)) == [
            "line 2: instead: this says too little. Write it in a few plain words."
        ]
        rows[0] |= {"instead": "A card for each of you.", "decided by": "The head", "decided on": "20/11/2026"}
        found = await plan_import.apply(tx, plan_file.read(as_csv(rows)), now=LATER)
        assert found.dropped == (whole,)


# What is wrong


async def test_every_fault_of_every_row_is_told_at_once_and_nothing_is_changed(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        await a_plan(tx)
        before, rows = await promises.every(tx), await exported(tx)
        rows[0] |= {"by when": "soon", "steps": "many", "made with": "perhaps"}
        rows[1] |= {"state": "nearly", "comes from": "hearsay", "goes well": "no"}
        rows[2] |= {"we will": "x" * 161, "owner": "Nobody Here"}
        rows.append(rows[2] | {"we will": "", "theme": ""})
        rows.append(dict.fromkeys(COLUMNS, "") | {"theme": "Money", "we will": "Fine.", "owner": "Nobody Here"})
        said = await faults(tx, as_csv(rows))
        assert await promises.every(tx) == before
    for line, what in (
        (2, "by when: this is not a day."), (2, "steps: this is not a whole number."),
        (2, "made with: this is neither"),
        (3, "state: this is no state."), (3, "comes from: nobody knows this."), (4, "we will: this is too long."),
        (5, "we will: this says too little."), (5, "theme: this is empty."),
        (6, "owner: nobody on the staff is called"),
    ):  # fmt: skip
        assert any(one.startswith(f"line {line}: {what}") for one in said), (line, what, said)
    assert len(said) == 9


async def test_a_row_that_vanished_was_edited_meanwhile_or_was_never_there_is_refused(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        whole, *_, last = await a_plan(tx)
        rows = await exported(tx)
        await promises.save(tx, None, whole, {"who": "Somebody else"}, now=LATER)
        rows[0]["who"] = "The housing firm"
        rows[1]["id"] = "99"
        said = await faults(tx, as_csv(rows[:2]))
    assert [one.split(". ")[0] for one in said] == [
        f"line 1: {last - 1} is not in the file: + more Put its row back, or remove it in the chat.".split(". ")[0],
        f"line 1: {last} is not in the file: Fix it",
        f"line 2: {whole} was edited by the command line after this file was exported",
        "line 3: id: there is no promise 99",
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04 no workbook", "This is not a workbook that can be read."),
        (b"%PDF-1.7", "This is a workbook or a document, not CSV."),
        (b"id,theme\n1,Money\n", "There is no column named"),
        (as_csv([]).replace(b"icon", b"theme"), "There is no column named icon."),
        (as_csv([]) + b"\n" + b"\n".join(b"1,x" for _ in range(1001)), "There are more than 1000 rows."),
        (b"x" * (8 * 1024 * 1024 + 1), "The file is over 8 MB."),
    ],
)
def test_a_file_that_is_none_says_so(data: bytes, what: str) -> None:
    table = plan_file.read(data)
    assert table.rows == ()
    assert [problem.what[: len(what)] for problem in table.problems] == [what]


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda tail: as_workbook([])[:900] + tail)))
def test_whatever_the_bytes_are_reading_them_returns(data: bytes) -> None:
    assert plan_file.read(data) is not None


def test_no_cell_of_the_file_is_run_by_a_table_program(tmp_path: Path) -> None:
    assert plan_file.guarded("=1+1") == "'=1+1"
    for cell in ("=1", "'=1", "'", "''", "'a", "+", "@x", "-1", "plain", ""):
        assert plan_file.unguarded(plan_file.guarded(cell)) == cell
    any_value: Any = plan_file.guarded("a=b")
    assert any_value == "a=b"

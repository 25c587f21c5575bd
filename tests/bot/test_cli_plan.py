"""`yousaid plan` on the command line: shown, out as a spreadsheet, in again whole or not at all, and as a page."""

from __future__ import annotations

import asyncio
import csv
import io
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_cli_results import NORTHFIELD, Ran, run_in

from engagement import plan_themes, promises
from storage import audit
from storage.store import Store, Transaction

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def folder(migrated_sqlite: Path, tmp_path: Path) -> Path:
    """Northfield, set up, with a plan of one promise."""
    shutil.copyfile(migrated_sqlite, tmp_path / "yousaid.db")
    assert run_in(tmp_path, "setup", str(NORTHFIELD)).code == 0

    async def make(tx: Transaction) -> None:
        theme = await plan_themes.add(tx, None, name="Money", now=NOW)
        await promises.add(tx, None, theme.id, {"we_will": "Pay for wifi."}, now=NOW)

    inside(tmp_path, make)
    return tmp_path


def inside(folder: Path, work: Callable[[Transaction], Awaitable[object]]) -> None:
    async def do() -> None:
        store = Store.open(f"sqlite+aiosqlite:///{folder / 'yousaid.db'}", folder / "keys")
        async with store.transaction() as tx:
            await work(tx)
        await store.close()

    asyncio.run(do())


def changed(folder: Path, **cells: str) -> Path:
    """The exported plan with these cells of its first row."""
    file = folder / "plan.csv"
    assert run_in(folder, "plan", "export", "plan.csv").code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    rows[0] |= {name.replace("_", " "): cell for name, cell in cells.items()}
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return file


def plan(folder: Path, *arguments: str) -> Ran:
    return run_in(folder, "plan", *arguments)


def test_it_is_shown_with_what_is_weak_in_it(folder: Path) -> None:
    said = plan(folder, "show").out
    assert "Money" in said
    assert "You said: not from young people" in said
    assert "planned, nobody told yet" in said
    told = plan(folder, "status")
    assert "Young people have a part in 0 of 1 (0%)." in told.out
    assert "In eight authorities it was 27%." in told.out
    assert "Weak: No theme builds on what goes well." in told.out
    found = plan(folder, "status", "--json").json
    assert found["states"] == {"planned": 1, "doing": 0, "done": 0, "stuck": 0, "not_doing": 0}
    assert {"kind": "no_date", "count": 1, "promises": [1], "words": []} in found["weak"]
    assert plan(folder, "show", "--json").json[0]["we_will"] == "Pay for wifi."


@pytest.mark.parametrize("name", ["plan.csv", "plan.xlsx"])
def test_what_is_exported_and_imported_again_changes_nothing(folder: Path, name: str) -> None:
    assert plan(folder, "export", name).out == f"1 promise in {name}. Next: yousaid plan import {name}\n"
    assert plan(folder, "import", name, "--yes").out == "The plan is as the file has it. Nothing was changed.\n"


def test_a_change_is_looked_at_first_and_done_only_when_asked(folder: Path) -> None:
    changed(folder, state="doing", who="The housing team")
    looked = plan(folder, "import", "plan.csv")
    assert "Promise 1, state: “planned” becomes “doing”" in looked.out
    assert "Promise 1, who: nothing becomes “The housing team”" in looked.out
    assert looked.out.endswith("Nothing was changed. To change the plan: --yes.\n")
    assert plan(folder, "show", "--json").json[0]["state"] == "planned"
    assert plan(folder, "import", "plan.csv", "--yes").out.endswith("0 promises added, 1 changed.\n")
    assert plan(folder, "show", "--json").json[0]["state"] == "doing"

    async def noted(tx: Transaction) -> None:
        assert [one.action for one in await audit.entries(tx)][-2:] == ["plan_changed", "plan_imported"]

    inside(folder, noted)
    refused = plan(folder, "import", "plan.csv", "--yes")
    assert refused.code == 0, "the plan is as the file has it"


def test_a_file_with_faults_is_refused_with_all_of_them(folder: Path) -> None:
    changed(folder, state="nearly", by_when="soon")
    refused = plan(folder, "import", "plan.csv", "--yes")
    assert refused.code == 1
    assert refused.err.startswith("Nothing was changed: 2 faults in the file.\n  line 2: by when: this is not a day.")
    assert "line 2: state: this is no state. Write one of: planned, doing, done, stuck, not doing." in refused.err


def test_a_page_is_written_whole_and_other_endings_are_a_misuse(folder: Path) -> None:
    assert plan(folder, "page", "plan.html").out == "The page is in plan.html.\n"
    assert (folder / "plan.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert plan(folder, "export", "plan.pdf").code == 2

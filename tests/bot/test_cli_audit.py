"""`yousaid audit show` and `audit check`: who did what by name, and a clear no when a line is not as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import test_cli
from sqlalchemy import delete, text, update
from test_cli import NORTHFIELD, Yousaid, in_store

from storage import audit
from storage.tables import audit as table

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up


def done(yousaid: Yousaid) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one["who"], one["action"], one["about"]) for one in yousaid("audit", "show", "--json").json]


async def _end(tx: Any) -> audit.Digest:
    return await audit.digest(tx)


def test_what_the_command_line_did_is_shown_by_name_and_number_and_holds(set_up: Yousaid, here: Path) -> None:
    for words in (
        "people import register.csv",
        "people import register.csv --preview",
        "people invite",
        "staff invite Priya",
        "staff leave Nobody",
        "survey open pulse",
        "survey close pulse --tomorrow",
        "survey close pulse --yes",
        "survey results pulse --html pulse.html",
    ):
        set_up(*words.split())
    set_up("staff", "invite", "Priya Shah")
    set_up("staff", "leave", "Priya Shah")
    line = "the command line"
    assert done(set_up) == [
        (line, "settings_changed", {}),
        (line, "staff_added", {"of": "Priya Shah", "role": "pa"}),
        (line, "register_imported", {"changed": "0", "leaving": "0", "new": "2"}),
        (line, "invite_made", {"count": "2"}),
        (line, "survey_opened", {"people": "2", "survey": "pulse"}),
        (line, "survey_end_moved", {"survey": "pulse"}),
        (line, "survey_closed", {"survey": "pulse"}),
        (line, "staff_invited", {"of": "Priya Shah"}),
        (line, "staff_left", {"of": "Priya Shah"}),
    ]
    shown = set_up("audit", "show", "--days", "1")
    assert (shown.code, shown.out.count("\n")) == (0, 9)
    assert "the command line  staff added  of Priya Shah  role pa" in shown.out
    assert "Priya" not in str([one.about for one in in_store(here, audit.entries)])
    checked = set_up("audit", "check")
    assert (checked.code, checked.out.split(",")[0]) == (0, "9 lines")


def test_a_link_from_the_log_shows_that_the_end_was_cut_off(set_up: Yousaid, here: Path) -> None:
    tonight = in_store(here, _end).link
    assert set_up("setup", NORTHFIELD).code == 0
    assert set_up("audit", "check", "--digest", tonight).code == 0

    async def cut(tx: Any) -> None:
        await tx.connection.execute(delete(table).where(table.c.id >= 2))

    in_store(here, cut)
    assert set_up("audit", "check").code == 0
    refused = set_up("audit", "check", "--digest", tonight)
    assert (refused.code, refused.out) == (1, "")
    assert "no line with that link" in refused.err


def test_a_changed_line_is_named_and_ends_with_one(set_up: Yousaid, here: Path) -> None:
    async def change(tx: Any) -> None:
        await tx.connection.execute(update(table).where(table.c.id == 2).values(about=text("'{}'")))

    in_store(here, change)
    refused = set_up("audit", "check", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert "broken at line 2: it is not what was written" in refused.err


def test_with_nothing_written_it_says_so(set_up: Yousaid, here: Path) -> None:
    async def empty(tx: Any) -> None:
        await tx.connection.execute(delete(table))

    in_store(here, empty)
    assert set_up("audit", "check").out == "Nothing is written yet.\n"
    assert set_up("audit", "show").out == "Nothing yet.\n"

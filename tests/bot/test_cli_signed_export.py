"""`yousaid people export`: one person's check-ins and tasks in a new file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store

from engagement import authority, tasks
from storage import people, staff
from storage.ids import ChatId
from storage.people import Details

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up


async def _jo_asked(tx: Any) -> None:
    priya = await staff.add(tx, "Cara Worker", "pa")
    await staff.join(tx, priya.id, ChatId(9_001))
    jo = await people.add(tx, Details("NF-1", "Jo", "Smith"), worker=priya.id)
    await tasks.ask(tx, await authority.current(tx), jo.id, priya.id, "Housing letter", datetime.now(UTC))


def test_one_person_in_a_new_file_and_nothing_for_who_may_not(set_up: Yousaid, here: Path, tmp_path: Path) -> None:
    in_store(here, _jo_asked)
    file = tmp_path / "jo.csv"
    refused = set_up("people", "export", "NF-1", "--csv", str(file), "--by", "Cara Worker")
    assert refused.code == 1
    assert not file.exists()
    said = set_up("people", "export", "NF-1", "--csv", str(file))
    assert said.out.startswith(f"1 row in {file}")
    assert "Housing letter" in file.read_text("utf-8-sig")
    assert set_up("people", "export", "NF-9", "--csv", str(tmp_path / "no.csv")).code == 1
    assert "data exported" in set_up("audit", "show").out

"""`yousaid vouchers`: what is added and what is refused, and how many are missing before people are asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import test_cli
from sqlalchemy import insert
from test_cli import Yousaid, in_store

from engagement import vouchers
from storage import openings, people
from storage.ids import ChatId
from storage.people import Details
from storage.tables import participation

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)


async def _sent_by_ten_then_two(tx: Any, first: int, last: int) -> None:
    survey = (await openings.latest(tx, "pulse")).id
    for number in range(first, last):
        added = await people.add(tx, Details(f"r{number}", f"P{number}", "Lee"))
        await people.join(tx, added.id, ChatId(1_000 + number))
        flag = {"authority": tx.authority, "person": added.id, "survey": survey, "done": True}
        await tx.connection.execute(insert(participation), flag)
    await vouchers.evening(tx, now=NOW)


def test_codes_are_previewed_added_whole_or_not_at_all_and_counted(set_up: Yousaid, here: Path) -> None:
    file = here / "codes.csv"
    file.write_bytes("Code;Value\nTREE-1;10\nTREE-2;10\n".encode("utf-16"))
    assert set_up("people", "import", "register.csv", "--yes").code == 0
    add = ("vouchers", "add", "codes.csv", "--survey", "pulse", "--worth", "£10")
    looked = set_up(*add)
    assert looked.out == "2 codes can be added for pulse, each worth £10.\nNothing was added. To add them: --yes.\n"
    assert set_up("vouchers", "status").out == "There are no codes.\n"
    assert "2 codes added.\npulse: 2 codes in stock, 0 given." in set_up(*add, "--yes").out
    file.write_text("TREE-3\nTREE-2\nTREE-3\n")
    refused = set_up(*add, "--yes")
    assert refused.code == 1
    assert "Nothing was added: 2 lines cannot be used.\n  line 2: This code is here already." in refused.err
    assert "line 3: This code was on line 1 already." in refused.err
    assert "TREE" not in refused.err
    assert set_up("vouchers", "status", "pulse", "--json").json == {
        "name": "pulse",
        "in_stock": 2,
        "given": 0,
        "total": 2,
        "people": 2,
        "short": 0,
    }
    file.write_text("TREE-9\n")
    odd = set_up("vouchers", "add", "codes.csv", "--survey", "plus").out
    assert "the first one too" in odd
    assert "Is it spelled right?" in odd
    assert set_up("vouchers", "add", "codes.csv", "--survey", "../x").code == 2
    assert set_up("vouchers", "status", "plus").code == 1


def test_before_people_are_asked_it_is_said_how_many_codes_are_short(set_up: Yousaid, here: Path) -> None:
    assert set_up("people", "import", "register.csv", "--yes").code == 0
    (here / "codes.csv").write_text("\n".join(f"TREE-{number}" for number in range(11)))
    (here / "one.csv").write_text("TREE-99")
    assert set_up("vouchers", "add", "one.csv", "--survey", "pulse", "--yes").code == 0
    assert set_up("survey", "open", "pulse").out.endswith("2 people, 1 code: 1 short.\n")
    assert set_up("vouchers", "add", "codes.csv", "--survey", "pulse", "--yes").code == 0
    in_store(here, lambda tx: _sent_by_ten_then_two(tx, 0, 9))
    assert "pulse: 12 codes, fewer than 10 of them given.\n" in set_up("vouchers", "status").out
    assert set_up("vouchers", "status", "pulse", "--json").json["in_stock"] is None
    in_store(here, lambda tx: _sent_by_ten_then_two(tx, 9, 10))
    told = set_up("vouchers", "status", "pulse").out
    assert told == "pulse: 2 codes in stock, 10 given.\n  12 people are in the register: enough if everybody answers.\n"

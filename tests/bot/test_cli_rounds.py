"""`yousaid round` and `yousaid loop`: begun once, told to everyone, reported no day too early."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store

from storage import people, promises, rounds
from storage.ids import ChatId, RoundId, StaffId
from storage.people import Details

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)


async def _plan(tx: Any) -> None:
    theme = await promises.add_theme(tx, name="Home")
    words = json.dumps({"we_will": "Free wifi at home."})
    await promises.add(tx, theme.id, words=words, steps=3, by=StaffId(0), now=NOW)
    added = await people.add(tx, Details("r1", "Jo", "Lee"))
    await people.join(tx, added.id, ChatId(1_001))


async def _begins(tx: Any) -> None:
    (one,) = await promises.every(tx)
    await promises.change(tx, one.id, by=StaffId(0), now=NOW, state="doing", steps_done=1)


async def _two_weeks_later(tx: Any) -> None:
    """As if it had been told two weeks ago."""
    ago = NOW.date() - timedelta(days=16)
    await rounds.change(tx, RoundId(1), told_on=ago, comments_until=ago + timedelta(days=14))


def test_a_round_is_begun_told_and_reported_from_the_command_line(set_up: Yousaid, here: Path) -> None:
    refused = set_up("round", "status")
    assert (refused.code, "yousaid round begin" in refused.err) == (1, True)
    assert set_up("round", "begin").err.startswith("Nothing is promised yet")
    in_store(here, _plan)
    assert "1 promise to hear about by" in set_up("round", "begin").out
    again = set_up("round", "begin")
    assert (again.code, "has begun already" in again.err) == (1, True)
    in_store(here, _begins)
    found = set_up("round", "status", "--json").json
    assert (found["asked"], found["given"], found["missing"]) == (1, 0, ["Free wifi at home. (nobody owns it)"])
    assert [one["after"]["state"] for one in found["moved"]] == ["doing"]
    assert set_up("round", "report", "report.html").code == 1
    looked = set_up("round", "tell").out
    assert "  Free wifi at home.: not begun, 0 of 3 steps -> under way, 1 of 3 steps" in looked
    assert "It would reach 1 of 1.\nNobody was told. To tell them: --yes." in looked
    assert "On its way to 1 person. Comments come until" in set_up("round", "tell", "--yes").out
    early = set_up("round", "report", "report.html")
    assert (early.code, "nothing was made" in early.err, (here / "report.html").exists()) == (1, True, False)
    in_store(here, _two_weeks_later)
    assert set_up("round", "report", "report.html").code == 0
    assert "Free wifi at home." in (here / "report.html").read_text()
    loop = set_up("loop", "--json").json
    assert (loop["updates_asked"], loop["updates_in_time"], loop["promises"]) == (1, 0, {"doing": 1})

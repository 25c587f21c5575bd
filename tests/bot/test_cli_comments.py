"""`yousaid comments status`: numbers of what waits, and none of what came since Monday."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store

from engagement import voice

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)


async def _said(tx: Any) -> None:
    for now, text in ((NOW, "this week"), (NOW - timedelta(days=8), "kettle"), (NOW - timedelta(days=8), "toaster")):
        await voice.leave(tx, kind="change", text=text, now=now)


def test_the_status_counts_what_waits_and_says_no_word_of_it(set_up: Yousaid, here: Path) -> None:
    in_store(here, _said)
    told = set_up("comments", "status")
    assert told.out.startswith("Without a name: 2 to read. What came since Monday is not counted yet.\n")
    assert "kettle" not in told.out
    assert set_up("comments", "status", "--json").json == {
        "to_read": 2,
        "groups": 0,
        "groups_unanswered": 0,
        "answers_untold": 0,
        "signed_open": 0,
        "signed_overdue": 0,
    }

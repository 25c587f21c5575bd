"""`yousaid staff leave` says what nobody has any more: things to join, and promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import test_cli
from test_cli import Yousaid, in_store

from engagement.opportunities import Details, kept
from storage import opportunities, promises, staff
from storage.ids import StaffId

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up


async def _busy(tx: Any) -> None:
    asha = await staff.add(tx, "Asha Khan", "participation")
    theme = await promises.add_theme(tx, name="Home")
    words, now = json.dumps({"we_will": "Free wifi at home."}), datetime.now(UTC)
    await promises.add(tx, theme.id, words=words, owner=asha.id, by=StaffId(0), now=now)
    said = kept(Details(title="Pool", what_you_do="Play pool."))
    await opportunities.add(tx, made_by=asha.id, organiser=asha.id, kind="activity", details=said, state="open")


def test_what_whoever_leaves_had_in_hand_is_named_so_that_somebody_takes_it(set_up: Yousaid, here: Path) -> None:
    in_store(here, _busy)
    assert set_up("staff", "leave", "Asha Khan").out.splitlines() == [
        "Asha Khan has left.",
        "Things to join that they organise: 1. Give each another organiser in the chat.",
        "Promises of the plan that are theirs: 1. Give each another owner in the chat.",
    ]

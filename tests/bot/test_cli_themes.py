"""`yousaid survey themes`: names and rounded counts of a closed survey, and no word anybody wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import test_cli
from support.typed import open_words, sent
from test_cli import Yousaid, in_store

from engagement import authority, reading, surveys
from storage import openings, staff

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)


async def _open(tx: Any) -> None:
    survey = await open_words(tx, now=NOW)
    await sent(tx, survey, [{"helps": (f"kettle {number}", True)} for number in range(12)])


async def _close(tx: Any) -> None:
    survey = (await surveys.named(tx, "own_words")).id
    await surveys.close_survey(tx, await authority.current(tx), survey, now=NOW)


async def _sort(tx: Any) -> None:
    survey = (await openings.latest(tx, "own_words")).id
    asha = await staff.add(tx, "Asha Rao", "participation")
    for place in range(1, 9):
        await reading.put_under(tx, asha, survey, place, "Warm homes")
    await reading.put_under(tx, asha, survey, 1, "Money")


def test_themes_are_told_once_the_survey_is_closed_with_counts_from_five(set_up: Yousaid, here: Path) -> None:
    refused = set_up("survey", "themes", "own_words")
    assert (refused.code, "was never opened" in refused.err) == (1, True)
    in_store(here, _open)
    refused = set_up("survey", "themes", "own_words")
    assert (refused.code, "is open until" in refused.err) == (1, True)
    in_store(here, _close)
    assert set_up("survey", "themes", "own_words").out == "There are no themes yet: whoever reads makes them.\n"
    in_store(here, _sort)
    told = set_up("survey", "themes", "own_words")
    assert told.out == "Warm homes: 10\nMoney: fewer than 5\n"
    assert "kettle" not in told.out
    assert set_up("survey", "themes", "own_words", "--json").json == {
        "survey": "own_words",
        "themes": [{"name": "Warm homes", "count": 10}, {"name": "Money", "count": None}],
    }

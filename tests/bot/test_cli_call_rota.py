"""`yousaid call rota`: proposed, shown and confirmed by whoever plans calls; and what became of it, in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import test_cli
from test_cli import Yousaid, in_store

from engagement import authority, call_clock, calls
from engagement.london import today
from storage import calls as rows
from storage import people, staff
from storage.ids import ChatId
from storage.people import Details
from storage.store import Transaction

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)
ON = today(NOW) + timedelta(days=9)
BY = ("--by", "Morgan Ray", "--day", ON.isoformat())


@pytest.fixture
def wanted(set_up: Yousaid, here: Path) -> Yousaid:
    """A day on which one person wants a call from Priya, who can make two; a colleague can make one."""

    async def prepare(tx: Transaction) -> None:
        await staff.add(tx, "Morgan Ray", "manager")
        sam = (await staff.add(tx, "Sam Okoro", "pa")).id
        priya = next(one.id for one in await staff.everyone(tx) if one.name == "Priya Shah")
        for member in (priya, sam):
            await staff.join(tx, member, ChatId(9_000 + member))
        jo = (await people.add(tx, Details("LC1", "Jo", "Lee"), worker=priya)).id
        made = await rows.add_day(
            tx, key=f"day:{ON}", name="", on_day=ON, from_time=time(10), to_time=time(16), state="asking"
        )
        assert made is not None
        await rows.set_capacity(tx, made.id, priya, 2)
        await rows.set_capacity(tx, made.id, sam, 1)
        words = await authority.current(tx)
        await calls.say(tx, words, jo, made.id, now=NOW, by=None, wanted="yes", who="worker")

    in_store(here, prepare)
    return set_up


def test_a_rota_is_proposed_confirmed_after_a_preview_and_reported_in_numbers(wanted: Yousaid, here: Path) -> None:
    proposed = wanted("call", "rota", "propose", *BY, "--json").json
    assert [(one["reference"], one["caller"], one["backup"], one["why"]) for one in proposed] == [
        ("LC1", "Priya Shah", "Sam Okoro", None)
    ]
    looked = wanted("call", "rota", "confirm", *BY)
    assert (looked.code, "Calls: 1. Without a caller or a backup: 0." in looked.err) == (1, True)
    assert wanted("call", "rota", "confirm", *BY, "--yes").out == (
        "Confirmed. Asked now: 2 of the staff. Without a caller or a backup: 0.\n"
    )
    assert "LC1: Jo L, caller Priya Shah (asked), backup Sam Okoro (asked)" in wanted("call", "rota", "show", *BY).out
    assert "There is nothing to confirm" in wanted("call", "rota", "confirm", *BY, "--yes").err
    refused = wanted("call", "rota", "show", "--by", "Priya Shah", "--day", ON.isoformat())
    assert (refused.code, "may not do this" in refused.err) == (1, True)
    assert wanted("call", "rota", "report", "--by", "Morgan Ray").out == "No day with calls is over yet.\n"

    async def it_is_over(tx: Transaction) -> None:
        (day,) = await rows.days(tx)
        await rows.change_day(tx, day.id, state="over", summary=await call_clock.figures_of(tx, day))

    in_store(here, it_is_over)
    said = wanted("call", "rota", "report", "--by", "Morgan Ray", "--json").json
    assert said == [{"day": ON.isoformat(), **dict.fromkeys(call_clock.FIGURES, 0), "wanted": 1, "not_reached": 1}]

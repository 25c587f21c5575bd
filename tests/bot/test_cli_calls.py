"""`yousaid call`: a day is made after a preview, what somebody said is recorded once, and numbers are the worker's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import test_cli
from test_cli import Yousaid, in_store

from engagement import authority, calls, calls_asked
from engagement.london import today
from storage import due, people, staff
from storage.people import Details
from storage.store import Transaction

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up
NOW = datetime.now(UTC)
ON = today(NOW) + timedelta(days=40)


@pytest.fixture
def asked(set_up: Yousaid, here: Path) -> Yousaid:
    """Priya with one person, a manager, and a day about which people were asked."""

    async def prepare(tx: Transaction) -> None:
        priya = next(one for one in await staff.everyone(tx) if one.name == "Priya Shah")
        await staff.add(tx, "Morgan Ray", "manager")
        await people.add(tx, Details("LC1", "Jo", "Lee", phone="01632 960001"), worker=priya.id)

    in_store(here, prepare)
    ask = ("call", "ask", "--by", "Morgan Ray", "--on", ON.isoformat(), "--to", "15:00")
    looked = set_up(*ask)
    assert f"Asked about a call on {ON}, 10:00 to 15:00: 1 in the register." in looked.out
    assert looked.out.endswith("Nothing was made yet. If that is right, add --yes.\n")
    assert set_up("call", "record", "LC1", "--day", ON.isoformat(), "--yes", "--by", "Priya Shah").code == 1
    assert set_up(*ask, "--yes").code == 0
    assert "There is such a day already" in set_up(*ask, "--yes").err

    async def the_day_comes(tx: Transaction) -> None:
        soon = NOW + timedelta(days=7)
        for row in await due.claim(tx, now=soon, limit=50):
            if row.kind == calls_asked.ASK:
                await calls_asked.ask(tx, await authority.current(tx), row, soon)

    in_store(here, the_day_comes)
    return set_up


def test_what_somebody_said_is_recorded_by_their_worker_and_numbers_are_theirs_alone(asked: Yousaid) -> None:
    record = ("call", "record", "LC1", "--day", ON.isoformat(), "--by", "Priya Shah")
    said = asked(*record, "--yes", "--from", "11:00", "--to", "12:00", "--number", "01632 960123", "--who", "worker")
    assert said.out == f"Recorded for LC1: a call on {ON}.\n"
    listing = ("call", "list", "--day", ON.isoformat(), "--json")
    expected = {"reference": "LC1", "name": "Jo L", "wanted": "yes", "recorded": True, "who": "worker"}
    expected |= {"from": "11:00", "to": "12:00"}
    assert asked(*listing, "--by", "Priya Shah").json == [expected | {"number": "01632 960123"}]
    assert asked(*listing, "--by", "Morgan Ray").json == [expected | {"number": None}]
    assert asked("call", "list", "--day", ON.isoformat(), "--by", "Priya Shah").out == (
        "LC1: Jo L, yes, 11:00 to 12:00, own worker, 01632 960123\n"
    )


def test_what_cannot_be_recorded_is_refused_with_the_reason(asked: Yousaid, here: Path) -> None:
    record = ("call", "record", "LC1", "--day", ON.isoformat(), "--by", "Priya Shah")
    assert asked(*record).code == 2
    assert asked(*record, "--yes", "--from", "11:00").code == 2
    assert asked(*record, "--yes", "--from", "eleven", "--to", "12:00").code == 2
    assert "That is not a phone number." in asked(*record, "--yes", "--number", "seven").err
    assert "Nobody on the staff is called Nobody" in asked(*record[:-1], "Nobody", "--yes").err
    assert "Nobody in the register has the reference LC9." in asked("call", "record", "LC9", *record[3:], "--yes").err

    async def they_say_no(tx: Transaction) -> None:
        person = await people.by_reference(tx, "LC1")
        day = await calls_asked.find_day(tx, ON.isoformat(), now=NOW)
        assert person is not None
        await calls.answer(tx, await authority.current(tx), person.id, day.id, "no", now=NOW)

    in_store(here, they_say_no)
    assert "add --newer" in asked(*record, "--yes").err
    assert asked(*record, "--yes", "--newer").code == 0

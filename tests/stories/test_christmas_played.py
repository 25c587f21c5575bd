"""The sandbox's Christmas, as the guide on its page plays it: five phones, and a clock that goes where it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors

from bot.sandbox import leap
from bot.sandbox.phones import Phone
from engagement import authority
from engagement.london import local
from storage import people
from storage.ids import StaffId
from storage.people import Details

MORNING = datetime(2026, 11, 20, 10, tzinfo=UTC)
NORTHFIELD = Path("bot/sandbox/northfield.yaml")


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=MORNING) as inside:
        yield inside
        assert inside.given_up == []


class Clock:
    """The desk's clock, one press after another."""

    def __init__(self, here: Indoors) -> None:
        self.here, self.stops, self.passed = here, iter(leap.STOPS), [MORNING]

    async def on(self) -> None:
        moment = leap.moment(next(self.stops), self.here.clock.now())
        await leap.leap(self.here.bot, self.here.clock, moment, passing=self.passed.append)
        assert self.here.clock.now() == moment


async def with_number(here: Indoors, first: str, number: str, worker: StaffId) -> Phone:
    phone, person = await here.joined(first, worker=worker)
    async with here.store.transaction() as tx:
        await people.change(tx, person, Details(f"{first}-Lee", first, "Lee", phone=number), worker=worker)
    return phone


async def test_christmas_is_played_from_a_question_to_a_call_with_somebody_who_never_answers(here: Indoors) -> None:
    priya, worker = await here.staff_phone("Priya Shah", "pa")
    marcus, _ = await here.staff_phone("Marcus Bell", "manager")
    ash, jo, sami = [
        await with_number(here, first, f"07700 90010{at}", worker) for at, first in enumerate(("Ash", "Jo", "Sami"))
    ]
    clock = Clock(here)
    await clock.on()  # 24 November
    for phone in (ash, jo, sami):
        assert phone.card.text == "Any time is fine for this one."
    await here.do(ash, "open", "yes", "by:worker", "part:morning", "ours")
    await here.do(jo, "open", "no")
    await clock.on()  # 8 December
    await here.type(priya, "/menu")
    await here.do(priya, "call_ask")
    assert priya.card.text.startswith("1 person to ask about 25 December.")
    await here.do(priya, "person", "yes", "when:morning", "who:worker")
    for phone in (priya, marcus):
        await here.type(phone, "/menu")
        await here.do(phone, "calls", "call_capacity", "most:2")
    await clock.on()  # 18 December
    await here.do(marcus, "open")
    assert "2 people would like a call." in marcus.card.text
    await here.do(marcus, "confirm")
    for phone in (priya, marcus):
        await here.type(phone, "/menu")
        await here.do(phone, "calls", "all")
    await clock.on()  # 24 December
    await here.do(ash, "open")
    assert "Priya plans to phone you on 25 December between 10am and 12pm." in ash.card.text
    await clock.on()  # Christmas morning
    await here.type(priya, "/menu")
    await here.do(priya, "calls")
    first, second = [data.rpartition(":")[2] for data in calls_on(priya)]
    await here.do(priya, f"call:{first}", "spoke")
    await here.type(priya, "/menu")
    await here.do(priya, "calls", f"call:{second}", "no_answer")
    await clock.on()  # three in the afternoon: nobody tried again, and the backup did not either
    assert Counter(row["state"] for row in await here.rows("call") if row["wanted"] == "yes") == {
        "spoke": 1,
        "manager": 1,
    }
    await here.do(marcus, "open")
    assert "Ash L" in marcus.card.text or "Sami L" in marcus.card.text
    assert clock.passed == sorted(clock.passed)
    assert set(Counter(row["key"] for row in await here.rows("due") if row["kind"] == "days").values()) == {1}
    assert not [row for row in await here.rows("due") if row["state"] == "failed"]
    assert jo.card.text.startswith("OK. No call on 25 December.")


def calls_on(phone: Phone) -> list[str]:
    return [
        button["callback_data"]
        for row in phone.card.keyboard or []
        for button in row
        if button.get("callback_data", "").split(":")[1:2] == ["call"]
    ]


@pytest.mark.parametrize(
    ("started", "begins"),
    [
        (datetime(2026, 10, 2, 15, tzinfo=UTC), "2026-10-05 09:00"),
        (datetime(2026, 11, 26, 15, tzinfo=UTC), "2026-11-18 09:00"),
        (datetime(2026, 12, 24, 15, tzinfo=UTC), "2026-11-18 09:00"),
        (datetime(2026, 12, 31, 15, tzinfo=UTC), "2027-01-04 09:00"),
    ],
)
def test_whenever_it_is_begun_christmas_lies_ahead(started: datetime, begins: str) -> None:
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    first = leap.begins(words, started)
    assert f"{local(first):%Y-%m-%d %H:%M}" == begins
    moments = [leap.moment(stop, first) for stop in leap.STOPS]
    assert moments == sorted(moments)
    assert local(moments[0]).year == first.year
    assert leap.after_christmas(words, moments[-1]).date() - moments[-1].date() <= timedelta(days=4)

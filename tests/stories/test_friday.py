"""Friday, 14:00: a manager is told there is something to look at, and sees the week in counts and one picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import figures
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.markup import units
from bot.sandbox.phones import Phone
from engagement import friday
from storage import outbox

SMALL = """
name: small
version: 1
purpose: survey
title: A small one
minutes: 2
parts:
  - id: all
    questions:
      - id: mood
        kind: single
        text: How are things?
        options: [{id: good, label: Good}, {id: fair, label: Fair}]
"""
FRIDAY_AFTERNOON = datetime(2026, 11, 27, 14, tzinfo=UTC)


async def until(here: Indoors, moment: datetime) -> None:
    """The clock moves on to that moment, and the heart beats."""
    here.clock.move(seconds=(moment - here.clock.now()).total_seconds())
    await here.tick()


def pictures(phone: Phone) -> list:
    return [message for message in phone.from_bot if message.kind == "photo"]


async def staff_updates(here: Indoors) -> list[str]:
    return [row["occasion"] for row in await here.rows("outbox") if row["occasion"].startswith("friday")]


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


@pytest.fixture
async def friday_inside(inside: Indoors) -> Indoors:
    """A survey of forty people, twenty of whom have answered, and the Friday planned."""
    survey = await figures.opened(inside.store, SMALL, invited=40, now=inside.clock.now())
    await figures.answered(inside.store, survey, SMALL, 20)
    async with inside.store.transaction() as tx:
        for row in await outbox.claim(tx, now=inside.clock.now(), limit=99):
            await outbox.sent(tx, row.id, 1, on=inside.clock.now().date())  # no phone of theirs is in this test
    await inside.tick()
    return inside


async def test_a_manager_opens_the_week_and_draws_it(friday_inside: Indoors) -> None:
    here = friday_inside
    await until(here, FRIDAY_AFTERNOON - timedelta(minutes=1))
    mo, _ = await here.staff_phone("Mo Manager", "manager")
    pat, _ = await here.staff_phone("Pat Part", "participation")
    assert await staff_updates(here) == []
    await until(here, FRIDAY_AFTERNOON)
    assert mo.last.text == "1 update to see"
    assert pat.last.text != "1 update to see", "who runs surveys finds it behind a button"
    await here.do(mo, "open")
    assert mo.text.splitlines()[0] == "20 of 40 answered (50%). People who did not may feel differently."
    assert "In the register 40, invited 40, joined 40, reachable 40, started about 20, sent about 20." in mo.text
    assert "Messages in 7 days: about 40 arrived, 0 wait, 0 held back." in mo.text
    assert "Tasks past their time: 0." in mo.text
    assert "Any1" not in mo.text, "nobody's name"
    await here.do(mo, "picture")
    (picture,) = pictures(mo)
    assert len(picture.file.body) <= 80_000
    assert (picture.silent, picture.protected) == (True, False)
    assert units(picture.text) <= 1024
    assert picture.text.startswith("20 of 40 answered (50%).")
    await here.tap(mo, "0:week:", picture.id)
    assert mo.last.kind == "text"
    assert mo.text.startswith("20 of 40 answered (50%).")
    await here.tick()
    assert await staff_updates(here) == ["friday:2026-11-27"], "once a Friday"
    await here.type(pat, "/menu")
    await here.do(pat, "week")
    assert pat.text.startswith("20 of 40 answered (50%).")
    assert here.given_up == []


async def test_pas_and_young_people_have_no_week(friday_inside: Indoors) -> None:
    here = friday_inside
    priya, _ = await here.staff_phone("Priya Shah", "pa")
    kit, _ = await here.joined("Kit")
    for phone in (priya, kit):
        assert not any(data.split(":")[1] == "week" for data in button_data(phone))
        await here.tap(phone, "0:week:", phone.card.id)
        await here.put(phone, {"at": "staff/week"})
        await here.tap(phone, f"{button_data(phone)[0].split(':')[0]}:picture:")
        assert "answered" not in here.seen_by(phone)
        assert pictures(phone) == []
    assert here.given_up == []


async def test_nothing_comes_in_a_quiet_week_nor_on_a_bank_holiday_nor_too_late(inside: Indoors) -> None:
    here = inside
    await here.staff_phone("Mo Manager", "manager")
    await here.tick()
    await until(here, FRIDAY_AFTERNOON)
    assert await staff_updates(here) == [], "nothing is open, and nothing left"
    await here.open_survey()
    await here.tick()
    await until(here, FRIDAY_AFTERNOON + timedelta(days=8))
    assert await staff_updates(here) == [], "on a Saturday it is late"
    christmas = datetime(2026, 12, 25, 14, tzinfo=UTC)
    await until(here, christmas - timedelta(days=8))
    await until(here, christmas - timedelta(days=7))
    assert await staff_updates(here) == ["friday:2026-12-18"]
    await until(here, christmas)
    assert await staff_updates(here) == ["friday:2026-12-18"]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-24T10:00", "2026-11-27"),
        ("2026-11-27T13:59", "2026-11-27"),
        ("2026-11-27T14:00", "2026-12-04"),
        ("2026-06-26T13:30", "2026-07-03"),
        ("2026-06-26T12:30", "2026-06-26"),
    ],
    ids=["on a Tuesday", "just before", "once it is two", "in summer two is one by UTC", "and before that"],
)
def test_the_next_friday_goes_by_london_clocks(now: str, day: str) -> None:
    assert friday.coming(datetime.fromisoformat(now).replace(tzinfo=UTC)).isoformat() == day

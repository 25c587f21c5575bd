"""A year on three processes that die: every check-in, birthday, deadline and call once and in its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import process_time

import pytest
from whole_year import END, START, Mix, Year, check

from engagement import checkin_plans as plans
from engagement import outbox as gate
from engagement.london import local, today
from storage.people import everyone as people_of

Down = tuple[datetime, datetime]
MONDAY = datetime(2027, 4, 12, 12, tzinfo=UTC)
SMALL = Mix(60, {"weekly": 6, "fortnightly": 10, "monthly": 10}, birthdays=40, asks=12, die_every=47)
WHOLE = Mix(900, {"weekly": 15, "fortnightly": 30, "monthly": 60}, birthdays=300, asks=60, die_every=499)


def at_ten(hours: float) -> datetime:
    """So many hours after ten on that Wednesday, on London clocks."""
    return datetime(2027, 4, 14, 9, tzinfo=UTC) + timedelta(hours=hours)


async def lived(url: str, keys: Path, first: datetime, until: datetime, mix: Mix, *down: Down) -> Year:
    year = Year(url, keys, first, mix, down)
    await year.set_up(until)
    await year.live(until)
    return year


def by_night(year: Year) -> list[time]:
    """When anything came that nobody chose the hour of and that is no help, though we are quiet then."""
    return [local(one.at).time() for one in year.delivered if one.kind in ("ours", "asked") and gate.is_quiet(one.at)]


async def overdue(url: str, keys: Path, people: int) -> Year:
    """Everybody is to be asked on Wednesday at ten, and nothing runs from half past nine to eleven."""
    year = Year(url, keys, MONDAY, Mix(people, {}, 0, 0, die_every=10**9), ((at_ten(-0.5), at_ten(1)),))
    await year.set_up(at_ten(2))
    async with year.processes[0].store.transaction() as tx:
        for one in await people_of(tx):
            await plans.choose(tx, one.id, "weekly", 2, time(10), now=MONDAY)
            year.checkins.add((one.id, at_ten(0)))
    await year.live(at_ten(-1))
    before, year.seconds = len(year.handled), 0.0
    await year.live(at_ten(2))
    asked = [done for key, _, done in year.handled[before:] if key.startswith(f"{plans.ASK}:")]
    assert asked == [at_ten(1)] * people, "all in the first heartbeat of whoever is back first"
    assert Counter(today(one.at) for one in year.delivered) == {today(at_ten(0)): people}
    return year


def ten_million_additions() -> float:
    """Seconds: by this a reader can tell how fast the machine was on that day."""
    began, total = process_time(), 0
    for number in range(10_000_000):
        total += number
    return process_time() - began


async def test_all_that_is_overdue_is_done_in_the_first_heartbeat_when_we_are_back(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    year = await overdue(sqlite_database_url, tmp_path / "keys", 60)
    await year.close()


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_nine_hundred_overdue_are_done_within_a_minute_of_coming_back(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    year = await overdue(database_url, tmp_path / "keys", 900)
    record_property("900 overdue, done and sent, in seconds of this machine", round(year.seconds, 1))
    assert year.seconds < 60
    await year.close()


async def test_weeks_around_a_clock_change_bring_everything_once_though_processes_die(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    first, until = datetime(2027, 3, 20, 12, tzinfo=UTC), datetime(2027, 4, 10, 12, tzinfo=UTC)
    down = (datetime(2027, 3, 30, 8, tzinfo=UTC), datetime(2027, 3, 30, 21, 30, tzinfo=UTC))
    year = await lived(sqlite_database_url, tmp_path / "keys", first, until, SMALL, down)
    found = await check(year, until)
    assert int(found["check-ins"]) >= 30
    assert int(found["birthdays"]) >= 2
    assert year.deaths >= 5
    assert by_night(year) == []
    await year.close()


@pytest.mark.prove
@pytest.mark.timeout(1800)
async def test_a_year_for_nine_hundred_on_three_processes_that_die(
    database_url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    year = await lived(database_url, tmp_path / "keys", START, END, WHOLE)
    for name, count in (await check(year, END)).items():
        record_property(name, count)
    late = year.lateness
    record_property("late by, in seconds", f"p50 {late[len(late) // 2]:.0f}, p99 {late[len(late) * 99 // 100]:.0f}")
    record_property("heartbeats", year.beats)
    record_property("processes that died mid-work", year.deaths)
    record_property("seconds of this machine", round(year.seconds, 1))
    record_property("ten million additions take it", round(ten_million_additions(), 2))
    assert late[len(late) * 99 // 100] <= 60
    assert by_night(year) == []
    await year.close()

"""London time: the same rule all year, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.london import local, london, today


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 12, 25), time(9), datetime(2026, 12, 25, 9, tzinfo=UTC)),
        (date(2026, 7, 1), time(9), datetime(2026, 7, 1, 8, tzinfo=UTC)),
        (date(2027, 3, 28), time(0, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (date(2027, 3, 28), time(2), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (date(2027, 10, 31), time(0, 59), datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        (date(2027, 10, 31), time(2), datetime(2027, 10, 31, 2, tzinfo=UTC)),
        (date(2028, 2, 29), time(12), datetime(2028, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_clocks_are_read_as_london_reads_them(day, at, utc):
    assert london(day, at) == utc
    assert (local(utc).date(), local(utc).time()) == (day, at)


def test_of_an_hour_that_comes_twice_it_is_the_first():
    assert london(date(2027, 10, 31), time(1, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_hour_that_never_comes_is_the_one_after():
    assert local(london(date(2027, 3, 28), time(1, 30))).time() == time(2, 30)


def test_just_after_midnight_in_summer_it_is_tomorrow_already():
    assert today(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_local_is_the_same_moment(now):
    assert local(now).astimezone(UTC) == now
    assert local(now).utcoffset() in (timedelta(0), timedelta(hours=1))

"""`yousaid days`: the dates as they stand, confirming one, and days of the authority's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import test_cli
from test_cli import Yousaid

from engagement import days

here, yousaid, set_up = test_cli.here, test_cli.yousaid, test_cli.set_up


def test_a_moving_date_is_around_until_it_is_confirmed_and_no_other_date_is_taken(set_up: Yousaid) -> None:
    listed = {one["day"]: one for one in set_up("days", "list", "--json").json}
    assert set(listed) == {one.key for one in days.table()}
    assert listed["christmas"]["certain"]
    eid = listed["eid_al_fitr"]
    assert not eid["certain"]
    assert f"eid_al_fitr    around {eid['on']}  Eid al-Fitr, " in set_up("days", "list").out
    refused = set_up("days", "confirm", "eid_al_fitr", "24/12/2099")
    assert refused.code == 1
    assert "cannot be the date" in refused.err
    day = _a_date_to_come(eid["on"])
    assert set_up("days", "confirm", "eid_al_fitr", day).out == f"Eid al-Fitr is on {day}.\n"
    assert f"eid_al_fitr    {day}  Eid al-Fitr\n" in set_up("days", "list").out
    assert set_up("days", "confirm", "easter", day).err == "There is no day easter here. Look at: yousaid days list\n"
    assert set_up("days", "confirm", "eid_al_fitr", "soon").code == 2


def test_a_day_of_their_own_is_added_once_or_every_year_and_removed(set_up: Yousaid) -> None:
    assert set_up("days", "add", "Nowruz", "2025-03-20").out == "own_nowruz: Nowruz, 2025-03-20, and every year.\n"
    assert "will not do" in set_up("days", "add", "Nowruz", "2025-03-20").err
    assert set_up("days", "add", "Gone", "2025-03-20", "--once").code == 1
    assert "own_nowruz" in set_up("days", "list").out
    assert set_up("days", "remove", "own_nowruz").out == "own_nowruz is offered no more.\n"
    assert "own_nowruz" not in set_up("days", "list").out
    assert set_up("days", "remove", "christmas").code == 1


def _a_date_to_come(expected: str) -> str:
    """The expected date; the day after it, where the tests run on that day itself."""
    today = datetime.now(UTC).date()
    return expected if expected > today.isoformat() else (today + timedelta(days=1)).isoformat()

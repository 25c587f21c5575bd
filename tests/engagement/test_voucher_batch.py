"""The evening's codes: who gets one, in which order, what it leaves behind, and what staff hear when they run out."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import insert, select
from staffed import MONDAY, hire, meet, settings

from engagement import answering, audit, surveys, voucher_file, vouchers
from engagement import due as clock
from engagement.london import local
from engagement.voucher_file import Codes
from engagement.vouchers import CodesUnreadable
from storage import drafts, due, outbox, shuffle, staff
from storage import vouchers as kept
from storage.ids import PersonId, SurveyId
from storage.outbox import Row
from storage.store import Store, Transaction
from storage.tables import participation, voucher
from surveys.values import Answers

SETTINGS = settings()
PULSE = Path(surveys.__file__).parents[1] / "surveys/definitions/pulse.yaml"
DAY = timedelta(days=1)
TONIGHT = datetime(2026, 11, 23, 18, 20, tzinfo=UTC)


def codes(*numbers: int) -> Codes:
    return voucher_file.read("\n".join(f"A-{number}" for number in numbers).encode())


async def opened(tx: Transaction) -> SurveyId:
    return (await surveys.open_survey(tx, SETTINGS, PULSE.read_text(), source="pulse", closes=None, now=MONDAY)).survey


async def stocked(tx: Transaction, count: int, *, first: int = 0) -> None:
    await vouchers.add(tx, codes(*range(first, first + count)), name="pulse", worth="£10", now=MONDAY)


async def sends(tx: Transaction, person: PersonId, survey: SurveyId) -> PersonId:
    await drafts.start(tx, person, survey)
    await drafts.keep(tx, person, survey, Answers())
    await answering.send(tx, person, survey)
    return person


async def done(tx: Transaction, survey: SurveyId, count: int, *, first: int = 0) -> list[PersonId]:
    """So many people who have joined and sent, without all that sending takes."""
    found = [await meet(tx, f"P{number}") for number in range(first, first + count)]
    await flag(tx, survey, found)
    return found


async def flag(tx: Transaction, survey: SurveyId, people: list[PersonId]) -> None:
    row = {"authority": tx.authority, "survey": survey, "done": True}
    if people:
        await tx.connection.execute(insert(participation), [row | {"person": person} for person in people])


async def evening(store: Store, now: datetime = TONIGHT) -> int:
    async with store.transaction() as tx:
        return await vouchers.evening(tx, now=now)


async def told(tx: Transaction, person: PersonId, survey: SurveyId) -> list[Row]:
    return [row for row in await outbox.of_person(tx, person) if row.occasion.startswith(vouchers.about(survey))]


# Files


@pytest.mark.parametrize(
    ("data", "found", "headed"),
    [
        (b"A-1\nA-2\n", ["A-1", "A-2"], False),
        (b"code\nA-1\n\nA-2", ["A-1", "A-2"], True),
        (b"Value;Code;Expires\n10;A-1;2027\n10;A-2;2027\n", ["A-1", "A-2"], True),
        (codecs.BOM_UTF8 + b"code,worth\r\nA-1,10\r\n", ["A-1"], True),
        ("code\r\nA-1\r\n".encode("utf-16"), ["A-1"], True),
        (b"  0012 3456  \n", ["0012 3456"], False),
    ],
)
def test_a_file_of_codes_is_read_whatever_a_spreadsheet_made_of_it(data: bytes, found: list[str], headed: bool) -> None:
    read = voucher_file.read(data)
    assert (list(read.codes), read.problems, read.headed) == (found, (), headed)


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"", 1, "no code in this file"),
        (b"code\n", 1, "no code in this file"),
        (b"PK\x03\x04", 1, "workbook"),
        (b"value,number\n10,A-1\n", 1, "no column named code"),
        (b"A-1\nA-2\nA-1\n", 3, "on line 1 already"),
        (b"code,value\nA-1,10\n,10\n", 3, "no code on this line"),
        (b"code\n1.23457E+15\n", 2, "rounded"),
        ("A-1\nA-\u200b2\n".encode(), 2, "nobody can see"),
        (b"A" * 101, 1, "over 100"),
    ],
)
def test_what_is_no_code_is_told_with_its_line_and_never_with_the_code(data: bytes, line: int, said: str) -> None:
    (problem,) = voucher_file.read(data).problems
    assert problem.line == line
    assert said in problem.what
    assert "A-" not in str(problem)


async def test_given_a_code_that_is_here_already_then_none_of_the_file_is_added(store: Store) -> None:
    async with store.transaction() as tx:
        await stocked(tx, 3)
    with pytest.raises(CodesUnreadable) as refused:
        async with store.transaction() as tx:
            await vouchers.add(tx, codes(7, 2, 8), name="pulse", worth="", now=MONDAY)
    assert [(one.line, one.what) for one in refused.value.problems] == [(2, "This code is here already.")]
    async with store.transaction() as tx:
        assert (await vouchers.stock(tx, "pulse")).left == 3
        assert [one.action for one in await audit.lately(tx, days=None, now=MONDAY)] == ["vouchers_added"]


# How many there are


async def test_before_people_are_asked_it_is_known_how_many_codes_are_missing(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        assert await vouchers.short_by(tx, "pulse", 120) == 0  # nobody means to give any
        await stocked(tx, 80)
        assert await vouchers.short_by(tx, "pulse", 120) == 40
        assert await vouchers.short_by(tx, "pulse", 80) == 0
        survey = await opened(tx)
        await done(tx, survey, 30)
    await evening(sqlite_store)
    async with sqlite_store.transaction() as tx:
        assert await vouchers.stock(tx, "pulse") == vouchers.Stock(50, 30, 80)
        assert await vouchers.short_by(tx, "pulse", 120) == 40
        await surveys.close_survey(tx, SETTINGS, survey, now=TONIGHT)
        assert await vouchers.short_by(tx, "pulse", 120) == 70  # for the next time, only what is left counts


async def test_a_code_is_promised_while_there_is_one_for_everybody_who_has_none(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        assert not await vouchers.promised(tx, survey)
        await stocked(tx, 2)
        await done(tx, survey, 1)
        assert await vouchers.promised(tx, survey)
        await done(tx, survey, 1, first=1)
        assert await vouchers.promised(tx, survey)
        await done(tx, survey, 1, first=2)
        assert not await vouchers.promised(tx, survey), "of three who wait any two would get the two"


# The evening


async def test_whoever_has_sent_gets_one_code_and_one_neutral_line_that_counts_in_no_week(store: Store) -> None:
    async with store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 5)
        jo, bo = await sends(tx, await meet(tx, "Jo"), survey), await meet(tx, "Bo")
    assert [await evening(store), await evening(store, TONIGHT + DAY)] == [1, 0]
    async with store.transaction() as tx:
        (mine,) = await vouchers.mine(tx, jo, now=TONIGHT)
        assert (mine.code[:2], mine.worth, mine.opening) == ("A-", "£10", survey)
        assert await vouchers.mine(tx, bo, now=TONIGHT) == ()
        (row,) = await told(tx, jo, survey)
        assert await told(tx, bo, survey) == []
    assert (row.kind, row.envelope, row.expires_at) == ("asked", "envelope/something", TONIGHT + 60 * DAY)
    assert row.opens == {"screen": "voucher", "survey": survey}


async def test_the_order_of_an_evening_is_drawn_and_all_its_rows_look_alike(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Backwards(shuffle.Random):
        def shuffle(self, x: list[object]) -> None:  # type: ignore[override]
            x.sort(reverse=True)

    async with store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 9)
        everybody = await done(tx, survey, 6)
    monkeypatch.setattr(shuffle, "source", Backwards())
    await evening(store)
    async with store.transaction() as tx:
        rows = [row for person in everybody for row in await told(tx, person, survey)]
        keys = dict((await tx.connection.execute(select(voucher.c.person, voucher.c.key))).all())
    by_number = sorted(rows, key=lambda row: row.id)
    assert [row.person for row in by_number] == everybody[::-1]
    assert len({(row.not_before, row.expires_at, row.occasion) for row in rows}) == 1
    assert [keys[person] for person in everybody[::-1]] == sorted(keys[person] for person in everybody)


async def test_who_waits_when_codes_run_out_gets_theirs_when_more_are_there_also_after_the_close(store: Store) -> None:
    async with store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 4)
        everybody = await done(tx, survey, 7)
    assert await evening(store) == 4
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=TONIGHT)
    assert await evening(store, TONIGHT + 8 * DAY) == 0
    async with store.transaction() as tx:
        await stocked(tx, 9, first=4)
    assert await evening(store, TONIGHT + 9 * DAY) == 3
    async with store.transaction() as tx:
        assert [len(await vouchers.mine(tx, person, now=TONIGHT)) for person in everybody] == [1] * 7


async def test_codes_for_the_next_time_do_not_go_to_those_who_were_promised_none(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        await done(tx, survey, 5)
        await surveys.close_survey(tx, SETTINGS, survey, now=MONDAY)
        await stocked(tx, 9)
    assert await evening(sqlite_store, MONDAY + 7 * DAY) == 0
    assert await evening(sqlite_store, MONDAY + 7 * DAY - timedelta(seconds=1)) == 5


async def test_practice_gives_nobody_a_code(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 9)
        people_there = await done(tx, survey, 2)
        await tx.connection.exec_driver_sql(f"UPDATE survey SET practice = '[{people_there[0]}]'")
    async with sqlite_store.transaction() as tx:
        assert not await vouchers.promised(tx, survey)
    assert await evening(sqlite_store) == 0


async def test_two_months_after_the_close_codes_and_every_word_of_them_are_gone(store: Store) -> None:
    async with store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 5)
        (jo,) = await done(tx, survey, 1)
        await hire(tx, "Asha", "participation")
    await evening(store)
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, survey, now=TONIGHT)
        assert len(await vouchers.mine(tx, jo, now=TONIGHT + 60 * DAY)) == 1
        assert await vouchers.mine(tx, jo, now=TONIGHT + 61 * DAY) == ()
        await vouchers.prune(tx, now=TONIGHT + 61 * DAY)
        assert await told(tx, jo, survey) == []
        assert await kept.count(tx, "pulse") == kept.Count(4, {})
    assert await evening(store, TONIGHT + 61 * DAY) == 0


class UndoneError(Exception):
    """Nothing of this example is kept."""


async def played(
    store: Store, survey: SurveyId, everybody: list[PersonId], codes_there: int, nights: list[int]
) -> None:
    """Some evenings on each of which so many more have sent, and from the second on one more code has come."""
    with contextlib.suppress(UndoneError):
        async with store.transaction() as tx:
            await kept.add(tx, "pulse", [f"A-{number}" for number in range(codes_there)], worth="")
            sent = 0
            for night, more in enumerate(nights):
                await flag(tx, survey, everybody[sent : sent + more])
                await kept.add(tx, "pulse", [f"B-{night}"] if night else [], worth="")
                sent, there = sent + more, codes_there + night
                await vouchers.evening(tx, now=TONIGHT + night * DAY)
                counted = await kept.count(tx, "pulse")
                owners = Counter(await tx.connection.scalars(select(voucher.c.person).where(voucher.c.person > 0)))
                assert max(owners.values(), default=1) == 1
                assert len(owners) == min(sent, there) == counted.given.get(survey, 0)
                assert (counted.left, await kept.count_waiting(tx, survey)) == (there - len(owners), sent - len(owners))
            raise UndoneError


def test_whatever_the_numbers_nobody_has_two_and_no_code_lies_while_somebody_waits(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    async def prepared() -> tuple[Store, SurveyId, list[PersonId]]:
        store = Store.open(sqlite_database_url, tmp_path / "keys")
        await store.add_authority("Northfield", "{}")
        async with store.transaction() as tx:
            survey = await opened(tx)
            return store, survey, [await meet(tx, f"P{number}") for number in range(20)]

    with asyncio.Runner() as runner:
        store, survey, everybody = runner.run(prepared())

        @examples(max_examples=40, deadline=None)
        @given(st.integers(0, 8), st.lists(st.integers(0, 5), min_size=1, max_size=4))
        def check(codes_there: int, nights: list[int]) -> None:
            runner.run(played(store, survey, everybody, codes_there, nights))

        check()
        runner.run(store.close())


# When they run out


async def staff_told(store: Store) -> list[str]:
    async with store.transaction() as tx:
        return [row.occasion for one in await staff.everyone(tx) for row in await outbox.of_staff(tx, one.id)]


async def test_who_runs_surveys_hears_once_that_a_tenth_is_left_and_once_that_somebody_waits(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 20)
        for name, role in (("Asha", "participation"), ("Mo", "manager"), ("Priya", "pa"), ("Ada", "administrator")):
            await hire(tx, name, role)
        await done(tx, survey, 17)
    low, none = f"{vouchers.about(survey)}low", f"{vouchers.about(survey)}none"
    heard = []
    for night, more in enumerate((0, 1, 1, 1, 1, 1)):
        async with sqlite_store.transaction() as tx:
            await done(tx, survey, more, first=17 + night)
        await evening(sqlite_store, TONIGHT + night * DAY)
        heard.append(await staff_told(sqlite_store))
    assert heard == [[], [low], [low], [low], [low, none], [low, none]]
    async with sqlite_store.transaction() as tx:
        found = await vouchers.supply(tx, survey)
        assert (found.stock, found.waiting) == (vouchers.Stock(0, 20, 20), 0), "about none"


async def test_how_many_wait_is_not_counted_before_ten_have_sent(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 5)
        await done(tx, survey, 9)
    await evening(sqlite_store)
    async with sqlite_store.transaction() as tx:
        assert (await vouchers.supply(tx, survey)).waiting is None
        await done(tx, survey, 1, first=9)
        assert (await vouchers.supply(tx, survey)).waiting == 5


# When it is


@pytest.mark.parametrize("noon", ["2026-10-24", "2026-10-25", "2026-12-01", "2027-03-28"])
async def test_it_is_due_once_an_evening_from_six_on_london_clocks(sqlite_store: Store, noon: str) -> None:
    now = datetime.fromisoformat(f"{noon}T12:00+00:00")
    async with sqlite_store.transaction() as tx:
        await clock.plan(tx, now, chance=lambda _: 0)
        assert vouchers.EVENING not in [row.kind for row in await due.claim(tx, now=now + DAY, limit=9)]
        await stocked(tx, 1)
        for luck in (39, 0, 20):
            await clock.plan(tx, now, chance=lambda _most, luck=luck: luck)
        (row,) = [row for row in await due.claim(tx, now=now + DAY, limit=9) if row.kind == vouchers.EVENING]
    assert (local(row.due_at).time(), row.key) == (time(18, 39), noon)


async def test_the_heartbeat_gives_what_is_due(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await opened(tx)
        await stocked(tx, 1)
        (jo,) = await done(tx, survey, 1)
        await due.add(tx, vouchers.EVENING, "2026-11-23", TONIGHT)
        (row,) = await due.claim(tx, now=TONIGHT, limit=1)
        await clock.work(tx, SETTINGS, row, TONIGHT)
        assert len(await vouchers.mine(tx, jo, now=TONIGHT)) == 1

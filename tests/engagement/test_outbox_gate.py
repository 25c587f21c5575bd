"""The gate: at most so many a week, none at night, one unopened at a time, nothing to those who will not hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from staffed import MONDAY, hire, meet, settings
from support.databases import migrate, sqlite_url

from engagement import outbox as gate
from engagement.london import local, london, today
from engagement.outbox import Drop, Send, Wait
from storage import outbox, people, staff
from storage.ids import ChatId, PersonId
from storage.outbox import Row
from storage.store import Store, Transaction

SETTINGS = settings()
NIGHT = datetime(2026, 11, 23, 21, tzinfo=UTC)
DAY = timedelta(days=1)


async def queue(
    tx: Transaction, person: PersonId | None, occasion: str = "a", *, at: datetime = MONDAY, **more: Any
) -> None:
    said: dict[str, Any] = {"person": person, "lane": "young", "envelope": "envelope/update", "opens": {}}
    said |= {"occasion": occasion, "not_before": at, "expires_at": at + timedelta(days=60)}
    await outbox.queue(tx, **said | more)


async def ask_the_gate(tx: Transaction, now: datetime) -> Send | Wait | Drop:
    (row,) = await outbox.claim(tx, now=now, limit=1)
    return await gate.may_send(tx, row, SETTINGS, now)


async def send_all(tx: Transaction, now: datetime) -> list[Row]:
    """Take and deliver for two minutes; a second message to the same person leaves when the first has arrived."""
    delivered: list[Row] = []
    for beat in range(20):
        moment = now + beat * timedelta(seconds=6)
        for one in await gate.take(tx, SETTINGS, now=moment):
            await outbox.sent(tx, one.row.id, 100 + one.row.id, on=today(moment))
            for old in one.replaces:
                await outbox.opened(tx, old.id)
            delivered.append(one.row)
    return delivered


async def test_by_day_a_message_leaves_for_the_persons_chat(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await queue(tx, jo)
        (send,) = await gate.take(tx, SETTINGS, now=MONDAY)
        assert (send.row.occasion, send.chat, send.replaces, send.full) == ("a", ChatId(1_000 + jo), (), False)


async def test_the_fourth_in_a_week_waits_until_there_is_room(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        for day, occasion in enumerate("abc"):
            await queue(tx, jo, occasion, at=MONDAY + day * DAY)
            assert await send_all(tx, MONDAY + day * DAY)
        await queue(tx, jo, "d", at=MONDAY)
        wait = await ask_the_gate(tx, MONDAY + 3 * DAY)
        assert isinstance(wait, Wait)
        assert local(wait.until).date() == today(MONDAY) + 8 * DAY
        assert time(9) <= local(wait.until).time() < time(11)


async def test_the_cap_is_the_persons_not_everybodys(store):
    async with store.transaction() as tx:
        jo, sam = await meet(tx, "Jo"), await meet(tx, "Sam")
        for occasion in "abcd":
            await queue(tx, jo, occasion)
        await queue(tx, sam, "a")
        reached = [(row.person, row.occasion) for row in await send_all(tx, MONDAY)]
        assert sorted(reached) == [(jo, "a"), (jo, "b"), (jo, "c"), (sam, "a")]


@pytest.mark.parametrize("kind", ["asked", "chosen", "help"])
async def test_help_and_what_they_asked_for_neither_count_nor_wait_for_the_week(store, kind):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        for number in range(5):
            await queue(tx, jo, f"{kind}:{number}", kind=kind)
        assert len(await send_all(tx, MONDAY)) == 5
        for number in range(5):
            await queue(tx, jo, f"ours:{number}")
        assert len(await send_all(tx, MONDAY)) == SETTINGS.cap
        await queue(tx, jo, f"{kind}:last", kind=kind)
        assert len(await send_all(tx, MONDAY)) == 1


async def test_what_would_wait_beyond_its_use_is_dropped(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        for occasion in "abc":
            await queue(tx, jo, occasion)
        await send_all(tx, MONDAY)
        await queue(tx, jo, "d", expires_at=MONDAY + 2 * DAY)
        assert await ask_the_gate(tx, MONDAY) == Drop("over_cap")
        await queue(tx, jo, "e", at=NIGHT, expires_at=NIGHT + timedelta(hours=3))
        assert await ask_the_gate(tx, NIGHT) == Drop("expired")
        await queue(tx, jo, "f", expires_at=MONDAY)
        assert await ask_the_gate(tx, MONDAY) == Drop("expired")


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
@pytest.mark.parametrize("day", ["2026-01-15", "2026-07-15", "2027-03-28", "2027-10-31"])
def test_night_is_from_eight_to_nine_on_london_clocks(day, clock, quiet):
    moment = london(datetime.fromisoformat(day).date(), time.fromisoformat(clock))
    assert gate.is_quiet(moment) is quiet


@pytest.mark.parametrize(("kind", "leaves"), [("ours", False), ("asked", False), ("chosen", True), ("help", True)])
async def test_at_night_only_help_and_a_chosen_time_leave(store, kind, leaves):
    async with store.transaction() as tx:
        jo, priya = await meet(tx, "Jo"), await hire(tx, "Priya", "pa")
        for person, to in ((jo, {}), (None, {"staff": priya, "lane": "staff"})):
            await queue(tx, person, at=NIGHT, kind=kind, **to)
            assert isinstance(await ask_the_gate(tx, NIGHT), Send if leaves else Wait)


async def test_what_waited_for_the_morning_leaves_evenly_between_nine_and_eleven(store):
    async with store.transaction() as tx:
        everyone = [await meet(tx, str(number)) for number in range(60)]
        await outbox.queue_for(
            tx,
            everyone,
            occasion="a",
            envelope="envelope/update",
            opens={},
            not_before=NIGHT,
            expires_at=NIGHT + 7 * DAY,
        )
        waits = [await ask_the_gate(tx, NIGHT) for _ in everyone]
    opening = london(today(NIGHT) + DAY, time(9))
    minutes = [(wait.until - opening).total_seconds() / 60 for wait in waits]
    assert all(0 <= minute < 120 for minute in minutes)
    per_quarter = [sum(15 * n <= minute < 15 * n + 15 for minute in minutes) for n in range(8)]
    assert max(per_quarter) <= 10
    assert min(per_quarter) >= 5


TWO_YEARS = st.datetimes(datetime(2026, 11, 1), datetime(2028, 11, 1), timezones=st.just(UTC))


def row(number: int) -> Row:
    said = {"person": PersonId(1), "staff": None, "lane": "young", "kind": "ours", "state": "sending", "attempts": 1}
    said |= {"occasion": "a", "envelope": "e", "opens": {}, "not_before": MONDAY, "expires_at": MONDAY}
    return Row(id=number, sent_on=None, message=None, **said)


@given(TWO_YEARS, st.integers(1, 10**9))
@hypothesis_settings(max_examples=1_000)
def test_nothing_that_waits_for_the_morning_wakes_at_night_or_loses_a_day(now, number):
    until = gate.after_quiet(row(number), now)
    assert time(9) <= local(until).time() < time(11)
    if gate.is_quiet(now):
        assert timedelta(0) < until - now <= timedelta(hours=16)


@pytest.mark.parametrize(
    ("state", "decision"),
    [("listed", Drop("gone")), ("gone", Drop("gone")), ("stopped", Drop("stopped"))],
)
async def test_nobody_is_written_to_who_has_not_joined_or_has_stopped(store, state, decision):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await people.set_state(tx, jo, state)
        await queue(tx, jo)
        assert await ask_the_gate(tx, MONDAY) == decision


async def test_someone_who_stopped_still_hears_what_they_asked_for(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await people.set_state(tx, jo, "stopped")
        for kind in ("asked", "chosen", "help"):
            await queue(tx, jo, kind, kind=kind)
        assert len(await send_all(tx, MONDAY)) == 3


async def test_a_chat_that_messages_do_not_reach_is_left_alone(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await people.set_reachable(tx, ChatId(1_000 + jo), False)
        await queue(tx, jo)
        assert await ask_the_gate(tx, MONDAY) == Drop("unreachable")


async def test_someone_who_is_forgotten_or_unknown_is_left_alone(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await queue(tx, jo)
        await people.forget(tx, jo)
        assert await ask_the_gate(tx, MONDAY) == Drop("gone")
        await queue(tx, PersonId(99))
        assert await ask_the_gate(tx, MONDAY) == Drop("gone")


async def test_staff_who_have_not_joined_are_waited_for_and_those_who_left_are_not(store):
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya", "pa", joined=False)
        to = {"staff": priya, "lane": "staff", "kind": "help"}
        await queue(tx, None, "a", **to)
        assert await gate.take(tx, SETTINGS, now=MONDAY) == ()
        await staff.join(tx, priya, ChatId(5))
        (send,) = await gate.take(tx, SETTINGS, now=MONDAY + timedelta(hours=1))
        assert send.chat == ChatId(5)
        await staff.leave(tx, priya)
        await queue(tx, None, "b", **to)
        assert await ask_the_gate(tx, MONDAY) == Drop("gone")


async def test_the_new_envelope_replaces_the_one_that_lies_unopened(store):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await queue(tx, jo, "a")
        (first,) = await send_all(tx, MONDAY)
        await queue(tx, jo, "b", kind="help")
        (second,) = await gate.take(tx, SETTINGS, now=MONDAY)
        assert [(old.occasion, old.message) for old in second.replaces] == [("a", 100 + first.id)]
        await outbox.sent(tx, second.row.id, 555, on=today(MONDAY))
        await outbox.opened(tx, first.id)
        assert [one.message for one in await outbox.unopened(tx, jo)] == [555]
        await outbox.opened(tx, second.row.id)
        await queue(tx, jo, "c")
        (third,) = await gate.take(tx, SETTINGS, now=MONDAY)
        assert third.replaces == ()


async def test_two_messages_to_one_person_are_never_under_way_at_once(store):
    async with store.transaction() as tx:
        jo, sam = await meet(tx, "Jo"), await meet(tx, "Sam")
        for occasion in "ab":
            await queue(tx, jo, occasion)
        await queue(tx, sam, "a")
        leaving = await gate.take(tx, SETTINGS, now=MONDAY)
        assert [one.row.person for one in leaving] == [jo, sam]
        assert await gate.take(tx, SETTINGS, now=MONDAY) == ()
        for one in leaving:
            await outbox.sent(tx, one.row.id, 100, on=today(MONDAY))
        (second,) = await gate.take(tx, SETTINGS, now=MONDAY + timedelta(seconds=5))
        assert (second.row.occasion, len(second.replaces)) == ("b", 1)


async def test_many_processes_share_one_persons_last_place_of_the_week(store, database_url, tmp_path):
    async with store.transaction() as tx:
        jo = await meet(tx, "Jo")
        for number in range(12):
            await queue(tx, jo, str(number))
    processes = [Store.open(database_url, tmp_path / "keys") for _ in range(3)]
    delivered: list[Row] = []

    async def work(process: Store, beats: range = range(6)) -> None:
        for beat in beats:
            now = MONDAY + beat * timedelta(seconds=5)
            async with process.transaction() as tx:
                leaving = await gate.take(tx, SETTINGS, now=now)
            async with process.transaction() as tx:
                for one in leaving:
                    await outbox.sent(tx, one.row.id, 100, on=today(now))
            delivered.extend(one.row for one in leaving)

    await asyncio.gather(*map(work, processes))
    assert len(delivered) <= SETTINGS.cap
    await work(processes[0], range(6, 24))  # whoever was put off while others were sending has their turn
    assert len(delivered) == SETTINGS.cap
    for process in processes:
        await process.close()


# The promise "at most {cap} a week", whatever is queued, and whenever

QUEUED = st.lists(
    st.tuples(
        st.integers(0, 20 * 24 * 60),
        st.sampled_from(["ours", "ours", "ours", "asked", "chosen", "help"]),
        st.integers(1, 30),
        st.sampled_from(["sent", "sent", "unknown", "failed", "retry", "crash"]),
    ),
    min_size=8,
    max_size=40,
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gate") / "empty.db"
    migrate(sqlite_url(path))
    return path


async def play(tx: Transaction, start: datetime, queued: list[tuple[int, str, int, str]]) -> list[tuple[Row, datetime]]:
    """What may have reached the phone, and when: fifty days with a beat every three hours."""
    jo = await meet(tx, "Jo")
    fate = {}
    for number, (minutes, kind, lasts, becomes) in enumerate(queued):
        at = start + timedelta(minutes=minutes)
        fate[str(number)] = becomes
        await queue(tx, jo, str(number), at=at, kind=kind, expires_at=at + lasts * DAY)
    reached: list[tuple[Row, datetime]] = []
    for beat in range(50 * 8):
        now = start + timedelta(hours=3 * beat)
        await outbox.after_crash(tx, on=today(now), now=now)
        again = now
        while leaving := await gate.take(tx, SETTINGS, now=again):
            for one in leaving:
                match fate[one.row.occasion]:
                    case "sent":
                        await outbox.sent(tx, one.row.id, 100 + one.row.id, on=today(again))
                    case "unknown":
                        await outbox.unknown(tx, one.row.id, on=today(again), now=again)
                    case "failed":
                        await outbox.failed(tx, one.row.id, on=today(again))
                        continue
                    case "retry":
                        fate[one.row.occasion] = "sent"
                        await outbox.retry(tx, one.row.id, again + timedelta(seconds=7))
                        continue
                reached.append((one.row, again))
            again += timedelta(seconds=8)
    return reached


def on_a_copy(empty: Path, folder: Path, work: Callable[[Transaction], Coroutine[Any, Any, Any]]) -> Any:
    copy = folder / "copy.db"
    copy.write_bytes(empty.read_bytes())

    async def run() -> Any:
        store = Store.open(sqlite_url(copy), folder / "keys")
        authority = await store.add_authority("Northfield", "{}")
        async with store.transaction(authority) as tx:
            result = await work(tx)
        await store.close()
        return result

    with asyncio.Runner() as runner:
        return runner.run(run())


@given(TWO_YEARS, QUEUED)
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_at_most_the_cap_in_any_seven_days_and_none_of_ours_at_night(empty, tmp_path_factory, start, queued):
    folder = tmp_path_factory.mktemp("play")
    reached = on_a_copy(empty, folder, lambda tx: play(tx, start, queued))
    ours = [now for row, now in reached if row.kind == "ours"]
    for first in ours:
        assert sum(first <= now < first + timedelta(days=7) for now in ours) <= SETTINGS.cap
    assert not [now for row, now in reached if row.kind in ("ours", "asked") and gate.is_quiet(now)]
    occasions = [row.occasion for row, _ in reached]
    assert len(occasions) == len(set(occasions)), "nobody is written to twice about one thing"
    assert not [row for row, now in reached if row.expires_at <= now]

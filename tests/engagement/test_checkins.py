"""Check-ins: what makes a task and what does not, on which days they come, and what happens when nobody answers."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import (
    absence,
    checkin_digest,
    checkin_looks,
    checkin_morning,
    checkin_plans,
    checkin_records,
    checkin_rules,
    checkins,
    my_data,
    signed_kept,
    tasks,
)
from engagement import due as clock
from engagement import outbox as gate
from engagement.checkin_plans import NotAChoice
from engagement.checkin_records import Line
from engagement.checkins import HasPassed
from engagement.london import local, london, today
from engagement.rota import NobodyToAsk
from engagement.staff import NotAllowed
from storage import checkins as kept
from storage import due, outbox, people, staff
from storage.ids import PersonId
from storage.staff import Staff
from storage.store import Store, Transaction

SETTINGS = settings()
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TUESDAY, FIVE = 1, time(17)
FIRST = date(2026, 11, 24)
ASKED_AT = london(FIRST, FIVE)
ROOT = Path(__file__).parents[2]

MOOD, HOME, CONTACT = checkin_rules.MOOD, checkin_rules.HOME, checkin_rules.CONTACT
SKIPPED = None


# The rules


@pytest.mark.parametrize(
    ("before", "home", "makes", "known_after"),
    [
        (False, "ok", False, False),
        (False, "mostly", False, False),
        (False, SKIPPED, False, False),
        (False, "not_ok", True, True),
        (True, "not_ok", False, True),
        (True, "mostly", False, True),
        (True, SKIPPED, False, True),
        (True, "ok", False, False),
    ],
)
@pytest.mark.parametrize("mood", ["great", "bad", SKIPPED])
def test_home_makes_a_task_the_first_time_it_is_not_ok_and_how_they_are_never_does(
    before, home, makes, known_after, mood
):
    taps = {name: said for name, said in ((HOME, home), (MOOD, mood)) if said}
    assert checkin_rules.home_makes_task(taps, was_not_ok=before) is makes
    assert checkin_rules.home_not_ok(taps, was_not_ok=before) is known_after


@pytest.mark.parametrize(
    ("rhythm", "since", "days"),
    [
        ("weekly", "2026-12-24", ["2026-12-29", "2027-01-05", "2027-01-12"]),
        ("fortnightly", "2028-02-20", ["2028-02-22", "2028-03-07", "2028-03-21"]),
        ("monthly", "2026-12-31", ["2027-01-05", "2027-02-02", "2027-03-02"]),
        ("monthly", "2028-01-31", ["2028-02-01", "2028-03-07", "2028-04-04"]),
        ("monthly", "2026-12-01", ["2026-12-01", "2027-01-05", "2027-02-02"]),
    ],
)
def test_the_days_follow_each_other_over_the_ends_of_months_and_years(rhythm, since, days):
    day = checkin_rules.first_day(rhythm, TUESDAY, since=date.fromisoformat(since))
    found = [day]
    while len(found) < len(days):
        found.append(checkin_rules.following(rhythm, TUESDAY, found[-1]))
    assert [one.isoformat() for one in found] == days


@pytest.mark.parametrize("start", ["2026-10-19", "2027-03-22"])
def test_the_hour_on_the_clock_stays_the_same_when_the_clocks_change(start):
    plan = kept.Plan(PersonId(1), "weekly", TUESDAY, FIVE, "on")
    day = checkin_rules.first_day("weekly", TUESDAY, since=date.fromisoformat(start))
    for _ in range(3):
        assert local(checkin_rules.moment(plan, day)).time() == FIVE
        day = checkin_rules.following("weekly", TUESDAY, day)


def test_the_next_week_is_five_working_days_whatever_their_hours():
    assert checkin_rules.week_hours(SETTINGS, MONDAY) == 40
    short = settings(working_hours={"monday": "09:00-17:00", "tuesday": "10:00-12:30"})
    assert checkin_rules.week_hours(short, MONDAY) == pytest.approx(3 * 2.5 + 2 * 8)


# The world


async def team(tx: Transaction) -> PersonId:
    """Jo, who chose Tuesdays at five; Priya is their worker, Cara covers and Dana is on duty."""
    priya = await hire(tx, "Priya Patel", "pa")
    await hire(tx, "Cara Cover", "pa")
    await hire(tx, "Dana Duty", "pa")
    jo = await meet(tx, "Jo", worker=priya)
    await checkin_plans.choose(tx, jo, "weekly", TUESDAY, FIVE, now=MONDAY)
    return jo


async def beat(store: Store, now: datetime) -> None:
    """Whatever is due by then, until nothing is."""
    while True:
        async with store.transaction() as tx:
            rows = await due.claim(tx, now=now, limit=20)
        for row in rows:
            async with store.transaction() as tx:
                await clock.work(tx, SETTINGS, row, now)
        if not rows:
            return


async def leaves(store: Store, now: datetime) -> list[str]:
    """The envelopes to young people that leave then, each arriving."""
    async with store.transaction() as tx:
        found = await gate.take(tx, SETTINGS, now=now, limit=20)
        for send in found:
            await outbox.sent(tx, send.row.id, 1000 + send.row.id, on=today(now))
        return [send.row.occasion for send in found if send.row.person is not None]


async def asked_on(store: Store, jo: PersonId) -> list[str]:
    async with store.transaction() as tx:
        return [one.on.isoformat() for one in await kept.of_person(tx, jo)]


async def answer(tx: Transaction, jo: PersonId, day: date, home: str | None, contact: str | None = "no_thanks") -> None:
    """Ask them on that day and let them tap, well into the working day after."""
    plan = await kept.plan_of(tx, jo)
    await kept.ask(tx, jo, day, was_not_ok=plan is not None and plan.home_not_ok)
    now = london(day, time(10))
    for name, option in ((MOOD, "bad"), (HOME, home), (CONTACT, contact)):
        await checkins.tap(tx, SETTINGS, jo, day, name, option, now=now)


async def reasons(tx: Transaction, jo: PersonId) -> list[str]:
    return [one.reason for one in await tasks.mine(tx, jo)]


# What comes of it


async def test_home_not_ok_asks_the_worker_once_until_it_was_ok_again(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await answer(tx, jo, FIRST, "not_ok")
        (task,) = await tasks.mine(tx, jo)
        assert task.reason == "home"
        assert local(task.due_at).isoformat() == "2026-11-25T10:00:00+00:00"
        await tasks.cancel(tx, jo, task.id, now=MONDAY + 2 * DAY)
        await answer(tx, jo, FIRST + WEEK, "not_ok")
        second = await checkins.at(tx, jo, FIRST + WEEK)
        assert await reasons(tx, jo) == []
        assert checkins.said_again(second)
        await answer(tx, jo, FIRST + 2 * WEEK, "mostly")
        await answer(tx, jo, FIRST + 3 * WEEK, "not_ok")
        assert await reasons(tx, jo) == []
        await answer(tx, jo, FIRST + 4 * WEEK, "ok")
        await answer(tx, jo, FIRST + 5 * WEEK, "not_ok")
        assert await reasons(tx, jo) == ["home"]


@pytest.mark.parametrize(
    ("home", "contact", "found"),
    [
        ("ok", "no_thanks", []),
        (SKIPPED, SKIPPED, []),
        ("mostly", "next_week", [("contact", "2026-12-01T10:00")]),
        ("ok", "soon", [("contact", "2026-11-25T10:00")]),
        ("not_ok", "no_thanks", [("home", "2026-11-25T10:00")]),
        ("not_ok", "next_week", [("home", "2026-11-25T10:00")]),
        ("not_ok", "soon", [("home", "2026-11-25T10:00")]),
    ],
)
async def test_what_is_tapped_makes_one_task_at_the_most_by_the_hour_that_was_said(sqlite_store, home, contact, found):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await answer(tx, jo, FIRST, home, contact)
        known = await tasks.mine(tx, jo)
        assert [(one.reason, f"{local(one.due_at):%Y-%m-%dT%H:%M}") for one in known] == found
        assert [one.task for one in await kept.of_person(tx, jo)] == [known[0].id if known else None]


async def test_who_waits_already_is_not_asked_for_twice_but_never_waits_longer_than_was_said(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await answer(tx, jo, FIRST, "ok", "next_week")
        (slow,) = await tasks.mine(tx, jo)
        await tasks.change_note(tx, jo, slow.id, "About the flat", now=MONDAY)
        await answer(tx, jo, FIRST + DAY, "ok", "soon")
        (quick,) = await tasks.mine(tx, jo)
        assert (quick.note, f"{local(quick.due_at):%d %H:%M}") == ("About the flat", "26 10:00")
        await answer(tx, jo, FIRST + 2 * DAY, "not_ok", "soon")
        assert [one.id for one in await tasks.mine(tx, jo)] == [quick.id]
        assert (await checkins.at(tx, jo, FIRST + 2 * DAY)).task == quick.id


async def test_who_goes_back_and_says_otherwise_has_asked_for_nothing(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await kept.ask(tx, jo, FIRST, was_not_ok=False)
        now = london(FIRST, time(10))
        await checkins.tap(tx, SETTINGS, jo, FIRST, HOME, "not_ok", now=now)
        assert await reasons(tx, jo) == ["home"]
        await checkins.tap(tx, SETTINGS, jo, FIRST, HOME, "ok", now=now)
        assert await reasons(tx, jo) == []
        assert not (await kept.plan_of(tx, jo)).home_not_ok
        await checkins.tap(tx, SETTINGS, jo, FIRST, HOME, "not_ok", now=now)
        assert await reasons(tx, jo) == ["home"]


async def test_what_was_tapped_and_left_is_passed_on_in_the_evening(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await kept.ask(tx, jo, FIRST, was_not_ok=False)
        await checkins.tap(tx, SETTINGS, jo, FIRST, MOOD, "ok", now=ASKED_AT)
    await beat(sqlite_store, london(FIRST, time(19, 59)))
    async with sqlite_store.transaction() as tx:
        assert (await checkins.at(tx, jo, FIRST)).state == "begun"
    await beat(sqlite_store, london(FIRST, time(20)))
    async with sqlite_store.transaction() as tx:
        assert (await checkins.at(tx, jo, FIRST)).state == "sent"
        with pytest.raises(HasPassed):
            await checkins.tap(tx, SETTINGS, jo, FIRST, MOOD, "bad", now=ASKED_AT)


async def test_where_nobody_is_there_the_tap_is_kept_and_nothing_is_promised(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await meet(tx, "Jo")
        await checkin_plans.choose(tx, jo, "weekly", TUESDAY, FIVE, now=MONDAY)
        await kept.ask(tx, jo, FIRST, was_not_ok=False)
        with pytest.raises(NobodyToAsk):
            await checkins.tap(tx, SETTINGS, jo, FIRST, HOME, "not_ok", now=ASKED_AT)
        assert (await checkins.at(tx, jo, FIRST)).taps == {HOME: "not_ok"}
        assert not (await kept.plan_of(tx, jo)).home_not_ok
    await beat(sqlite_store, ASKED_AT)
    assert await asked_on(sqlite_store, jo) == ["2026-11-24"]
    await beat(sqlite_store, ASKED_AT + WEEK)
    assert await leaves(sqlite_store, ASKED_AT + WEEK) == []


async def test_an_answer_that_is_not_on_the_card_is_refused(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await kept.ask(tx, jo, FIRST, was_not_ok=False)
        for name, option in ((MOOD, "7"), ("pet", "yes"), (HOME, "bad")):
            with pytest.raises(NotAChoice):
                await checkins.tap(tx, SETTINGS, jo, FIRST, name, option, now=ASKED_AT)


# The clock


async def test_it_comes_on_the_day_and_at_the_hour_they_chose_and_never_twice(store):
    async with store.transaction() as tx:
        jo = await team(tx)
    await beat(store, ASKED_AT - timedelta(seconds=1))
    assert await leaves(store, ASKED_AT - timedelta(seconds=1)) == []
    for later in (timedelta(), timedelta(minutes=1), -timedelta(hours=2), timedelta(hours=1)):
        await beat(store, ASKED_AT + later)
    assert await leaves(store, ASKED_AT) == [f"checkin:{jo}:2026-11-24"]
    async with store.transaction() as tx:
        assert (await kept.plan_of(tx, jo)).next_on == FIRST + WEEK


@pytest.mark.parametrize(
    ("back_at", "comes"),
    [
        (time(19, 50), True),
        (time(20), False),
        (time(23), False),
    ],
)
async def test_after_the_server_was_down_it_comes_late_that_day_or_not_at_all(sqlite_store, back_at, comes):
    async with sqlite_store.transaction() as tx:
        await team(tx)
    await beat(sqlite_store, london(FIRST, back_at))
    assert bool(await leaves(sqlite_store, london(FIRST, back_at))) is comes
    assert await leaves(sqlite_store, london(FIRST + DAY, time(9))) == []


async def test_down_for_three_weeks_is_nobodys_silence(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
    back = london(date(2026, 12, 17), time(12))
    await beat(sqlite_store, back)
    async with sqlite_store.transaction() as tx:
        plan = await kept.plan_of(tx, jo)
    assert (plan.state, plan.next_on, plan.unanswered) == ("on", date(2026, 12, 22), 0)
    assert await leaves(sqlite_store, back) == []


async def test_after_three_without_an_answer_it_pauses_and_they_are_told_once_and_nobody_else(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
    sent = []
    for week in range(7):
        now = ASKED_AT + week * WEEK
        await beat(sqlite_store, now)
        sent += await leaves(sqlite_store, now)
    days = [FIRST, FIRST + WEEK, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert sent == [*(f"checkin:{jo}:{day}" for day in days[:3]), f"checkin:{jo}:{days[3]}:paused"]
    async with sqlite_store.transaction() as tx:
        assert (await kept.plan_of(tx, jo)).state == "paused"
        for member in await staff.everyone(tx):
            assert await outbox.of_staff(tx, member.id) == ()
        assert await kept.of_person(tx, jo) == ()
        plan = await checkin_plans.resume(tx, jo, now=ASKED_AT + 7 * WEEK)
        assert (plan.state, plan.unanswered) == ("on", 0)


async def test_not_today_is_an_answer(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
    for week in range(5):
        await beat(sqlite_store, ASKED_AT + week * WEEK)
        await leaves(sqlite_store, ASKED_AT + week * WEEK)
        if week % 2:
            async with sqlite_store.transaction() as tx:
                await checkins.not_today(tx, jo, FIRST + week * WEEK)
    async with sqlite_store.transaction() as tx:
        plan = await kept.plan_of(tx, jo)
    assert (plan.state, plan.unanswered) == ("on", 0)


async def test_it_can_be_changed_skipped_and_stopped_and_only_the_newest_choice_counts(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await checkin_plans.choose(tx, jo, "weekly", 2, FIVE, now=MONDAY)
        plan = await checkin_plans.choose(tx, jo, "fortnightly", TUESDAY, time(9), now=MONDAY)
        assert plan.next_on == FIRST
        assert (await checkin_plans.skip_next(tx, jo, now=MONDAY)).next_on == FIRST + 2 * WEEK
        same = await checkin_plans.choose(tx, jo, "fortnightly", TUESDAY, FIVE, now=MONDAY)
        assert same.next_on == FIRST + 2 * WEEK
    await beat(sqlite_store, ASKED_AT + WEEK)
    assert await asked_on(sqlite_store, jo) == []
    await beat(sqlite_store, ASKED_AT + 2 * WEEK)
    async with sqlite_store.transaction() as tx:
        await checkin_plans.stop(tx, jo)
    assert await leaves(sqlite_store, ASKED_AT + 2 * WEEK) == []
    await beat(sqlite_store, ASKED_AT + 9 * WEEK)
    assert await leaves(sqlite_store, ASKED_AT + 9 * WEEK) == []


async def test_whoever_stops_messages_or_is_not_here_any_more_is_not_asked(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        sam = await meet(tx, "Sam")
        await checkin_plans.choose(tx, sam, "weekly", TUESDAY, FIVE, now=MONDAY)
        await people.set_state(tx, jo, "stopped")
        await my_data.stop_messages(tx, jo)
        await people.leave(tx, sam)
    for week in range(3):
        await beat(sqlite_store, ASKED_AT + week * WEEK)
        assert await leaves(sqlite_store, ASKED_AT + week * WEEK) == []
    async with sqlite_store.transaction() as tx:
        assert {(await kept.plan_of(tx, one)).state for one in (jo, sam)} == {"off"}


async def test_what_failed_to_come_is_made_good_on_the_next_day_of_theirs(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await due.cancel(tx, checkin_plans.ASK, f"{jo}:{FIRST}")
        await checkin_plans.catch_up(tx, now=MONDAY + 2 * DAY)
    await beat(sqlite_store, ASKED_AT + WEEK)
    assert await asked_on(sqlite_store, jo) == ["2026-12-01"]


# Who sees it


async def unseen(tx: Transaction, member: Staff, now: datetime) -> tuple[Line, ...]:
    """What is new on this one's list."""
    listed = await checkin_digest.listed(tx, SETTINGS, member, now=now)
    return tuple(one.line for one in listed if one.new)


async def test_the_words_go_to_whoever_is_first_in_line_and_to_nobody_else(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await answer(tx, jo, FIRST, "mostly")
        priya, cara, dana = await staff.everyone(tx)
        now = london(FIRST, time(11))
        (line,) = await unseen(tx, priya, now)
        assert list(line.said.values()) == ["Bad", "Mostly", "No thanks"]
        assert await unseen(tx, cara, now) == ()
        for other in (cara, dana):
            with pytest.raises(NotAllowed):
                await checkin_looks.look(tx, SETTINGS, other, line.checkin, now=now)
        await absence.go_off(tx, SETTINGS, priya, FIRST + WEEK, cara.id, now=now, by=None)
        assert len(await unseen(tx, cara, now)) == 1
        await checkin_looks.look(tx, SETTINGS, cara, line.checkin, now=now)
        assert await unseen(tx, cara, now) == ()


async def test_what_is_only_skipped_is_shown_to_nobody(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        await kept.ask(tx, jo, FIRST, was_not_ok=False)
        for name in (MOOD, HOME, CONTACT):
            await checkins.tap(tx, SETTINGS, jo, FIRST, name, None, now=ASKED_AT)
        assert await kept.unseen(tx) == ()
        assert await checkin_records.export(tx, jo) == ()


async def test_looking_back_deleting_and_forgetting(store):
    async with store.transaction() as tx:
        jo = await team(tx)
        for week, home in enumerate(("ok", "not_ok", "mostly")):
            await answer(tx, jo, FIRST + week * WEEK, home)
        now = london(FIRST + 2 * WEEK, time(12))
        assert [one.on for one in await checkin_records.mine(tx, jo)] == [FIRST + n * WEEK for n in (2, 1, 0)]
        assert (await my_data.held(tx, SETTINGS, jo))["check_ins"]["time"] == "17:00"
        await checkin_records.delete(tx, jo, FIRST + WEEK, now=now)
        assert not (await kept.plan_of(tx, jo)).home_not_ok
        assert [line.on for line in await checkin_records.export(tx, jo)] == [FIRST, FIRST + 2 * WEEK]
        await checkin_records.delete(tx, jo, now=now)
        assert await checkin_records.mine(tx, jo) == ()
        assert await kept.unseen(tx) == ()
        # Those of today are still known to have been asked, so that nobody is asked twice.
        assert [one.on for one in await kept.of_person(tx, jo)] == [FIRST + 2 * WEEK]
        await my_data.forget(tx, jo)
        assert await kept.plan_of(tx, jo) is None
        left = await due.claim(tx, now=now + 500 * DAY, limit=50)
        assert {row.kind for row in left} == {checkin_morning.KIND}  # its key is a moment and nobody's number


async def test_after_a_year_what_was_tapped_is_gone(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo = await team(tx)
        for day in (FIRST, FIRST + WEEK):
            await answer(tx, jo, day, "ok")
        assert await signed_kept.prune(tx, SETTINGS, now=datetime(2027, 11, 24, 5, 30, tzinfo=UTC)) == 0
        assert await signed_kept.prune(tx, SETTINGS, now=datetime(2027, 11, 25, 5, 30, tzinfo=UTC)) == 1
        assert [one.on for one in await checkin_records.mine(tx, jo)] == [FIRST + WEEK]


# Nothing is made of it


SUMS = {"sum", "avg", "mean", "median", "count", "max", "min", "score", "trend", "average", "streak", "forecast"}
SAID = re.compile(r"\b(score|trend|average|total|streak|usually|often you|pattern|risk|lower than|worse|better)", re.I)
MODULES = (
    "storage/checkins.py",
    *(f"engagement/{name}.py" for name in ("checkins", "checkin_rules", "checkin_records", "checkin_looks")),
)


@pytest.mark.parametrize("path", MODULES)
def test_nothing_is_added_up_or_compared_over_the_days_of_one_person(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    allowed = {"sum", "max"} if path.endswith("checkin_rules.py") else set()  # working hours, and the end of a day
    assert called & SUMS <= allowed
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert not {name for name in defined for part in name.split("_") if part in SUMS}


def test_no_card_tells_of_more_than_single_days():
    templates = ROOT / "bot/templates/en"
    found = [*templates.glob("checkin/*.j2"), *templates.glob("staff/check*/*.j2"), *templates.glob("**/check_ins.j2")]
    assert len(found) > 10
    for template in found:
        words = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text("utf-8"), flags=re.S)
        assert not SAID.search(words), template.name
        assert not re.search(r"\|\s*(sum|count|max|min)\b", template.read_text("utf-8")), template.name

"""An insider with patience: what counts, waits, refusals and switches tell, around one press of Send."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engagement import (
    answering,
    asking,
    broadcasts,
    campaign_plan,
    campaigns,
    delivery,
    nudges,
    sharing,
    surveys,
    tasks,
    vouchers,
)
from engagement import due as clock
from engagement import outbox as gate
from engagement.authority import Settings
from engagement.campaign_plan import Step
from engagement.campaigns import Preview
from engagement.london import london, today
from storage import broadcasts as kept
from storage import due, forgetting, openings, outbox, people, settling, staff
from storage.ids import ChatId, PersonId, StaffId, SurveyId
from storage.people import Details
from storage.staff import Staff
from storage.store import Store, Transaction

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
DAY = timedelta(days=1)
PULSE = (Path(surveys.__file__).parents[1] / "surveys/definitions/pulse.yaml").read_text()
NAME = "pulse"
LINE = "A bit of news, for when it suits you."
PLAN = campaign_plan.default()


def settings(**more: object) -> Settings:
    week = ("monday", "tuesday", "wednesday", "thursday", "friday")
    said: dict[str, object] = {
        "name": "Northfield",
        "council": "Northfield Council",
        "service": "the leaving care team",
        "working_hours": dict.fromkeys(week, "09:00-17:00"),
        "duty": ("Dana Duty",),
        "hours_line": "No one reads this at night.",
        "local_numbers": ({"name": "Duty team", "number": "01632 960123"},),
        "complaints": {"name": "Complaints", "number": "01632 960124"},
        "advocate": {"name": "An advocate", "number": "0808 800 5792"},
    }
    return Settings.model_validate(said | more)


SETTINGS = settings()


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    event.listen(sqlite_store.engine.sync_engine, "connect", lambda to, _: to.execute("PRAGMA synchronous = OFF"))
    return sqlite_store


# What happens


async def hire(tx: Transaction, name: str, role: staff.Role) -> Staff:
    added = await staff.add(tx, name, role)
    return await staff.join(tx, added.id, ChatId(9_000 + added.id))


async def meet(tx: Transaction, name: str, worker: StaffId | None = None, **known: Any) -> PersonId:
    added = await people.add(tx, Details(f"ref-{name}", name, "Lee", **known), worker=worker)
    await people.join(tx, added.id, ChatId(1_000 + added.id))
    return added.id


async def folk(tx: Transaction, count: int, worker: StaffId | None = None) -> list[PersonId]:
    return [await meet(tx, f"P{n}", worker) for n in range(count)]


async def opened(tx: Transaction, now: datetime = MONDAY, said: Settings = SETTINGS) -> SurveyId:
    return (await surveys.open_survey(tx, said, PULSE, source=NAME, closes=None, now=now)).survey


async def send(tx: Transaction, survey: SurveyId, *persons: PersonId) -> None:
    for person in persons:
        await answering.begin(tx, person, survey)
        await answering.send(tx, person, survey)


async def beat(store: Store, now: datetime, said: Settings = SETTINGS) -> None:
    async with store.transaction() as tx:
        claimed = await due.claim(tx, now=now, limit=100)
    for row in claimed:
        async with store.transaction() as tx:
            await clock.work(tx, said, row, now)


async def leave(store: Store, now: datetime, said: Settings = SETTINGS) -> list[tuple[PersonId | None, str]]:
    """Who is sent what at this moment, and it arrives."""
    async with store.transaction() as tx:
        return await leave_in(tx, now, said)


async def leave_in(tx: Transaction, now: datetime, said: Settings = SETTINGS) -> list[tuple[PersonId | None, str]]:
    gone = []
    while taken := await gate.take(tx, said, now=now, limit=50):
        for one in taken:
            await outbox.sent(tx, one.row.id, 100 + one.row.id, on=today(now))
            gone.append((one.row.person, one.row.occasion))
    return gone


async def start(tx: Transaction, said: Settings = SETTINGS, now: datetime = MONDAY) -> None:
    await campaigns.start(tx, said, PULSE, source=NAME, plan=PLAN, starts=today(now + DAY), now=now)


def ten(day: date) -> datetime:
    return london(day, PLAN.at)


FIRST = today(MONDAY + DAY)
WARM_UP, INVITATION, ONCE, TWICE, LAST = (FIRST + timedelta(days=one.day) for one in PLAN.steps)


# Who sent, and when: counts


def reaches(found: Preview) -> list[object]:
    return [one.ran.shown(sent_shown=False) for one in found.steps if one.ran]


async def test_looking_at_a_reminder_right_after_another_counts_nobody_who_has_sent(store):
    async with store.transaction() as tx:
        everyone = await folk(tx, 12)
        await start(tx)
    await beat(store, ten(INVITATION))
    await leave(store, ten(INVITATION))
    await beat(store, ten(ONCE))
    await leave(store, ten(ONCE))
    just_after = ten(ONCE) + timedelta(hours=1)

    async def looks() -> tuple[object, object]:
        async with store.transaction() as tx:
            whole = await campaigns.preview(
                tx, SETTINGS, PULSE, source=NAME, plan=PLAN, starts=today(just_after + DAY), now=just_after
            )
            (opening,) = await openings.open_surveys(tx)
            step = Step(step="reminder", day=0)
            one = (await campaigns.choose(tx, SETTINGS, step, opening.id, now=just_after)).told
            return reaches(whole), one.shown(sent_shown=False, group=True)

    before = await looks()
    async with store.transaction() as tx:
        await send(tx, (await openings.open_surveys(tx))[0].id, everyone[0])
    assert await looks() == before, "nobody else is to be reminded today: whoever is counted has sent it"


async def test_pausing_and_stopping_count_nobody_who_has_not_sent(store):
    """Whoever sends takes their waiting reminder along: the number that is held would fall by one."""
    async with store.transaction() as tx:
        everyone = await folk(tx, 12)
        await start(tx)
    await beat(store, ten(INVITATION))
    await leave(store, ten(INVITATION))
    await beat(store, ten(ONCE))

    async def told() -> list[object]:
        async with store.transaction() as tx:
            held = await campaigns.pause(tx, NAME, now=ten(ONCE))
            return [held, await campaigns.resume(tx, NAME, now=ten(ONCE)), (await campaigns.watch(tx, NAME)).delivery]

    before = await told()
    async with store.transaction() as tx:
        await send(tx, (await openings.open_surveys(tx))[0].id, everyone[0])
    assert await told() == before
    async with store.transaction() as tx:
        assert await campaigns.stop(tx, NAME) is None


async def test_running_out_of_codes_is_told_without_a_count_under_ten(store):
    async with store.transaction() as tx:
        member = await hire(tx, "Asha Voice", "participation")
        everyone = await folk(tx, 3)
        survey = await opened(tx)
        codes = vouchers.voucher_file.read(b"A-1\n")
        await vouchers.add(tx, codes, name=NAME, worth="", now=MONDAY)
        await send(tx, survey, *everyone[:2])
        await vouchers.evening(tx, now=MONDAY + timedelta(hours=9))
        told = [row for row in await outbox.of_staff(tx, member.id) if row.occasion.startswith("voucher:")]
        assert told == [], "one code, and word that it has gone, would say that the first person has sent it"
        found = await vouchers.supply(tx, survey)
        assert (found.waiting, found.stock) == (None, None)


# Who sent: what a full week tells


async def reminded(store: Store, count: int) -> tuple[Staff, SurveyId, list[PersonId]]:
    """One worker's people, whose survey is open, and to whom all but one message of a week has gone."""
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        everyone = await folk(tx, count, priya.id)
        survey = await opened(tx)
    await leave(store, MONDAY)
    return priya, survey, everyone


async def share(tx: Transaction, member: Staff, now: datetime) -> broadcasts.Preview:
    await broadcasts.begin(tx, member, f"Pool on Friday, {now:%H:%M}.")
    await broadcasts.open_with(tx, SETTINGS, member, LINE)
    return await broadcasts.preview(tx, SETTINGS, member, now=now)


@pytest.mark.parametrize("jo_has_sent", [False, True])
async def test_how_full_a_week_is_does_not_tell_a_worker_who_was_reminded(store, jo_has_sent):
    """One own person, two messages of one's own, and a third: it fits only if no reminder came this week."""
    priya, survey, (jo,) = await reminded(store, 1)
    async with store.transaction() as tx:
        if jo_has_sent:
            await send(tx, survey, jo)
        for n in range(SETTINGS.cap - (2 if jo_has_sent else 1)):
            await outbox.queue(
                tx,
                occasion=f"broadcast:9{n}" if n < SETTINGS.cap - 2 else asking.occasion(survey, "reminder:1.2"),
                person=jo,
                lane="young",
                envelope="envelope/reminder",
                opens={"screen": "menu"},
                not_before=MONDAY,
                expires_at=MONDAY + DAY,
            )
        for row in await outbox.claim(tx, now=MONDAY, limit=50):
            await outbox.leaving(tx, row.id, on=today(MONDAY))
            await outbox.sent(tx, row.id, 7, on=today(MONDAY))
        looked = await share(tx, priya, MONDAY)
        assert (looked.people, dict(looked.left_out), looked.refused) == ((jo,), {}, None)
        sent = await broadcasts.confirm(tx, SETTINGS, priya, looked.broadcast.id, "1", shown=1, now=MONDAY)
    later = MONDAY + timedelta(minutes=5)
    await leave(store, later)
    async with store.transaction() as tx:
        found = await broadcasts.progress(tx, priya, sent.id, now=later)
        assert (found.broadcast.state, found.told) == ("leaving", False)
        found = await broadcasts.stop(tx, priya, sent.id, now=later)
        assert (found.broadcast.state, found.told) == ("stopped", False)
        assert found.broadcast.leaves_at is not None, "that it counts for nothing would say that it reached nobody"


# Asked too much


async def test_a_reminder_keeps_its_distance_from_an_invitation_that_came_late(store):
    async with store.transaction() as tx:
        (jo,) = await folk(tx, 1)
        survey = await opened(tx)
    late = MONDAY + timedelta(days=6)
    assert await leave(store, late) == [(jo, f"survey:{survey}:opened")]
    async with store.transaction() as tx:
        step = Step(step="reminder", day=0)
        for days, why in ((1, "too_soon"), (3, "too_soon"), (4, None)):
            chosen = await campaigns.choose(tx, SETTINGS, step, survey, now=late + timedelta(days=days))
            assert chosen.left.get(jo) == why


async def test_no_reminder_is_written_while_the_invitation_waits_for_room(store):
    async with store.transaction() as tx:
        (jo,) = await folk(tx, 1)
        survey = await opened(tx)
        chosen = await campaigns.choose(tx, SETTINGS, Step(step="reminder", day=0), survey, now=MONDAY + 9 * DAY)
        assert chosen.left == {jo: "waiting"}


@pytest.mark.parametrize("change", ["stop", "pause"])
async def test_what_is_in_the_air_when_a_campaign_ends_or_pauses_does_not_leave_after_it(store, change):
    async with store.transaction() as tx:
        await folk(tx, 1)
        await start(tx)
    await beat(store, ten(WARM_UP))
    async with store.transaction() as tx:
        (flying,) = await gate.take(tx, SETTINGS, now=ten(WARM_UP))
        if change == "stop":
            await campaigns.stop(tx, NAME)
        else:
            await campaigns.pause(tx, NAME, now=ten(WARM_UP))
        await outbox.retry(tx, flying.row.id, ten(WARM_UP))  # Telegram asked us to wait
    assert await leave(store, ten(WARM_UP) + timedelta(minutes=1)) == []


# Practice


PRACTICE = settings(practice=True)


async def test_going_live_lets_nothing_of_practice_go_on(store):
    """A campaign that was tried out would else open the survey to everybody, two days later and by itself."""
    async with store.transaction() as tx:
        everyone = await folk(tx, 2)
        await start(tx, PRACTICE)
    await beat(store, ten(WARM_UP), PRACTICE)  # and the bot is not running: what was written waits
    async with store.transaction() as tx:
        await surveys.end_practice(tx, SETTINGS, now=ten(WARM_UP))
    assert await leave(store, ten(WARM_UP)) == []
    await beat(store, ten(INVITATION))
    assert await leave(store, ten(INVITATION)) == []
    async with store.transaction() as tx:
        assert await openings.open_surveys(tx) == ()
        assert await outbox.of_person(tx, everyone[0]) == ()


# Losing things


async def test_after_a_restore_nothing_that_was_held_leaves_a_second_time(store):
    async with store.transaction() as tx:
        await folk(tx, 1)
        await start(tx)
    await beat(store, ten(WARM_UP))
    async with store.transaction() as tx:
        await campaigns.pause(tx, NAME, now=ten(WARM_UP))
    async with store.engine.begin() as connection:
        done = await settling.settle(connection, store.keys, now=ten(WARM_UP) + DAY, still_due=())
    assert done.cancelled == 1
    async with store.transaction() as tx:
        await campaigns.resume(tx, NAME, now=ten(WARM_UP) + DAY)
    assert await leave(store, ten(WARM_UP) + DAY) == []


async def test_a_survey_that_was_opened_by_hand_does_not_leave_its_campaign_stuck(store):
    async with store.transaction() as tx:
        (jo,) = await folk(tx, 1)
        await start(tx)
        survey = await opened(tx)
    await leave(store, MONDAY)
    await beat(store, ten(INVITATION))
    await beat(store, ten(ONCE))
    assert await leave(store, ten(ONCE)) == [(jo, f"survey:{survey}:reminder:1.2")]


async def test_an_invitation_that_comes_days_late_still_gives_people_their_days(store):
    async with store.transaction() as tx:
        await folk(tx, 1)
        await start(tx)
    late = ten(INVITATION) + timedelta(days=40)
    await beat(store, late)
    async with store.transaction() as tx:
        (opening,) = await openings.open_surveys(tx)
        assert answering.last_day(opening) == today(late) + timedelta(days=PLAN.open_days)


async def test_whom_a_code_reached_was_not_reached_before_they_sent(store):
    """Somebody nothing shows of for a year would vanish from that count on the evening after they sent."""
    async with store.transaction() as tx:
        (jo,) = await folk(tx, 1)
        survey = await opened(tx)
        await outbox.cancel_for(tx, jo)
        await vouchers.add(tx, vouchers.voucher_file.read(b"A-1\n"), name=NAME, worth="", now=MONDAY)
        await send(tx, survey, jo)
        assert await delivery.never_reached(tx, MONDAY) == {jo}
        await vouchers.evening(tx, now=MONDAY)
    assert len(await leave(store, MONDAY)) == 1
    async with store.transaction() as tx:
        assert await delivery.never_reached(tx, MONDAY) == {jo}


async def test_a_code_whose_owner_was_forgotten_is_given_to_nobody_else(store):
    async with store.transaction() as tx:
        (jo,) = await folk(tx, 1)
        survey = await opened(tx)
        codes = vouchers.voucher_file.read(b"A-1\n")
        await vouchers.add(tx, codes, name=NAME, worth="", now=MONDAY)
        await send(tx, survey, jo)
        await vouchers.evening(tx, now=MONDAY)
    async with store.transaction() as tx:
        await forgetting.forget(tx, jo)
        with pytest.raises(vouchers.CodesUnreadable):
            await vouchers.add(tx, codes, name=NAME, worth="", now=MONDAY)


async def test_the_next_broadcast_reaches_whoever_had_one_that_is_long_gone(store):
    """SQLite gives a number again once the newest row has gone, and an occasion reaches a person once, ever."""
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        (jo,) = await folk(tx, 1, priya.id)
    later = MONDAY + timedelta(days=70)
    for now in (MONDAY, later):
        async with store.transaction() as tx:
            looked = await share(tx, priya, now)
            await broadcasts.confirm(tx, SETTINGS, priya, looked.broadcast.id, "1", shown=1, now=now)
        assert [who for who, _ in await leave(store, now + timedelta(minutes=2))] == [jo]
        async with store.transaction() as tx:
            await kept.prune(tx, left_before=later - DAY)
            with_words = [await sharing.received(tx, jo, looked.broadcast.id)] if now == later else []
            assert [one.text for one in with_words] == ["Pool on Friday, 10:00."] * (now == later)
            if now == MONDAY:
                with pytest.raises(sharing.NeverSent):
                    await sharing.received(tx, jo, looked.broadcast.id)


async def test_a_task_that_gets_the_number_of_one_that_was_forgotten_is_told_and_falls_due(store):
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        jo, kit = await folk(tx, 2, priya.id)
        first = await tasks.ask(tx, SETTINGS, jo, priya.id, "", MONDAY)
        assert len(await leave_in(tx, MONDAY)) == 1
        await forgetting.forget(tx, jo)
    async with store.transaction() as tx:
        second = await tasks.ask(tx, SETTINGS, kit, priya.id, "", MONDAY + 3 * DAY)
        assert second.task == first.task, "else this proves nothing"
        assert len(await leave_in(tx, MONDAY + 3 * DAY)) == 1
        assert {row.due_at for row in await due.claim(tx, now=second.due_at, limit=9)} >= {second.due_at}


async def test_a_line_that_waits_when_practice_ends_does_not_hold_up_everybody(store):
    """Of a survey for practice nothing is left: whatever still speaks of it must not stop the outbox for good."""
    async with store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        jo, kit = await folk(tx, 2, priya.id)
        said = settings(practice=True, testers=("ref-P0",))
        survey = await opened(tx, said=said)
        night = MONDAY + timedelta(hours=12)
        await nudges.send(tx, said, priya, jo, survey, "Hi Jo.", now=night)
    async with store.transaction() as tx:
        await surveys.end_practice(tx, SETTINGS, now=night)
        looked = await share(tx, priya, night)
        await broadcasts.confirm(tx, SETTINGS, priya, looked.broadcast.id, "2", shown=2, now=night)
    assert sorted(who for who, _ in await leave(store, MONDAY + DAY + timedelta(hours=2))) == [jo, kit]


async def test_a_promised_code_is_given_whoever_else_sends_that_day(store):
    """Two codes, three people: the evening's order is drawn, so none of the three could be promised one."""
    async with store.transaction() as tx:
        everyone = await folk(tx, 3)
        survey = await opened(tx)
        promised = []
        for codes in (b"A-1\nA-2\n", b"A-3\n"):
            await vouchers.add(tx, vouchers.voucher_file.read(codes), name=NAME, worth="", now=MONDAY)
            promised.append(await vouchers.promised(tx, survey))
        assert promised == [False, True]
        await send(tx, survey, *everyone)
        assert await vouchers.evening(tx, now=MONDAY) == 3


async def test_whoever_asks_about_the_drafts_is_told_about_how_many():
    assert [answering.about_many(count) for count in (0, 1, 9, 10, 12, 13)] == [None, None, None, 10, 10, 15]


# Lock screens


@pytest.mark.parametrize("line", ["A word from Horizons", "Have a look: www.example.org"])
async def test_a_plans_own_line_names_nobody_and_links_nowhere(store, line):
    plan = campaign_plan.Plan(steps=(Step(step="invitation", day=0, line={"en": line}, card="start"),))
    async with store.transaction() as tx:
        await folk(tx, 1)
        with pytest.raises(campaigns.LineRefused):
            said = settings(service="Horizons")
            await campaigns.start(tx, said, PULSE, source=NAME, plan=plan, starts=None, now=MONDAY)

"""A campaign puts a survey to people in steps: to those it still concerns, and to nobody more than was promised."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event
from staffed import MONDAY, meet, settings
from support.databases import sqlite_url

from engagement import answering, asking, budget, campaign_plan, campaigns, later, surveys
from engagement import due as clock
from engagement import outbox as gate
from engagement.campaign_plan import Plan, Step
from engagement.campaign_reach import Ran
from engagement.campaigns import NoRoomBeforeClose, NotRunning, RunsAlready, StartsTooEarly
from engagement.later import NotOffered
from engagement.london import london, today
from storage import campaigns as rows
from storage import drafts, due, openings, outbox, people, pool
from storage.errors import SurveyClosed
from storage.ids import ChatId, PersonId, SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from surveys.values import Answers

SETTINGS = settings()
PULSE = (Path(surveys.__file__).parents[1] / "surveys/definitions/pulse.yaml").read_text()
NAME = "pulse"
PLAN = campaign_plan.default()
FIRST = date(2026, 11, 24)
DAY = timedelta(days=1)
WARM_UP, INVITATION, ONCE, TWICE, LAST = (FIRST + timedelta(days=one.day) for one in PLAN.steps)


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """One kind of database: the queries stand in `tests/storage`, on both."""
    event.listen(sqlite_store.engine.sync_engine, "connect", lambda to, _: to.execute("PRAGMA synchronous = OFF"))
    return sqlite_store


def ten(day: date) -> datetime:
    """When the steps of that day are due."""
    return london(day, PLAN.at)


async def start(store: Store, *, settings=SETTINGS, plan=PLAN, on: date | None = None, now=MONDAY) -> None:
    async with store.transaction() as tx:
        await campaigns.start(tx, settings, PULSE, source=NAME, plan=plan, starts=on, now=now)


async def beat(store: Store, now: datetime, settings=SETTINGS) -> None:
    """Everything that is due, as the heartbeat does it."""
    async with store.transaction() as tx:
        claimed = await due.claim(tx, now=now, limit=100)
    for row in claimed:
        async with store.transaction() as tx:
            await clock.work(tx, settings, row, now)


async def leave(store: Store, now: datetime, settings=SETTINGS) -> list[tuple[PersonId, str]]:
    """Who is sent what at this moment: everything that may leave leaves, and arrives."""
    gone = []
    for seconds in range(0, 120, 6):
        moment, any_left = now + timedelta(seconds=seconds), False
        async with store.transaction() as tx:
            for one in await gate.take(tx, settings, now=moment, limit=50):
                any_left = True
                await outbox.sent(tx, one.row.id, 100 + one.row.id, on=today(moment))
                for old in one.replaces:
                    await outbox.opened(tx, old.id)
                gone.append((one.row.person, one.row.occasion.split(":", 2)[-1]))
        if not any_left:
            break
    return gone


async def through(store: Store, until: date, since: date = FIRST, settings=SETTINGS) -> dict[date, list]:
    """Live from day to day, each at the hour of the steps; what left, by day."""
    days = {}
    for ahead in range((until - since).days + 1):
        day = since + timedelta(days=ahead)
        await beat(store, ten(day), settings)
        if left := await leave(store, ten(day), settings):
            days[day] = left
    return days


async def folk(store: Store, names: Iterable[str]) -> list[PersonId]:
    async with store.transaction() as tx:
        return [await meet(tx, name) for name in names]


async def survey_of(store: Store) -> SurveyId:
    async with store.transaction() as tx:
        (opening,) = await openings.open_surveys(tx)
    return opening.id


async def sends(store: Store, person: PersonId) -> None:
    survey = await survey_of(store)
    async with store.transaction() as tx:
        await drafts.start(tx, person, survey)
        await drafts.keep(tx, person, survey, Answers())
    async with store.transaction() as tx:
        await answering.send(tx, person, survey)


async def begins(store: Store, person: PersonId) -> None:
    async with store.transaction() as tx:
        await answering.begin(tx, person, (await openings.open_surveys(tx))[0].id)


def kinds(days: dict[date, list], person: PersonId) -> dict[date, str]:
    return {day: what.split(":")[0] for day, left in days.items() for who, what in left if who == person}


# The steps


async def test_whoever_never_answers_gets_each_step_on_its_day_and_nothing_after_the_last(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    days = await through(store, date(2027, 1, 20))
    assert kinds(days, jo) == {
        WARM_UP: "warm_up",
        INVITATION: "opened",
        ONCE: "reminder",
        TWICE: "reminder",
        LAST: "reminder",
        date(2026, 12, 26): "destroyed",
    }, "the last says what became of it, to everybody alike, once it has closed"


async def test_the_invitation_opens_the_survey_for_as_long_as_the_plan_says(store):
    await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    async with store.transaction() as tx:
        (opening,) = await openings.open_surveys(tx)
    assert answering.last_day(opening) == INVITATION + timedelta(days=PLAN.open_days)


async def test_whoever_has_sent_it_is_not_reminded(store):
    jo, bo = await folk(store, ["Jo", "Bo"])
    await start(store)
    await through(store, INVITATION)
    await sends(store, jo)
    days = await through(store, LAST, since=INVITATION + DAY)
    assert kinds(days, jo) == {}
    assert list(kinds(days, bo)) == [ONCE, TWICE, LAST]


async def test_whoever_sends_it_after_the_step_was_written_does_not_get_it(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    await beat(store, ten(ONCE))
    await sends(store, jo)
    assert await leave(store, ten(ONCE)) == []


async def test_no_more_about_this_one_is_the_end_of_it(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    async with store.transaction() as tx:
        await later.no_more(tx, jo, (await openings.open_surveys(tx))[0].id)
    assert kinds(await through(store, LAST + 3 * DAY, since=INVITATION + DAY), jo) == {}


async def test_remind_me_comes_when_asked_for_and_nothing_before_it(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    await through(store, ONCE - DAY)
    async with store.transaction() as tx:
        survey = (await openings.open_surveys(tx))[0].id
        at = await later.remind(tx, jo, survey, "weekend", now=ten(ONCE - DAY))
    assert today(at).weekday() == 5
    days = await through(store, LAST, since=ONCE)
    assert ONCE not in days, "they asked for another day"
    async with store.transaction() as tx:
        sent = {row.occasion: row.sent_on for row in await outbox.of_person(tx, jo)}
    assert next(day for what, day in sent.items() if ":again:" in what) in (today(at), today(at) + DAY)
    assert list(kinds(days, jo))[-2:] == [TWICE, LAST]


async def test_someone_who_blocked_stopped_opted_out_or_never_joined_gets_no_step(store):
    jo, bo, cy, di = await folk(store, ["Jo", "Bo", "Cy", "Di"])
    async with store.transaction() as tx:
        await meet(tx, "Ed", joined=False)
        await people.set_reachable(tx, ChatId(1_000 + jo), False)
        await people.set_state(tx, bo, "stopped")
        await budget.opt_out(tx, cy, "surveys")
        told = await campaigns.preview(tx, SETTINGS, PULSE, source=NAME, plan=PLAN, starts=None, now=MONDAY)
    assert [one.ran.chosen for one in told.steps] == [1] * 5
    assert told.steps[0].ran.left_out == {"unreachable": 1, "stopped": 1, "opted_out": 1, "not_joined": 1}
    await start(store)
    days = await through(store, LAST)
    assert {who for left in days.values() for who, _ in left} == {di}


async def test_a_reminder_that_finds_no_room_is_left_out_where_it_would_come_too_close_to_the_next(store):
    (jo,) = await folk(store, ["Jo"])
    steps = (("invitation", 0), ("reminder", 12), ("reminder", 16))
    close = Plan(steps=campaign_plan.finished(tuple(Step(step=kind, day=day) for kind, day in steps)))
    await start(store, plan=close)
    await through(store, FIRST)
    async with store.transaction() as tx:
        for n in range(3):
            await outbox.queue(
                tx,
                occasion=f"news:{n}",
                person=jo,
                lane="young",
                envelope="envelope/update",
                opens={},
                not_before=ten(FIRST + 10 * DAY),
                expires_at=ten(FIRST + 12 * DAY),
            )
    days = await through(store, FIRST + 25 * DAY, since=FIRST + DAY)
    reminded = [day for day, left in days.items() for _, what in left if what.startswith("reminder")]
    assert reminded == [FIRST + 19 * DAY], "the second waited for room; the first would have come too close to it"


async def test_the_last_reminder_keeps_its_word_even_where_a_draft_comes_after_it(store):
    jo, bo = await folk(store, ["Jo", "Bo"])
    await start(store)
    await through(store, LAST - DAY)
    await begins(store, bo)
    await through(store, LAST, since=LAST)
    survey = await survey_of(store)
    async with store.transaction() as tx:
        muted = {who: await asking.choices.why_muted(tx, who, survey) for who in (jo, bo)}
    assert muted == {jo: "promised", bo: None}, "whoever has begun is still warned before the draft is destroyed"
    days = await through(store, LAST + 5 * DAY, since=LAST + DAY)
    assert [what for left in days.values() for who, what in left if who == bo] == ["closing"]
    assert kinds(days, jo) == {}
    await begins(store, jo)
    async with store.transaction() as tx:
        assert await asking.choices.why_muted(tx, jo, survey) is None, "they came back by themselves"


# Starting


async def test_two_campaigns_for_one_survey_are_refused(store):
    await start(store)
    with pytest.raises(RunsAlready):
        await start(store)


async def test_a_first_day_that_is_over_is_refused(store):
    with pytest.raises(StartsTooEarly):
        await start(store, on=today(MONDAY) - DAY)


async def test_for_a_survey_that_is_open_only_reminders_are_left_and_they_keep_their_distance(store):
    await folk(store, ["Jo"])
    async with store.transaction() as tx:
        await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=None, now=MONDAY)
    await start(store, now=MONDAY + timedelta(hours=1))
    async with store.transaction() as tx:
        watched = await campaigns.watch(tx, NAME)
    assert [one.step.step for one in watched.steps] == ["reminder", "reminder", "last_reminder"]
    assert watched.steps[0].on == today(MONDAY) + 4 * DAY


async def test_a_plan_that_ends_after_the_survey_closes_is_refused(store):
    async with store.transaction() as tx:
        await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=today(MONDAY) + 7 * DAY, now=MONDAY)
    with pytest.raises(NoRoomBeforeClose):
        await start(store)


async def test_a_step_that_fires_twice_or_late_writes_once(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    async with store.transaction() as tx:
        fired = await due.claim(tx, now=ten(WARM_UP) + timedelta(hours=3), limit=1)
    for _ in range(2):
        async with store.transaction() as tx:
            await campaigns.run_step(tx, SETTINGS, fired[0], ten(WARM_UP) + timedelta(hours=3))
    async with store.transaction() as tx:
        assert len(await outbox.of_person(tx, jo)) == 1


async def test_no_step_falls_on_a_bank_holiday_and_those_after_it_keep_their_distance(store):
    steps = (("invitation", 0), ("reminder", 24), ("last_reminder", 28))
    plan = Plan(open_days=40, steps=campaign_plan.finished(tuple(Step(step=kind, day=day) for kind, day in steps)))
    async with store.transaction() as tx:
        found = await campaigns.preview(
            tx, SETTINGS, PULSE, source=NAME, plan=plan, starts=date(2026, 12, 1), now=MONDAY
        )
    # Friday the 25th, Saturday the 26th, and Monday the 28th in its place, are bank holidays.
    assert [one.on for one in found.steps] == [date(2026, 12, 1), date(2026, 12, 27), date(2026, 12, 31)]


# Pause, resume, stop


async def test_a_pause_holds_what_has_not_left_and_moves_what_is_to_come(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    await beat(store, ten(ONCE))
    async with store.transaction() as tx:
        await campaigns.pause(tx, NAME, now=ten(ONCE))
    assert await through(store, ONCE + 2 * DAY, since=ONCE) == {}
    async with store.transaction() as tx:
        to_come = await campaigns.resume(tx, NAME, now=ten(ONCE + 2 * DAY))
    assert [one.on for one in to_come] == [TWICE + 2 * DAY, LAST + 2 * DAY]
    days = await through(store, LAST + 2 * DAY, since=ONCE + 2 * DAY)
    assert list(kinds(days, jo)) == [ONCE + 2 * DAY, TWICE + 2 * DAY, LAST + 2 * DAY]


async def test_a_long_pause_drops_the_steps_that_would_come_after_the_close(store):
    await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    async with store.transaction() as tx:
        await campaigns.pause(tx, NAME, now=ten(INVITATION))
    async with store.transaction() as tx:
        to_come = await campaigns.resume(tx, NAME, now=ten(INVITATION + 12 * DAY))
    assert [one.on for one in to_come] == [ONCE + 12 * DAY, TWICE + 12 * DAY - 0 * DAY][: len(to_come)]
    assert all(one.on < INVITATION + timedelta(days=PLAN.open_days) for one in to_come)


async def test_stopping_cancels_what_waits_and_leaves_the_survey_open(store):
    (jo,) = await folk(store, ["Jo"])
    await start(store)
    await through(store, INVITATION)
    await beat(store, ten(ONCE))
    async with store.transaction() as tx:
        await campaigns.stop(tx, NAME)
    assert await through(store, LAST, since=ONCE) == {}
    await sends(store, jo)
    for change in (campaigns.pause, campaigns.resume):
        with pytest.raises(NotRunning):
            async with store.transaction() as tx:
                await change(tx, NAME, now=ten(LAST))


async def test_closing_the_survey_ends_its_campaign(store):
    await folk(store, ["Jo"])
    await start(store)
    await through(store, ONCE)
    async with store.transaction() as tx:
        await surveys.close_survey(tx, SETTINGS, (await openings.open_surveys(tx))[0].id, now=ten(ONCE))
    async with store.transaction() as tx:
        assert await rows.live(tx) == ()
        found = await rows.latest(tx, NAME)
    assert found is not None
    assert found.state == "over"
    assert kinds(await through(store, LAST, since=ONCE + DAY), PersonId(1)) == {ONCE + DAY: "destroyed"}


# One group


async def of_two_ages(store: Store, younger: int, older: int) -> list[PersonId]:
    found = []
    async with store.transaction() as tx:
        for n in range(younger + older):
            born = date(2008 if n < younger else 2003, 1, 1)
            known = Details(f"N{n}", f"A{n}", "Bee", birth_date=born)
            person = await people.add(tx, known)
            await people.join(tx, person.id, ChatId(2_000 + n))
            found.append(person.id)
    return found


async def test_a_reminder_for_one_group_reaches_that_group_only(store):
    who = await of_two_ages(store, 12, 15)
    async with store.transaction() as tx:
        await surveys.open_survey(tx, SETTINGS, SHIPPED, source="care_leaver_survey", closes=None, now=MONDAY)
    await leave(store, MONDAY)
    async with store.transaction() as tx:
        added, told = await campaigns.remind(
            tx, SETTINGS, "care_leaver_survey", group="age_band=from_18_to_20", on=today(MONDAY) + 5 * DAY, now=MONDAY
        )
    assert (added.step.group, told.chosen, told.left_out["other_group"]) == ("age_band=from_18_to_20", 12, 15)
    days = await through(store, today(MONDAY) + 6 * DAY)
    assert {person for left in days.values() for person, what in left if what.startswith("reminder")} == set(who[:12])


SHIPPED = (Path(surveys.__file__).parents[1] / "surveys/definitions/care_leaver_survey.yaml").read_text()


# What can be counted


def test_under_ten_who_have_sent_a_head_count_gives_nobody_away():
    nobody = Ran(asked=40, chosen=40, left_out={"sent": 0, "stopped": 2})
    three = Ran(asked=40, chosen=37, left_out={"sent": 3, "stopped": 2})
    assert nobody.shown(sent_shown=False) == three.shown(sent_shown=False) == ("at most 40", {"stopped": 2})
    twelve = Ran(asked=40, chosen=28, left_out={"sent": 12, "stopped": 2})
    assert twelve.shown(sent_shown=True) == ("about 30", {"sent": 10, "stopped": 2})
    assert twelve.shown(sent_shown=True, group=True) == ("at most 40", {"stopped": 2})
    assert Ran(40, 40, {"stopped": 2}).shown(sent_shown=False) == ("40", {"stopped": 2}), "nothing could be sent yet"


def test_what_is_kept_of_a_reminder_says_the_same_and_not_how_many_had_sent():
    twelve = Ran(asked=40, chosen=27, left_out={"sent": 13, "stopped": 2})
    assert twelve.kept() == Ran(asked=40, chosen=25, left_out={"sent": 15, "stopped": 2})
    for sent_shown in (True, False):
        assert twelve.kept().shown(sent_shown=sent_shown) == twelve.shown(sent_shown=sent_shown)


async def test_a_preview_counts_the_same_whoever_has_sent(store):
    folks = await folk(store, [f"P{n}" for n in range(12)])
    await start(store)
    await through(store, INVITATION)

    async def reach() -> tuple:
        async with store.transaction() as tx:
            await campaigns.stop(tx, NAME) if (await campaigns.watch(tx, NAME)).campaign.state == "running" else None
            found = await campaigns.preview(
                tx, SETTINGS, PULSE, source=NAME, plan=PLAN, starts=ONCE, now=ten(INVITATION + DAY)
            )
        return found.steps[0].ran.shown(sent_shown=False)

    before = await reach()
    for person in folks[:9]:
        await sends(store, person)
    assert await reach() == before == ("at most 12", {})


# Later


@pytest.mark.parametrize(
    ("now", "moments"),
    [
        (datetime(2026, 11, 24, 10, tzinfo=MONDAY.tzinfo), ["tonight", "tomorrow", "weekend"]),
        (datetime(2026, 11, 24, 18, tzinfo=MONDAY.tzinfo), ["tomorrow", "weekend"]),
        (datetime(2026, 11, 27, 10, tzinfo=MONDAY.tzinfo), ["tonight", "tomorrow"]),
        (datetime(2026, 11, 28, 10, tzinfo=MONDAY.tzinfo), ["tonight", "tomorrow", "weekend"]),
        (datetime(2026, 12, 21, 10, tzinfo=MONDAY.tzinfo), ["tonight"]),
        (datetime(2026, 12, 21, 21, tzinfo=MONDAY.tzinfo), []),
    ],
)
async def test_only_moments_that_are_still_to_come_before_it_closes_are_offered(store, now, moments):
    (jo,) = await folk(store, ["Jo"])
    async with store.transaction() as tx:
        opened = await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=None, now=MONDAY)
        assert list(await later.offered(tx, opened.survey, now=now)) == moments
        for when in {"tonight", "tomorrow", "weekend"} - set(moments):
            with pytest.raises(NotOffered):
                await later.remind(tx, jo, opened.survey, when, now=now)


async def test_a_second_wish_takes_the_place_of_the_first_and_can_be_taken_back(store):
    (jo,) = await folk(store, ["Jo"])
    async with store.transaction() as tx:
        survey = (await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=None, now=MONDAY)).survey
        await later.remind(tx, jo, survey, "tonight", now=MONDAY)
        await later.remind(tx, jo, survey, "tomorrow", now=MONDAY)
        assert await later.wanted(tx, jo, survey) == today(MONDAY) + DAY
        await later.remind(tx, jo, survey, "tonight", now=MONDAY)
        waiting = [row for row in await outbox.of_person(tx, jo) if row.state == "queued"]
        assert [(row.kind, row.not_before) for row in waiting] == [("asked", london(today(MONDAY), later.TONIGHT))]
        await later.no_more(tx, jo, survey)
        assert await outbox.of_person(tx, jo) == ()
        await later.remind(tx, jo, survey, "tonight", now=MONDAY)
        assert await later.wanted(tx, jo, survey) == today(MONDAY), "they changed their mind again"


async def test_what_they_asked_for_leaves_whatever_else_fills_their_week(store):
    (jo,) = await folk(store, ["Jo"])
    async with store.transaction() as tx:
        survey = (await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=None, now=MONDAY)).survey
        for n in range(3):
            await outbox.queue(
                tx,
                occasion=f"news:{n}",
                person=jo,
                lane="young",
                envelope="envelope/update",
                opens={},
                not_before=MONDAY,
                expires_at=MONDAY + 9 * DAY,
            )
    await leave(store, MONDAY)
    async with store.transaction() as tx:
        at = await later.remind(tx, jo, survey, "tonight", now=MONDAY)
    assert [what.split(":")[0] for _, what in await leave(store, at)] == ["again"]


async def test_a_reminder_asked_for_a_survey_that_closed_meanwhile_is_not_sent(store):
    (jo,) = await folk(store, ["Jo"])
    async with store.transaction() as tx:
        survey = (await surveys.open_survey(tx, SETTINGS, PULSE, source=NAME, closes=None, now=MONDAY)).survey
        await later.remind(tx, jo, survey, "tomorrow", now=MONDAY)
    async with store.transaction() as tx:
        await pool.close(tx, survey, now=MONDAY)
    assert await leave(store, MONDAY + DAY + timedelta(hours=2)) == []
    async with store.transaction() as tx:
        with pytest.raises(SurveyClosed):
            await later.offered(tx, survey, now=MONDAY)


# Practice


async def test_in_practice_only_testers_are_written_to_and_the_rest_is_listed(store):
    practice = settings(practice=True, testers=("ref-Tess",))
    tess, jo = await folk(store, ["Tess", "Jo"])
    await start(store, settings=practice)
    days = await through(store, ONCE, settings=practice)
    assert {who for left in days.values() for who, _ in left} == {tess}
    async with store.transaction() as tx:
        watched = await campaigns.watch(tx, NAME)
        offered = {who: [one.state for one in await answering.offered(tx, who)] for who in (tess, jo)}
    assert watched.delivery[0] == {"sent": 1, "practised": 1}
    assert offered == {tess: ["new"], jo: []}, "the copy is for testers only"
    with pytest.raises(SurveyClosed):
        async with store.transaction() as tx:
            await answering.begin(tx, jo, watched.campaign.survey)


async def test_going_live_throws_the_practice_away_and_leaves_nothing_of_it(store):
    practice = settings(practice=True, testers=("ref-Tess",))
    tess, jo = await folk(store, ["Tess", "Jo"])
    await start(store, settings=practice)
    await through(store, INVITATION, settings=practice)
    await sends(store, tess)
    async with store.transaction() as tx:
        assert await surveys.end_practice(tx, SETTINGS, now=ten(INVITATION)) == 1
    async with store.transaction() as tx:
        assert await openings.every(tx) == ()
        assert await drafts.done_many(tx, SurveyId(1)) == frozenset()
        left = [row.occasion for who in (tess, jo) for row in await outbox.of_person(tx, who) if row.state != "sent"]
        pooled = [row async for row in rows_of(tx)]
    assert left == []
    assert pooled == []
    await start(store, now=ten(INVITATION))
    days = await through(store, INVITATION + 5 * DAY, since=INVITATION + DAY)
    assert jo in {who for left in days.values() for who, _ in left}, "now it counts"


async def rows_of(tx: Transaction):
    from sqlalchemy import select

    from storage.tables import answer, draft, pool, slice_

    for table in (answer, draft, pool, slice_):
        for row in await tx.connection.execute(select(table)):
            yield row


async def test_a_practice_survey_never_publishes_however_many_try_it(store):
    names = [f"T{n}" for n in range(12)]
    practice = settings(practice=True, testers=tuple(f"ref-{name}" for name in names))
    testers = await folk(store, names)
    await start(store, settings=practice)
    await through(store, INVITATION, settings=practice)
    for person in testers:
        await sends(store, person)
    async with store.transaction() as tx:
        closed = await surveys.close_survey(tx, practice, (await openings.open_surveys(tx))[0].id, now=ten(INVITATION))
    assert not closed.published
    async with store.transaction() as tx:
        assert await openings.every(tx) == ()


# Any mix


@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 33),
            st.sampled_from(
                ["sends", "begins", "no more", "tonight", "weekend", "stops", "full week", "pause", "resume"]
            ),
        ),
        max_size=14,
    )
)
def test_whatever_people_do_nobody_is_asked_more_than_was_promised(migrated_sqlite, tmp_path_factory, happenings):
    folder = tmp_path_factory.mktemp("play")
    (folder / "copy.db").write_bytes(migrated_sqlite.read_bytes())

    async def run() -> None:
        store = Store.open(sqlite_url(folder / "copy.db"), folder / "keys")
        event.listen(store.engine.sync_engine, "connect", lambda to, _: to.execute("PRAGMA synchronous = OFF"))
        await _promises_hold(store, happenings)
        await store.close()

    with asyncio.Runner() as runner:
        runner.run(run())


async def _promises_hold(store: Store, happenings: list) -> None:
    await store.add_authority("Northfield", "{}")
    who = await folk(store, ["Jo", "Bo", "Cy"])
    await start(store)
    asked: dict[PersonId, list[date]] = {person: [] for person in who}
    ours: dict[PersonId, list[date]] = {person: [] for person in who}
    over: dict[PersonId, date] = {}
    for ahead in range(34):
        day = FIRST + timedelta(days=ahead)
        for index, on, what in happenings:
            if on == ahead:
                await _happens(store, who[index], what, ten(day) - timedelta(hours=1), over, day)
        await beat(store, ten(day))
        for person, occasion in [*await leave(store, ten(day)), *await leave(store, ten(day) + timedelta(hours=9))]:
            if occasion.startswith(("reminder", "opened", "warm_up", "finished", "closing", "last")):
                assert over.get(person, day) >= day, "nothing is asked of whoever has sent it or said no more"
            if not occasion.startswith("again"):
                ours[person].append(day)
            if occasion.startswith("reminder"):
                asked[person].append(day)
    for person in who:
        assert len(asked[person]) <= 3
        assert all(b - a >= 4 * DAY for a, b in zip(asked[person], asked[person][1:], strict=False))
        assert all(sum(day <= other < day + 7 * DAY for other in ours[person]) <= 3 for day in ours[person])


async def _happens(store: Store, person: PersonId, what: str, now: datetime, over: dict, day: date) -> None:
    try:
        async with store.transaction() as tx:
            opened = await openings.open_surveys(tx)
            if what == "stops":
                await people.set_state(tx, person, "stopped")
                over.setdefault(person, day - DAY)
            elif what == "pause":
                await campaigns.pause(tx, NAME, now=now)
            elif what == "resume":
                await campaigns.resume(tx, NAME, now=now)
            elif what == "full week":
                for n in range(3):
                    more = {"not_before": now, "expires_at": now + DAY, "envelope": "envelope/update", "opens": {}}
                    await outbox.queue(tx, occasion=f"news:{day}:{n}", person=person, lane="young", **more)
            elif not opened:
                return
            elif what == "begins":
                await answering.begin(tx, person, opened[0].id)
            elif what == "sends":
                await answering.begin(tx, person, opened[0].id)
                await answering.send(tx, person, opened[0].id)
                over.setdefault(person, day - DAY)
            elif what == "no more":
                await later.no_more(tx, person, opened[0].id)
                over.setdefault(person, day - DAY)
            else:
                await later.remind(tx, person, opened[0].id, what, now=now)
                over.pop(person, None)
    except (NotRunning, NotOffered, drafts.AlreadySent, SurveyClosed):
        return

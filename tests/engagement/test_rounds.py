"""A quarter's round: when it begins, who is reminded, what counts as moved, its survey, and the report in its time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from staffed import MONDAY, hire, meet, settings

from bot.reports import round_report
from engagement import due as clock
from engagement import loop_figures, promises, round_survey, round_told, round_updates, rounds, telling
from engagement.london import local, london
from engagement.outbox import is_quiet
from engagement.promise_words import BadField
from engagement.round_told import CommentsStillCome, NotTold
from engagement.round_updates import AskedToday, NotAsked
from engagement.rounds import NoPlan, RoundOver, RoundThere
from engagement.staff import NotAllowed
from storage import comments, due, openings, outbox, people, staff
from storage import promises as kept
from storage import rounds as storage
from storage.ids import PersonId, PromiseId, RoundId
from storage.rounds import Round
from storage.staff import Staff
from storage.store import Store, Transaction
from surveys.definition import text_in
from surveys.load import load

SETTINGS = settings()
DAY = timedelta(days=1)
JANUARY = datetime(2027, 1, 4, 10, tzinfo=UTC)
"""The first working day of a quarter, at ten: the first is a bank holiday, and then comes a weekend."""


async def promise(tx: Transaction, we_will: str, owner: Staff | None = None, **more: object) -> PromiseId:
    theme = next(iter(await kept.themes(tx)), None) or await kept.add_theme(tx, name="Home")
    words = json.dumps({"we_will": we_will})
    by = kept.COMMAND_LINE
    made = await kept.add(tx, theme.id, words=words, owner=owner and owner.id, by=by, now=MONDAY, **more)  # type: ignore[arg-type]
    return made.id


class World:
    """Two owners, whoever tells people, a manager, and two promises; Priya's is wifi, Omar's is bus fares."""

    priya: Staff
    omar: Staff
    pat: Staff
    mo: Staff
    wifi: PromiseId
    fares: PromiseId
    jo: PersonId


async def set_up(tx: Transaction) -> World:
    world = World()
    world.priya = await staff.by_id(tx, await hire(tx, "Priya Patel", "pa"))
    world.omar = await staff.by_id(tx, await hire(tx, "Omar Ali", "pa"))
    world.pat = await staff.by_id(tx, await hire(tx, "Pat Part", "participation"))
    world.mo = await staff.by_id(tx, await hire(tx, "Mo Manager", "manager"))
    world.wifi = await promise(tx, "Free wifi at home.", world.priya, steps=3)
    world.fares = await promise(tx, "Bus fares paid.", world.omar, by_when=date(2027, 3, 1))
    world.jo = await meet(tx, "Jo")
    return world


async def beat(store: Store, now: datetime) -> list[str]:
    """Everything that is due is done; says what of it was about rounds."""
    async with store.transaction() as tx:
        await clock.plan(tx, now, chance=lambda _: 0)
    done = []
    while True:
        async with store.transaction() as tx:
            rows = await due.claim(tx, now=now, limit=100)
        for row in rows:
            async with store.transaction() as tx:
                await clock.work(tx, SETTINGS, row, now)
        done += [row.kind for row in rows if row.kind.startswith("round")]
        if not rows:
            return done


async def heard(tx: Transaction, member: Staff) -> list[str]:
    """What this member of staff was told to look at, without the number of the round."""
    rows = await outbox.of_staff(tx, member.id)
    return [row.occasion.split(":", 2)[2] for row in rows if row.occasion.startswith("round")]


async def tell(tx: Transaction, world: World, of: RoundId, now: datetime) -> Round:
    """Everybody is told, as the room for telling does it."""
    looked = await telling.preview(tx, SETTINGS, "news", now=now)
    leaving = await telling.confirm(
        tx,
        SETTINGS,
        "news",
        occasion=round_told.occasion(of),
        opens={"screen": "round", "round": of},
        envelope="envelope/something",
        typed=str(len(looked.people)),
        shown=len(looked.people),
        now=now,
    )
    return await round_told.left(tx, world.pat, of, leaving, now=now)


# It begins


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2026-11-24T10:00", "2027-01-01"),
        ("2027-01-01T09:59", "2027-01-01"),
        ("2027-01-01T10:00", "2027-04-01"),
        ("2027-04-01T08:59", "2027-04-01"),
        ("2027-04-01T09:00", "2027-07-01"),
        ("2026-12-31T23:59", "2027-01-01"),
    ],
    ids=["in autumn", "just before ten", "at ten", "in summer nine is ten in London", "and past it", "at the very end"],
)
def test_the_coming_quarter_goes_by_london_clocks(now: str, first: str) -> None:
    assert rounds.coming(datetime.fromisoformat(now).replace(tzinfo=UTC)).isoformat() == first


async def test_a_round_begins_by_itself_on_the_first_working_day_and_once(store: Store) -> None:
    async with store.transaction() as tx:
        world = await set_up(tx)
        await clock.plan(tx, MONDAY, chance=lambda _: 0)
    assert await beat(store, JANUARY - 3 * DAY) == ["round_begin"], "a bank holiday: it looks again on Monday"
    async with store.transaction() as tx:
        assert await storage.every(tx) == ()
    assert await beat(store, JANUARY) == ["round_begin"]
    for moment in (JANUARY, JANUARY - 2 * DAY, JANUARY + 5 * DAY, JANUARY):  # a clock that jumps
        assert "round_begin" not in await beat(store, moment)
    async with store.transaction() as tx:
        (begun,) = await storage.every(tx)
        assert (begun.name, begun.state, begun.asked_on) == ("2027_q1", "asking", JANUARY.date())
        assert begun.updates_by == date(2027, 1, 18), "ten working days"
        assert await heard(tx, world.priya) == await heard(tx, world.omar) == ["asked"]
        with pytest.raises(RoundThere):
            await rounds.begin(tx, SETTINGS, world.pat, now=JANUARY + DAY)


async def test_without_a_plan_nothing_begins_nor_for_a_quarter_that_is_over(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        await clock.plan(tx, MONDAY, chance=lambda _: 0)
        with pytest.raises(NoPlan):
            await rounds.begin(tx, SETTINGS, None, now=MONDAY)
    assert await beat(sqlite_store, JANUARY) == ["round_begin"]
    async with sqlite_store.transaction() as tx:
        await set_up(tx)
        assert await storage.every(tx) == ()
    await beat(sqlite_store, datetime(2027, 10, 20, 10, tzinfo=UTC))  # it slept through two quarters
    async with sqlite_store.transaction() as tx:
        assert [one.name for one in await storage.every(tx)] == []


async def test_owners_are_reminded_twice_and_then_whoever_answers_for_it_hears_and_never_at_night(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        at_night = datetime(2026, 11, 23, 23, tzinfo=UTC)
        begun = await rounds.begin(tx, SETTINGS, world.pat, now=at_night)
        assert begun.updates_by == date(2026, 12, 7)
        await round_updates.give(tx, SETTINGS, world.priya, begun.id, world.wifi, moved=False, now=MONDAY + DAY)
    for day in (1, 7, 7, 11, 14, 15, 15, 18):
        await beat(sqlite_store, MONDAY + day * DAY + timedelta(hours=13))  # at 23:00
    async with sqlite_store.transaction() as tx:
        assert await heard(tx, world.omar) == ["asked", "reminder:1", "reminder:2"]
        assert await heard(tx, world.priya) == ["asked"]
        assert await heard(tx, world.mo) == ["overdue"]
        assert await heard(tx, world.pat) == ["ready"]
        for member in (world.omar, world.priya, world.mo, world.pat):
            for row in await outbox.of_staff(tx, member.id):
                assert not is_quiet(row.not_before)
                assert local(row.not_before).weekday() < 5


async def test_a_manager_asks_an_owner_once_a_day_and_nobody_else_does(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        asking = (tx, SETTINGS, world.mo, of, world.fares)
        assert (await round_updates.ask_after(*asking, now=MONDAY)).name == "Omar Ali"
        with pytest.raises(AskedToday):
            await round_updates.ask_after(*asking, now=MONDAY + timedelta(hours=6))
        await round_updates.ask_after(*asking, now=MONDAY + DAY)
        assert await heard(tx, world.omar) == ["asked", "asked_for:2026-11-23", "asked_for:2026-11-24"]
        for member in (world.priya, world.pat):
            with pytest.raises(NotAllowed):
                await round_updates.ask_after(tx, SETTINGS, member, of, world.fares, now=MONDAY)


# What an owner gives


async def test_an_owner_says_how_far_their_own_is_and_nobody_elses(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await round_updates.set_state(tx, world.priya, of, world.wifi, "doing", now=MONDAY)
        await round_updates.set_steps(tx, world.priya, of, world.wifi, 2, now=MONDAY)
        await round_updates.say(tx, world.priya, of, world.wifi, "  The first\nten flats have it. ", now=MONDAY)
        for wrong in (4, -1):
            with pytest.raises(BadField):
                await round_updates.set_steps(tx, world.priya, of, world.wifi, wrong, now=MONDAY)
        for reason in ("", "Money.", "We must procure a provider first."):
            with pytest.raises(BadField):
                await round_updates.set_state(tx, world.priya, of, world.wifi, "stuck", reason=reason, now=MONDAY)
        with pytest.raises(NotAsked):
            await round_updates.set_state(tx, world.priya, of, world.fares, "done", now=MONDAY)
        with pytest.raises(NotAsked):
            await round_updates.set_state(tx, world.priya, of, world.wifi, "not_doing", now=MONDAY)
        await round_updates.give(tx, SETTINGS, world.priya, of, world.wifi, moved=True, now=MONDAY)
        (moved,) = await round_told.moved(tx, await storage.find(tx, of))
        assert (moved.before.state, moved.after.state, moved.after.steps_done) == ("planned", "doing", 2)
        assert moved.line == "The first ten flats have it."
        assert await heard(tx, world.pat) == []
        await round_updates.give(tx, SETTINGS, world.pat, of, world.fares, moved=False, now=MONDAY)
        assert await heard(tx, world.pat) == ["ready"], "everybody has answered"


async def test_only_what_moved_is_told_and_what_moved_since_an_untold_round_with_the_next(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        first = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await kept.change(tx, world.wifi, by=world.priya.id, now=MONDAY, state="doing")
        second = (await rounds.begin(tx, SETTINGS, world.pat, now=JANUARY)).id
        assert (await storage.find(tx, first)).state == "overtaken"
        with pytest.raises(RoundOver):
            await round_updates.set_state(tx, world.priya, first, world.wifi, "done", now=JANUARY)
        (moved,) = await round_told.moved(tx, await storage.find(tx, second))
        assert (moved.promise, moved.before.state, moved.after.state) == (world.wifi, "planned", "doing")
        await kept.change(tx, world.fares, by=world.omar.id, now=JANUARY, by_when=date(2027, 6, 1))
        late = (await round_told.moved(tx, await storage.find(tx, second)))[1]
        assert late.later, "that it comes later is told too"
        told = await tell(tx, world, second, JANUARY)
        await kept.change(tx, world.wifi, by=world.priya.id, now=JANUARY, state="done")
        assert [one.after.state for one in await round_told.moved(tx, told)] == ["doing", "planned"], "as it was told"
        third = await rounds.begin(tx, SETTINGS, world.pat, now=JANUARY + 90 * DAY)
        (moved,) = await round_told.moved(tx, third)
        assert (moved.before.state, moved.after.state, moved.finished) == ("doing", "done", True)


# Told, asked and reported


async def test_a_dropped_promise_is_told_by_the_round_only_where_it_has_no_message_of_its_own(
    sqlite_store: Store,
) -> None:
    no = {
        "state": "not_doing",
        "reason": "The money was not agreed.",
        "decided_by": "The head of service",
        "decided_on": JANUARY.date(),
        "instead": "A data card.",
    }
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        await kept.note_told(tx, world.wifi, "plan:2026-12-01:told")
        of = await rounds.begin(tx, SETTINGS, world.pat, now=JANUARY)
        for dropped in (world.wifi, world.fares):
            await promises.save(tx, None, dropped, no, now=JANUARY)
        assert [one.promise for one in await round_told.moved(tx, of)] == [world.wifi], "nobody was told of the other"
        await telling.confirm(
            tx,
            SETTINGS,
            "news",
            occasion=promises.dropped_occasion(world.wifi),
            opens={"screen": "plan/dropped", "promise": world.wifi},
            envelope="envelope/promise",
            typed="1",
            shown=1,
            now=JANUARY,
        )
        assert await round_told.moved(tx, of) == (), "who was told of it hears it once"
        found = await loop_figures.figures(tx, now=JANUARY + 30 * DAY)
        assert found.updates_asked == 0, "and nobody owes an update of what is dropped"


async def test_the_survey_opens_as_it_leaves_quietly_and_closes_with_the_comments(store: Store) -> None:
    async with store.transaction() as tx:
        world = await set_up(tx)
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await kept.change(tx, world.wifi, by=world.priya.id, now=MONDAY, state="done")
        await kept.note_told(tx, world.fares, "plan:2026-11-01:told")
        told = await tell(tx, world, of, MONDAY)
        assert (told.told_on, told.comments_until) == (MONDAY.date(), MONDAY.date() + 14 * DAY)
        assert round_told.occasion(of) in await kept.told_in(tx, world.wifi)
        assert round_told.occasion(of) not in await kept.told_in(tx, world.fares)
    await beat(store, MONDAY + timedelta(seconds=59))
    async with store.transaction() as tx:
        assert await openings.open_surveys(tx) == ()
    for _ in range(2):
        await beat(store, MONDAY + timedelta(seconds=60))
    async with store.transaction() as tx:
        (opening,) = await openings.open_surveys(tx)
        asked = await openings.questionnaire(tx, opening.id)
        assert (opening.name, asked.purpose) == ("round_2026_q4", "progress")
        assert opening.closes_at == london(date(2026, 12, 8), datetime.min.time())
        assert [one.id for one in asked.questions] == [f"p{world.wifi}_changed", f"p{world.fares}"]
        assert [row.occasion for row in await outbox.of_person(tx, world.jo)] == [f"round:{of}:told"], "no second one"


async def test_stopped_before_it_reached_anybody_it_can_be_told_again(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await kept.change(tx, world.wifi, by=world.priya.id, now=MONDAY, state="doing")
        before = await storage.find(tx, of)
        await tell(tx, world, of, MONDAY)
        await telling.stop(tx, round_told.occasion(of))
        await round_told.stopped(tx, world.pat, of, now=MONDAY)
        assert await storage.find(tx, of) == before
        assert await kept.told(tx) == frozenset()
    await beat(sqlite_store, MONDAY + DAY)
    async with sqlite_store.transaction() as tx:
        assert await openings.open_surveys(tx) == ()
        assert (await tell(tx, world, of, MONDAY + DAY)).state == "told"
    await beat(sqlite_store, MONDAY + 2 * DAY)
    async with sqlite_store.transaction() as tx:
        assert len(await openings.open_surveys(tx)) == 1


async def test_the_report_waits_for_the_comments_and_then_holds_every_group_with_its_answer(
    sqlite_store: Store,
) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await kept.change(tx, world.wifi, by=world.priya.id, now=MONDAY, state="doing")
        with pytest.raises(NotTold):
            await round_told.report(tx, world.pat, of, now=MONDAY)
        until = (await tell(tx, world, of, MONDAY)).comments_until
        assert until is not None
        group = await comments.add_group(tx, "Wifi <soon>", of)
        await comments.answer(tx, group.id, "It comes in May.", on=until)
        last_moment = london(until + DAY, datetime.min.time()) - timedelta(seconds=1)
        with pytest.raises(CommentsStillCome):
            await round_told.report(tx, world.mo, of, now=last_moment)
        with pytest.raises(NotAllowed):
            await round_told.report(tx, world.priya, of, now=last_moment + DAY)
    await beat(sqlite_store, last_moment + DAY)
    async with sqlite_store.transaction() as tx:
        assert (await heard(tx, world.pat))[-1] == "comments"
        made = await round_told.report(tx, world.mo, of, now=last_moment + DAY)
        page = round_report.page(made, SETTINGS)
        for words in ("Free wifi at home.", "Wifi &lt;soon&gt;", "It comes in May.", "Under way", "never read"):
            assert words in page, words
        assert "http" not in page.replace("http-equiv", "")
        assert (await storage.find(tx, of)).state == "reported"


async def test_the_figures_of_the_loop_are_counts_of_the_whole_authority(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        empty = await loop_figures.figures(tx, now=MONDAY)
        assert (empty.updates_asked, empty.round_share, empty.findings) == (0, None, ())
        of = (await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)).id
        await round_updates.give(tx, SETTINGS, world.priya, of, world.wifi, moved=False, now=MONDAY + DAY)
        now = MONDAY + 20 * DAY
        await round_updates.give(tx, SETTINGS, world.omar, of, world.fares, moved=False, now=now)
        found = await loop_figures.figures(tx, now=now)
        assert (found.updates_asked, found.updates_in_time) == (2, 1)
        assert (dict(found.promises), found.kept) == ({"planned": 2}, 0)
        assert not {"owner", "worker", "staff"} & set(loop_figures.Loop.__dataclass_fields__)


# The survey's definition


async def shown(tx: Transaction, words: Sequence[str]) -> list[promises.Shown]:
    for one in words:
        await promise(tx, one)
    return list(await promises.every(tx))


async def test_a_long_plan_is_asked_about_only_where_it_moved(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        world = await set_up(tx)
        for number in range(11):
            await kept.note_told(tx, await promise(tx, f"Number {number}."), "plan:2026-11-01:told")
        of = await rounds.begin(tx, SETTINGS, world.pat, now=MONDAY)
        assert len(await round_told.asks(tx, of)) == 11
        await kept.change(tx, world.wifi, by=world.priya.id, now=MONDAY, state="doing")
        assert len(await round_told.asks(tx, of)) == 12
        await kept.change(tx, world.fares, by=world.priya.id, now=MONDAY, state="doing")
        assert [one.id for one in await round_told.asks(tx, of)] == [world.wifi, world.fares]


async def test_any_words_of_a_promise_make_a_survey_that_can_be_opened(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        (one,) = await shown(tx, ["Wifi."])
        await people.everyone(tx)

    @given(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=160), min_size=1, max_size=4
        )
    )
    @hypothesis_settings(max_examples=12)
    def opens(words: list[str]) -> None:
        asked = [
            (
                replace(
                    one,
                    promise=replace(one.promise, id=PromiseId(number)),
                    words=replace(one.words, we_will=" ".join(said.split()) or "Wifi."),
                ),
                number % 2 == 0,
            )
            for number, said in enumerate(words[:24], start=1)
        ]
        text = round_survey.definition("2026_q4", asked)
        assert len(load(text, source="round").questions) == len(asked)

    opens()
    odd = ["We ask what your name is, and use it.", "Your {first} choice of room", "Is there wifi?", "{worker_word}"]
    asked = [(replace(one, words=replace(one.words, we_will=said)), False) for said in odd]
    each = [load(round_survey.definition("2026_q4", [pair]), source="round").questions[0] for pair in asked]
    assert text_in(each[0].text, "en") == "We said: number 1 on the list. How does this look to you?"
    assert text_in(each[1].text, "en") == "We said: Your (first) choice of room. How does this look to you?"
    assert text_in(each[2].text, "en") == "We said: Is there wifi? How does this look to you?"

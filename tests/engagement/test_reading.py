"""The reading list: what is on it, who may read it, what a reader can decide, and that the promise to read is kept."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from staffed import MONDAY, hire, meet, settings
from support.typed import closed, open_words, sent

from engagement import authority, reading, redaction
from engagement import due as clock
from engagement.reading import Quote, ReadingError, ThemeRefused
from engagement.results import NotPublished
from engagement.staff import NotAllowed
from storage import due, outbox, people, staff
from storage.ids import StaffId, SurveyId
from storage.openings import NoSuchSurvey, Opening
from storage.people import Details
from storage.staff import ROLES, Staff
from storage.store import Store, Transaction

SETTINGS = settings(reader={"who": "Asha", "days": 14})
HEATING = "Priya fixed my heating, ring her on 07700 900123"
DUE = datetime(2026, 12, 7, 17, tzinfo=UTC)
"""Fourteen days after that Monday."""

Doing = Callable[[Transaction, Staff], Awaitable[object]]


@pytest.fixture
def authority_settings() -> str:
    return authority.kept(SETTINGS)


async def written(store: Store, *, helps: int = 12, change: int = 10, rare: int = 9) -> SurveyId:
    """A closed survey: so many wrote something to each question, every second of them may be quoted."""
    async with store.transaction() as tx:
        await hire(tx, "Priya Shah", "pa")
        survey = await open_words(tx, now=MONDAY)
        said: list[dict[str, tuple[str, bool]]] = [{} for _ in range(14)]
        for question, people_ in (("helps", helps), ("change", change), ("rare", rare)):
            for number in range(people_):
                said[number][question] = (f"{question} {chr(97 + number)}", number % 2 == 0)
        if helps:
            said[0]["helps"] = (HEATING, True)
        await sent(tx, survey, said)
    await closed(store, survey, now=MONDAY)
    return survey


async def participation(tx: Transaction, name: str = "Asha Rao") -> Staff:
    return await staff.by_id(tx, await hire(tx, name, "participation"))


async def place_of(tx: Transaction, reader: Staff, survey: SurveyId, text: str) -> int:
    """Where on the list a text stands."""
    total = (await reading.look(tx, SETTINGS, reader, survey)).total
    for place in range(1, total + 1):
        if (await reading.card(tx, SETTINGS, reader, survey, place)).text == text:
            return place
    raise LookupError(text)


# What is on the list


async def test_every_text_is_on_it_once_question_by_question_where_ten_people_wrote(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        found = await reading.look(tx, SETTINGS, asha, survey)
        cards = [await reading.card(tx, SETTINGS, asha, survey, place) for place in range(1, found.total + 1)]
    assert [card.question.id for card in cards] == ["helps"] * 12 + ["change"] * 10
    assert {card.text for card in cards[12:]} == {f"change {chr(97 + number)}" for number in range(10)}
    assert (found.read, found.following) == (0, 1)
    assert not any(card.state or card.themes for card in cards)


async def test_the_order_is_the_same_for_every_reader_and_is_not_the_order_of_sending(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        orders = []
        for reader in (await participation(tx), await participation(tx, "Ben Ode")):
            orders.append([(await reading.card(tx, SETTINGS, reader, survey, place)).text for place in range(1, 23)])
    assert orders[0] == orders[1]
    assert orders[0][12:] != sorted(orders[0][12:]), "one shuffle in three million leaves it as it was"


async def test_there_is_no_list_before_the_close_nor_where_everything_was_destroyed(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        survey = await open_words(tx, now=MONDAY)
        await sent(tx, survey, [{"helps": ("Hello", True)}] * 9)
        with pytest.raises(NotPublished):
            await reading.look(tx, SETTINGS, asha, survey)
    await closed(sqlite_store, survey, now=MONDAY)
    async with sqlite_store.transaction() as tx:
        for doing in (reading.quotes(tx, survey, "helps"), reading.themes(tx, survey)):
            with pytest.raises(NotPublished):
                await doing
        with pytest.raises(NotPublished):
            await reading.card(tx, SETTINGS, asha, survey, 1)
        with pytest.raises(NoSuchSurvey):
            await reading.look(tx, SETTINGS, asha, SurveyId(999))


async def test_no_other_role_reads_or_decides_anything(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    doings: list[Doing] = [
        lambda tx, who: reading.look(tx, SETTINGS, who, survey),
        lambda tx, who: reading.card(tx, SETTINGS, who, survey, 1),
        lambda tx, who: reading.read(tx, who, survey, 1),
        lambda tx, who: reading.black_out(tx, who, survey, 1, "change"),
        lambda tx, who: reading.undo_mark(tx, who, survey, 1, 0),
        lambda tx, who: reading.approve(tx, who, survey, 1, ()),
        lambda tx, who: reading.do_not_use(tx, who, survey, 1),
        lambda tx, who: reading.undecide(tx, who, survey, 1),
        lambda tx, who: reading.put_under(tx, who, survey, 1, "Heating"),
        lambda tx, who: reading.put_under_or_not(tx, who, survey, 1, 1),
        lambda tx, who: reading.reached(tx, who),
        lambda tx, who: reading.numbers_to_everyone(tx, who, now=MONDAY),
    ]
    async with sqlite_store.transaction() as tx:
        others = [await staff.by_id(tx, await hire(tx, f"A {role}", role)) for role in ROLES if role != "participation"]
        gone = await staff.leave(tx, (await participation(tx)).id)
        for who, doing in itertools.product((*others, gone), doings):
            with pytest.raises(NotAllowed):
                await doing(tx, who)


# Deciding


async def test_what_is_proposed_stands_until_a_person_changes_it(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        place = await place_of(tx, asha, survey, HEATING)
        card = await reading.card(tx, SETTINGS, asha, survey, place)
        assert redaction.redacted(card.text, card.marks) == "[name] fixed my heating, ring her on [phone]"
        assert await reading.black_out(tx, asha, survey, place, "HEATING")
        assert not await reading.black_out(tx, asha, survey, place, "boiler")
        await reading.undo_mark(tx, asha, survey, place, 0)
        with pytest.raises(ReadingError):
            await reading.undo_mark(tx, asha, survey, place, 0)
        card = await reading.card(tx, SETTINGS, asha, survey, place)
    assert redaction.redacted(card.text, card.marks) == "Priya fixed my [left out], ring her on [phone]"
    assert card.state == "read"


async def test_only_what_its_writer_and_a_reader_allowed_is_quoted_and_as_the_reader_saw_it(store: Store) -> None:
    survey = await written(store)
    async with store.transaction() as tx:
        asha = await participation(tx)
        place = await place_of(tx, asha, survey, HEATING)
        seen = (await reading.card(tx, SETTINGS, asha, survey, place)).marks
        await reading.approve(tx, asha, survey, place, seen)
        refused = await place_of(tx, asha, survey, "helps b")
        with pytest.raises(ReadingError):
            await reading.approve(tx, asha, survey, refused, ())
        other = await place_of(tx, asha, survey, "change c")
        await reading.approve(tx, asha, survey, other, ())
        await reading.read(tx, asha, survey, await place_of(tx, asha, survey, "helps e"))
        await reading.do_not_use(tx, asha, survey, await place_of(tx, asha, survey, "helps g"))
    async with store.transaction() as tx:
        assert await reading.quotes(tx, survey, "helps") == (Quote("[name] fixed my heating, ring her on [phone]"),)
        assert await reading.quotes(tx, survey, "change") == (Quote("change c"),)
        assert await reading.quotes(tx, survey, "rare") == ()
        assert (await reading.look(tx, SETTINGS, asha, survey)).read == 4


async def test_a_decision_can_be_undone_and_its_marks_are_kept(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        place = await place_of(tx, asha, survey, HEATING)
        await reading.black_out(tx, asha, survey, place, "heating")
        marks = (await reading.card(tx, SETTINGS, asha, survey, place)).marks
        await reading.approve(tx, asha, survey, place, marks)
        with pytest.raises(ReadingError):
            await reading.black_out(tx, asha, survey, place, "fixed")
        await reading.undecide(tx, asha, survey, place)
        card = await reading.card(tx, SETTINGS, asha, survey, place)
        assert (card.state, card.words, card.marks) == ("read", None, marks)
        assert await reading.quotes(tx, survey, "helps") == ()
        await reading.do_not_use(tx, asha, survey, place)
        await reading.read(tx, asha, survey, place)
        assert (await reading.card(tx, SETTINGS, asha, survey, place)).state == "not_used"


async def test_a_place_that_is_not_on_the_list_is_refused(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        for place in (0, -1, 23, 999_999_999):
            with pytest.raises(ReadingError):
                await reading.card(tx, SETTINGS, asha, survey, place)


async def test_names_of_people_who_have_left_and_preferred_names_are_proposed_too(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        known = Details("r-1", "Aleksandra", "Nowak", preferred_name="Ola")
        await people.add(tx, known, state="gone")
        survey = await open_words(tx, now=MONDAY)
        await sent(tx, survey, [{"helps": ("Ola and nowak and Asha", True)}] * 10)
    await closed(sqlite_store, survey, now=MONDAY)
    async with sqlite_store.transaction() as tx:
        card = await reading.card(tx, SETTINGS, asha, survey, 1)
    assert redaction.redacted(card.text, card.marks) == "[name] and [name] and [name]"


# Themes


async def test_a_theme_is_counted_from_five_rounded_and_goes_with_its_last_text(store: Store) -> None:
    survey = await written(store)
    async with store.transaction() as tx:
        asha = await participation(tx)
        for place in range(1, 9):
            await reading.put_under(tx, asha, survey, place, " Warm   homes" if place % 2 else "warm homes")
        for place in range(1, 5):
            await reading.put_under(tx, asha, survey, place, "Money")
        found = await reading.themes(tx, survey)
        assert [(one.name, one.count) for one in found] == [("Warm homes", 10), ("Money", None)]
        money = found[1].id
        for place in range(2, 5):
            await reading.put_under_or_not(tx, asha, survey, place, money)
        await reading.put_under_or_not(tx, asha, survey, 5, money)
        await reading.put_under_or_not(tx, asha, survey, 5, money)
        assert (await reading.card(tx, SETTINGS, asha, survey, 1)).themes == {found[0].id, money}
        await reading.put_under_or_not(tx, asha, survey, 1, money)
        assert [one.name for one in await reading.themes(tx, survey)] == ["Warm homes"]
        with pytest.raises(ReadingError):
            await reading.put_under_or_not(tx, asha, survey, 1, money)


async def test_a_theme_must_have_a_name_that_fits_and_there_are_only_so_many(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        for name in ("", "   ", "x" * 27):
            with pytest.raises(ThemeRefused):
                await reading.put_under(tx, asha, survey, 1, name)
        for number in range(reading.MOST_THEMES):
            await reading.put_under(tx, asha, survey, 1, f"Theme {number}")
        with pytest.raises(ThemeRefused):
            await reading.put_under(tx, asha, survey, 1, "One more")
        await reading.put_under(tx, asha, survey, 2, "theme 7")


# The promise


async def beat(store: Store, now: datetime) -> list[str]:
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=100)
    for row in rows:
        async with store.transaction() as tx:
            await clock.work(tx, SETTINGS, row, now)
    return [row.kind for row in rows]


async def told(store: Store, member: StaffId) -> list[tuple[str, str]]:
    """What a member of staff got about reading: which line, and where it leads."""
    async with store.transaction() as tx:
        rows = await outbox.of_staff(tx, member)
    return [(row.envelope, row.opens["screen"]) for row in rows if row.envelope.startswith("reading/")]


async def team(store: Store) -> dict[str, StaffId]:
    async with store.transaction() as tx:
        return {role: await hire(tx, f"{role} Worker", role) for role in ROLES}


async def read_all(store: Store, member: StaffId, survey: SurveyId) -> None:
    async with store.transaction() as tx:
        reader = await staff.by_id(tx, member)
        for place in range(1, (await reading.look(tx, SETTINGS, reader, survey)).total + 1):
            await reading.read(tx, reader, survey, place)


async def test_at_the_close_whoever_may_read_has_it_to_do_by_the_promised_day_and_nobody_else(
    sqlite_store: Store,
) -> None:
    ids = await team(sqlite_store)
    survey = await written(sqlite_store)
    assert await told(sqlite_store, ids["participation"]) == [("reading/waits", "reading")]
    for role, member in ids.items():
        assert role == "participation" or await told(sqlite_store, member) == []
    async with sqlite_store.transaction() as tx:
        (row,) = [row for row in await outbox.of_staff(tx, ids["participation"]) if row.envelope == "reading/waits"]
    assert row.opens == {"screen": "reading", "survey": survey, "due": DUE.isoformat()}


async def test_on_the_day_they_are_reminded_and_after_it_managers_hear(store: Store) -> None:
    ids = await team(store)
    survey = await written(store)
    assert reading.REMINDER not in await beat(store, DUE - timedelta(hours=8, seconds=1))
    assert reading.REMINDER in await beat(store, DUE - timedelta(hours=8))
    assert (await told(store, ids["participation"]))[1:] == [("reading/due", "reading")]
    assert reading.DEADLINE not in await beat(store, DUE - timedelta(seconds=1))
    assert reading.DEADLINE in await beat(store, DUE)
    assert await told(store, ids["manager"]) == [("reading/overdue", "reading/late")]
    assert await told(store, ids["pa"]) == await told(store, ids["administrator"]) == []
    async with store.transaction() as tx:
        manager = await staff.by_id(tx, ids["manager"])
        found, readers = await reading.late(tx, SETTINGS, manager, survey)
        with pytest.raises(NotAllowed):
            await reading.late(tx, SETTINGS, await staff.by_id(tx, ids["pa"]), survey)
    assert (found.due_at, found.following, readers) == (DUE, 1, ("participation Worker",))


async def test_given_everything_is_read_then_nobody_is_reminded_of_anything(sqlite_store: Store) -> None:
    ids = await team(sqlite_store)
    survey = await written(sqlite_store)
    await read_all(sqlite_store, ids["participation"], survey)
    await beat(sqlite_store, DUE)
    assert await told(sqlite_store, ids["participation"]) == [("reading/waits", "reading")]
    assert await told(sqlite_store, ids["manager"]) == []


async def test_given_nobody_is_promised_or_nobody_wrote_then_nobody_has_a_task(sqlite_store: Store) -> None:
    ids = await team(sqlite_store)
    await written(sqlite_store, helps=0, change=0, rare=9)
    assert await told(sqlite_store, ids["participation"]) == []
    async with sqlite_store.transaction() as tx:
        await authority.change(tx, settings())
    async with sqlite_store.transaction() as tx:
        survey = await open_words(tx, now=MONDAY)
        await sent(tx, survey, [{"helps": ("Hello", True)}] * 10, names="Other")
    await closed(sqlite_store, survey, now=MONDAY)
    assert await told(sqlite_store, ids["participation"]) == []
    assert not [kind for kind in await beat(sqlite_store, DUE) if kind.startswith("reading")]


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        (1, datetime(2026, 11, 24, 17, tzinfo=UTC)),
        (5, datetime(2026, 11, 27, 17, tzinfo=UTC)),  # a Saturday: the Friday before
        (32, datetime(2026, 12, 24, 17, tzinfo=UTC)),  # Christmas Day
        (38, datetime(2026, 12, 31, 17, tzinfo=UTC)),
    ],
)
def test_it_is_due_when_the_last_working_day_of_the_promise_ends(days: int, ends: datetime) -> None:
    promised = settings(reader={"who": "Asha", "days": days})
    opening = Opening(SurveyId(1), "own_words", "closed", MONDAY, MONDAY, 14, {})
    assert reading.last_shift(promised, opening) == (ends - timedelta(hours=8), ends)


# Help numbers to everyone


async def test_the_numbers_go_to_everyone_who_has_joined_once_a_day_and_to_nobody_else(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        asha = await participation(tx)
        joined = [await meet(tx, name) for name in ("Jo", "Sam")]
        listed, stopped = await meet(tx, "Listed", joined=False), await meet(tx, "Stopped")
        await people.set_state(tx, stopped, "stopped")
        assert await reading.reached(tx, asha) == 2
        assert await reading.numbers_to_everyone(tx, asha, now=MONDAY) == 2
        assert await reading.numbers_to_everyone(tx, asha, now=MONDAY + timedelta(hours=3)) == 0
        joined.append(await meet(tx, "New"))
        assert await reading.numbers_to_everyone(tx, asha, now=MONDAY + timedelta(hours=4)) == 1
        for person in joined:
            (row,) = await outbox.of_person(tx, person)
            assert (row.kind, row.envelope, row.opens["screen"]) == ("ours", "envelope/something", "numbers")
        assert await outbox.of_person(tx, listed) == await outbox.of_person(tx, stopped) == ()
        assert await reading.numbers_to_everyone(tx, asha, now=MONDAY + timedelta(days=1)) == 3


async def test_nothing_that_is_stored_of_reading_says_who_read_or_when(sqlite_store: Store) -> None:
    survey = await written(sqlite_store)
    async with sqlite_store.transaction() as tx:
        asha, ben = await participation(tx), await participation(tx, "Ben Ode")
        kept: list[Any] = []
        for reader in (asha, ben):
            await reading.do_not_use(tx, reader, survey, 1)
            await reading.put_under(tx, reader, survey, 1, "Heating")
            rows = await tx.connection.exec_driver_sql("SELECT survey, question, state, words FROM reading")
            kept.append(json.dumps([list(row) for row in rows]))
    assert kept[0] == kept[1]

"""Something said at any time: its Monday; with a name its clock, its owner and who is asked after them; and answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import answer_groups, my_data, signing, voice
from engagement import answering_comments as answering
from engagement import due as clock
from engagement.answer_groups import AnsweredAlready, GroupRefused, NotThere
from engagement.answering_comments import AnswerRefused
from engagement.authority import Settings
from engagement.london import london
from engagement.signing import NotYours, Over
from engagement.staff import NotAllowed
from engagement.voice import WrongLength
from storage import absences, due, outbox, staff
from storage.absences import Absence
from storage.ids import PersonId, RoundId, StaffId
from storage.outbox import Row
from storage.staff import Staff
from storage.store import Store, Transaction

SETTINGS = settings()
TUESDAY = MONDAY + timedelta(days=1)
READ_ON = MONDAY + timedelta(days=7)
"""The Monday on which what is said this week may be read."""


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


class Northfield:
    """Ruth reads, Priya is Ash's worker, Dana is on duty, Marcus manages."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx

    async def set_up(self) -> Northfield:
        self.ruth = await self._hired("Ruth Adeyemi", "participation")
        self.priya = await self._hired("Priya Shah", "pa")
        self.dana = await self._hired("Dana Duty", "pa")
        self.marcus = await self._hired("Marcus Bell", "manager")
        self.ash = await meet(self.tx, "Ash", self.priya.id)
        return self

    async def _hired(self, name: str, role: staff.Role) -> Staff:
        return await staff.by_id(self.tx, await hire(self.tx, name, role))

    async def left(self, *texts: str, now: datetime = TUESDAY, **more: Any) -> None:
        for text in texts:
            await voice.leave(self.tx, **{"kind": "change", "text": text, "now": now, **more})
        await self.tx.finish()

    async def signed(self, text: str = "Wifi", person: PersonId | None = None, **more: Any) -> signing.Signed:
        said = {"kind": "change", "text": text, "now": TUESDAY, **more}
        return await signing.sign(self.tx, SETTINGS, person or self.ash, **said)

    async def told(self, member: Staff) -> list[str]:
        """The occasions of which a member of staff was told, without numbers and tokens."""
        return [_what(row) for row in await outbox.of_staff(self.tx, member.id) if row.state != "cancelled"]

    async def heard(self, person: PersonId) -> list[str]:
        return [_what(row) for row in await outbox.of_person(self.tx, person)]

    async def at(self, now: datetime, said: Settings = SETTINGS) -> None:
        for row in await due.claim(self.tx, now=now, limit=50):
            await clock.work(self.tx, said, row, now)


def _what(row: Row) -> str:
    kind, _, rest = row.occasion.partition(":")
    return ":".join([kind, *rest.split(":")[2:]]) if kind == "signed" else kind


# Its Monday


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), date(2026, 11, 30)),  # a Monday: the next one
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 7, 5, 23, 30, tzinfo=UTC), date(2026, 7, 13)),  # in London it is Monday already
        (datetime(2026, 12, 31, 12, tzinfo=UTC), date(2027, 1, 4)),
    ],
)
def test_it_may_be_read_from_the_next_monday_on_and_never_today(now: datetime, monday: date) -> None:
    assert voice.monday_after(now) == monday
    assert monday.weekday() == 0


async def test_nothing_and_too_much_is_not_kept(store: Store) -> None:
    async with store.transaction() as tx:
        for text in ("", "  \n ", "x" * 1001):
            with pytest.raises(WrongLength):
                await voice.leave(tx, kind="good", text=text, now=TUESDAY)
        await voice.leave(tx, kind="good", text="\u0001" * 1000, now=TUESDAY)  # the longest there can be


async def test_on_monday_whoever_reads_hears_of_it_once_and_only_while_there_is_anything_to_read(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        await voice.plan(tx, MONDAY)
        await town.at(MONDAY)
        assert await town.told(town.ruth) == []
        await town.left("Wifi", "Food")
        for now in (TUESDAY, READ_ON - timedelta(hours=11)):
            await voice.plan(tx, now)
            await town.at(now)
            assert await answering.waiting(tx, town.ruth, now=now) == ()
        await voice.plan(tx, READ_ON)
        await town.at(READ_ON)
        await town.at(READ_ON + timedelta(hours=1))
        assert await town.told(town.ruth) == ["comments"]
        assert await town.told(town.priya) == await town.told(town.marcus) == await town.told(town.dana) == []
        assert {one.text for one in await answering.waiting(tx, town.ruth, now=READ_ON)} == {"Wifi", "Food"}
        for member in (town.priya, town.dana, town.marcus):
            with pytest.raises(NotAllowed):
                await answering.waiting(tx, member, now=READ_ON)


# With a name


async def test_whoever_reads_answers_within_five_working_days_and_the_writer_hears_once(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        offered = await signing.offer(tx, SETTINGS, town.ash, TUESDAY)
        promised = await town.signed("More wifi")
        assert (promised.owner.name, promised.due_at) == ("Ruth Adeyemi", london(date(2026, 12, 1), time(17)))
        assert (offered.owner.id, offered.due_at) == (promised.owner.id, promised.due_at)
        assert await town.told(town.ruth) == ["signed:new:0"]
        for stranger in (town.priya, town.dana, town.marcus):
            with pytest.raises(NotYours):
                await signing.look(tx, stranger, promised.id)
        with pytest.raises(AnswerRefused):
            await answering.answer_signed(tx, town.ruth, promised.id, " ", now=TUESDAY)
        await answering.answer_signed(tx, town.ruth, promised.id, "From May.", now=TUESDAY)
        with pytest.raises(AnsweredAlready):
            await answering.answer_signed(tx, town.ruth, promised.id, "No.", now=TUESDAY)
        with pytest.raises(Over):
            await signing.take_back(tx, town.ash, promised.id)
        await town.at(TUESDAY + timedelta(days=30))
        assert await town.heard(town.ash) == ["signed:answered"]
        assert await town.told(town.ruth) == [], "what had not left is not said any more"
        (row,) = await outbox.of_person(tx, town.ash)
        assert (row.kind, row.envelope, row.opens) == (
            "asked", "envelope/update", {"screen": "voice/answer", "comment": promised.id},
        )  # fmt: skip
        (said,) = (await my_data.held(tx, SETTINGS, town.ash))["said_with_name"]
        assert said == {
            "said_on": "2026-11-24", "about": "change", "to": "Ruth Adeyemi", "words": "More wifi",
            "answer": "From May.",
        }  # fmt: skip


async def test_not_answered_the_owner_is_reminded_then_a_manager_has_it_and_the_writer_hears(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        one = await town.signed()
        await town.at(london(date(2026, 11, 30), time(8, 59)))
        assert await town.told(town.ruth) == ["signed:new:0"]
        await town.at(london(date(2026, 11, 30), time(9)))
        assert await town.told(town.ruth) == ["signed:new:0", "signed:reminder:0"]
        late = london(date(2026, 12, 1), time(17))
        await town.at(late)
        assert await town.told(town.marcus) == ["signed:new:1"]
        assert await town.heard(town.ash) == ["signed:moved:1"]
        found = await signing.of_writer(tx, town.ash, one.id)
        assert (found.owner, found.due_at) == (town.marcus.id, london(date(2026, 12, 3), time(17)))
        await answering.answer_signed(tx, town.ruth, one.id, "Sorry it took so long.", now=late)  # she still may
        await town.at(late + timedelta(days=30))
        assert await town.heard(town.ash) == ["signed:moved:1", "signed:answered"]


async def test_of_somebody_off_whoever_stands_in_is_asked_and_their_own_worker_last(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        bo = await meet(tx, "Bo", town.dana.id)
        await absences.put(tx, Absence(town.ruth.id, date(2026, 12, 20), None))
        assert (await signing.offer(tx, SETTINGS, town.ash, TUESDAY)).owner.id == town.dana.id  # duty
        assert (await signing.offer(tx, SETTINGS, bo, TUESDAY)).owner.id == town.marcus.id  # Dana is their own worker
        one = await town.signed(person=bo)
        assert (await signing.look(tx, town.marcus, one.id)).text == "Wifi"
        assert await answering.signed_for(tx, town.dana) == ()
        assert len(await answering.signed_for(tx, town.marcus)) == 1


async def test_taken_back_nothing_is_left_and_nobody_else_can(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        bo = await meet(tx, "Bo", town.priya.id)
        one = await town.signed()
        with pytest.raises(NotYours):
            await signing.take_back(tx, bo, one.id)
        await signing.take_back(tx, town.ash, one.id)
        assert await signing.mine(tx, town.ash) == ()
        again = await town.signed("Food")  # SQLite gives the number again
        await town.at(london(date(2026, 12, 1), time(17)))
        assert await town.told(town.marcus) == ["signed:new:1"]
        assert (await signing.of_writer(tx, town.ash, again.id)).round == 1


async def test_signed_crisis_words_go_to_worker_owner_and_duty_at_once_also_at_night(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        night = TUESDAY.replace(hour=23)
        one = await town.signed("I can't go on", now=night)
        assert await signing.tell_at_once(tx, SETTINGS, one.id, now=night) == london(date(2026, 11, 25), time(9))
        for member in (town.priya, town.dana, town.ruth):
            assert "signed:at_once" in await town.told(member)
            kinds = {_what(row): row.kind for row in await outbox.of_staff(tx, member.id)}
            assert kinds["signed:at_once"] == "help"
            assert (await signing.look(tx, member, one.id)).text == "I can't go on"
        assert await town.told(town.marcus) == []


async def test_thanks_go_to_whom_they_thank_with_a_name_at_once_and_without_one_only_if_passed_on(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        assert (await signing.could_thank(tx, town.ash))[0].id == town.priya.id
        with pytest.raises(signing.NotOffered):
            await town.signed("Thanks", kind="thanks", staff=StaffId(99))
        done = await town.signed("Thanks", kind="thanks", staff=town.dana.id)
        assert (done.owner.id, done.due_at) == (town.dana.id, None)
        assert (await signing.look(tx, town.dana, done.id)).text == "Thanks"
        with pytest.raises(NotYours):
            await signing.look(tx, town.priya, done.id)
        await town.left("She rang back", kind="thanks", mark=str(town.priya.id))
        (one,) = await answering.waiting(tx, town.ruth, now=READ_ON)
        with pytest.raises(NotThere):
            await answering.thanks_for(tx, town.priya, one.key, now=READ_ON)
        await answering.pass_thanks_on(tx, town.ruth, one.key, now=READ_ON)
        assert await answering.thanks_for(tx, town.priya, one.key, now=READ_ON) == "She rang back"
        assert await town.told(town.priya) == ["thanks"]
        with pytest.raises(NotThere):
            await answering.thanks_for(tx, town.dana, one.key, now=READ_ON)
        with pytest.raises(NotThere):
            await answering.pass_thanks_on(tx, town.ruth, one.key, now=READ_ON)


# Groups, and what is said to everybody


async def test_a_group_is_answered_once_for_all_and_those_who_signed_hear_it_at_once(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        await town.left("Wifi is slow", "No wifi", "Hm")
        await town.left("Not done", kind="round", about=3)
        one = await town.signed("My wifi")
        first, second, third = await answering.waiting(tx, town.ruth, now=READ_ON)
        wifi = await answering.put_under(tx, town.ruth, first.key, "Wifi", now=READ_ON)
        await answering.put_under(tx, town.ruth, second.key, " wIFi ", now=READ_ON)
        await answering.set_aside(tx, town.ruth, third.key, now=READ_ON)
        assert await answering.waiting(tx, town.ruth, now=READ_ON) == ()
        (about,) = await answering.waiting(tx, town.ruth, progress_round=RoundId(3), now=READ_ON)
        for name in ("", "x" * 27):
            with pytest.raises(GroupRefused):
                await answering.put_under(tx, town.ruth, about.key, name, now=READ_ON)
        rounds = await answering.put_under(tx, town.ruth, about.key, "Wifi", now=READ_ON)
        assert rounds.id != wifi.id
        await answering.sign_under(tx, town.ruth, one.id, "Wifi", now=READ_ON)
        assert [(one.group.name, one.size) for one in await answer_groups.groups(tx)] == [("Wifi", 3)]
        assert [one.size for one in await answer_groups.groups(tx, RoundId(3))] == [1]
        await answering.answer_group(tx, town.ruth, wifi.id, "From May.", now=READ_ON)
        assert await town.heard(town.ash) == ["signed:answered"]
        assert (await signing.of_writer(tx, town.ash, one.id)).answer == "From May."
        for again in (answering.answer_group(tx, town.ruth, wifi.id, "No.", now=READ_ON),
                      answer_groups.undo_group(tx, town.ruth, wifi.id)):  # fmt: skip
            with pytest.raises(AnsweredAlready):
                await again
        assert [one.id for one in await answer_groups.published(tx, now=READ_ON)] == [wifi.id]
        assert (await answering.received(tx, None, now=READ_ON), await answering.answered(tx, None, now=READ_ON)) == (
            4,
            3,
        )
        three = RoundId(3)
        assert (await answering.received(tx, three, now=READ_ON), await answering.answered(tx, three, now=READ_ON)) == (
            1,
            0,
        )
        late = await town.signed("Wifi too")
        await answering.sign_under(tx, town.ruth, late.id, "Wifi", now=READ_ON)  # it is answered already
        assert (await signing.of_writer(tx, town.ash, late.id)).state == "answered"
        assert await answer_groups.note_told(tx, wifi.id, now=READ_ON) == 1
        assert await answer_groups.untold(tx) == ()
        await answer_groups.untell(tx, wifi.id, now=READ_ON)
        assert [one.id for one in await answer_groups.untold(tx)] == [wifi.id]


# When a worker changes


async def test_how_it_has_been_is_shown_from_ten_on_and_never_grows_by_fewer(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()

        async def said(good: int, bad: int, weeks: int, words: str = "") -> None:
            now = TUESDAY + timedelta(days=7 * weeks)
            for felt, count in (("good", good), ("not_good", bad)):
                for _ in range(count):
                    await voice.leave(tx, kind="worker_change", mark=f"felt:{felt}", now=now)
            if words:
                await voice.leave(tx, kind="worker_change", text=words, now=now)
            await tx.finish()

        async def shown(weeks: int) -> answering.HavingUs:
            return await answering.having_us(tx, town.ruth, now=READ_ON + timedelta(days=7 * weeks))

        await said(9, 0, 0, "Hm")
        assert await shown(0) == answering.HavingUs(None, None, ())
        assert await answering.waiting(tx, town.ruth, now=READ_ON) == (), "and they are on nobody's list"
        await said(11, 10, 1)
        assert (await shown(0)).felt is None, "before its Monday it does not count"
        found = await shown(1)
        assert found == answering.HavingUs({"good": 20, "mixed": 0, "not_good": 10}, None, ("Hm",))
        await said(9, 0, 2, "Later")
        assert await shown(2) == found, "nine more change nothing"
        await said(1, 0, 3)
        assert set((await shown(3)).words) == {"Hm", "Later"}
        with pytest.raises(NotAllowed):
            await answering.having_us(tx, town.marcus, now=READ_ON)


async def test_a_year_on_what_was_said_is_gone_and_what_still_waits_for_an_answer_is_not(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        await town.left("Wifi")
        done, waits = await town.signed(), await town.signed()
        await answering.answer_signed(tx, town.ruth, done.id, "Yes.", now=TUESDAY)
        later = TUESDAY + timedelta(days=364)
        await voice.prune(tx, now=later)
        assert len(await answering.waiting(tx, town.ruth, now=later)) == 1
        much_later = TUESDAY + timedelta(days=373)
        await voice.prune(tx, now=much_later)
        assert await answering.waiting(tx, town.ruth, now=much_later) == ()
        assert [one.id for one in await signing.mine(tx, town.ash)] == [waits.id]


async def test_forgotten_a_person_leaves_nothing_with_their_name(store: Store) -> None:
    async with store.transaction() as tx:
        town = await Northfield(tx).set_up()
        await town.signed()
        await town.left("Wifi")
        await my_data.forget(tx, town.ash)
        assert await signing.mine(tx, town.ash) == ()
        assert len(await answering.waiting(tx, town.ruth, now=READ_ON)) == 1, "nobody can tell whose it is"
        await town.at(london(date(2026, 12, 1), time(17)))  # what is due for it finds nothing
        assert await town.told(town.marcus) == []

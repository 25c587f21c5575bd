"""What a member of staff may send, to whom, and what becomes of it when it is stopped, replaced or confirmed twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import broadcasts, own_words, sharing
from engagement import outbox as gate
from engagement.broadcasts import MayNotLeave, NothingToSend, NotTheirs
from engagement.london import today
from engagement.own_words import BadLine, BadText
from engagement.staff import NotAllowed
from engagement.telling import NumberChanged, WrongNumber
from storage import outbox, people, staff
from storage.ids import BroadcastId, StaffId
from storage.outbox import Row
from storage.staff import ROLES, Staff
from storage.store import Transaction

SETTINGS = settings()
LINE = "A bit of news, for when it suits you."
LATER = MONDAY + timedelta(seconds=61)


async def worker(tx: Transaction, name: str = "Priya Patel") -> Staff:
    return await staff.by_id(tx, await hire(tx, name, "pa"))


async def ready(tx: Transaction, member: Staff, text: str = "Pool on Friday.") -> BroadcastId:
    """A draft that only needs its number."""
    begun = await broadcasts.begin(tx, member, text)
    await broadcasts.open_with(tx, SETTINGS, member, LINE)
    return begun.id


async def confirm(tx: Transaction, member: Staff, draft: BroadcastId, number: int, *, shown: int | None = None) -> None:
    shown = number if shown is None else shown
    await broadcasts.confirm(tx, SETTINGS, member, draft, str(number), shown=shown, now=MONDAY)


async def rows(tx: Transaction, *persons: int) -> list[Row]:
    return [row for person in persons for row in await outbox.of_person(tx, person)]  # type: ignore[arg-type]


async def test_confirmed_it_is_queued_for_a_minute_and_then_left_to_the_gate(store):
    async with store.transaction() as tx:
        priya = await worker(tx)
        jo, sam = await meet(tx, "Jo", priya.id), await meet(tx, "Sam")
        draft = await ready(tx, priya)
        await confirm(tx, priya, draft, 1)
        (row,) = await rows(tx, jo, sam)
        assert (row.occasion, row.person, row.kind, row.envelope) == (f"broadcast:{draft}", jo, "ours", "envelope/own")
        assert row.opens == {"screen": "broadcast", "broadcast": draft, "line": LINE}
        assert (row.not_before, row.expires_at) == (MONDAY + timedelta(seconds=60), MONDAY + timedelta(days=7))
        assert await gate.take(tx, SETTINGS, now=MONDAY + timedelta(seconds=59)) == ()
        with pytest.raises(sharing.NeverSent):
            await sharing.received(tx, jo, draft)
        (send,) = await gate.take(tx, SETTINGS, now=LATER)
        await outbox.sent(tx, send.row.id, 5, on=today(LATER))
        assert (await sharing.received(tx, jo, draft)).from_staff == "Priya"
        with pytest.raises(sharing.NeverSent):
            await sharing.received(tx, sam, draft)
        found = await broadcasts.progress(tx, priya, draft, now=LATER)
        assert (found.broadcast.state, found.left, found.waiting, found.others) == ("done", 1, 0, 0)


async def test_what_was_in_the_air_when_it_was_stopped_is_not_tried_again(store):
    async with store.transaction() as tx:
        priya = await worker(tx)
        for name in ("Jo", "Sam", "Kit"):
            await meet(tx, name, priya.id)
        draft = await ready(tx, priya)
        await confirm(tx, priya, draft, 3)
        first, second = await gate.take(tx, SETTINGS, now=LATER)
        await broadcasts.stop(tx, priya, draft, now=LATER)
        await outbox.sent(tx, first.row.id, 5, on=today(LATER))
        await outbox.retry(tx, second.row.id, LATER + timedelta(seconds=7))
        assert await gate.take(tx, SETTINGS, now=LATER + timedelta(seconds=8)) == ()
        found = await broadcasts.stop(tx, priya, draft, now=LATER)
        assert (found.broadcast.state, found.left, found.waiting, found.others) == ("stopped", 1, 0, 2)


async def test_nothing_is_queued_when_the_number_is_wrong_or_has_changed(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await worker(tx)
        jo, sam = await meet(tx, "Jo", priya.id), await meet(tx, "Sam", priya.id)
        draft = await ready(tx, priya)
        with pytest.raises(WrongNumber):
            await confirm(tx, priya, draft, 3, shown=2)
        await people.set_state(tx, sam, "stopped")
        with pytest.raises(NumberChanged):
            await confirm(tx, priya, draft, 2)
        assert await rows(tx, jo, sam) == []
        assert (await broadcasts.draft(tx, priya)).id == draft


async def test_a_draft_is_sent_once_and_one_that_was_replaced_never(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await worker(tx)
        jo = await meet(tx, "Jo", priya.id)
        old = await ready(tx, priya)
        new = await ready(tx, priya, "Something else")
        with pytest.raises(NothingToSend):
            await confirm(tx, priya, old, 1)
        await confirm(tx, priya, new, 1)
        with pytest.raises(NothingToSend):
            await confirm(tx, priya, new, 1)
        assert len(await rows(tx, jo)) == 1


async def test_without_words_or_without_a_line_there_is_nothing_to_send(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await worker(tx)
        for begun in ("", "Pool on Friday."):
            draft = await broadcasts.begin(tx, priya, begun, picture="a picture")
            with pytest.raises(NothingToSend):
                await broadcasts.preview(tx, SETTINGS, priya, now=MONDAY)
            with pytest.raises(NothingToSend):
                await confirm(tx, priya, draft.id, 0)


async def test_to_nobody_it_does_not_leave(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await worker(tx)
        await meet(tx, "Jo", priya.id, joined=False)
        draft = await ready(tx, priya)
        with pytest.raises(MayNotLeave):
            await confirm(tx, priya, draft, 0)


async def test_each_role_may_send_to_whom_its_rights_say(sqlite_store):
    async with sqlite_store.transaction() as tx:
        for role in ROLES:
            member = await staff.by_id(tx, await hire(tx, f"{role} One", role))
            if role in ("administrator", "data_protection"):
                with pytest.raises(NotAllowed):
                    await broadcasts.audiences(tx, member)
                with pytest.raises(NotAllowed):
                    await broadcasts.begin(tx, member, "Pool on Friday.")
            else:
                assert await broadcasts.audiences(tx, member) == (("own",) if role == "pa" else ("everyone",))
        priya = await worker(tx)
        with pytest.raises(NotAllowed):
            await broadcasts.begin(tx, priya, "Pool on Friday.", audience="everyone")
        await ready(tx, priya)
        with pytest.raises(NotAllowed):
            await broadcasts.send_to(tx, priya, "everyone")


async def test_nobody_but_who_sent_it_sees_how_far_it_is_or_stops_it(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya, boss = await worker(tx), await staff.by_id(tx, await hire(tx, "Bo Boss", "manager"))
        jo = await meet(tx, "Jo", priya.id)
        draft = await ready(tx, priya)
        for number in (draft, BroadcastId(99)):
            with pytest.raises(NotTheirs):
                await broadcasts.stop(tx, priya, number, now=MONDAY)
        await confirm(tx, priya, draft, 1)
        with pytest.raises(NotTheirs):
            await broadcasts.progress(tx, boss, draft, now=MONDAY)
        with pytest.raises(NotTheirs):
            await broadcasts.stop(tx, boss, draft, now=MONDAY)
        assert [row.state for row in await rows(tx, jo)] == ["queued"]


async def test_on_the_way_it_is_over_for_who_has_another_worker_now_or_whose_worker_left(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya, sam = await worker(tx), await worker(tx, "Sam Okoro")
        jo, kit = await meet(tx, "Jo", priya.id), await meet(tx, "Kit", priya.id)
        await confirm(tx, priya, await ready(tx, priya), 2)
        await people.change(tx, kit, await people.details(tx, kit), worker=sam.id)
        first, second = await rows(tx, jo, kit)
        assert [await sharing.is_over(tx, first, jo), await sharing.is_over(tx, second, kit)] == [False, True]
        await staff.leave(tx, priya.id)
        assert await sharing.is_over(tx, first, jo)


async def test_what_was_cancelled_before_it_reached_anybody_does_not_count_for_the_day(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await worker(tx)
        await meet(tx, "Jo", priya.id)
        for _ in range(3):
            draft = await ready(tx, priya)
            looked = await broadcasts.preview(tx, SETTINGS, priya, now=MONDAY)
            assert (looked.refused, looked.again) == (None, None)
            await confirm(tx, priya, draft, 1)
            await broadcasts.stop(tx, priya, draft, now=MONDAY)


async def test_somebody_with_a_right_to_everyone_may_write_to_their_own_people_alone(sqlite_store):
    async with sqlite_store.transaction() as tx:
        boss = await staff.by_id(tx, await hire(tx, "Bo Boss", "manager"))
        await meet(tx, "Jo", StaffId(boss.id))
        await meet(tx, "Sam")
        assert await broadcasts.audiences(tx, boss) == ("own", "everyone")
        await ready(tx, boss)
        for audience, reaches, name in (("own", 1, "Bo"), ("everyone", 2, None)):
            await broadcasts.send_to(tx, boss, audience)
            looked = await broadcasts.preview(tx, SETTINGS, boss, now=MONDAY)
            assert (len(looked.people), looked.from_staff) == (reaches, name)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("  Pool on Friday. ", "Pool on Friday."),
        ("One\r\n\r\nTwo\tthree", "One\n\nTwo three"),
        ("\u202eabc\u202c\x00\u2066d\u2069", "abcd"),
        ("مرحبا", "مرحبا"),
        ("a" * 600, "a" * 600),
    ],
)
def test_a_text_goes_out_as_it_was_typed_but_for_what_turns_others_round(typed: str, said: str) -> None:
    assert own_words.text(typed) == said


@pytest.mark.parametrize("typed", ["", " \n ", "\u202e", "a" * 601])
def test_an_empty_text_and_one_that_is_too_long_are_refused(typed: str) -> None:
    with pytest.raises(BadText):
        own_words.text(typed)


@pytest.mark.parametrize("line", [LINE, "Café at 6.30pm, £2 off", "It’s on", "Pool & pizza?", "x" * 60, "e.g. Friday"])
def test_these_lines_may_stand_on_a_lock_screen(line: str) -> None:
    assert own_words.line(SETTINGS, line) == line


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 61, "long"),
        ("a\nb", "signs"),
        ("a\u200bb", "signs"),
        ("a\u202eb", "signs"),
        ("с\u0430re", "signs"),
        ("Yes 🎉", "signs"),
        ("<b>hi</b>", "signs"),
        ("https://example.org", "link"),
        ("see example.org", "link"),
        ("ask @somebody", "link"),
        ("For care leavers", "gives_away"),
        ("C.A.R.E", "gives_away"),
        ("Cäre", "gives_away"),
        ("Northfield Council says", "gives_away"),
        ("From the leaving care team", "gives_away"),
    ],
)
def test_these_lines_may_not(line: str, why: str) -> None:
    with pytest.raises(BadLine) as refused:
        own_words.line(SETTINGS, line)
    assert refused.value.why == why

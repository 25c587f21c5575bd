"""Cards of staff: a PIN after eight hours, details that fade after five minutes, and nothing left for two days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from support.indoors import Indoors, button_data, indoors

from bot.sandbox.phones import Phone
from engagement import staff_lock
from storage import audit, staff
from storage.ids import ChatId, StaffId
from storage.tables import staff as table


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here
        assert here.given_up == []


async def worker(here: Indoors, pin: str = "") -> tuple[Phone, StaffId]:
    priya, member = await here.staff_phone("Priya Shah", "pa", locks=True)
    if pin:
        await here.do(priya, "staff_help", "pin")
        await enter(here, priya, pin, "choose")
        await enter(here, priya, pin, "choose")
    return priya, member


async def enter(here: Indoors, phone: Phone, digits: str, ok: str = "enter") -> None:
    await here.do(phone, *(f"digit:{digit}" for digit in digits), ok)


async def asked(here: Indoors, member: StaffId, *, note: bool = True) -> None:
    """A young person has asked their worker for contact, with a note."""
    kit, _ = await here.joined("Kit", worker=member)
    await here.do(kit, "contact", "ask")
    if note:
        await here.do(kit, "change")
        await here.type(kit, "about the kitten")


async def beats(here: Indoors) -> None:
    await here.bot.heartbeat.tick()
    await here.bot.mouth.quiet()


async def actions(here: Indoors) -> list[str]:
    async with here.store.transaction() as tx:
        return [one.action for one in await audit.entries(tx)]


# The PIN


async def test_after_eight_hours_a_pin_is_asked_for_and_leads_to_where_they_were_going(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    assert (await here.at(priya))["at"] == "staff/menu"
    await asked(here, member)
    await here.type(priya, "/menu")
    here.clock.move(hours=7, seconds=3599)
    await here.do(priya, "task")
    assert "Kit" in priya.text
    await here.do(priya, "staff_menu")
    here.clock.move(hours=8)
    await here.do(priya, "task")
    assert priya.text.startswith("Your PIN, please.")
    assert "Kit" not in priya.text
    await enter(here, priya, "2580")
    assert "about the kitten" in priya.text
    assert "2580" not in str(await here.rows("card"))
    here.clock.move(hours=8)
    await here.do(priya, "spoke")
    await enter(here, priya, "2580")
    assert "about the kitten" in priya.text
    assert [row["state"] for row in await here.rows("task")] != ["done"]
    assert priya.mine == []


async def test_an_envelope_waits_behind_the_pin_and_opens_after_it(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    here.clock.move(hours=24)
    await asked(here, member, note=False)
    await here.tick()
    assert priya.card.text.startswith("1 new task, due")
    await here.do(priya, "open")
    assert priya.text.startswith("Your PIN, please.")
    await here.type(priya, "2580")
    assert priya.text.startswith("Your PIN, please.")
    await enter(here, priya, "2580")
    assert "Kit" in priya.text
    assert len(priya.from_bot) == 1
    assert priya.mine == []


async def test_five_wrong_pins_let_go_of_the_phone_and_are_noted_and_a_new_link_begins_anew(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    here.clock.move(hours=9)
    await here.type(priya, "/menu")
    for left in (4, 3, 2, 1):
        await enter(here, priya, "1379")
        assert f"{left} {'try is' if left == 1 else 'tries are'} left." in priya.text
    await enter(here, priya, "1379")
    assert "logged out" in priya.text
    assert await actions(here) == ["pin_chosen", *["pin_wrong"] * 5, "pin_locked_out"]
    await here.type(priya, "/menu")
    assert "task" not in priya.text
    await priya.start(await here.invite(member=member))
    await here.turn()
    await here.type(priya, "PS")
    assert "Choose a PIN" in str(priya.card.keyboard)
    (row,) = await here.rows("staff")
    assert (row["pin"], row["pin_tries"]) == (None, 0)


async def test_a_right_pin_forgives_the_wrong_ones_before_it(inside: Indoors) -> None:
    here = inside
    _, member = await worker(here)
    async with here.store.transaction() as tx:
        priya = await staff_lock.choose(tx, await staff.by_id(tx, member), "2580", now=here.clock.now())
        for _ in range(2):
            assert await staff_lock.enter(tx, priya, "1379", now=here.clock.now()) == 4
            assert await staff_lock.enter(tx, priya, "2580", now=here.clock.now()) == priya


async def test_a_forgotten_pin_is_gone_with_a_link_of_ones_own_and_with_nobody_elses(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    _, sam = await here.staff_phone("Sam Okoro", "pa")
    here.clock.move(hours=9)
    await priya.start(await here.invite(member=sam))
    await here.turn()
    await here.type(priya, "/menu")
    assert priya.text.startswith("Your PIN, please.")
    await priya.start(await here.invite(member=member))
    await here.turn()
    assert (await here.at(priya))["at"] == "staff/menu"
    here.clock.move(hours=9)
    await here.type(priya, "/menu")
    assert priya.text.startswith("Choose a PIN")


async def test_who_has_no_pin_is_asked_to_choose_one_and_may_put_it_off_to_another_day(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here)
    await asked(here, member)
    await here.type(priya, "/menu")
    here.clock.move(hours=9)
    await here.do(priya, "task")
    assert priya.text.startswith("Choose a PIN of 4 to 6 digits.")
    await here.do(priya, "later")
    assert "Kit" in priya.text
    here.clock.move(hours=9)
    await here.do(priya, "staff_menu")
    for first, second, said in (
        ("123", "", "A PIN has 4 to 6 digits."),
        ("4444", "", "Those digits are easy to guess."),
        ("3456", "", "Those digits are easy to guess."),
        ("2580", "2581", "Those were two different PINs."),
    ):
        await enter(here, priya, first, "choose")
        if second:
            assert priya.text.startswith("The same digits once more.")
            await enter(here, priya, second, "choose")
        assert priya.text.startswith(said)
    await enter(here, priya, "258013", "choose")
    await enter(here, priya, "258013", "choose")
    assert (await here.at(priya))["at"] == "staff/menu"
    assert await actions(here) == ["task_seen", "pin_chosen"]


async def test_a_locked_chat_shows_help_and_nothing_else_whatever_is_tapped_or_typed(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    await asked(here, member)
    await here.type(priya, "/menu")
    old = button_data(priya)
    here.clock.move(hours=9)
    said = len(here.telegram.said)
    for data in old:
        await here.tap(priya, data)
    version = button_data(priya)[0].split(":")[0]
    for action in (
        "task:1",
        "staff_menu:",
        "later:",
        "choose:",
        "logout_yes:",
        "got:",
        "digit:x",
        "digit:12",
        "open:9",
    ):
        await here.tap(priya, f"{version}:{action}")
        await here.tap(priya, f"0:{action}")
    for text in ("/menu", "/start", "/task", "hello", "i want to die"):
        await here.type(priya, text)
    words = "\n".join(call.text or "" for call in here.telegram.said[said:] if call.chat == priya.id)
    assert "Kit" not in words
    assert "task open" not in words
    assert words.count("Here are people you can talk to") == 1
    await here.type(priya, "/help")
    assert "Here are people you can talk to" in priya.text
    await here.type(priya, "/menu")
    await here.do(priya, "pin_help")
    assert "Samaritans" in priya.card.text
    await here.do(priya, "carry_on")
    assert priya.text.startswith("Your PIN, please.")
    assert priya.mine == []
    (task,) = await here.rows("task")
    assert task["state"] == "open"


async def test_quick_fingers_lose_no_digit_and_a_pin_is_kept_slow_and_salted(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here, "2580")
    sam, _ = await here.staff_phone("Sam Okoro", "pa")
    await here.do(sam, "staff_help", "pin")
    for _ in range(2):
        await enter(here, sam, "2580", "choose")
    kept = [row["pin"] for row in await here.rows("staff")]
    assert len(set(kept)) == 2
    here.clock.move(hours=9)
    await here.type(priya, "/menu")
    data = {one.split(":", 1)[1]: one for one in button_data(priya)}
    for digit in "2580":
        priya.press_raw(data[f"digit:{digit}"], priya.card.id)
    priya.press_raw(data["enter:"], priya.card.id)
    await here.turn()
    assert (await here.at(priya))["at"] == "staff/menu"
    assert not any("2580" in str(line) for line in here.logged)
    async with here.store.transaction() as tx:
        assert await staff.pin_is(tx, member, "2580")
        assert not await staff.pin_is(tx, member, "02580")


async def test_being_there_is_written_at_most_once_in_ten_minutes(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here)
    seen = select(table.c.seen_at).where(table.c.id == member)
    moments = set()
    for _ in range(20):
        here.clock.move(60)
        await here.do(priya, "staff_help", "staff_menu")
        async with here.store.transaction() as tx:
            moments.add(await tx.connection.scalar(seen))
    assert 2 <= len(moments) <= 3


# What fades, and what is removed


async def test_what_a_task_says_fades_after_five_minutes_and_is_there_again_on_a_tap(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here)
    await asked(here, member)
    await here.type(priya, "/menu")
    await here.do(priya, "task")
    here.clock.move(290)
    await beats(here)
    assert "about the kitten" in priya.text
    here.clock.move(10)
    await beats(here)
    assert "about the kitten" not in priya.text
    assert "There is a note." in priya.text
    assert len(priya.from_bot) == 1
    await here.do(priya, "task")
    assert "about the kitten" in priya.text
    await here.do(priya, "spoke")
    here.clock.move(600)
    await beats(here)
    assert (await here.at(priya))["at"] == "staff/task_done"


async def test_what_faded_while_the_bot_was_away_fades_when_it_is_back_and_by_hand_the_card_goes(
    inside: Indoors,
) -> None:
    here = inside
    priya, member = await worker(here)
    await asked(here, member)
    for away, fading in ((3 * 3600, beats), (400, Indoors.tick)):
        await here.type(priya, "/menu")
        await here.do(priya, "task")
        here.clock.move(away)
        await fading(here)
        await beats(here)
        assert "about the kitten" not in "".join(message.text for message in priya.from_bot)


async def test_no_card_or_envelope_of_staff_lies_there_for_two_days_and_the_menu_brings_a_new_one(
    inside: Indoors,
) -> None:
    here = inside
    priya, member = await worker(here)
    await asked(here, member, note=False)
    await here.tick()
    assert len(priya.from_bot) == 2  # the menu, and an envelope nobody opens
    here.clock.move(hours=39.9)
    await beats(here)
    assert len(priya.from_bot) == 2
    here.clock.move(hours=0.2)
    await beats(here)
    assert priya.from_bot == []
    await here.type(priya, "/menu")
    await here.do(priya, "later")
    assert (await here.at(priya))["at"] == "staff/menu"


async def test_a_card_that_is_used_every_day_goes_by_the_age_of_its_message(inside: Indoors) -> None:
    here = inside
    priya, _ = await worker(here, "2580")
    for _ in range(4):
        here.clock.move(hours=9.5)
        await here.do(priya, "staff_menu" if "staff_menu" in str(button_data(priya)) else "staff_help")
        await enter(here, priya, "2580")
    await beats(here)
    assert len(priya.from_bot) == 1
    here.clock.move(hours=2)
    await beats(here)
    assert priya.from_bot == []


async def test_a_bot_that_was_away_too_long_leaves_a_line_that_says_nothing(inside: Indoors) -> None:
    here = inside
    priya, member = await worker(here)
    await asked(here, member)
    await here.type(priya, "/menu")
    here.clock.move(hours=60)
    await beats(here)
    assert ["Kit" in message.text for message in priya.from_bot] == [False]
    assert await here.rows("cleanup") == []


async def test_of_a_young_persons_card_no_time_is_kept(inside: Indoors) -> None:
    here = inside
    kit, _ = await here.joined("Kit")
    await here.do(kit, "settings", "menu")
    assert await here.rows("due") == []
    async with here.store.transaction() as tx:
        assert await staff.by_chat(tx, ChatId(kit.id)) is None

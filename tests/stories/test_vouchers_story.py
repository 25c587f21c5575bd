"""A thank-you code from Send to the shop: promised truthfully, told of neutrally, copied, and found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.indoors import Indoors, button_data

from bot.sandbox.handset import NotNow
from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from engagement import voucher_file, vouchers
from storage import outbox

SOMETHING = "There's something to look at when you have a minute."
PROMISE = "A thank-you code comes here in the next few evenings."
CODE = "Here is something you can copy."
UPDATE = "1 update to see"


async def stocked(here: Indoors, *codes: str) -> None:
    async with here.store.transaction() as tx:
        read = voucher_file.read("\n".join(codes).encode())
        await vouchers.add(tx, read, name="pulse", worth="£10", now=here.clock.now())


async def sends(here: Indoors, name: str) -> Phone:
    """Somebody who answers the quick one and sends it."""
    phone, _ = await here.joined(name)
    await here.do(phone, "survey", "start")
    while "send" not in (actions := {data.split(":")[1] for data in button_data(phone)}):
        await here.do(phone, "next" if "next" in actions else "skip")
    await here.do(phone, "send")
    return phone


async def evening(here: Indoors, day: int, *at_work: Phone) -> None:
    """A quarter to seven on that day of November: planned in the afternoon, given by now, and sent."""
    for hour, minute in ((15, 0), (18, 45)):
        moment = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        here.clock.move((moment - here.clock.now()).total_seconds())
        await here.tick()
        for phone in at_work if hour == 15 else ():
            await here.type(phone, "/menu")  # whoever was away for long would first be asked for a PIN


def codes_shown(phone: Phone) -> list[Message]:
    return [message for message in phone.from_bot if message.text.startswith(CODE)]


def reachable(phone: Phone) -> set[str]:
    return {data.split(":")[1] for data in button_data(phone)}


async def test_a_code_from_send_to_the_clipboard_and_found_again_in_the_menu(here: Indoors) -> None:
    await here.open_survey("pulse")
    await stocked(here, "TREE-7781")
    ash = await sends(here, "Ash")
    assert PROMISE in ash.text
    ash.lock()
    await evening(here, 24)
    assert [line.text for line in ash.lock_screen] == [SOMETHING]

    await here.do(ash, "open")
    card, code = ash.from_bot[-2:]
    assert card.text.startswith("There's something here for you")
    assert "£10" in card.text
    assert "TREE" not in card.text
    assert (card.protected, code.protected) == (True, False)
    with pytest.raises(NotNow):
        ash.save(card)
    assert "TREE-7781" in ash.save(code)
    assert "£10" in code.text
    ash.press("Copy the code", code)
    assert ash.clipboard == "TREE-7781"

    await here.do(ash, "menu", "thanks", "code")
    assert [message.text for message in codes_shown(ash)] == [code.text] * 2
    await here.type(ash, "/menu")
    assert "Your thank-you" in ash.buttons()
    await evening(here, 25)
    assert len(codes_shown(ash)) == 2
    assert len([message for message in here.telegram.said if message.text == SOMETHING]) == 1


async def test_what_is_not_sure_is_not_promised_and_who_waits_is_made_up_for(here: Indoors) -> None:
    asha, asha_id = await here.staff_phone("Asha Rao", "participation")
    mo, _ = await here.staff_phone("Mo Khan", "manager")
    survey = await here.open_survey("pulse")
    none = await sends(here, "None")
    assert PROMISE not in none.text
    await stocked(here, "TREE-1", "TREE-2")
    first, late = await sends(here, "First"), await sends(here, "Late")
    assert PROMISE in first.text, "two are in the register, and there are two codes"
    assert PROMISE not in late.text
    await evening(here, 24, asha, mo)
    people = (none, first, late)
    got = [phone for phone in people if SOMETHING in [line.text for line in phone.lock_screen] or _envelope(phone)]
    assert len(got) == 2
    (waits,) = set(people) - set(got)
    await here.type(waits, "/menu")
    assert "Your thank-you" not in waits.buttons()
    await here.tap(waits, f"{button_data(waits)[0].split(':')[0]}:thanks:")
    await here.tap(waits, f"{button_data(waits)[0].split(':')[0]}:code:{survey}")
    assert waits.text.startswith("There's nothing here for you any more.")
    assert codes_shown(waits) == []

    assert UPDATE not in (asha.text, mo.text), "that two codes are gone would say that two have sent"
    async with here.store.transaction() as tx:
        now = here.clock.now()
        opens = {"screen": "staff/vouchers", "survey": survey}
        about = {"lane": "staff", "envelope": "staff/update", "not_before": now, "expires_at": now + timedelta(days=1)}
        await outbox.queue(tx, occasion="voucher:told", staff=asha_id, opens=opens, **about)
    await here.tick()
    await here.do(asha, "open")
    assert asha.card.text.startswith("Thank-you codes may run out.")
    assert "yousaid vouchers add codes.csv --survey pulse" in asha.card.text
    for told in ("None", "First", "Late", "TREE", *"123"):
        assert told not in asha.card.text

    await stocked(here, "TREE-3")
    await evening(here, 25)
    await here.do(waits, "open")
    assert "TREE-3" in codes_shown(waits)[0].text


def _envelope(phone: Phone) -> bool:
    return phone.card.text == SOMETHING


async def test_whoever_chose_full_messages_has_the_card_at_once_and_the_code_with_one_tap(here: Indoors) -> None:
    await here.open_survey("pulse")
    await stocked(here, "TREE-1")
    ash = await sends(here, "Ash")
    await here.do(ash, "menu", "settings", "messages", "full")
    await evening(here, 24)
    assert ash.card.text.startswith("There's something here for you")
    assert codes_shown(ash) == []
    await here.do(ash, "code")
    assert "TREE-1" in codes_shown(ash)[0].text


async def test_two_months_after_the_close_the_menu_says_nothing_of_it_any_more(here: Indoors) -> None:
    await here.open_survey("pulse")
    await stocked(here, "TREE-1")
    ash = await sends(here, "Ash")
    await evening(here, 24)
    await here.type(ash, "/menu")
    assert "thanks" in reachable(ash)
    for days in (29, 61):
        here.clock.move(days=days)
        await here.tick()
    await here.type(ash, "/menu")
    assert "thanks" not in reachable(ash)

"""Everything at once: two devices, forty people, the same tap twice, two processes, and a clock that jumps."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from support.indoors import Indoors, button_data
from support.places import to_ready
from support.town import town

from bot.polling import Lease, polling
from bot.run import Bot
from bot.sandbox.phones import Phone
from bot.wire import make_wire
from storage import drafts, openings
from storage.ids import PersonId
from storage.store import Store
from storage.tables import draft as draft_table
from storage.tables import pool as pool_table

CONFLICT = 409


async def picked(store: Store, person: PersonId) -> object:
    async with store.transaction() as tx:
        survey = (await openings.open_surveys(tx))[0].id
        return (await drafts.read(tx, person, survey)).values.get("pet")


def data_of(phone: Phone, step: str) -> str:
    """The callback data of the button with this action, or `action:argument`."""
    return next(data for data in button_data(phone) if data.split(":", 1)[1].startswith(step))


async def test_of_two_devices_that_tap_at_once_the_first_counts_and_both_see_where_they_are(
    either_inside: Indoors,
) -> None:
    here = either_inside
    await here.open_survey()
    ash, person = await here.joined("Ash")
    await here.do(ash, "survey", "start")
    tablet = ash.second_device()
    taps = [device.press_raw(data_of(ash, f"pick:{n}"), ash.card.id) for n, device in enumerate((ash, tablet))]
    await here.turn()
    assert all(tap is not None and tap.future.done() for tap in taps)
    assert await picked(here.store, person) == "has_one"
    assert ash.card.text == tablet.card.text
    assert ash.card.text.startswith("2 of ")
    assert here.given_up == []


async def test_the_same_tap_delivered_twice_changes_nothing_the_second_time(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    ash, _ = await here.joined("Ash")
    await here.do(ash, "survey", "start", "skip")
    at = button_data(ash)
    here.telegram.bot.queue.repeat(1)
    ash.press_raw(data_of(ash, "pick:1"), ash.card.id)
    await here.turn()
    assert [label.startswith("✓") for label in ash.buttons()[:3]] == [False, True, False]
    assert button_data(ash) != at
    assert here.given_up == []


async def test_a_double_tap_on_a_tick_leaves_it_ticked(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    ash, _ = await here.joined("Ash")
    await here.do(ash, "survey", "start", "skip")
    for _ in range(2):
        ash.press_raw(data_of(ash, "pick:1"), ash.card.id)
    await here.turn()
    assert [label.startswith("✓") for label in ash.buttons()[:3]] == [False, True, False]


async def test_send_pressed_on_two_devices_at_once_sends_once(either_inside: Indoors) -> None:
    here = either_inside
    survey = await here.open_survey()
    ash, person = await here.joined("Ash")
    await here.do(ash, "survey", "start")
    await to_ready(here, ash)
    for device in (ash, ash.second_device(), ash):
        device.press_raw(data_of(ash, "send"), ash.card.id)
    await here.turn()
    assert ash.card.text.startswith("Sent.")
    assert [(row["person"], row["survey"], row["done"]) for row in await here.rows("participation")] == [
        (person, survey, True)
    ]
    assert len(await here.rows("pool")) == 1
    assert await here.rows("draft") == []
    assert here.given_up == []


async def test_batches_that_are_handled_side_by_side_lose_nobodys_answer(either_inside: Indoors) -> None:
    """Webhook deliveries come many at a time: forty transactions, one for each person's tap."""
    here = either_inside
    await here.open_survey()
    people = [await here.joined(f"Person{n}") for n in range(40)]
    for phone, _ in people:
        phone.press_raw(data_of(phone, "survey"), phone.card.id)
    await here.turn()
    for phone, _ in people:
        phone.press_raw(data_of(phone, "start"), phone.card.id)
    await here.turn()
    wanted = {}
    for number, (phone, person) in enumerate(people):
        phone.press_raw(data_of(phone, f"pick:{number % 4}"), phone.card.id)
        wanted[person] = ("has_one", "would_like", "not_allowed", "fine_without")[number % 4]
    updates = here.telegram.bot.queue.take(0, 100)
    await asyncio.gather(*(here.bot.intake.handle([update.json()]) for update in updates))
    here.telegram.bot.queue.clear()
    await here.bot.mouth.quiet()
    assert {person: await picked(here.store, person) for _, person in people} == wanted
    assert all(phone.card.text.startswith("2 of ") for phone, _ in people)
    assert here.given_up == []


async def test_forty_people_send_at_once_and_forty_boxes_lie_in_the_pool(either_inside: Indoors) -> None:
    here = either_inside
    survey = await here.open_survey()
    people = [await here.joined(f"Person{n}") for n in range(40)]
    async with here.store.transaction() as tx:
        for _, person in people:
            await drafts.start(tx, person, survey)
    for phone, _ in people:
        await here.put(phone, {"at": "survey/ready", "survey": survey})
        phone.press_raw(f"{button_data(phone)[0].split(':')[0]}:send:", phone.card.id)
    updates = here.telegram.bot.queue.take(0, 100)
    await asyncio.gather(*(here.bot.intake.handle([update.json()]) for update in updates))
    here.telegram.bot.queue.clear()
    await here.bot.mouth.quiet()
    async with here.store.transaction() as tx:
        boxes = (await tx.connection.execute(select(pool_table.c.key))).all()
        assert (await tx.connection.execute(select(draft_table.c.person))).all() == []
        assert len(await drafts.done_many(tx, survey)) == len(boxes) == 40
    assert here.given_up == []
    assert Counter(phone.card.text.startswith("Sent.") for phone, _ in people) == {True: 40}


@pytest.mark.parametrize("hours", [-48, -2, 26, 24 * 5, 24 * 400])
async def test_a_clock_that_jumps_strands_nobody_and_sends_nothing_twice(inside: Indoors, hours: float) -> None:
    await inside.open_survey()
    _, member = await inside.staff_phone("Priya Shah", "pa")
    ash, _ = await inside.joined("Ash", worker=member)
    await inside.do(ash, "survey", "start", "pick:0")
    bo, _ = await inside.joined("Bo", worker=member)
    await inside.do(bo, "contact", "ask")
    await inside.tick()
    inside.clock.move(hours=hours)
    for _ in range(3):
        await inside.tick()
    occasions = Counter((row["occasion"], row["person"], row["staff"]) for row in await inside.rows("outbox"))
    assert set(occasions.values()) <= {1}
    envelopes = Counter(
        call.chat for call in inside.telegram.said if call.method == "sendMessage" and "0:open:" in str(call.params)
    )
    assert all(count <= len([o for o in occasions if o]) for count in envelopes.values())
    await inside.type(ash, "/menu")
    assert button_data(ash)
    inside.clock.move(hours=-hours)
    await inside.tick()
    await inside.type(ash, "/menu")
    await inside.do(ash, "survey" if any(":survey:" in data for data in button_data(ash)) else "settings")
    assert inside.given_up == []


async def test_of_two_bots_with_one_token_only_one_polls_and_each_message_is_answered_once(
    database_url: str, tmp_path: Path
) -> None:
    async with town(database_url, tmp_path / "keys") as here:
        await here.telegram.settled()
        second, wire = (
            Store.open(database_url, tmp_path / "keys"),
            make_wire(here.telegram.bot.token, here.running.api_url),
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(second.close)
            for request in wire.requests:
                stack.push_async_callback(request.shutdown)
                await request.initialize()
            other = Bot(here.settings, second, wire, here.clock.now)
            await other.prepare()
            lease = Lease(second, here.telegram.bot.token, here.clock.now)
            lease.holder = "another machine/1/1"
            assert not await lease.take()
            waiting = asyncio.create_task(polling(lease, wire, other.intake))
            phones = [here.phone(f"Person{n}") for n in range(5)]
            await asyncio.gather(*(phone.type("hello") for phone in phones))
            await here.telegram.settled()
            assert [len(phone.from_bot) for phone in phones] == [1] * 5
            assert not any(call.status == CONFLICT for call in here.telegram.calls)
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting

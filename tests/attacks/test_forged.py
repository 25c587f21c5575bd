"""Buttons and links that nobody was given: a thousand of each, and not one opens or changes anything."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest
from support.indoors import Indoors, button_data
from support.places import There, everywhere, version

from bot.chat import door, menu
from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from bot.staff import everywhere as of_staff
from storage import people
from storage import staff as staff_rows
from storage.ids import ChatId

FORGERIES = 1_000
IN_A_BATCH = 50

ARGUMENTS = (
    "", "0", "1", "2", "9", "-1", "11", "999999999", "2147483648", "99999999999999999999", "1e3", "0x1", "1_0", " 1",
    "٣", "１", "²", "yes", "no", "en", "ar", "../en", "1;2", "1 OR 1=1", "'; DROP TABLE draft;--", "%s", "{{7*7}}",
    "<b>", "\u202e1", "\x00", "😀", "None", "null", "[]", "a:b:c", ":",
)  # fmt: skip

EVERYWHERE = {*menu.EVERYWHERE, *of_staff.EVERYWHERE, *door.STATIC_ACTIONS, "contact", "help"}
ACTIONS = sorted({*EVERYWHERE, "open", *(action for place in PLACES.values() for action in place.taps)})


def random_data(chance: random.Random) -> str:
    letters = string.printable + "éß漢😀\u202e\u0000:"
    return "".join(chance.choice(letters) for _ in range(chance.randint(1, 16)))


class Forger:
    """Makes up what nobody was given: never a button that the one who presses it can see, or could have been shown."""

    def __init__(self, here: Indoors, there: list[There], chance: random.Random) -> None:
        self.here = here
        self.there = [one for one in there if one.phone.from_bot and one.phone.card.keyboard]
        self.chance = chance
        self.now = {one.phone.id: version(one.phone) for one in self.there}
        self.envelopes = {
            data.split(":")[2]: one.phone.id
            for one in self.there
            for message in one.phone.from_bot
            for row in message.keyboard or []
            for data in (button.get("callback_data", "") for button in row)
            if data.startswith("0:open:")
        }

    def one(self) -> tuple[Phone, str]:
        """Who presses, and what their forged button carries."""
        chance = self.chance
        while True:
            who = chance.choice(self.there)
            action, argument = chance.choice(ACTIONS), chance.choice(ARGUMENTS)
            match chance.randrange(5):
                case 0:
                    data = random_data(chance)
                case 1:  # the version of somebody else's card
                    data = f"{self.now[chance.choice(self.there).phone.id]}:{action}:{argument}"
                case 2:  # a version there never was
                    data = f"{''.join(chance.choices(string.ascii_letters + '-_', k=8))}:{action}:{argument}"
                case 3:  # the version of no card, and envelopes that were sent to somebody else
                    number = chance.choice([*self.envelopes, *ARGUMENTS])
                    data = f"0:{action}:{number if action == 'open' else argument}"
                case _:  # their own card, with what only stands at other places
                    data = f"{version(who.phone)}:{action}:{argument}"
            if len(data.encode()) <= 64 and not self._is_theirs(who, data):
                return who.phone, data

    def _is_theirs(self, who: There, data: str) -> bool:
        given, _, rest = data.partition(":")
        action, _, argument = rest.partition(":")
        if given == "0" and action == "open":
            return self.envelopes.get(argument) == who.phone.id
        return given == version(who.phone) and action in {*PLACES[who.showing["at"]].taps, *EVERYWHERE}


async def forged(here: Indoors, there: list[There], forger: Forger) -> None:
    """One batch, pressed on all phones at once; every tap gets its answer."""
    taps = []
    for _ in range(IN_A_BATCH):
        phone, data = forger.one()
        message = forger.chance.choice([phone.card.id, phone.card.id, forger.chance.randint(1, 2**31)])
        taps.append(phone.press_raw(data, message))
    await here.turn()
    assert all(tap is not None and tap.future.done() for tap in taps)


IN_PROOF_ALSO = pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.prove)])
"""Nobody's button asks which database there is: the other one is for the long proofs."""


@IN_PROOF_ALSO
async def test_of_a_thousand_forged_buttons_none_does_anything(either_inside: Indoors) -> None:
    here = either_inside
    there = await everywhere(here)
    forger = Forger(here, there, random.Random(20))
    assert len(forger.there) >= 30
    assert forger.envelopes
    before = await here.prints()
    for _ in range(FORGERIES // IN_A_BATCH):
        await forged(here, there, forger)
        assert await here.prints() == before
        for one in there:
            await here.put(one.phone, one.showing)
    assert here.given_up == []
    assert_nobody_saw_anybody(there)


def assert_nobody_saw_anybody(there: list[There]) -> None:
    """No young person's phone came to show a place of staff, nor the other way round."""
    for one in there:
        words = "\n".join(message.text for message in one.phone.from_bot)
        if one.place.startswith("staff/"):
            assert "of 31" not in words
        else:
            assert "tasks open" not in words
            assert "task open" not in words


@IN_PROOF_ALSO
async def test_an_argument_that_no_button_carries_changes_nothing_where_numbers_are_expected(
    either_inside: Indoors,
) -> None:
    here = either_inside
    await here.open_survey()
    worker, member = await here.staff_phone("Priya Shah", "pa")
    ash, _ = await here.joined("Ash", worker=member)
    await here.do(ash, "survey", "start")
    at = await here.at(ash)
    before = await here.prints()
    for argument in ARGUMENTS:
        await here.put(ash, at)
        if argument not in ("0", "1", "2"):
            await here.tap(ash, f"{version(ash)}:pick:{argument}")
        for action in ("survey", "task", "to", "cancel", "day", "set"):
            await here.tap(ash, f"{version(ash)}:{action}:{argument}")
            await here.tap(worker, f"{version(worker)}:{action}:{argument}")
        assert await here.prints() == before, argument
        assert here.given_up == [], argument


@IN_PROOF_ALSO
async def test_of_a_thousand_made_up_links_none_opens(either_inside: Indoors) -> None:
    here = either_inside
    ids = [await here.listed(f"Person{n}") for n in range(10)]
    replaced, used, *live = [await here.invite(person=one) for one in ids]
    await here.invite(person=ids[0])
    phone = here.phone("Used")
    await phone.start(used)
    await here.turn()
    await here.type(phone, "PL")
    await here.do(phone, "day:14")
    assert "that matches" in phone.text
    worker, _ = await here.staff_phone("Priya Shah", "pa")
    ash, _ = await here.joined("Ash")
    senders = [worker, ash, *(here.phone(f"stranger{n}") for n in range(8))]
    before = await here.prints()
    chance = random.Random(21)
    said = len(here.telegram.calls)
    for _ in range(FORGERIES // IN_A_BATCH):
        for _ in range(IN_A_BATCH):
            await chance.choice(senders).type(f"/start {made_up(chance, live, [replaced, used])}")
        await here.turn()
        assert await here.prints() == before
    assert here.given_up == []
    assert not any("on your invite" in call.text for call in here.telegram.calls[said:])


def made_up(chance: random.Random, live: list[str], over: list[str]) -> str:
    """A code that opens nothing: random, nearly right, or of a link that is over."""
    real = chance.choice(live)
    at = chance.randrange(len(real))
    near: Iterator[str] = iter(
        (
            real[:at] + chance.choice(string.ascii_letters.replace(real[at], "")) + real[at + 1 :],
            real[:-1],
            real + "A",
            real + real,
            real.swapcase(),
            real[::-1],
            f"{real} {real}",
            f"{real}\u200b",
            f"{real}' OR '1'='1",
            f"%{real}%",
        )
    )
    blind = "".join(chance.choices(string.ascii_letters + string.digits + "_-", k=22))
    made = chance.choice([*near, blind, blind, blind, *over, chance.choice(ARGUMENTS[5:])])
    return "AAAA" if made in live else made


async def test_a_link_that_has_run_out_opens_nothing(inside: Indoors) -> None:
    code = await inside.invite(person=await inside.listed("Ash"))
    inside.clock.move(days=400)
    before = await inside.prints()
    ash = inside.phone("Ash")
    await ash.start(code)
    await inside.turn()
    assert "too old" in ash.text
    assert await inside.prints() == before


async def test_a_forwarded_link_dies_after_three_wrong_tries_and_lets_nobody_in(inside: Indoors) -> None:
    code = await inside.invite(person=await inside.listed("Ash"))
    mallory = inside.phone("Mallory")
    await mallory.start(code)
    await inside.turn()
    for day in ("1", "2", "3"):
        await inside.type(mallory, "AL")
        await inside.do(mallory, f"day:{day}")
    assert "a new one" in mallory.text
    await inside.type(mallory, "AL")
    await mallory.start(code)
    await inside.turn()
    await inside.type(mallory, "AL")
    async with inside.store.transaction() as tx:
        assert await people.by_chat(tx, ChatId(mallory.id)) is None
    assert [row["state"] for row in await inside.rows("invite")] == ["dead"]
    assert await inside.rows("joining") == []


async def test_a_link_of_the_other_kind_changes_nothing_for_those_who_have_joined(inside: Indoors) -> None:
    person = await inside.listed("Ash")
    worker, _ = await inside.staff_phone("Priya Shah", "pa")
    young, _ = await inside.joined("Bo")
    async with inside.store.transaction() as tx:
        colleague = await staff_rows.add(tx, "Sam Okoro", "manager")
    for phone, code in (
        (worker, await inside.invite(person=person)),
        (young, await inside.invite(member=colleague.id)),
    ):
        before = await inside.prints()
        await phone.start(code)
        await inside.turn()
        await inside.type(phone, "SO")
        assert await inside.prints() == before
    async with inside.store.transaction() as tx:
        assert await people.by_chat(tx, ChatId(worker.id)) is None
        assert await staff_rows.by_chat(tx, ChatId(young.id)) is None


async def test_the_same_update_delivered_again_and_again_does_its_work_once(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    ash, _ = await here.joined("Ash")
    await here.do(ash, "survey", "start")
    for action in ("pick", "pick", "done"):
        ash.press_raw(next(data for data in button_data(ash) if f":{action}:" in data), ash.card.id)
        (waiting,) = here.telegram.bot.queue.waiting
        await here.turn()
        before, card = await here.prints(), await here.at(ash)
        for _ in range(10):
            await here.raw(waiting.json(), waiting.json())
            here.clock.move(hours=1)
        assert await here.prints() == before
        assert await here.at(ash) == card
    assert here.given_up == []

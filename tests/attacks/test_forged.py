"""Buttons and links that nobody was given: a thousand of each, and not one opens or changes anything."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from support.indoors import Indoors, button_data

from bot.chat import contact, door, menu, staff
from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from storage import people
from storage import staff as staff_rows
from storage.ids import ChatId, PersonId, StaffId

FORGERIES = 1_000

ARGUMENTS = (
    "", "0", "1", "2", "9", "-1", "11", "999999999", "2147483648", "99999999999999999999", "1e3", "0x1", "1_0", " 1",
    "٣", "１", "²", "yes", "no", "en", "ar", "../en", "1;2", "1 OR 1=1", "'; DROP TABLE draft;--", "%s", "{{7*7}}",
    "<b>", "\u202e1", "\x00", "😀", "None", "null", "[]", "a:b:c", ":",
)  # fmt: skip

EVERYWHERE = {*menu.EVERYWHERE, *staff.EVERYWHERE, *door.STATIC_ACTIONS, "contact", "help", "open"}
ACTIONS = sorted({*EVERYWHERE, *(action for place in PLACES.values() for action in place.taps)})


@dataclass
class Scene:
    """Everybody at a different place of the bot, each with cards they had before."""

    here: Indoors
    phones: dict[str, Phone] = field(default_factory=dict)
    old: dict[str, list[str]] = field(default_factory=dict)
    """Versions that each phone's buttons once carried."""
    dead_codes: list[str] = field(default_factory=list)

    def version(self, name: str) -> str:
        """What the buttons of this phone's newest card carry now."""
        return button_data(self.phones[name])[0].split(":")[0]

    def versions(self, name: str) -> set[str]:
        return {version for other in self.phones if other != name for version in (self.version(other), *self.old[other])}

    async def go(self, name: str, *buttons: str) -> None:
        """Press these one after another, remembering what each card carried."""
        for button in buttons:
            self.old[name].append(self.version(name))
            await self.here.choose(self.phones[name], button)


async def set_up(here: Indoors) -> Scene:
    scene = Scene(here)
    await here.open_survey()
    ids: dict[str, StaffId] = {}
    for name, role in (
        ("Priya Shah", "pa"),
        ("Sam Okoro", "pa"),
        ("Marcus Bell", "manager"),
        ("Asha Vale", "participation"),
        ("Tom Ives", "administrator"),
        ("Dee Pell", "data_protection"),
    ):
        scene.phones[name], ids[name] = await here.staff_phone(name, role)
    paths = {
        "menu": (),
        "question": ("Questions", "Start", "A", "Paid work"),
        "typing": ("Questions", "Start", *["Skip"] * 5, *["Rather not"] * 0),
        "ready": ("Questions", "Start", *["Skip"] * 9, "Send what I have done"),
        "settings": ("Settings",),
        "stopped": ("Settings",),
        "offer": ("Ask someone",),
        "asked": ("Ask someone",),
        "forget": ("Settings",),
        "hidden": ("Questions", "Start", "Hide"),
    }
    for name in paths:
        scene.phones[name], _ = await here.joined(name, worker=ids["Priya Shah"])
    scene.old = {name: [] for name in scene.phones}
    for name, buttons in paths.items():
        for button in buttons:
            phone = scene.phones[name]
            wanted = button if phone.has_button(button, None) else "Rather not say"
            await scene.go(name, wanted)
    await scene.go("asked", next(one for one in scene.phones["asked"].buttons() if one.startswith("Yes")))
    await scene.go("forget", next(one for one in scene.phones["forget"].buttons() if "Forget" in one))
    await scene.go("stopped", next(one for one in scene.phones["stopped"].buttons() if "top" in one))
    await here.tick()  # staff are told of the task: there are envelopes to open
    joining, stranger = here.phone("joining"), here.phone("stranger")
    await joining.start(await here.invite(person=await here.listed("Joan")))
    await here.turn()
    await here.type(joining, "JL")
    await here.type(stranger, "hello")
    scene.phones |= {"joining": joining}
    scene.old["joining"] = []
    return scene


def random_data(chance: random.Random) -> str:
    letters = string.printable + "éß漢😀\u202e\u0000:"
    text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 40)))
    return text.encode()[:64].decode(errors="ignore") or "x"


def forgeries(scene: Scene, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Who presses what: never a button they can see, and never one they could have made themselves honestly."""
    names = [*scene.phones]
    envelopes = [str(number) for number in range(1, 40)]
    while True:
        name = chance.choice(names)
        action, argument = chance.choice(ACTIONS), chance.choice(ARGUMENTS)
        match chance.randrange(5):
            case 0:
                yield name, random_data(chance)
            case 1:
                yield name, f"{chance.choice(sorted(scene.versions(name)))}:{action}:{argument}"
            case 2:
                if scene.old[name]:
                    yield name, f"{chance.choice(scene.old[name])}:{action}:{argument}"
            case 3:
                # The version of no card; `open` with the numbers of envelopes that others were sent.
                if action == "open" and scene.phones[name].user.first_name in OPENERS:
                    continue
                yield name, f"0:{action}:{chance.choice(envelopes) if action == 'open' else argument}"
            case _:
                # Their own card, with what stands on other people's, or with arguments that no button carries.
                yield name, f"{scene.version(name)}:{'foreign' if action in EVERYWHERE else action}:{argument}"


OPENERS = {"Priya Shah"}
"""Those who were sent an envelope: `open` is theirs to press."""


def is_honest(scene: Scene, name: str, data: str, place: str) -> bool:
    """Whether this person, at this place, may rightly press this on their own card."""
    version, _, rest = data.partition(":")
    action = rest.partition(":")[0]
    return version == scene.version(name) and place in PLACES and action in PLACES[place].taps


async def place_of(here: Indoors, phone: Phone) -> str:
    from storage import cards, chats

    async with here.store.transaction() as tx:
        card = await cards.of(tx, chats.index_of(tx.keys, ChatId(phone.id)))
    return str(card.showing.get("at")) if card else ""


async def test_of_a_thousand_forged_buttons_none_does_anything(either_inside: Indoors) -> None:
    here = either_inside
    scene = await set_up(here)
    chance = random.Random(20)
    before = await here.prints()
    tried = 0
    forging = forgeries(scene, chance)
    while tried < FORGERIES:
        name, data = next(forging)
        if not 0 < len(data.encode()) <= 64 or is_honest(scene, name, data, await place_of(here, scene.phones[name])):
            continue
        phone = scene.phones[name]
        message = chance.choice([phone.card.id, phone.card.id, chance.randint(1, 5_000), chance.randint(1, 2**31)])
        await here.tap(phone, data, message)
        tried += 1
        if tried % 100 == 0:
            assert await here.prints() == before, data
    assert await here.prints() == before
    assert here.given_up == []


async def test_of_a_thousand_made_up_links_none_opens(either_inside: Indoors) -> None:
    here = either_inside
    ids = [await here.listed(f"Person{n}") for n in range(12)]
    codes = [await here.invite(person=one) for one in ids]
    dead = [await here.invite(person=ids[0]) for _ in range(3)][:-1] + codes[:1]
    used = await use_one(here, codes[1])
    live = codes[2:]
    worker, _ = await here.staff_phone("Priya Shah", "pa")
    ash, _ = await here.joined("Ash")
    strangers = [here.phone(f"stranger{n}") for n in range(8)]
    await overdue(here, live.pop())
    before = await here.prints()
    chance = random.Random(21)
    for _ in range(FORGERIES // 50):
        for _ in range(50):
            sender = chance.choice([*strangers, worker, ash])
            await sender.type(f"/start {made_up(chance, live, [*dead, used])}")
        await here.turn()
        assert await here.prints() == before
    assert await here.rows("joining") == []
    assert here.given_up == []
    assert not any("were on your invite" in call.text for call in here.telegram.said[-FORGERIES:])


def made_up(chance: random.Random, live: list[str], over: list[str]) -> str:
    """A code that is not one: random, or nearly right, or of a link that is over."""
    real = chance.choice(live)
    at = chance.randrange(len(real))
    near = [
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
    ]
    blind = ["".join(chance.choice(string.ascii_letters + "0123456789_-") for _ in range(22)), chance.choice(ARGUMENTS[5:])]
    made = chance.choice([*near, *blind, *blind, *over])
    return made if made not in live and made.strip() else "AAAA"


async def use_one(here: Indoors, code: str) -> str:
    """Somebody joins with this code; it is used from now on."""
    phone = here.phone("Used")
    await phone.start(code)
    await here.turn()
    await here.type(phone, "PL")
    await here.choose(phone, "14")
    assert "That matches" in phone.text or "that matches" in phone.text
    return code


async def overdue(here: Indoors, code: str) -> None:
    """Nothing here lasts so long; it is there so that a link is live when the others are tried."""
    assert code
    here.clock.move(days=0)


async def test_a_link_that_has_run_out_opens_nothing(either_inside: Indoors) -> None:
    here = either_inside
    code = await here.invite(person=await here.listed("Ash"))
    here.clock.move(days=400)
    before = await here.prints()
    ash = here.phone("Ash")
    await ash.start(code)
    await here.turn()
    assert "too old" in ash.text
    assert await here.prints() == before


async def test_a_link_forwarded_to_somebody_else_dies_after_three_wrong_tries(either_inside: Indoors) -> None:
    here = either_inside
    code = await here.invite(person=await here.listed("Ash"))
    mallory = here.phone("Mallory")
    await mallory.start(code)
    await here.turn()
    for day in ("1", "2", "3"):
        await here.type(mallory, "AL")
        await here.choose(mallory, day)
    assert "a new one" in mallory.text
    await here.type(mallory, "AL")
    assert not mallory.from_bot or "14" not in mallory.buttons(mallory.from_bot[-1])
    async with here.store.transaction() as tx:
        assert await people.by_chat(tx, ChatId(mallory.id)) is None
    assert [row["state"] for row in await here.rows("invite")] == ["dead"]


async def test_a_young_persons_link_makes_nobody_a_member_of_staff_nor_the_other_way_round(
    either_inside: Indoors,
) -> None:
    here = either_inside
    person: PersonId = await here.listed("Ash")
    worker, member = await here.staff_phone("Priya Shah", "pa")
    young, _ = await here.joined("Bo")
    for phone, code in (
        (worker, await here.invite(person=person)),
        (young, await here.invite(member=member)),
    ):
        before = await here.prints()
        await phone.start(code)
        await here.turn()
        assert await here.prints() == before
    async with here.store.transaction() as tx:
        assert await people.by_chat(tx, ChatId(worker.id)) is None
        assert await staff_rows.by_chat(tx, ChatId(young.id)) is None


async def test_the_same_update_delivered_again_and_again_does_its_work_once(either_inside: Indoors) -> None:
    here = either_inside
    await here.open_survey()
    ash, _ = await here.joined("Ash")
    await here.choose(ash, "Questions")
    await here.choose(ash, "Start")
    for button in ("A", "Paid work"):
        ash.press(button)
        (waiting,) = here.telegram.bot.queue.waiting
        raw = waiting.json()
        await here.turn()
        before = await here.prints()
        for _ in range(20):
            await here.raw(raw, raw)
            here.clock.move(hours=1)
        assert await here.prints() == before
    assert here.given_up == []


def test_every_forged_argument_would_fit_into_a_button() -> None:
    assert all(len(f"12345678:survey:{argument}".encode()) <= 64 for argument in ARGUMENTS)
    assert timedelta(0) < timedelta(1)
    assert contact.NOTE_CHARS

"""Everything that is new to young people, walked button by button on a small phone: it fits, and it leads on.

Nobody chooses the way: whatever a card offers is pressed, from wherever it was first seen, until nothing is new.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from support import figures
from support.indoors import Indoors, button_data
from support.town import TUESDAY

from bot.chat.visit import PLACES
from bot.mouth import STATIC
from bot.sandbox.model import Message
from bot.sandbox.phones import Phone
from engagement import (
    answering_comments,
    authority,
    checkin_plans,
    checkin_replies,
    findings,
    lock_screen,
    opportunities,
    places,
    profiles,
    promises,
    round_told,
    rounds,
    signing,
)
from engagement.authority import Settings
from engagement.checkins import tap as tap_checkin
from engagement.opportunities import Details
from engagement.telling import Leaving
from storage import calls, checkins, days, staff
from storage import opportunities as rows
from storage import promises as plan
from storage.ids import PersonId, StaffId
from storage.staff import Staff
from storage.store import Transaction

NEW = frozenset({"story", "plan", "join", "thing", "voice", "round", "who", "checkin", "check_in", "day", "call"})
"""How the names of these places begin, of whichever module."""

OLD = frozenset({"join/check", "join/welcome", "call/told", "call/told_time"})

BY_ENVELOPE: tuple[dict[str, Any], ...] = (
    {"at": "round", "round": 1},
    {"at": "plan/dropped", "promise": 3},
    {"at": "voice/having_us"},
    {"at": "voice/moved", "comment": 2},
    {"at": "checkin", "day": f"{TUESDAY:%Y-%m-%d}"},
    {"at": "checkin/done", "day": f"{TUESDAY - timedelta(days=7):%Y-%m-%d}"},
    {"at": "checkin/reply", "day": f"{TUESDAY - timedelta(days=7):%Y-%m-%d}"},
    {"at": "check_ins"},
    {"at": "call", "day": 1},
    {"at": "days"},
    {"at": "days/leap"},
    {"at": "day", "key": "birthday", "on": f"{TUESDAY:%Y-%m-%d}"},
)
"""Cards to which no door leads: an envelope does, or the card of a new worker."""

AT_A_TIME = 2
"""How often one button is pressed at one place: once more than once, because its card may be another."""

MOST_ROWS = 8
ROOM = {1: 28, 2: 16, 3: 10, 4: 7, 5: 5, 6: 4, 7: 3, 8: 3}
"""What a small phone shows of a keyboard: so many rows, and so many letters of each of so many buttons in one."""

DOORS = frozenset({"story", "plan", "join", "say", "who", "calls"})

FIGURES = """
name: small
version: 1
purpose: survey
title: A small one
minutes: 2
headline: [safe]
parts:
  - id: all
    questions:
      - id: safe
        kind: single
        text: How often do you feel safe where you live?
        share: [always]
        told: always feel safe where they live
        options: [{id: always, label: Always}, {id: less, label: Less often}]
"""


@dataclass
class Card:
    """What one card showed, and where each of its buttons led."""

    showing: dict[str, Any]
    text: str
    rows: list[list[str]]
    buttons: list[str]
    leads: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return str(self.showing["at"])


async def a_full_world(here: Indoors) -> Phone:
    """Findings told, a plan, a round of it, things to join, answers to all: and one young person who has all of it."""
    _, pat_id = await here.staff_phone("Pat Reed", "participation")
    _, priya_id = await here.staff_phone("Priya Shah", "pa")
    survey = await figures.published(here.store, FIGURES, 20, invited=20, now=here.clock.now())
    jo, person = await here.joined("Jo", worker=priya_id)
    now = here.clock.now()
    async with here.store.transaction() as tx:
        words = await authority.current(tx)
        pat, priya = await staff.by_id(tx, pat_id), await staff.by_id(tx, priya_id)
        await profiles.say(tx, priya, "likes", "Dogs and five-a-side", now=now)
        await profiles.put_photo(tx, priya, "sent-photo", now=now)
        story = (await findings.begin(tx, pat, survey)).story.id
        await findings.choose(tx, pat, story, "safe", "Many always feel safe where they live.")
        await findings.left(tx, pat, story, to_one(now), now=now)
        await a_plan_and_a_round_of_it(tx, words, pat, now)
        await things_to_join(tx, pat.id, now)
        for key, on in (("christmas:2026", date(2026, 12, 25)), ("day:2027-01-01", date(2027, 1, 1))):
            await calls.add_day(tx, key=key, name="", on_day=on, from_time=time(10), to_time=time(16))
        signed = await signing.sign(tx, words, person, kind="good", text="The bus pass.", now=now)
        about = await answering_comments.sign_under(tx, pat, signed.id, "Bus passes", now=now)
        await answering_comments.answer_group(tx, pat, about.id, "They are for everyone from May.", now=now)
        await signing.sign(tx, words, person, kind="change", text="Longer hours.", now=now)
        await two_check_ins(tx, words, person, now)
        await days.choose(tx, person, "birthday", {"month": 2, "day": 29, "leap": "28"})
        await days.add_greeting(tx, days.Greeting(person, "birthday", now.date(), priya_id, "sent"))
    here.clock.move(seconds=120)
    await here.type(jo, "/menu")
    return jo


async def two_check_ins(tx: Transaction, words: Settings, person: PersonId, now: datetime) -> None:
    """One of a week ago, passed on, and one of today."""
    await checkin_plans.choose(tx, person, "weekly", 1, time(17), now=now)
    before = now.date() - timedelta(days=7)
    for day in (before, now.date()):
        await checkins.ask(tx, person, day, was_not_ok=False)
    for question, option in (("ci_mood", "ok"), ("ci_safe", "ok"), ("ci_contact", None)):
        await tap_checkin(tx, words, person, before, question, option, now=now)
    (passed_on,) = await checkins.unseen(tx)
    worker = next(one for one in await staff.everyone(tx) if one.role == "pa")
    await checkin_replies.send(tx, words, worker, passed_on.id, "Thanks for saying.", now=now)


def to_one(now: datetime) -> Leaving:
    return Leaving(1, now)


async def a_plan_and_a_round_of_it(tx: Transaction, words: Settings, pat: Staff, now: datetime) -> None:
    """Three promises that anybody can read, one of them dropped; of one people were told that it moved."""
    theme = (await plan.add_theme(tx, name="Money", icon="money")).id
    full = {"see": "A card.", "difference": "Less to pay.", "helpers": "Any of you.", "join_in": "Tell Priya."}
    first = await promises.add(tx, pat, theme, {"we_will": "Pay for a bus pass.", "who": "The team", **full}, now=now)
    await promises.add(tx, pat, theme, {"we_will": "Open on Sundays."}, now=now)
    gone = await promises.add(tx, pat, theme, {"we_will": "Free wifi for a year."}, now=now)
    await promises.show_to_all(tx, pat, now=now)
    begun = await rounds.begin(tx, words, pat, now=now)
    await promises.save(tx, pat, first.id, {"state": "doing"}, now=now)
    dropped = {"reason": "The money was not there.", "decided_by": "The director", "decided_on": now.date()}
    await promises.save(tx, pat, gone.id, {"state": "not_doing", "instead": "A data card.", **dropped}, now=now)
    await round_told.left(tx, pat, begun.id, to_one(now), now=now)


async def things_to_join(tx: Transaction, organiser: StaffId, now: datetime) -> None:
    """Two of which one has places and a day, and an evening to drop in on."""
    pool = Details(
        title="Pool night",
        what_you_do="Play pool.",
        where="The Hub",
        reward="Food",
        travel="Paid",
    )
    meetings = Details(title="Shape the team", what_you_do="Meet four times.", what_for="A new team.")
    starts = now + timedelta(days=9)
    tea = Details(
        title="Tea and talk", what_you_do="Come as you are.", who_is_there="Jo from housing.", asks="No nuts?"
    )
    for said, more in (
        (pool, {"kind": "activity", "places": 8, "starts_at": starts}),
        (meetings, {"kind": "shape"}),
        (tea, {"kind": "drop_in", "starts_at": starts, "ends_at": starts + timedelta(hours=2)}),
    ):
        made = await rows.add(tx, made_by=organiser, organiser=organiser, details=opportunities.kept(said), **more)
        await places.publish(tx, made.id, now=now)


# Walking


@dataclass
class Walk:
    """A young person's phone, what it has shown, and what is still to be pressed."""

    here: Indoors
    phone: Phone
    cards: dict[str, Card] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What stands in the chat for good, though nobody asked to keep it."""
    pressed: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def everything(self) -> None:
        """First whatever the menu leads to, then on from what only an envelope opens."""
        by_envelope = [await self.opened(one) for one in BY_ENVELOPE]
        await self.on_from(await self.opened({"at": "menu"}))
        for name in by_envelope:
            await self.on_from(name)

    async def on_from(self, begin: str) -> None:
        """Press what is on this card, and on whatever new card it leads to."""
        waiting = deque([begin])
        while waiting:
            card = self.cards[waiting.popleft()]
            for button in card.buttons:
                way = card.place, button.partition(":")[0]
                if self.pressed[way] == AT_A_TIME or not is_ours(*way):
                    continue
                self.pressed[way] += 1
                known = set(self.cards)
                card.leads[button] = await self.press(card, button)
                if card.leads[button] not in known:
                    waiting.append(card.leads[button])

    async def opened(self, showing: dict[str, Any]) -> str:
        """The card that an envelope would open."""
        await self.here.put(self.phone, showing)
        await self.here.tap(self.phone, "AAAAAAAA:again:")  # of no version we know: it is shown as it is
        return await self.look()

    async def press(self, card: Card, button: str) -> str:
        """Where this button leads from this card."""
        await self.here.put(self.phone, card.showing)
        version, newest = button_data(self.phone)[0].split(":")[0], self.phone.last.id
        await self.here.tap(self.phone, f"{version}:{button}")
        for message in [one for one in self.phone.from_bot if one.id > newest]:
            await self.close(message)
        return await self.look()

    async def close(self, message: Message) -> None:
        """Close what came beside the card, so that the card is the newest again. A file is only a file."""
        data = [key.get("callback_data", "") for row in message.keyboard or [] for key in row]
        if any(one.partition(":")[0] not in ("", STATIC) for one in data):
            return  # it is the card, sent anew
        self.beside.append(message.kind)
        if (closing := f"{STATIC}:carry_on:") in data:
            await self.here.tap(self.phone, closing, message.id)
        elif message.kind != "document":
            self.left.append(message.text)

    async def look(self) -> str:
        """The name of the card the phone shows now."""
        showing = await self.here.at(self.phone)
        keys = self.phone.card.keyboard or []
        name = f"{showing['at']} {sorted((k, str(v)) for k, v in showing.items() if k not in ('at', 'long', 'back'))}"
        self.cards.setdefault(
            name,
            Card(
                showing,
                self.phone.card.text,
                [[button["text"] for button in row] for row in keys],
                [data.partition(":")[2] for data in button_data(self.phone)],
            ),
        )
        return name


def is_new(place: str) -> bool:
    return place.split("/")[0].rstrip("s") in NEW and place not in OLD


def is_ours(place: str, action: str) -> bool:
    """Whether the button belongs to what is new; from the menu only the doors do."""
    return (is_new(place) and action != "help") or (place == "menu" and action in DOORS)


async def test_every_new_card_fits_gives_nobody_away_and_is_two_taps_from_the_menu(here: Indoors) -> None:
    walk = Walk(here, await a_full_world(here))
    await walk.everything()
    seen = {card.place for card in walk.cards.values() if is_new(card.place)}
    assert seen == {place for place in PLACES if is_new(place)}
    wrong = [one for name in walk.cards for one in faults(walk, name)]
    assert wrong == [], "\n".join(wrong)
    assert set(walk.beside) == {"photo", "text", "document"}
    assert walk.left == []
    assert here.given_up == []


def faults(walk: Walk, name: str) -> list[str]:
    """What is wrong with this card, in words."""
    card, names = walk.cards[name], list(lock_screen.names(walk.here.bot.words()))
    first = card.text.split("\n")[0]
    found = [f"a lock screen shows {first!r}"] if lock_screen.gives_away(first, language="en", names=names) else []
    found += [f"{len(card.rows)} rows"] if len(card.rows) > MOST_ROWS else []
    found += [f"cut: {row}" for row in card.rows if any(len(label) > ROOM[len(row)] for label in row)]
    found += ["far from the menu"] if is_new(card.place) and away(walk, name) > 2 else []
    return [f"{name}: {one}" for one in found]


def away(walk: Walk, name: str) -> int:
    """How many taps from this card to the menu. A button not pressed here leads where it led from a card alike."""
    there, taps = {name}, 0
    while not any(walk.cards[one].place == "menu" for one in there):
        reached = there | {to for one in there for button in walk.cards[one].buttons for to in led(walk, one, button)}
        if reached == there:
            return 99
        there, taps = reached, taps + 1
    return taps


def led(walk: Walk, name: str, button: str) -> set[str]:
    card = walk.cards[name]
    if button in card.leads:
        return {card.leads[button]}
    alike = [one for one in walk.cards.values() if one.place == card.place]
    action = button.partition(":")[0]
    return {to for one in alike for pressed, to in one.leads.items() if pressed.partition(":")[0] == action}

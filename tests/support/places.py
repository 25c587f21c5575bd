"""Somebody at every place a card can be: how each is reached from what a phone shows, and who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.indoors import Indoors, button_data

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from storage import pool, staff
from storage.ids import SurveyId

TRANSITIONAL = frozenset({"survey", "stranger"})
"""`survey` always leads on to where the person is with it; `stranger` has no card that could be tapped."""

FROM_THE_MENU = {
    "menu": (),
    "hidden": ("hide",),
    "settings": ("settings",),
    "settings/messages": ("settings", "messages"),
    "settings/hiding": ("settings", "hiding"),
    "settings/topics": ("settings", "topics"),
    "days": ("settings", "days"),
    "survey/later": ("survey", "later"),
    "survey/reminding": ("survey", "later", "remind"),
    "survey/no_more": ("survey", "later", "no_more"),
    "data": ("settings", "data"),
    "forget/ask": ("settings", "forget"),
    "stop": ("settings", "stop_messages"),
    "privacy": ("survey", "privacy"),
    "privacy_more": ("survey", "privacy", "more"),
    "survey/start": ("survey",),
    "question": ("survey", "start"),
    "survey/kept": ("survey", "start", "stop"),
    "who": ("who",),
    "who/complain": ("who", "complain"),
    "contact": ("contact",),
    "contact/other": ("contact", "other"),
    "contact/done": ("contact", "ask"),
    "contact/note": ("contact", "ask", "change"),
    "contact/cancelled": ("contact", "ask", "cancel"),
    "voice": ("say",),
    "voice/how": ("say", "kind"),
}
TYPED = "question, typed"
QUOTE = "question, quote"

PA, OTHER_PA = "Priya Shah", "Sam Okoro"


@dataclass(frozen=True)
class There:
    """A phone at a place, and what is stored of its card."""

    place: str
    phone: Phone
    showing: dict[str, Any]


async def everywhere(here: Indoors) -> list[There]:
    """One phone at each place; the survey is open. Fails when a place is new and nobody knows the way."""
    survey = await here.open_survey()
    _, member = await here.staff_phone(PA, "pa")
    await here.staff_phone(OTHER_PA, "pa")
    found: dict[str, Phone] = {}

    async def person(place: str, *steps: str) -> Phone:
        found[place], _ = await here.joined(f"Z{len(found)}", worker=member)
        await here.do(found[place], *steps)
        return found[place]

    for place, steps in FROM_THE_MENU.items():
        await person(place, *steps)
    # Northfield has one language, so no button leads there; the place is there all the same.
    phone = await person("settings/language", "settings")
    await here.tap(phone, f"{version(phone)}:language:")
    await to_typed(here, await person(TYPED, "survey", "start"))
    phone = await person(QUOTE, "survey", "start")
    await to_typed(here, phone)
    await here.type(phone, "Nothing much")
    for place, last in (("survey/ready", ()), ("survey/sent", ("send",)), ("survey/already_sent", ("send", "menu"))):
        phone = await person(place, "survey", "start")
        await to_ready(here, phone)
        await here.do(phone, *last)
    await here.tap(phone, f"{version(phone)}:survey:{survey}")
    await here.type(await person("pass_on"), "hello there")
    phone = await person("restarted", "settings", "stop_messages")
    await phone.start()
    await here.turn()
    phone = await person("survey/again", "survey", "start")
    gone, data = phone.card, button_data(phone)[0]
    phone.delete(gone)
    await here.tap(phone, data, gone.id)  # a card Telegram no longer shows us is sent again
    await _joining(here, found)
    await _staff(here, found)
    there = [await _there(here, place, one) for place, one in found.items()]
    missing = set(PLACES) - TRANSITIONAL - {one.showing["at"] for one in there} - LAST
    assert not missing, f"nobody knows the way to {missing}"
    return there


async def typing(here: Indoors, place: str) -> There:
    """Only the phone at `TYPED` or `QUOTE`, where nobody else is needed."""
    await here.open_survey()
    phone, _ = await here.joined("Typing")
    await here.do(phone, "survey", "start")
    await to_typed(here, phone)
    if place == QUOTE:
        await here.type(phone, "Nothing much")
    return await _there(here, place, phone)


PEOPLE = frozenset(
    {"nudge", "staff/find_person", "staff/no_link", "staff/person_details"}
    | {name for name in PLACES if name.startswith("staff/nudge")}
)
"""Places around one person, for others than a worker or after something was typed: see the story of my people."""

LAST = PEOPLE | frozenset(
    {"contact/nobody", "survey/closed", "survey/closing", "survey/destroyed", "staff/no_figures", "numbers"}
    | {"survey/warm_up", "survey/reminder"}  # see the story of reaching everyone
    | {name for name in PLACES if name.startswith("staff/campaign")}  # for another role: see there too
    | {"staff/week"}  # see the story of a Friday
    | {name for name in PLACES if name.startswith(("round", "staff/round"))}  # see the story of a quarterly round
    | {"staff/loop_figures"}  # see there too
    | {"staff/pin", "staff/task_quiet"}  # they take hours and minutes: see the story of staff cards
    | {"handover", "staff/handover", "staff/handover_who", "staff/handed", "staff/covering"}  # of a handover
    | {"who/about", "who/side"}  # see the story of who is there for me
    | {f"staff/profile_{step}" for step in ("days", "photo", "look", "remove")}  # see there too
    | {name for name in PLACES if name.startswith(("reading", "results", "voucher", "staff/vouchers"))}
    | {name for name in PLACES if name.startswith(("broadcast", "staff/send"))}  # see the story of a broadcast
    | {name for name in PLACES if name.startswith(("voice/", "staff/comment"))}  # see the story of saying something
    | {"staff/signed", "staff/thanks", "staff/answers_look", "staff/having_us"}  # see there too
    | {name for name in PLACES if name.startswith(("staff/tell", "staff/findings", "story"))}  # see that of findings
    | {name for name in PLACES if name.startswith(("staff/priorities", "staff/talks"))}  # see those of priorities
    | {name for name in PLACES if name.startswith(("staff/thing_", "staff/things_", "staff/menu_"))}
    | {"staff/thing", "staff/organiser"}  # see the story of organising something
    | {name for name in PLACES if name.startswith(("call", "staff/call"))}  # see the stories of calls
    | {"join", "thing", "things", "thing/help", "thing/asks"}  # see the story of things to join
    | {name for name in PLACES if name.startswith(("checkin", "check_ins"))}  # see the story of a check-in
    | {name for name in PLACES if name.startswith("staff/check_in")}  # see that of a call after a check-in
    | {"staff/task_line", "staff/task_noted"}  # see there too
    | {name for name in PLACES if name.startswith(("plan", "staff/plan"))}  # see the story of the plan
    | {name for name in PLACES if name.startswith(("day/", "days/", "staff/day"))}  # see the story of a birthday
    | {"day"}  # see there too
)
"""Places that take a change in everybody's world: see `nobody_to_ask`, `closed`, and the stories of a closing day,
of a reading list, and of results in the chat, and of thank-you codes."""


async def nobody_to_ask(here: Indoors) -> There:
    """Somebody who wanted a person when no member of staff was there any more."""
    async with here.store.transaction() as tx:
        for member in await staff.everyone(tx):
            await staff.leave(tx, member.id)
    phone, _ = await here.joined("Alone")
    await here.do(phone, "contact")
    return await _there(here, "contact/nobody", phone)


async def closed(here: Indoors, survey: SurveyId) -> There:
    """Somebody who was answering when the survey closed."""
    phone, _ = await here.joined("Late")
    await here.do(phone, "survey", "start", "pick:0")
    async with here.store.transaction() as tx:
        await pool.close(tx, survey, now=here.clock.now())
    await here.do(phone, "pick:1")
    return await _there(here, "survey/closed", phone)


async def to_typed(here: Indoors, phone: Phone) -> None:
    """Skip to the first question that is answered in one's own words."""
    while any(data.split(":")[1] in ("pick", "next") for data in button_data(phone)):
        await here.do(phone, "next" if _has(phone, "next") else "skip")


async def to_ready(here: Indoors, phone: Phone) -> None:
    """Skip to where a part answer may be sent, and go there."""
    while not _has(phone, "ready"):
        await here.do(phone, "next" if _has(phone, "next") else "skip")
    await here.do(phone, "ready")


def button_data_of(phone: Phone) -> list[str]:
    return [button["callback_data"] for row in phone.card.keyboard or [] for button in row if "callback_data" in button]


def version(phone: Phone) -> str:
    """What the buttons of this phone's newest card carry."""
    return button_data(phone)[0].split(":")[0]


def _has(phone: Phone, action: str) -> bool:
    return any(data.split(":")[1] == action for data in button_data(phone))


async def _joining(here: Indoors, found: dict[str, Phone]) -> None:
    for place, steps in (("join/check", 0), ("join/welcome", 1), ("start_offer", 2)):
        phone = found[place] = here.phone(f"J{steps}")
        await phone.start(await here.invite(person=await here.listed(f"J{steps}")))
        await here.turn()
        if steps:
            await here.type(phone, "JL")
            await here.do(phone, "day:14")
        if steps > 1:
            await here.do(phone, "yes")


async def _staff(here: Indoors, found: dict[str, Phone]) -> None:
    """The places of staff, each with a worker of its own whom one young person has asked for something."""
    for place, steps in FOR_STAFF.items():
        young, worker = await _asked(here, f"S{len(found)}")
        found[place] = worker
        await here.do(worker, *steps)
        if place == "staff/task_gone":
            await here.do(young, "cancel")
            await here.do(worker, "got")
    found["contact/moved"], worker = await _asked(here, "Moved")
    await here.do(worker, "task", "pass", "to")
    await here.tick()
    await here.do(found["contact/moved"], "open")
    async with here.store.transaction() as tx:
        added = await staff.add(tx, "New Worker", "pa")
    phone = found["staff/welcome"] = here.phone("New Worker")
    await phone.start(await here.invite(member=added.id))
    await here.turn()
    await here.type(phone, "NW")


FOR_STAFF = {
    "staff/menu": (),
    "staff/help": ("staff_help",),
    "staff/log_out": ("logout",),
    "staff/pin_new": ("staff_help", "pin"),
    "staff/task": ("task",),
    "staff/pass_on": ("task", "pass"),
    "staff/people": ("people",),
    "staff/person": ("people", "person"),
    "staff/new_link": ("people", "person", "link"),
    "staff/task_done": ("task", "got", "spoke"),
    "staff/task_gone": ("task",),
    "staff/loop": ("loop",),
    "staff/things": ("opportunities",),
    "staff/thing_new": ("opportunities", "new"),
    "staff/away": ("away",),
    "staff/away_days": ("away", "days"),
    "staff/away_cover": ("away", "back_on"),
    "staff/profile": ("profile",),
    "staff/profile_part": ("profile", "part"),
}


async def _asked(here: Indoors, name: str) -> tuple[Phone, Phone]:
    """A young person who has asked for contact, and the worker they asked."""
    worker, member = await here.staff_phone(f"Worker {name}", "pa")
    young, _ = await here.joined(f"Young{name}", worker=member)
    await here.do(young, "contact", "ask")
    await here.type(worker, "/menu")
    return young, worker


async def _there(here: Indoors, place: str, phone: Phone) -> There:
    showing = await here.at(phone)
    assert showing["at"] == place.partition(",")[0], (place, showing, phone.card.text)
    return There(place, phone, showing)

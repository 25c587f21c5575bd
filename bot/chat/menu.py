"""The menu, settings, and everything about a person's own data: what we hold, stop, forget me."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.chat import vouchers
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw
from bot.languages import Language
from engagement import answering, budget, calls, my_data, tasks
from storage import people, staff
from storage.ids import CallDayId, TaskId
from storage.people import State
from surveys.definition import text_in

# The menu

DOORS: dict[str, Callable[[Visit], Awaitable[bool]]] = {}
"""What else the menu leads to, and what says whether it does at this moment; the template has the buttons in order.

A door's name is the action of its button, which the module that has the door also puts into `EVERYWHERE`.
"""


async def draw_menu(visit: Visit, _: Mapping[str, Any]) -> None:
    surveys = [
        {
            "id": one.opening.id,
            "title": text_in(one.asked.title, visit.language),
            "minutes": one.asked.minutes,
            "state": one.state,
            "place": one.place,
            "total": one.total,
            "closes": answering.last_day(one.opening),
        }
        for one in await answering.offered(visit.tx, visit.who)
        if one.state != "sent"
    ]
    await visit.show(
        "menu",
        surveys=surveys,
        worker=await visit.worker_name(),
        tasks=await _asked(visit),
        stopped=_stopped(visit),
        thanks=await vouchers.any_for(visit),
        doors=[door for door, opens in DOORS.items() if await opens(visit)],
        call=await _call(visit),
    )


async def _call(visit: Visit) -> dict[str, object] | None:
    """The next day on which they could be phoned, and what they have said to that."""
    coming = await calls.of_person(visit.tx, visit.who, now=visit.now)
    return {"on": coming[0].day.on_day, "wanted": coming[0].wanted} if coming else None


async def _asked(visit: Visit) -> list[dict[str, object]]:
    """Who has been asked to be in touch, and by when."""
    return [
        {
            "id": task.id,
            "owner": first_name(await staff.by_id(visit.tx, task.owner)),
            "due": task.due_at,
            "day": task.due_at,
            "time": task.due_at,
        }
        for task in await tasks.mine(visit.tx, visit.who)
        if task.owner is not None
    ]


def _stopped(visit: Visit) -> bool:
    return visit.person is not None and visit.person.state == "stopped"


# Places everybody can reach from everywhere


async def to_menu(visit: Visit, _: str) -> None:
    await go(visit, "menu")


async def to_survey(visit: Visit, survey: str) -> None:
    await go(visit, "survey", survey=number(survey))


async def to_settings(visit: Visit, _: str) -> None:
    await go(visit, "settings")


async def on_hide(visit: Visit, _: str) -> None:
    """Blank the card in one tap; opening it again leads back to where it was."""
    await go(visit, "hidden", back=_here(visit))


async def draw_hidden(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("hidden")


async def on_back(visit: Visit, _: str) -> None:
    """Return to where this place was opened from."""
    back = dict(visit.showing.get("back") or {"at": "menu"})
    await go(visit, back.pop("at"), **back)


async def to_privacy(visit: Visit, _: str) -> None:
    await go(visit, "privacy", back=_here(visit))


async def draw_privacy(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("privacy", back="back")


async def on_more(visit: Visit, _: str) -> None:
    await go(visit, "privacy_more", back=visit.showing.get("back"))


async def draw_more(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("privacy_more")


def _here(visit: Visit) -> dict[str, Any]:
    """The place to come back to; never one place deeper than another."""
    return {"at": "menu", **{name: value for name, value in visit.showing.items() if name != "back"}}


# Settings


async def draw_settings(visit: Visit, _: Mapping[str, Any]) -> None:
    person = visit.person
    offered = _languages(visit)
    await visit.show(
        "settings/home",
        language_name=next((one.name for one in offered if one.code == visit.language), visit.language),
        full_messages=person is not None and person.full_messages,
        languages=len(offered),
        stopped=_stopped(visit),
    )


def _languages(visit: Visit) -> list[Language]:
    """Those the council chose and a named reviewer has passed."""
    return [one for code, one in visit.screens.languages.items() if code in visit.settings.languages]


async def to_languages(visit: Visit, _: str) -> None:
    await go(visit, "settings/language")


async def draw_languages(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("settings/language", languages=[{"code": one.code, "name": one.name} for one in _languages(visit)])


async def on_language(visit: Visit, code: str) -> None:
    if any(one.code == code for one in _languages(visit)):
        visit.person = await people.set_language(visit.tx, visit.who, code)
    await go(visit, "settings")


async def to_messages(visit: Visit, _: str) -> None:
    await go(visit, "settings/messages")


async def draw_messages(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("settings/messages", full=visit.person is not None and visit.person.full_messages)


async def on_envelope(visit: Visit, _: str) -> None:
    visit.person = await people.set_full_messages(visit.tx, visit.who, False)
    await go(visit, "settings/messages")


async def on_full(visit: Visit, _: str) -> None:
    visit.person = await people.set_full_messages(visit.tx, visit.who, True)
    await go(visit, "settings/messages")


async def to_topics(visit: Visit, _: str) -> None:
    await go(visit, "settings/topics")


async def draw_topics(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show(
        "settings/topics",
        topics=[
            {"id": topic, "on": not await budget.has_opted_out(visit.tx, visit.who, topic)}
            for topic in ("surveys", "sharing", "news", "check_ins")
        ],
    )


async def on_topic(visit: Visit, said: str) -> None:
    """What they do not want is not started any more; a second tap wants it again."""
    topic = next((one for one in budget.TOPICS if one == said), None)
    if topic is None:
        raise Garbled
    change = budget.opt_in if await budget.has_opted_out(visit.tx, visit.who, topic) else budget.opt_out
    await change(visit.tx, visit.who, topic)
    await redraw(visit)


async def to_hiding(visit: Visit, _: str) -> None:
    await go(visit, "settings/hiding")


async def draw_hiding(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("settings/hiding")


# Stop, and start again


async def to_stop(visit: Visit, _: str) -> None:
    """From now on nothing is started to them; what they asked for still stands, each with its Cancel."""
    await _set_state(visit, "stopped")
    await my_data.stop_messages(visit.tx, visit.who)
    await go(visit, "stop")


async def draw_stop(visit: Visit, _: Mapping[str, Any]) -> None:
    coming = await calls.of_person(visit.tx, visit.who, now=visit.now)
    wanted = [{"id": one.day.id, "on": one.day.on_day} for one in coming if one.wanted == "yes"]
    await visit.show("stop", calls=await _asked(visit), days=wanted)


async def on_cancel_call(visit: Visit, task: str) -> None:
    await tasks.cancel(visit.tx, visit.who, TaskId(number(task)), now=visit.now)
    await redraw(visit)


async def on_cancel_day(visit: Visit, day: str) -> None:
    await calls.answer(visit.tx, visit.settings, visit.who, CallDayId(number(day)), "no", now=visit.now)
    await redraw(visit)


async def to_restart(visit: Visit, _: str) -> None:
    if _stopped(visit):
        await _set_state(visit, "joined")
    await go(visit, "restarted")


async def draw_restarted(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("restarted")


async def _set_state(visit: Visit, state: State) -> None:
    visit.person = await people.set_state(visit.tx, visit.who, state)


# What we hold, and forgetting it


async def to_data(visit: Visit, _: str) -> None:
    await go(visit, "data")


async def draw_data(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("data", held=dict(my_data.lines(await my_data.held(visit.tx, visit.settings, visit.who))))


async def on_file(visit: Visit, _: str) -> None:
    held = await my_data.held(visit.tx, visit.settings, visit.who)
    visit.file("my-data.json", my_data.as_json(held), "files/my_data_caption")


async def to_forget(visit: Visit, _: str) -> None:
    await go(visit, "forget/ask")


async def draw_forget(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("forget/ask", backups_by=my_data.gone_from_backups(visit.settings, visit.now))


async def on_forget(visit: Visit, _: str) -> None:
    """Everything that names them goes, in this transaction; the card says so and is itself not remembered."""
    await my_data.forget(visit.tx, visit.who)
    await visit.show_last("forget/done")


EVERYWHERE: dict[str, Handler] = {
    "menu": to_menu,
    "later": to_menu,
    "survey": to_survey,
    "settings": to_settings,
    "hide": on_hide,
    "privacy": to_privacy,
    "topics": to_topics,
    "carry_on": on_back,
}

PLACES["menu"] = Place(draw_menu, {"thanks": vouchers.to_voucher})
PLACES["hidden"] = Place(draw_hidden, {"menu": on_back})
PLACES["privacy"] = Place(draw_privacy, {"back": on_back, "more": on_more})
PLACES["privacy_more"] = Place(draw_more, {"back": on_back})
PLACES["settings"] = Place(
    draw_settings,
    {
        "language": to_languages,
        "messages": to_messages,
        "topics": to_topics,
        "hiding": to_hiding,
        "data": to_data,
        "stop_messages": to_stop,
        "restart": to_restart,
        "forget": to_forget,
    },
)
PLACES["settings/language"] = Place(draw_languages, {"set": on_language})
PLACES["settings/messages"] = Place(draw_messages, {"envelope": on_envelope, "full": on_full})
PLACES["settings/topics"] = Place(draw_topics, {"topic": on_topic})
PLACES["settings/hiding"] = Place(draw_hiding, {})
PLACES["stop"] = Place(
    draw_stop,
    {"cancel": on_cancel_call, "cancel_day": on_cancel_day, "forget": to_forget, "restart": to_restart},
)
PLACES["restarted"] = Place(draw_restarted, {})
PLACES["data"] = Place(draw_data, {"file": on_file})
PLACES["forget/ask"] = Place(draw_forget, {"forget_yes": on_forget})

"""The one visible door to a person: who and by when is said before the tap, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.events import Words
from bot.chat.typed import clear_typed, leave_too_long
from bot.chat.visit import PLACES, Handler, Place, Visit, first_name, go, number, stay
from engagement import crisis, rota, tasks
from engagement.rota import NobodyToAsk
from engagement.tasks import NotYours, Offer
from storage import staff
from storage.ids import StaffId, TaskId
from storage.tasks import Task

NOTE_CHARS = 300

MID_SURVEY = frozenset({"question", "survey/again", "survey/kept", "survey/ready", "survey/start"})


async def to_contact(visit: Visit, _: str) -> None:
    """From anywhere: what would be promised, before anything is asked."""
    await go(visit, "contact", back=_back(visit), note=visit.showing.get("note"))


async def draw_contact(visit: Visit, args: Mapping[str, Any]) -> None:
    waiting = await _asked_for(visit)
    if waiting:
        await go(visit, "contact/done", task=waiting[0].id, back=args.get("back"), already=True)
        return
    try:
        offer = await _offer(visit, args)
    except NobodyToAsk:
        await go(visit, "contact/nobody", back=args.get("back"))
        return
    await visit.show(
        "contact/offer",
        names=[name.split()[0] for name in offer.names],
        owner=first_name(offer.owner),
        day=offer.due_at,
        time=offer.due_at,
        more=bool(offer.others),
    )


async def _asked_for(visit: Visit) -> list[Task]:
    """Who has been asked to be in touch; help with something to join is another thing, and stands in nobody's way."""
    return [one for one in await tasks.mine(visit.tx, visit.who) if one.reason == tasks.CONTACT]


async def _offer(visit: Visit, args: Mapping[str, Any]) -> Offer:
    chosen = args.get("owner")
    owner = None if chosen is None else StaffId(chosen)
    return await tasks.choices(visit.tx, visit.settings, visit.who, visit.now, owner=owner)


async def on_ask(visit: Visit, _: str) -> None:
    """Ask them. What was promised on the card is what is kept."""
    offer = await _offer(visit, visit.showing)
    sealed = visit.showing.get("note")
    note = visit.take_out(sealed) if sealed else ""
    asked = await tasks.ask(visit.tx, visit.settings, visit.who, offer.owner.id, note, visit.now)
    if note and crisis.found(note):
        await tell_duty(visit, asked.task)
    await go(visit, "contact/done", task=asked.task, back=visit.showing.get("back"))


async def to_others(visit: Visit, _: str) -> None:
    await go(visit, "contact/other", **_carried(visit))


async def draw_others(visit: Visit, args: Mapping[str, Any]) -> None:
    offer = await _offer(visit, {})
    await visit.show(
        "contact/other",
        people=[{"id": one.id, "name": first_name(one), "role": one.role} for one in offer.others],
    )


async def on_to(visit: Visit, chosen: str) -> None:
    await go(visit, "contact", **{**_carried(visit), "owner": number(chosen)})


async def draw_done(visit: Visit, args: Mapping[str, Any]) -> None:
    asked = await tasks.promised(visit.tx, visit.who, TaskId(args["task"]))
    words = {
        "owner": first_name(asked.owner),
        "day": asked.due_at,
        "time": asked.due_at,
        "carry_on": _carry_on(args),
    }
    if args.get("already"):
        await visit.show("contact/already", **words)
    else:
        await visit.show("contact/done", **words, backup=first_name(asked.backup) if asked.backup else None)


async def draw_moved(visit: Visit, args: Mapping[str, Any]) -> None:
    """Someone else has been asked: who it was, who it is, and by when."""
    task = TaskId(args["task"])
    asked = await tasks.promised(visit.tx, visit.who, task)
    before = await tasks.before(visit.tx, visit.who, task)
    await visit.show(
        "contact/moved",
        was=first_name(await staff.by_id(visit.tx, before)) if before else first_name(asked.owner),
        owner=first_name(asked.owner),
        day=asked.due_at,
        time=asked.due_at,
        why=args.get("why", "passed"),
        carry_on=_carry_on(args),
    )


async def on_cancel(visit: Visit, _: str) -> None:
    await tasks.cancel(visit.tx, visit.who, TaskId(visit.showing["task"]), now=visit.now)
    await go(visit, "contact/cancelled", back=visit.showing.get("back"))


async def draw_plain(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show(str(visit.place["at"]), carry_on=_carry_on(args))


async def to_note(visit: Visit, _: str) -> None:
    await go(visit, "contact/note", task=visit.showing["task"], back=visit.showing.get("back"))


async def draw_note(visit: Visit, args: Mapping[str, Any]) -> None:
    asked = await tasks.promised(visit.tx, visit.who, TaskId(args["task"]))
    await visit.show("contact/note", owner=first_name(asked.owner))


async def on_note(visit: Visit, text: str) -> None:
    """One line of note for whoever was asked; rubbed out of the chat once it is theirs."""
    if not isinstance(visit.event, Words):
        return
    note = text.strip()
    if len(note) > NOTE_CHARS:
        await leave_too_long(visit, max=NOTE_CHARS, got=len(note))
        return
    task = TaskId(visit.showing["task"])
    await tasks.change_note(visit.tx, visit.who, task, note, now=visit.now)
    await clear_typed(visit)
    if crisis.found(note):
        await tell_duty(visit, task)
    await go(visit, "contact/done", task=task, back=visit.showing.get("back"))


async def tell_duty(visit: Visit, task: TaskId) -> None:
    """What somebody chose to send goes to worker and duty at once; the help card says so, truthfully."""
    await tasks.ping_duty(visit.tx, visit.settings, task, now=visit.now)
    asked = await tasks.promised(visit.tx, visit.who, task)
    opens = rota.next_open(visit.settings, visit.now)
    visit.saying.more.clear()
    visit.more("help", status="signed", worker=first_name(asked.owner), day=opens, joined=True)


async def on_how(visit: Visit, how: str) -> None:
    if how in ("text", "call", "either"):
        task = TaskId(visit.showing["task"])
        mine = next((one for one in await tasks.mine(visit.tx, visit.who) if one.id == task), None)
        if mine is None:
            raise NotYours
        await tasks.change_note(visit.tx, visit.who, task, mine.note, wanted=how, now=visit.now)
    await on_plain(visit, "")


async def on_plain(visit: Visit, _: str) -> None:
    await go(visit, "contact/done", task=visit.showing["task"], back=visit.showing.get("back"))


# Text outside any question


async def draw_pass_on(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("pass_on", worker=await visit.worker_name())


async def pass_on(visit: Visit, text: str) -> None:
    """Nobody reads this chat: keep the words, sealed, until they say whether a person should have them."""
    await go(visit, "pass_on", note=visit.put_away(text[:NOTE_CHARS]), back=_back(visit))


async def on_pass_on(visit: Visit, _: str) -> None:
    """They said yes: whoever is asked gets it."""
    waiting = await _asked_for(visit)
    if not waiting:
        await go(visit, "contact", note=visit.showing.get("note"), back=visit.showing.get("back"))
        return
    note = visit.take_out(visit.showing["note"])
    both = f"{waiting[0].note}\n{note}".strip()
    await tasks.change_note(visit.tx, visit.who, waiting[0].id, both, now=visit.now)
    if crisis.found(note):
        await tell_duty(visit, waiting[0].id)
    await go(visit, "contact/done", task=waiting[0].id, back=visit.showing.get("back"))


def _back(visit: Visit) -> Mapping[str, Any]:
    """Where they came from before they came to this door."""
    if str(visit.showing.get("at")).startswith(("contact", "pass_on")) and visit.showing.get("back"):
        return dict(visit.showing["back"])
    here = {name: value for name, value in visit.showing.items() if name not in ("back", "note")}
    return here or {"at": "menu"}


def _carry_on(args: Mapping[str, Any]) -> bool:
    """Whether they came from the middle of the questions, so that there is something to carry on with."""
    return str((args.get("back") or {}).get("at")) in MID_SURVEY


def _carried(visit: Visit) -> dict[str, Any]:
    return {name: visit.showing[name] for name in ("back", "note") if visit.showing.get(name)}


async def to_back(visit: Visit, _: str) -> None:
    """No: nothing was asked, and the words are gone."""
    back = dict(visit.showing.get("back") or {"at": "menu"})
    await go(visit, back.pop("at"), **back)


_DONE: dict[str, Handler] = {"change": to_note, "cancel": on_cancel}

PLACES["contact"] = Place(draw_contact, {"ask": on_ask, "other": to_others, "no": to_back})
PLACES["contact/other"] = Place(draw_others, {"to": on_to, "no": to_back})
PLACES["contact/done"] = Place(draw_done, _DONE, signed=True)
PLACES["contact/moved"] = Place(draw_moved, _DONE, signed=True)
PLACES["contact/cancelled"] = Place(draw_plain, {})
PLACES["contact/nobody"] = Place(draw_plain, {})
PLACES["contact/note"] = Place(draw_note, {"how": on_how, "ask_plain": on_plain, "show": stay}, on_note)
PLACES["pass_on"] = Place(draw_pass_on, {"contact": on_pass_on, "no": to_back})

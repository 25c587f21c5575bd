"""Telling everyone: to how many and whom not, a look at it as they will see it, the number typed, and how far it is.

One room for whatever is told to many people at once. What it is, each module says by an entry in `TELLINGS`; from
there `await go(visit, "staff/tell", kind="story", id=7)` leads here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, redraw
from engagement import telling
from engagement.staff import Permission, require
from engagement.telling import Leaving, NobodyToTell, NumberChanged, Preview, Progress, WrongNumber
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that many people can be told; `id` is always the number of the thing it is about.

    occasion: ends in a name of its own; once it has reached somebody it is never told under this name again.
    opens:    what the envelope opens.
    among:    whom it is meant for; without it everybody in the register.
    look:     shows it on the phone of the member of staff, as young people will see it. Raises where it is not ready.
    left:     what to note once it is confirmed, in the same transaction.
    stopped:  what to note once it goes no further.
    back:     the place it was reached from, with its arguments.
    """

    needs: Permission
    topic: Literal["news", "sharing"]
    occasion: Callable[[int], str]
    opens: Callable[[Visit, int], Awaitable[Mapping[str, Any]]]
    envelope: str
    look: Callable[[Visit, int], Awaitable[None]]
    left: Callable[[Visit, int, Leaving], Awaitable[None]]
    stopped: Callable[[Visit, int], Awaitable[None]]
    back: Callable[[int], tuple[str, Mapping[str, Any]]]
    among: Callable[[Visit, int], Awaitable[Sequence[Person]]] | None = None


TELLINGS: dict[str, Telling] = {}
"""What can be told, by kind; each module puts its own here, once, at import."""


def _told(visit: Visit, args: Mapping[str, Any]) -> tuple[Telling, int]:
    """What the card is about. Raises: Garbled, where it is about nothing; NotAllowed."""
    if args.get("kind") not in TELLINGS or "id" not in args:
        raise Garbled
    found = TELLINGS[str(args["kind"])]
    require(visit.worker_on, found.needs)
    return found, int(args["id"])


async def _among(visit: Visit, args: Mapping[str, Any]) -> Sequence[Person] | None:
    found, about = _told(visit, args)
    return None if found.among is None else await found.among(visit, about)


async def _looked(visit: Visit, args: Mapping[str, Any]) -> Preview:
    found, _ = _told(visit, args)
    among = await _among(visit, args)
    return await telling.preview(visit.tx, visit.settings, found.topic, now=visit.now, among=among)


# To whom


async def draw_preview(visit: Visit, args: Mapping[str, Any]) -> None:
    found, _ = _told(visit, args)
    looked = await _looked(visit, args)
    await visit.show(
        "staff/tell/preview",
        people=len(looked.people),
        total=looked.total,
        left_out=dict(looked.left_out),
        line=visit.words(found.envelope).text,
        leaves_on=looked.leaves_on,
    )


async def on_see(visit: Visit, _: str) -> None:
    """Exactly what they will see, on this phone."""
    found, about = _told(visit, visit.showing)
    await found.look(visit, about)


async def on_back(visit: Visit, _: str) -> None:
    found, about = _told(visit, visit.showing)
    place, args = found.back(about)
    await go(visit, place, **args)


# The number, and what follows


def _about(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: args[name] for name in ("kind", "id") if name in args}


async def to_confirm(visit: Visit, _: str) -> None:
    people = len((await _looked(visit, visit.showing)).people)
    if people:
        await go(visit, "staff/tell_confirm", **_about(visit.showing), people=people)
    else:
        await redraw(visit)


async def to_preview(visit: Visit, _: str) -> None:
    await go(visit, "staff/tell", **_about(visit.showing))


async def draw_confirm(visit: Visit, args: Mapping[str, Any]) -> None:
    _told(visit, args)
    if "people" not in args:
        raise Garbled
    await visit.show("staff/tell/confirm", people=int(args["people"]))


async def on_number(visit: Visit, typed: str) -> None:
    """It leaves if they typed how many people it goes to; else they look once more."""
    await clear_typed(visit)
    try:
        leaving = await _confirmed(visit, typed)
    except WrongNumber:
        visit.above("staff/tell/wrong_number")
        await redraw(visit)
    except NumberChanged as error:
        visit.above("staff/tell/number_changed", was=error.was, now_goes=error.now)
        await to_preview(visit, "")
    except NobodyToTell:
        await to_preview(visit, "")
    else:
        found, about = _told(visit, visit.showing)
        await found.left(visit, about, leaving)
        await to_progress(visit, str(visit.showing["kind"]), about, leaving.leaves_at, leaving.chosen)


async def _confirmed(visit: Visit, typed: str) -> Leaving:
    found, about = _told(visit, visit.showing)
    if "people" not in visit.showing:
        raise Garbled
    return await telling.confirm(
        visit.tx,
        visit.settings,
        found.topic,
        occasion=found.occasion(about),
        opens=await found.opens(visit, about),
        envelope=found.envelope,
        typed=typed,
        shown=int(visit.showing["people"]),
        now=visit.now,
        among=await _among(visit, visit.showing),
    )


# How far it is


async def to_progress(
    visit: Visit, kind: str, about: int, leaves_at: datetime | None, chosen: int, *, stopped: bool = False
) -> None:
    """How far it is with what was told; also for later, from wherever it is listed."""
    leaves = None if leaves_at is None else leaves_at.isoformat()
    await go(visit, "staff/tell_progress", kind=kind, id=about, leaves=leaves, chosen=chosen, stopped=stopped)


async def _far(visit: Visit, args: Mapping[str, Any]) -> Progress:
    found, about = _told(visit, args)
    leaves_at = datetime.fromisoformat(args["leaves"]) if args.get("leaves") else None
    return await telling.progress(visit.tx, found.occasion(about), leaves_at, now=visit.now)


async def draw_progress(visit: Visit, args: Mapping[str, Any]) -> None:
    far = await _far(visit, args)
    chosen = int(args.get("chosen", 0))
    await visit.show(
        "staff/tell/progress",
        state="stopped" if args.get("stopped") else "leaving" if far.waiting or not far.told else "done",
        chosen=chosen,
        left=far.left,
        waiting=far.waiting,
        others=max(0, chosen - far.left - far.waiting),
        seconds=far.seconds,
        leaves_on=far.leaves_on,
        told=far.told,
    )


async def on_look(visit: Visit, _: str) -> None:
    await redraw(visit)


async def on_stop(visit: Visit, _: str) -> None:
    """What has left stays, the rest is never sent. Harmless twice, and once all has left: that was not stopped."""
    found, about = _told(visit, visit.showing)
    far = await _far(visit, visit.showing)
    if visit.showing.get("stopped") or (far.told and not far.waiting):
        await redraw(visit)
        return
    await telling.stop(visit.tx, found.occasion(about))
    await found.stopped(visit, about)
    await redraw(visit, stopped=True)


def _place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    """Each kind has a right of its own, so each step asks for it."""
    return Place(draw, {"back": on_back, **taps}, words, whose="staff")


PLACES["staff/tell"] = _place(draw_preview, {"see": on_see, "ready": to_confirm})
PLACES["staff/tell_confirm"] = _place(draw_confirm, {"preview": to_preview}, on_number)
PLACES["staff/tell_progress"] = _place(draw_progress, {"look": on_look, "stop": on_stop})

"""People a colleague would hand over: how many, who, and yes or not now. Until yes nothing of theirs changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go
from bot.staff import menu
from engagement import handover
from engagement.joining import details_name
from engagement.staff import Permission
from storage.handovers import HandoverId

MOST_NAMES = 60


async def has_offer(visit: Visit) -> bool:
    """Whether somebody would hand them people, and waits for their answer."""
    return bool(await handover.waiting_for(visit.tx, visit.worker_on.id))


async def to_offer(visit: Visit, _: str) -> None:
    """The oldest offer they have not answered."""
    waiting = await handover.waiting_for(visit.tx, visit.worker_on.id)
    if waiting:
        await go(visit, "staff/handover", handover=waiting[0])
    else:
        await go(visit, "staff/menu")


def _which(args: Mapping[str, Any]) -> HandoverId:
    """The handover the card is at. Raises: Garbled, where it is at none."""
    if not isinstance(args.get("handover"), int):
        raise Garbled
    return HandoverId(args["handover"])


async def draw_offer(visit: Visit, args: Mapping[str, Any]) -> None:
    offer = await handover.look(visit.tx, visit.worker_on.id, _which(args))
    await visit.show(
        "staff/handover",
        old=offer.old.name,
        state=offer.state,
        people=args.get("people", len(offer.people)),
        skipped=args.get("skipped", 0),
        tasks=args.get("tasks", 0),
    )


async def to_who(visit: Visit, _: str) -> None:
    await go(visit, "staff/handover_who", handover=_which(visit.showing))


async def draw_who(visit: Visit, args: Mapping[str, Any]) -> None:
    names = [details_name(known) for known in await handover.who(visit.tx, visit.worker_on.id, _which(args))]
    await visit.show("staff/handover_who", names=names[:MOST_NAMES], more=max(0, len(names) - MOST_NAMES))


async def on_take(visit: Visit, _: str) -> None:
    """From now on they are this worker's people."""
    which = _which(visit.showing)
    taken = await handover.agree(visit.tx, visit.settings, visit.worker_on, which, now=visit.now)
    said = {"people": taken.people, "skipped": taken.skipped, "tasks": taken.tasks}
    await go(visit, "staff/handover", handover=which, **said)


async def on_not_now(visit: Visit, _: str) -> None:
    which = _which(visit.showing)
    await handover.not_now(visit.tx, visit.worker_on, which, now=visit.now)
    await go(visit, "staff/handover", handover=which)


async def draw_handed(visit: Visit, args: Mapping[str, Any]) -> None:
    """What became of an offer, for those it is news to."""
    found = await handover.news(visit.tx, visit.worker_on, _which(args))
    people = args.get("count", 0)
    await visit.show("staff/handed", old=found.old.name, new=found.new.name, state=found.state, people=people)


async def back_to_offer(visit: Visit, _: str) -> None:
    await go(visit, "staff/handover", handover=_which(visit.showing))


menu.DOORS["handover"] = (Permission.TAKE_TASKS,)
menu.WHEN["handover"] = has_offer

EVERYWHERE: dict[str, Handler] = {"handover": to_offer}

_ANSWERS: dict[str, Handler] = {"who": to_who, "take": on_take, "not_now": on_not_now}

PLACES["staff/handover"] = Place(draw_offer, _ANSWERS, whose="staff", needs=Permission.TAKE_TASKS)
PLACES["staff/handover_who"] = Place(
    draw_who,
    {**_ANSWERS, "offer": back_to_offer},
    whose="staff",
    needs=Permission.TAKE_TASKS,
    fades="staff/handover",
)
PLACES["staff/handed"] = Place(draw_handed, {}, whose="staff")

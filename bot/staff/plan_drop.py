"""A promise that people were told of and that is not kept: why, who decided, when, what instead; then they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.chat import plan as young
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Visit, go, redraw
from bot.staff import telling
from bot.staff.plan import a_place
from bot.staff.plan_edit import BACK, promise_of, refuse
from engagement import audit, promise_words, promises
from engagement.audit import Action
from engagement.london import today
from engagement.promise_words import LONGEST, NEEDED_TO_DROP, BadField
from engagement.staff import Permission
from engagement.telling import Leaving
from storage.ids import PromiseId
from storage.people import Person


async def draw_drop(visit: Visit, args: Mapping[str, Any]) -> None:
    """The next of what people must be told; and how it will read, when all is there."""
    one = await promises.of(visit.tx, promise_of(args))
    said = _said(args)
    asks = next((name for name in NEEDED_TO_DROP if not said.get(name)), None)
    await visit.show("staff/plan/drop", we_will=one.words.we_will, asks=asks, max=LONGEST.get(asks or "", 0), said=said)


def _said(args: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: args.get("said", {}).get(name, "") for name in NEEDED_TO_DROP}
    return said | {"decided_on": promise_words.day("decided_on", said["decided_on"])}


async def on_typed(visit: Visit, typed: str) -> None:
    await clear_typed(visit)
    await _take(visit, typed)


async def on_today(visit: Visit, _: str) -> None:
    await _take(visit, today(visit.now).isoformat())


async def on_yesterday(visit: Visit, _: str) -> None:
    await _take(visit, (today(visit.now) - timedelta(days=1)).isoformat())


async def _take(visit: Visit, typed: str) -> None:
    """Keep it on the card until all of it is there; nothing has changed before that."""
    said = dict(visit.showing.get("said", {}))
    asks = next((name for name in NEEDED_TO_DROP if not said.get(name)), None)
    try:
        if asks == "decided_on":
            day = promise_words.day(asks, typed)
            if day is None or day > today(visit.now):
                raise BadField(asks, "not_a_day")
            said[asks] = day.isoformat()
        elif asks is not None:
            said[asks] = promise_words.line(asks, typed)
            if asks != "decided_by":
                promise_words.reason(asks, said[asks])
    except BadField as error:
        refuse(visit, error)
    await redraw(visit, said=said)


async def on_again(visit: Visit, _: str) -> None:
    await redraw(visit, said={})


async def on_drop(visit: Visit, _: str) -> None:
    """It is not kept from now on; next, whoever was told of it is told."""
    one = await promises.of(visit.tx, promise_of(visit.showing))
    changes = _said(visit.showing) | {"state": "not_doing"}
    try:
        await promises.save(visit.tx, visit.worker_on, one.id, changes, now=visit.now)
    except BadField as error:
        refuse(visit, error)
        await redraw(visit)
        return
    await audit.note(visit.tx, visit.worker_on, Action.PROMISE_DROPPED, now=visit.now, promise=one.id)
    await go(visit, "staff/tell", kind="dropped", id=one.id)


# Telling


async def _opens(visit: Visit, promise: int) -> Mapping[str, Any]:
    """Raises: NotDropped, NeverTold."""
    return {"screen": "plan/dropped", "promise": (await promises.dropped(visit.tx, PromiseId(promise))).id}


async def _among(visit: Visit, promise: int) -> Sequence[Person]:
    return await promises.told_of(visit.tx, PromiseId(promise))


async def _look(visit: Visit, promise: int) -> None:
    await go(visit, "staff/plan_look_dropped", promise=promise)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await promises.dropped(visit.tx, promise_of(args))
    await young.show_dropped(visit, found, looking=True)


async def on_back(visit: Visit, _: str) -> None:
    await go(visit, "staff/tell", kind="dropped", id=promise_of(visit.showing))


async def _left(visit: Visit, promise: int, leaving: Leaving) -> None:
    await audit.note(visit.tx, visit.worker_on, Action.PLAN_TOLD, now=visit.now, promise=promise, people=leaving.chosen)


async def _stopped(visit: Visit, promise: int) -> None:
    await audit.note(visit.tx, visit.worker_on, Action.TELLING_STOPPED, now=visit.now, promise=promise)


telling.TELLINGS["dropped"] = telling.Telling(
    needs=Permission.WRITE_PLAN,
    topic="news",
    occasion=lambda promise: promises.dropped_occasion(PromiseId(promise)),
    opens=_opens,
    envelope="envelope/promise",
    look=_look,
    left=_left,
    stopped=_stopped,
    back=lambda promise: ("staff/plan_promise", {"promise": promise}),
    among=_among,
)

PLACES["staff/plan_drop"] = a_place(
    draw_drop, {**BACK, "today": on_today, "yesterday": on_yesterday, "again": on_again, "drop": on_drop}, on_typed
)
PLACES["staff/plan_look_dropped"] = a_place(draw_look, {"back": on_back})

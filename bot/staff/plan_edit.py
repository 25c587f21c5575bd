"""One promise in the staff chat: a field at a time, each change kept at once, and the last one undone in a tap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.chat.visit import PLACES, Garbled, Handler, Visit, go
from bot.reports import plan_words
from bot.staff.plan import a_place, numbered
from engagement import promise_words, promises
from engagement.promise_words import LONGEST, BadField
from storage.ids import PromiseId


def promise_of(args: Mapping[str, Any]) -> PromiseId:
    """The promise the card is about. Raises: Garbled, where it is about none."""
    if "promise" not in args:
        raise Garbled
    return PromiseId(args["promise"])


# The promise


async def to_promise(visit: Visit, _: str) -> None:
    await go(visit, "staff/plan_promise", promise=promise_of(visit.showing))


async def draw_promise(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await promises.of(visit.tx, promise_of(args))
    row, words = one.promise, one.words
    await visit.show(
        "staff/plan/promise",
        id=one.id,
        number=numbered(await promises.every(visit.tx))[one.id],
        theme=one.theme.id,
        theme_name=one.theme.name,
        said=None if one.source is None else plan_words.said(one.source, visit.settings),
        we_will=words.we_will,
        who=words.who,
        owner=one.owner,
        by_when=row.by_when,
        state=row.state,
        steps_done=row.steps_done,
        steps=row.steps,
        reason=one.reason,
        update=words.update,
        see=words.see,
        difference=words.difference,
        helpers=words.helpers,
        join_in=words.join_in,
        made_with=row.made_with,
        told=one.told,
        edited_on=row.edited_at,
        edited_by=one.edited_by.split()[0] if one.edited_by else None,
        undo=bool(args.get("undo")),
    )


async def change(visit: Visit, promise: PromiseId, changes: Mapping[str, Any]) -> bool:
    """Keep it and show the promise with an Undo; where it cannot be kept say so above the card, and give False."""
    try:
        saved = await promises.save(visit.tx, visit.worker_on, promise, changes, now=visit.now)
    except BadField as error:
        refuse(visit, error)
        return False
    await go(visit, "staff/plan_promise", promise=promise, undo=_kept(saved.before))
    return True


def refuse(visit: Visit, error: BadField) -> None:
    """Say above the next card why it was not kept, and which plain words would do."""
    words = [f"{stem.rstrip('*')}: {plain}" for stem, plain in error.words.items()]
    visit.above("staff/plan/bad_field", why=error.why, words=words, max=error.max)


async def on_undo(visit: Visit, _: str) -> None:
    promise, undo = promise_of(visit.showing), visit.showing.get("undo")
    if undo:
        try:
            await promises.save(visit.tx, visit.worker_on, promise, _taken_out(undo), now=visit.now)
        except BadField as error:
            refuse(visit, error)
    await go(visit, "staff/plan_promise", promise=promise)


def _kept(before: Mapping[str, Any]) -> dict[str, Any]:
    """What a card can remember of it."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in before.items()}
    return plain | ({"said": str(before["said"])} if "said" in before else {})


def _taken_out(undo: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(undo)
    for name in ("by_when", "decided_on", "updated_on"):
        if found.get(name):
            found[name] = date.fromisoformat(found[name])
    return found | ({"said": promise_words.said(found["said"])} if "said" in found else {})


async def on_made_with(visit: Visit, _: str) -> None:
    one = await promises.of(visit.tx, promise_of(visit.showing))
    await change(visit, one.id, {"made_with": not one.promise.made_with})


async def on_remove(visit: Visit, _: str) -> None:
    """It goes, if nobody was told of it."""
    one = await promises.of(visit.tx, promise_of(visit.showing))
    await promises.remove(visit.tx, visit.worker_on, one.id, now=visit.now)
    await go(visit, "staff/plan_theme", theme=one.theme.id)


async def to_tell(visit: Visit, _: str) -> None:
    """To telling whoever was told of it that it is not kept. Raises: NotDropped, NeverTold."""
    one = await promises.dropped(visit.tx, promise_of(visit.showing))
    await go(visit, "staff/tell", kind="dropped", id=one.id)


# To a field


async def to_write(visit: Visit, field: str) -> None:
    if field not in LONGEST:
        raise Garbled
    await go(visit, "staff/plan_write", promise=promise_of(visit.showing), field=field)


def _to(place: str) -> Handler:
    async def to(visit: Visit, _: str) -> None:
        await go(visit, place, promise=promise_of(visit.showing))

    return to


BACK: dict[str, Handler] = {"promise": to_promise}

PLACES["staff/plan_promise"] = a_place(
    draw_promise,
    {
        "write": to_write,
        "state": _to("staff/plan_state"),
        "owner": _to("staff/plan_owner"),
        "day": _to("staff/plan_day"),
        "steps": _to("staff/plan_steps"),
        "said": _to("staff/plan_said"),
        "made_with": on_made_with,
        "undo": on_undo,
        "remove": on_remove,
        "tell": to_tell,
    },
)

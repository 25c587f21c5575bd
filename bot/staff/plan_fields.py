"""The fields of a promise in the staff chat: what is typed, and what is picked; each kept at once."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Visit, go, number, redraw
from bot.staff.paging import in_rows, on_page, page_of
from bot.staff.plan import IN_A_ROW, a_place, theme_of
from bot.staff.plan_edit import BACK, change, promise_of, refuse
from engagement import promise_words, promises
from engagement.london import today
from engagement.promise_words import LONGEST, BadField, Said
from engagement.promises import STATES
from engagement.staff import Permission, may
from storage import staff

OWNERS_ON_A_PAGE: Final = 8
STEPS_TAPPED: Final = 12
"""More steps than these are set in a spreadsheet."""

MONTHS_ON: Final = (1, 3, 6, 12)
"""How many months from now promises are mostly meant to be kept; any other day can be typed."""


# Typing a field


async def draw_write(visit: Visit, args: Mapping[str, Any]) -> None:
    """Of a new promise its "we will", with the theme it goes under and what was said; else any field."""
    field = str(args.get("field", "we_will"))
    one = None if "promise" not in args else await promises.of(visit.tx, promise_of(args))
    now_is = "" if one is None else getattr(one.words, field)
    await visit.show("staff/plan/write", field=field, now_is=now_is, max=LONGEST[field], new=one is None)


async def on_write(visit: Visit, typed: str) -> None:
    await clear_typed(visit)
    args = visit.showing
    field = str(args.get("field", "we_will"))
    if "promise" not in args:
        await _add(visit, typed)
    elif not await change(visit, promise_of(args), {field: typed, **_with(args)}):
        await redraw(visit)


def _with(args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The state for which the reason is being typed."""
    return {"state": args["state"]} if args.get("state") in STATES else {}


async def _add(visit: Visit, typed: str) -> None:
    """A new promise under the theme of this card, from what was tapped before."""
    source = promise_words.said(str(visit.showing.get("said", "")))
    said: Mapping[str, Said] = {} if source.kind == "none" else {"said": source}
    try:
        added = await promises.add(
            visit.tx, visit.worker_on, theme_of(visit.showing), {"we_will": typed, **said}, now=visit.now
        )
    except BadField as error:
        refuse(visit, error)
        await redraw(visit)
        return
    await go(visit, "staff/plan_promise", promise=added.id)


async def on_empty(visit: Visit, _: str) -> None:
    """Nothing stands in this field any more."""
    field = str(visit.showing.get("field"))
    if field not in LONGEST or not await change(visit, promise_of(visit.showing), {field: ""}):
        await redraw(visit)


# Picking: state, owner, day, steps


async def draw_state(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await promises.of(visit.tx, promise_of(args))
    await visit.show("staff/plan/state", state=one.promise.state, states=STATES, told=one.told)


async def on_state(visit: Visit, place: str) -> None:
    """Kept at once; stuck and not doing want a reason first, and a dropped promise all that people will be told."""
    one, at = await promises.of(visit.tx, promise_of(visit.showing)), number(place)
    if at >= len(STATES):
        raise Garbled
    if STATES[at] == "not_doing" and one.told:
        await go(visit, "staff/plan_drop", promise=one.id)
    elif STATES[at] in promises.NEED_A_REASON:
        await go(visit, "staff/plan_write", promise=one.id, field="reason", state=STATES[at])
    elif not await change(visit, one.id, {"state": STATES[at]}):
        await redraw(visit)


async def draw_owner(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await promises.of(visit.tx, promise_of(args))
    could = [member for member in await staff.everyone(visit.tx) if may(member, Permission.UPDATE_PROMISE)]
    page = page_of(could, args, OWNERS_ON_A_PAGE)
    await visit.show(
        "staff/plan/owner",
        owner=one.owner,
        people=[{"id": member.id, "name": member.name} for member in page.rows],
        page=page.number,
        pages=page.pages,
    )


async def on_owner(visit: Visit, member: str) -> None:
    chosen = number(member)
    if not await change(visit, promise_of(visit.showing), {"owner": chosen or None}):
        await redraw(visit)


async def draw_day(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await promises.of(visit.tx, promise_of(args))
    await visit.show("staff/plan/day", by_when=one.promise.by_when, days=_ends(today(visit.now)))


def _ends(day: date) -> list[date]:
    """The last days of months to come."""
    months = (day.year * 12 + day.month - 1 + more for more in MONTHS_ON)
    return [date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1]) for month in months]


async def on_day(visit: Visit, place: str) -> None:
    """One of the days, counted from 1; 0 is none."""
    at, days = number(place), _ends(today(visit.now))
    if at > len(days):
        raise Garbled
    if not await change(visit, promise_of(visit.showing), {"by_when": days[at - 1] if at else None}):
        await redraw(visit)


async def on_day_typed(visit: Visit, typed: str) -> None:
    await clear_typed(visit)
    try:
        day = promise_words.day("by_when", typed)
    except BadField as error:
        refuse(visit, error)
        await redraw(visit)
        return
    await change(visit, promise_of(visit.showing), {"by_when": day})


async def draw_steps(visit: Visit, args: Mapping[str, Any]) -> None:
    """How many steps there are, or how many of them are done."""
    row = (await promises.of(visit.tx, promise_of(args))).promise
    of = bool(args.get("of")) or not row.steps
    most = STEPS_TAPPED if of else row.steps
    await visit.show(
        "staff/plan/steps",
        of=of,
        done=row.steps_done,
        steps=row.steps,
        rows=in_rows([(n, n) for n in range(most + 1)], IN_A_ROW, chosen=[row.steps if of else row.steps_done]),
    )


async def on_of(visit: Visit, _: str) -> None:
    await redraw(visit, of=True)


async def on_steps(visit: Visit, count: str) -> None:
    one = await promises.of(visit.tx, promise_of(visit.showing))
    steps = number(count)
    changes = {"steps": steps, "steps_done": min(one.promise.steps_done, steps)}
    if not await change(visit, one.id, changes):
        await redraw(visit)


async def on_done(visit: Visit, count: str) -> None:
    if not await change(visit, promise_of(visit.showing), {"steps_done": number(count)}):
        await redraw(visit)


PLACES["staff/plan_write"] = a_place(draw_write, {**BACK, "empty": on_empty}, on_write)
PLACES["staff/plan_state"] = a_place(draw_state, {**BACK, "set": on_state})
PLACES["staff/plan_owner"] = a_place(draw_owner, {**BACK, "owner": on_owner, "turn": on_page})
PLACES["staff/plan_day"] = a_place(draw_day, {**BACK, "on": on_day}, on_day_typed)
PLACES["staff/plan_steps"] = a_place(draw_steps, {**BACK, "of": on_of, "steps": on_steps, "done": on_done})

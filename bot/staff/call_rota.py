"""The rota of a day as a manager sees it: what is not covered first, a caller swapped by a tap, and confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, first_name, go, number, redraw
from bot.staff.call_capacity import the_day, which
from bot.staff.calls import name_of
from engagement import call_managing, call_planning, call_rows, call_times
from engagement.call_managing import Line
from engagement.call_rows import PARTS, DayOver, Part
from engagement.london import london
from engagement.staff import Permission
from storage import calls, people, staff
from storage.ids import CallId, StaffId

A_PAGE: Final = 12
MOST_NAMES: Final = 12


async def to_rota(visit: Visit, _: str) -> None:
    await go(visit, "staff/call_rota", day=which(visit.showing), page=visit.showing.get("page", 1))


async def draw_rota(visit: Visit, args: Mapping[str, Any]) -> None:
    day = await the_day(visit, args)
    found = await call_managing.standing(visit.tx, visit.settings, day.id, now=visit.now)
    pages = max(1, -(-len(found.lines) // A_PAGE))
    page = min(max(1, int(args.get("page", 1))), pages)
    await visit.show(
        "staff/call_rota/list",
        on=day.on_day,
        state=day.state,
        wanted=len(found.lines),
        gaps=[{"gap": gap, "count": count} for gap, count in _gaps(found.uncovered).items()],
        unanswered=len(found.unanswered),
        lot=await _lot_was_drawn(visit, found.lines),
        confirm=found.unconfirmed,
        calls=[await _row(visit, line) for line in found.lines[(page - 1) * A_PAGE : page * A_PAGE]],
        page=page,
        pages=pages,
    )


def _gaps(lines: tuple[Line, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.gap is not None:
            found[line.gap] = found.get(line.gap, 0) + 1
    return found


async def _lot_was_drawn(visit: Visit, lines: tuple[Line, ...]) -> bool:
    """Whether somebody who wanted their worker has another caller, while a second person has that worker."""
    callers = {line.caller for line in lines}
    for line in lines:
        worker = (await people.by_id(visit.tx, line.call.person)).worker
        if line.call.who == "worker" and line.caller not in (None, worker) and worker in callers:
            return True
    return False


async def _row(visit: Visit, line: Line) -> dict[str, Any]:
    return {
        "id": line.call.id,
        "name": await name_of(visit, line.call),
        "caller": await _called(visit, line.caller),
        "backup": line.backup is not None,
        "sure": call_rows.sure(line.call),
    }


async def _called(visit: Visit, member: StaffId | None) -> str | None:
    return None if member is None else first_name(await staff.by_id(visit.tx, member))


async def on_page(visit: Visit, page: str) -> None:
    await redraw(visit, page=number(page))


async def on_confirm(visit: Visit, _: str) -> None:
    asked = await call_managing.confirm(visit.tx, visit.settings, visit.worker_on, which(visit.showing), now=visit.now)
    visit.above("staff/call_rota/asked", people=asked)
    await redraw(visit)


async def on_again(visit: Visit, _: str) -> None:
    await call_planning.propose(visit.tx, visit.settings, which(visit.showing), visit.now, by=visit.worker_on)
    await redraw(visit)


# One call


async def to_swap(visit: Visit, call: str) -> None:
    page = visit.showing.get("page", 1)
    await go(visit, "staff/call_swap", day=which(visit.showing), page=page, call=number(call), part="caller")


def _call(args: Mapping[str, Any]) -> tuple[CallId, Part]:
    if "call" not in args or args.get("part") not in PARTS:
        raise Garbled
    return CallId(args["call"]), cast("Part", args["part"])


async def draw_swap(visit: Visit, args: Mapping[str, Any]) -> None:
    which_call, part = _call(args)
    try:
        call = await calls.find(visit.tx, which_call)
    except calls.NoSuchCall as error:
        raise Garbled from error
    day = await calls.day(visit.tx, call.day)
    could = await call_managing.could_have(visit.tx, visit.settings, visit.worker_on, call.id, part, now=visit.now)
    load = call_rows.load(await call_rows.wanted(visit.tx, day))[part]
    first, last = call_times.wished(day, call)
    await visit.show(
        "staff/call_rota/swap",
        who=await name_of(visit, call),
        first=london(day.on_day, first),
        last=london(day.on_day, last),
        own_worker=call.who == "worker",
        caller=await _called(visit, call.caller),
        caller_state=call.caller_state,
        backup=await _called(visit, call.backup),
        backup_state=call.backup_state,
        part=part,
        promised="promised" in call.told,
        sure=call_rows.sure(call),
        people=[
            {"id": one, "name": (await staff.by_id(visit.tx, one)).name, "has": load.get(one, 0)}
            for one in could[:MOST_NAMES]
        ],
    )


async def on_part(visit: Visit, part: str) -> None:
    if part not in PARTS:
        raise Garbled
    await redraw(visit, part=part)


async def on_to(visit: Visit, member: str) -> None:
    call, part = _call(visit.showing)
    await call_managing.swap(
        visit.tx, visit.settings, visit.worker_on, call, part, StaffId(number(member)), now=visit.now
    )
    await redraw(visit)


async def on_promise(visit: Visit, _: str) -> None:
    await call_managing.promise(visit.tx, visit.worker_on, _call(visit.showing)[0])
    await redraw(visit)


# What became of it


async def draw_report(visit: Visit, args: Mapping[str, Any]) -> None:
    day = await the_day(visit, args)
    if day.state != "over" or not day.summary:
        raise DayOver
    await visit.show("staff/call_rota/report", on=day.on_day, figures=dict(day.summary))


EVERYWHERE: dict[str, Handler] = {"call_rota": to_rota}


def _place(draw: Any, taps: Mapping[str, Handler], needs: Permission = Permission.PLAN_CALLS, fades: str = "") -> Place:
    return Place(draw, taps, whose="staff", needs=needs, fades=fades)


PLACES["staff/call_rota"] = _place(
    draw_rota,
    {"swap": to_swap, "confirm": on_confirm, "propose": on_again, "page": on_page},
    fades="staff/calls_quiet",
)
PLACES["staff/call_swap"] = _place(
    draw_swap, {"part": on_part, "to": on_to, "promise": on_promise}, fades="staff/calls_quiet"
)
PLACES["staff/call_report"] = _place(draw_report, {}, Permission.CONFIRM_DAYS)

"""The rota as a manager sees and confirms it: what is not covered first, with what would solve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engagement import audit, call_capacity, call_rota, call_rows, call_say, call_times
from engagement.audit import Action
from engagement.authority import Settings
from engagement.call_rota import Hand
from engagement.call_rows import PARTS, NotAble, Part, sure
from engagement.staff import Permission, require
from storage import calls
from storage.calls import Call, CallDay
from storage.ids import CallDayId, CallId, StaffId
from storage.staff import Staff
from storage.store import Transaction

Gap = Literal["nobody", "hours", "cannot", "full", "soon"]
"""Why a call has nobody: nobody else can make any, none at these hours, whoever could said no, all are full; or
somebody has room, and is put down within the hour."""


@dataclass(frozen=True, slots=True)
class Line:
    """One wanted call as the rota shows it; `gap` where it has no caller, or no backup."""

    call: Call
    caller: StaffId | None
    backup: StaffId | None
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a rota stands: what is not covered first; who was asked how many they can make and has not said."""

    day: CallDay
    lines: tuple[Line, ...]
    unanswered: tuple[Staff, ...]

    @property
    def uncovered(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.gap is not None)

    @property
    def unconfirmed(self) -> bool:
        """Whether there is something for a manager to confirm."""
        return self.day.state == "proposed" or any(
            state == "proposed" for line in self.lines for state in (line.call.caller_state, line.call.backup_state)
        )

    @property
    def not_sure(self) -> tuple[Line, ...]:
        """Those where caller and backup have not both said yes, so that nothing can be said to the young person."""
        return tuple(line for line in self.lines if not sure(line.call))


async def standing(tx: Transaction, settings: Settings, which: CallDayId, *, now: datetime) -> Standing:
    """How the rota stands, what is not covered first."""
    day = await calls.day(tx, which)
    hands = await call_capacity.hands(tx, settings, day, now)
    wanting = await call_rows.wanted(tx, day)
    load = call_rows.load(wanting)
    lines = [
        Line(
            call,
            call.caller,
            call.backup,
            None if call.caller and call.backup else await _gap(tx, day, call, hands, load),
        )
        for call in wanting
    ]
    order = sorted(
        lines, key=lambda line: (line.caller is not None, line.gap is None, call_rota.drawn(day.key, line.call.id))
    )
    unanswered = [] if call_times.own(day) else await call_capacity.unanswered(tx, day)
    return Standing(day, tuple(order), tuple(unanswered))


async def _gap(
    tx: Transaction, day: CallDay, call: Call, hands: list[Hand], load: Mapping[Part, Mapping[StaffId, int]]
) -> Gap:
    """What stands in the way of somebody new, and so what would solve it."""
    wish = await call_rows.wish(tx, day, call)
    part: Part = "caller" if call.caller is None else "backup"
    able = [one for one in hands if one.most > 0 and one.member not in (call.caller, call.backup)]
    at_that_hour = [one for one in able if call_rota.meet(wish.from_time, wish.to_time, one.from_time, one.to_time)]
    willing = [one for one in at_that_hour if one.member not in wish.cannot]
    free = [one for one in willing if load[part].get(one.member, 0) < one.most]
    gaps: tuple[tuple[Gap, list[Hand]], ...] = (
        ("nobody", able),
        ("hours", at_that_hour),
        ("cannot", willing),
        ("full", free),
    )
    return next((gap for gap, left in gaps if not left), "soon")


async def could_have(
    tx: Transaction, settings: Settings, manager: Staff, call: CallId, part: Part, *, now: datetime
) -> list[StaffId]:
    """Who could have that part of the call: room left, at those hours, not in the other part, and has not said no."""
    require(manager, Permission.PLAN_CALLS)
    found = await calls.find(tx, call)
    day = await calls.day(tx, found.day)
    wish, load = await call_rows.wish(tx, day, found), call_rows.load(await call_rows.wanted(tx, day))
    return [
        one.member
        for one in await call_capacity.hands(tx, settings, day, now)
        if one.member not in (found.caller, found.backup)
        and one.member not in wish.cannot
        and load[part].get(one.member, 0) < one.most
        and call_rota.meet(wish.from_time, wish.to_time, one.from_time, one.to_time) is not None
    ]


async def swap(
    tx: Transaction, settings: Settings, manager: Staff, call: CallId, part: Part, to: StaffId, *, now: datetime
) -> Call:
    """That part of the call is somebody else's; in a confirmed rota they are asked, and who had it hears of it.

    Raises: NotAllowed, NotAble, DayOver.
    """
    found = await calls.find(tx, call)
    day = await call_rows.live(tx, found.day)
    if to not in await could_have(tx, settings, manager, call, part, now=now):
        raise NotAble
    asked = day.state == "confirmed"
    before, told = call_rows.member(found, part), call_rows.state(found, part)
    values: dict[str, Any] = {part: to, f"{part}_state": "asked" if asked else "proposed"}
    if asked:
        await call_say.tell_staff(tx, day, [to], f"asked:{call_say.stamp(now)}", "staff/calls", now=now)
        if told in ("asked", "accepted"):
            await call_say.tell_staff(
                tx, day, [before], f"gone:{found.id}:{call_say.stamp(now)}", "staff/calls", now=now
            )
    return await calls.change(tx, call, **values)


async def confirm(tx: Transaction, settings: Settings, manager: Staff, which: CallDayId, *, now: datetime) -> int:
    """How many are asked now: every caller and backup put down gets their list. Raises: NotAllowed, DayOver."""
    require(manager, Permission.PLAN_CALLS)
    day = await call_rows.live(tx, which)
    await calls.change_day(tx, which, state="confirmed", confirmed_by=manager.id)
    asked: set[StaffId] = set()
    for call in await call_rows.wanted(tx, day):
        put_down = {part: call_rows.member(call, part) for part in PARTS if call_rows.state(call, part) == "proposed"}
        if put_down:
            states = {f"{part}_state": "asked" for part in put_down}
            await calls.change(tx, call.id, **states)
            asked |= {member for member in put_down.values() if member is not None}
    await call_say.tell_staff(tx, day, asked, f"asked:{call_say.stamp(now)}", "staff/calls", now=now)
    await audit.note(tx, manager, Action.CALLS_CONFIRMED, now=now, day=which, staff=len(asked))
    return len(asked)


async def promise(tx: Transaction, manager: Staff, call: CallId) -> Call:
    """A manager says that somebody will phone, whoever it turns out to be. Raises: NotAllowed."""
    require(manager, Permission.PLAN_CALLS)
    found = await calls.find(tx, call, hold=True)
    return await calls.change(tx, call, told={**found.told, "promised": manager.id})

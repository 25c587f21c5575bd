"""Somebody says something else about their call: whoever was asked to make it hears at once, up to the hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engagement import call_rows, call_say, call_times
from engagement.authority import Settings
from storage import calls, due
from storage.calls import Call, CallDay
from storage.store import Transaction


async def heard(tx: Transaction, _settings: Settings, day: CallDay, before: Call, after: Call, now: datetime) -> None:
    """A call is other than it was: caller and backup hear at once, and what is not true any more is not sent."""
    had, wants = before.wanted == "yes", after.wanted == "yes"
    if had and not wants:
        await _called_off(tx, day, after, now)
        if before.state == "manager":
            what = f"off:{after.id}:{call_say.stamp(now)}"
            await call_say.tell_managers(tx, day, what, "staff/call", now=now, call=after.id)
    elif wants and not had:
        await calls.change(tx, after.id, **_NOBODY, told=_counted(after))
        if day.state != "asking" or call_times.own(day):
            await due.add(tx, call_times.SWEEP, f"{day.id}:yes:{after.id}:{call_say.stamp(now)}", now)
    elif wants and call_times.wished(day, before) != call_times.wished(day, after):
        await _moved(tx, day, after, now)


_NOBODY: Mapping[str, Any] = {
    "caller": None,
    "caller_state": "none",
    "backup": None,
    "backup_state": "none",
    "tries": 0,
    "again_at": None,
    "ended_at": None,
}


def _counted(call: Call, **more: object) -> dict[str, Any]:
    """What is left to know of what they were told: how often, so that nothing is told twice or lost."""
    return {"n": call.told.get("n", 0), **more}


async def _called_off(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """Please don't call: everything stops. Whoever was asked can still look, and reads that."""
    await call_say.untell(tx, day, call)
    await call_say.tell_staff(
        tx, day, _told(call), f"off:{call.id}:{call_say.stamp(now)}", "staff/call", now=now, call=call.id
    )
    states = {"caller_state": "none", "backup_state": "none", "again_at": None, "ended_at": now}
    off = {"off": True} if _told(call) else {}
    await calls.change(tx, call.id, state="stopped", told=_counted(call, **off), **states)


async def _moved(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """Another time: caller and backup are asked whether they can, and only then is it said again who plans to call."""
    if not _told(call):
        put_down = [part for part in call_rows.PARTS if call_rows.state(call, part) == "proposed"]
        await call_rows.let_go(tx, call, put_down)
        return
    await call_say.untell(tx, day, call)
    asked = {
        f"{part}_state": "asked" for part in call_rows.PARTS if call_rows.state(call, part) in ("asked", "accepted")
    }
    told = {**{name: value for name, value in call.told.items() if name != "plan"}, "moved": True}
    # Whoever tries for the first time does so at the new time; what was tried before stays tried.
    begun = {"state": "open", "again_at": None} if call.state in ("open", "no_answer", "again", "backup") else {}
    await calls.change(tx, call.id, **asked, **begun, told=told)
    await call_say.tell_staff(
        tx, day, _told(call), f"moved:{call.id}:{call_say.stamp(now)}", "staff/call", now=now, call=call.id
    )


def _told(call: Call) -> list[Any]:
    """Who knows of the call: those who were asked."""
    return [
        call_rows.member(call, part) for part in call_rows.PARTS if call_rows.state(call, part) in ("asked", "accepted")
    ]

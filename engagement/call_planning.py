"""Who phones whom, as it is stored: proposed, filled up wherever somebody is missing, and what callers say to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engagement import audit, call_capacity, call_rota, call_rows, call_say, call_times
from engagement.audit import Action
from engagement.authority import Settings
from engagement.call_rota import Proposal
from engagement.call_rows import PARTS, NotYourCall, Part
from engagement.staff import Permission, require
from storage import calls
from storage.calls import Call, CallDay
from storage.ids import CallDayId, CallId, StaffId
from storage.staff import Staff
from storage.store import Transaction

# The proposal


async def propose(
    tx: Transaction, settings: Settings, which: CallDayId, now: datetime, *, by: Staff | None = None
) -> None:
    """A rota for everybody who wants a call; whoever was asked for one already keeps it. Managers are told.

    Somebody's own day needs no manager: whoever is in line is asked at once. Raises: DayOver.
    """
    day = await call_rows.live(tx, which)
    if day.state == "asking":
        day = await calls.change_day(tx, which, state="confirmed" if call_times.own(day) else "proposed")
    for call in await call_rows.wanted(tx, day):
        if call.caller_state == "proposed" or call.backup_state == "proposed":
            await call_rows.let_go(tx, call, [part for part in PARTS if call_rows.state(call, part) == "proposed"])
    await _fill(tx, settings, day, now)
    await audit.note(tx, by, Action.CALLS_PROPOSED, now=now, day=day.id)
    if not call_times.own(day):
        await call_say.tell_managers(tx, day, f"proposed:{call_say.stamp(now)}", "staff/call_rota", now=now)


async def fill(tx: Transaction, settings: Settings, which: CallDayId, now: datetime) -> int:
    """How many parts changed hands: whoever is off goes, whoever is missing is found. Managers hear. Safe to repeat."""
    day = await calls.day(tx, which, hold=True)
    if day.state not in ("proposed", "confirmed"):
        return 0
    found = await _let_go_of_the_absent(tx, settings, day, now) + await _fill(tx, settings, day, now)
    if found and not call_times.own(day):
        await call_say.tell_managers(tx, day, f"filled:{call_say.stamp(now)}", "staff/call_rota", now=now)
    return found


async def _let_go_of_the_absent(tx: Transaction, settings: Settings, day: CallDay, now: datetime) -> int:
    """How many parts nobody has any more, because whoever had them is off that day, or can make none after all."""
    here = {hand.member for hand in await call_capacity.hands(tx, settings, day, now) if hand.most > 0}
    gone = 0
    for call in await call_rows.wanted(tx, day):
        theirs = [part for part in PARTS if (one := call_rows.member(call, part)) is not None and one not in here]
        if theirs and call.state == "open":
            await call_rows.let_go(tx, call, theirs)
            gone += len(theirs)
    return gone


async def _fill(tx: Transaction, settings: Settings, day: CallDay, now: datetime) -> int:
    wanting = await call_rows.wanted(tx, day)
    if all(call.caller and call.backup for call in wanting):
        return 0
    found = call_rota.propose(
        [await call_rows.wish(tx, day, call) for call in wanting],
        await call_capacity.hands(tx, settings, day, now),
        lot=day.key,
        callers={call.id: call.caller for call in wanting if call.caller is not None},
        backups={call.id: call.backup for call in wanting if call.backup is not None},
    )
    state = "asked" if day.state == "confirmed" else "proposed"
    return sum([await _put_down(tx, day, call, found, state, now) for call in wanting])


async def _put_down(tx: Transaction, day: CallDay, call: Call, found: Proposal, state: str, now: datetime) -> int:
    """How many parts of this call have somebody new, who is asked where the rota is confirmed."""
    new: dict[Part, StaffId] = {
        part: chosen[call.id]
        for part, chosen in zip(PARTS, (found.callers, found.backups), strict=True)
        if call_rows.member(call, part) is None and call.id in chosen
    }
    if not new:
        return 0
    values: dict[str, Any] = {}
    for part, member in new.items():
        values |= {part: member, f"{part}_state": state}
    if state == "asked":
        await call_say.tell_staff(tx, day, new.values(), f"asked:{call_say.stamp(now)}", "staff/calls", now=now)
    await calls.change(tx, call.id, **values)
    return len(new)


# A caller


async def accept(tx: Transaction, member: Staff, call: CallId, *, now: datetime) -> Call:
    """They will do it, as caller or as backup. Raises: NotYourCall, DayOver."""
    found, part = await _theirs(tx, member, call)
    if call_rows.state(found, part) == "accepted":
        return found
    await audit.note(tx, member, Action.CALL_ACCEPTED, now=now, call=call)
    return await calls.change(tx, call, **{f"{part}_state": "accepted"})


async def cannot(tx: Transaction, settings: Settings, member: Staff, call: CallId, *, now: datetime) -> None:
    """They can't: somebody else is looked for at once, and managers hear. Raises: NotYourCall, DayOver."""
    found, part = await _theirs(tx, member, call)
    day = await calls.day(tx, found.day, hold=True)
    known = day.summary.get("cannot", {}).get(str(call), [])
    day = await call_rows.remember(tx, day, "cannot", str(call), sorted({*known, member.id}))
    await call_rows.let_go(tx, found, [part])
    await _fill(tx, settings, day, now)
    await call_say.tell_managers(tx, day, f"cannot:{call}:{call_say.stamp(now)}", "staff/call_rota", now=now)


async def _theirs(tx: Transaction, member: Staff, call: CallId) -> tuple[Call, Part]:
    require(member, Permission.MAKE_CALLS)
    await call_rows.live(tx, (await calls.find(tx, call)).day)
    found = await calls.find(tx, call, hold=True)
    for part in PARTS:
        if call_rows.member(found, part) == member.id and call_rows.state(found, part) in ("asked", "accepted"):
            return found, part
    raise NotYourCall

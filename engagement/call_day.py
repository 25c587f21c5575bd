"""The day itself: the first try, the second, the backup, a manager; and what the young person is told on the way.

What is to happen next is worked out from what is stored, whenever somebody looks: a server that was down over an hour
catches up while that makes sense, and a manager hears where it does not.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engagement import audit, call_rows, call_say, call_times
from engagement.audit import Action
from engagement.call_rows import ENDED, DayOver, NotYourCall, sure
from engagement.london import today
from engagement.staff import Permission, may, require
from storage import calls, people
from storage.calls import Call, CallDay
from storage.ids import CallId
from storage.staff import Staff
from storage.store import Transaction

TO_THE_NEXT = timedelta(minutes=5)


# What the young person hears


async def tell_if_sure(tx: Transaction, day: CallDay, call: Call, now: datetime) -> Call:
    """Who plans to call and when is said once caller and backup have both said yes, and again when that changes.

    Whoever messages do not reach hears it from their worker, who is told.
    """
    first = call_times.steps_of_eve(day)[call_times.EVE]
    if call.state != "open" or not sure(call) or not first <= now < call_times.ends_at(day, call):
        return call
    plan = [call.caller, call.backup, *(f"{at:%H:%M}" for at in call_times.planned(day, call))]
    if call.told.get("plan") == plan:
        return call
    planned = await calls.change(tx, call.id, told={"n": call.told.get("n", 0), "plan": plan})
    if await call_say.reads_here(tx, call.person):
        return await call_say.tell_person(tx, day, planned, now=now)
    worker, what = (await people.by_id(tx, call.person)).worker, f"tell:{call.id}:{planned.version}"
    await call_say.tell_staff(tx, day, [worker], what, "staff/call_tell", now=now, call=call.id)
    return planned


async def tell_truth(tx: Transaction, day: CallDay, call: Call, now: datetime) -> Call:
    """On the evening before, whoever it is not sure for hears just that."""
    return call if sure(call) or call.state != "open" else await _tell(tx, day, call, now)


async def _tell(tx: Transaction, day: CallDay, call: Call, now: datetime) -> Call:
    """They have something to look at, where messages reach them."""
    return await call_say.tell_person(tx, day, call, now=now) if await call_say.reads_here(tx, call.person) else call


# What happens by the clock


async def step(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """Whatever is due for this call at this moment. Safe to repeat."""
    if call.state in ENDED:
        return
    if now >= call_times.closes_at(day):
        await calls.change(tx, call.id, state="not_reached", again_at=None, ended_at=now)
        await call_say.untell(tx, day, call)
    elif call.state == "manager" or now < call_times.starts_at(day, call):
        return
    elif now >= call_times.manager_at(day, call):
        await _to_manager(tx, day, call, now)
    elif call.state == "open":
        await _first(tx, day, call, now)
    elif call.again_at is not None and now >= call.again_at:
        await _again(tx, day, call, call.again_at, now)


async def _first(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """The caller's hour has come; whoever says nothing is not waited for so long that the backup has no turn."""
    starts, ends = call_times.starts_at(day, call), call_times.ends_at(day, call)
    last = min(ends - call_times.SILENT, call_times.manager_at(day, call) - call_times.TURN)
    waited = now >= max(starts + call_times.SILENT, last)
    if call.caller is not None and not waited:
        at = f"now:{starts:%H%M}"
        await call_say.tell_staff(tx, day, [call.caller], at, "staff/calls", now=now)
    if waited or call.caller is None:
        await _to_backup(tx, day, call, now)


async def _again(tx: Transaction, day: CallDay, call: Call, at: datetime, now: datetime) -> None:
    """The second try is due; or whoever has the call now did not get to it."""
    if call.state == "backup":
        await _to_manager(tx, day, call, now)
    elif now >= at + call_times.TURN:
        await _to_backup(tx, day, call, now)
    else:
        await call_say.tell_staff(
            tx, day, [call.caller], f"again:{call.id}:{at:%H%M}", "staff/call", now=now, call=call.id
        )


async def _to_backup(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """The backup is asked now; where there is none, a manager."""
    if call.backup is None or call.backup_state == "none":
        await _to_manager(tx, day, call, now)
        return
    asked = await calls.change(tx, call.id, state="backup", again_at=now + call_times.TURN)
    await call_say.tell_staff(tx, day, [call.backup], f"backup:{call.id}", "staff/call", now=now, call=call.id)
    await _tell(tx, day, asked, now)


async def _to_manager(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """Nobody has reached them: managers hear, with what was tried."""
    asked = await calls.change(tx, call.id, state="manager", again_at=None)
    await call_say.tell_managers(tx, day, f"manager:{call.id}", "staff/call", now=now, call=call.id)
    await _tell(tx, day, asked, now)


# What a caller says


async def look(tx: Transaction, member: Staff, call: CallId, *, hold: bool = False) -> tuple[CallDay, Call]:
    """The call, for its caller, its backup, and whoever plans calls. Raises: NotAllowed, NotYourCall."""
    require(member, Permission.MAKE_CALLS)
    try:
        found = await calls.find(tx, call, hold=hold)
    except calls.NoSuchCall as error:
        raise NotYourCall from error
    day = await calls.day(tx, found.day)
    asked = {one for one, state in _asked(found) if state in ("asked", "accepted") or found.state in ENDED}
    if member.id not in asked and not may(member, Permission.PLAN_CALLS):
        raise NotYourCall
    return day, found


def _asked(call: Call) -> tuple[tuple[Any, str], ...]:
    return (call.caller, call.caller_state), (call.backup, call.backup_state)


async def spoke(tx: Transaction, member: Staff, call: CallId, *, now: datetime) -> None:
    """They spoke: nobody phones again. Raises: NotAllowed, NotYourCall, DayOver."""
    day, found = await _on(tx, member, call, now)
    found = await _note(tx, found, "spoke")
    await calls.change(tx, call, state="spoke", tries=found.tries + 1, again_at=None, ended_at=now)
    await call_say.untell(tx, day, found)
    await audit.note(tx, member, Action.CALL_RECORDED, now=now, call=call)


async def no_answer(tx: Transaction, member: Staff, call: CallId, *, now: datetime) -> Call:
    """Nobody answered: a second try in about an hour, then the backup, then a manager.

    Raises: NotAllowed, NotYourCall, DayOver.
    """
    day, found = await _on(tx, member, call, now)
    before = found.state
    found = await _note(tx, found, "no_answer")
    await audit.note(tx, member, Action.CALL_TRIED, now=now, call=call)
    found = await calls.change(tx, call, tries=found.tries + 1)
    if before == "manager":
        return found
    if before == "backup":
        await _to_manager(tx, day, found, now)
    elif found.tries > 1:
        await _to_backup(tx, day, found, now)
    else:
        again_at = _rounded(now + call_times.AGAIN)
        await _tell(tx, day, await calls.change(tx, call, state="no_answer", again_at=again_at), now)
    return await calls.find(tx, call)


async def try_again(tx: Transaction, member: Staff, call: CallId, at: datetime, *, now: datetime) -> Call:
    """They try again at that moment, and are reminded. Raises: NotAllowed, NotYourCall, DayOver."""
    day, found = await _on(tx, member, call, now)
    if at not in call_times.tries_left(day, now):
        raise NotYourCall
    found = await _note(tx, found, "again")
    await audit.note(tx, member, Action.CALL_TRIED, now=now, call=call)
    if found.state == "manager":
        return found
    # Whose turn it is stays as it is: of a backup only the moment moves until which they are waited for.
    state = "backup" if found.state == "backup" else "again"
    later = at + call_times.TURN if state == "backup" else at
    return await calls.change(tx, call, state=state, again_at=later)


async def told_them(tx: Transaction, worker: Staff, call: CallId) -> Call:
    """Their worker has told them who plans to call. Raises: NotYourCall."""
    found = await calls.find(tx, call, hold=True)
    if (await people.by_id(tx, found.person)).worker != worker.id:
        raise NotYourCall
    return await calls.change(tx, call, told={**found.told, "by_worker": True})


async def to_tell(tx: Transaction, worker: Staff, day: CallDay) -> list[Call]:
    """The calls of their own people whom messages do not reach, so that they tell them who plans to call."""
    mine = {one.id for one in await people.of_worker(tx, worker.id)}
    return [
        call
        for call in await call_rows.wanted(tx, day)
        if call.person in mine
        and call.told.get("plan")
        and not call.told.get("by_worker")
        and not await call_say.reads_here(tx, call.person)
    ]


async def _on(tx: Transaction, member: Staff, call: CallId, now: datetime) -> tuple[CallDay, Call]:
    """The call, held, while it can still be made today. Raises: DayOver, and as `look` does."""
    day, found = await look(tx, member, call, hold=True)
    if found.state in ENDED or today(now) != day.on_day or day.state != "confirmed":
        raise DayOver
    return day, found


async def _note(tx: Transaction, call: Call, outcome: str) -> Call:
    return await calls.keep_words(tx, call, outcome=(*calls.words(tx, call).outcome, outcome))


def _rounded(at: datetime) -> datetime:
    """The next five minutes, as people say times."""
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + TO_THE_NEXT

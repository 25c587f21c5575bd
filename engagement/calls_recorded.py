"""Asking in person who would like a call, and recording it: so that those who never joined are in it too.

A worker's list is shorter the moment somebody has said. What they have said themselves a worker only overwrites with a
newer word of theirs; it is marked as recorded, and they are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from engagement import audit, rota
from engagement import calls as one_call
from engagement.audit import Action
from engagement.authority import Settings
from engagement.calls import NotThatDay, TheirOwnWord, is_on
from engagement.calls_asked import WORKERS, WORKERS_BEFORE, meant_for, tell_staff
from engagement.joining import details_name
from engagement.london import today
from engagement.staff import Permission, may_see, require
from storage import calls, outbox, people
from storage.calls import Call, CallDay, NoSuchCallDay, Wanted
from storage.due import Due
from storage.ids import CallDayId, PersonId, StaffId
from storage.people import Person
from storage.staff import Staff
from storage.store import Transaction


@dataclass(frozen=True, slots=True)
class ToAsk:
    """Somebody a worker asks in person. `tried`: they did not reach them before."""

    person: PersonId
    name: str
    tried: bool
    joined: bool


async def tell_workers(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> int:
    """How many members of staff hear that there are people to ask, in one line each."""
    which, _, on = fired.key.partition(":")
    try:
        day = await calls.day(tx, CallDayId(int(which)))
    except NoSuchCallDay:
        return 0
    if not is_on(day, now):
        return 0
    askers = Counter((await _askers(tx, settings, await _unsaid(tx, day, now), now)).values())
    for member in askers:
        await tell_staff(tx, member, f"call:{day.id}:to_ask:{on}", {"screen": "staff/call_ask", "day": day.id}, now)
    return len(askers)


async def _unsaid(tx: Transaction, day: CallDay, now: datetime) -> list[Person]:
    """Who has not said yet; whoever wanted to be asked later is among them once that has been done."""
    await calls.add(tx, day.id, [one.id for one in await meant_for(tx, day)])
    open_to: set[Wanted] = {"not_known"}
    if today(now) >= day.on_day - WORKERS_BEFORE[1]:
        open_to.add("later")
    unsaid = {one.person for one in await calls.on_day(tx, day.id, wanted=open_to)}
    return [one for one in await people.everyone(tx) if one.id in unsaid]


async def _askers(
    tx: Transaction, settings: Settings, theirs: Iterable[Person], now: datetime
) -> Mapping[PersonId, StaffId]:
    """Who asks each of these people in person today: their worker, or whoever stands in; nobody where there is none."""
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    of_worker: dict[StaffId | None, StaffId | None] = {}
    found: dict[PersonId, StaffId] = {}
    for one in theirs:
        if one.worker not in of_worker:
            line = rota.in_order(settings, here, off, one.worker)
            of_worker[one.worker] = line[0].id if line else None
        if (asker := of_worker[one.worker]) is not None:
            found[one.id] = asker
    return found


async def day_of(tx: Transaction, which: CallDayId, *, now: datetime) -> CallDay:
    """The day, while somebody may still say what they would like. Raises: NotThatDay."""
    try:
        day = await calls.day(tx, which)
    except NoSuchCallDay:
        raise NotThatDay from None
    if not is_on(day, now):
        raise NotThatDay
    return day


async def to_ask(
    tx: Transaction, settings: Settings, member: Staff, which: CallDayId, *, now: datetime
) -> tuple[ToAsk, ...]:
    """Whom this member of staff asks in person, by name; whoever has said meanwhile is not among them.

    Raises: NotAllowed, NotThatDay.
    """
    require(member, Permission.MAKE_CALLS)
    day = await day_of(tx, which, now=now)
    unsaid = await _unsaid(tx, day, now)
    askers = await _askers(tx, settings, unsaid, now)
    theirs = {one.id: one for one in unsaid if askers.get(one.id) == member.id}
    tried = {one.person: calls.words(tx, one).tried for one in await calls.on_day(tx, day.id) if one.person in theirs}
    found = [
        ToAsk(one.id, details_name(await people.details(tx, one.id)), tried[one.id], one.chat_index is not None)
        for one in theirs.values()
    ]
    return tuple(sorted(found, key=lambda one: (one.tried, one.name.casefold(), one.person)))


async def may_record(tx: Transaction, settings: Settings, member: Staff, person: PersonId, *, now: datetime) -> None:
    """Raises NotAllowed unless they are who asks this person, or their worker, or may see anybody."""
    require(member, Permission.MAKE_CALLS)
    found = await people.by_id(tx, person)
    if (await _askers(tx, settings, [found], now)).get(person) != member.id:
        may_see(member, found)


async def record(
    tx: Transaction,
    settings: Settings,
    member: Staff,
    person: PersonId,
    which: CallDayId,
    *,
    now: datetime,
    newer: bool = False,
    **said: Any,
) -> Call:
    """What somebody told this member of staff, as `calls.say` takes it; marked as recorded, and told to them.

    What they have said themselves stands, unless it is `newer`: they have changed their mind and said so.
    Raises: NotAllowed, NotThatDay, TheirOwnWord, NotANumber.
    """
    await may_record(tx, settings, member, person, now=now)
    day = await day_of(tx, which, now=now)
    before = await calls.of(tx, which, person)
    if before is None and person not in {one.id for one in await meant_for(tx, day)}:
        raise NotThatDay
    if before is None:
        await calls.add(tx, which, (person,))
    elif is_own_word(before) and not newer:
        raise TheirOwnWord
    call = await one_call.say(tx, settings, person, which, now=now, by=member, **said)
    await audit.note(tx, member, Action.CALL_RECORDED, now=now, day=day.id, person=person)
    if "wanted" in said and (await people.by_id(tx, person)).chat_index is not None:
        await _tell_person(tx, day, call, now)
    return call


def is_own_word(call: Call) -> bool:
    """Whether they have said yes or no themselves."""
    return call.wanted in ("yes", "no") and call.recorded_by is None


async def not_reached(
    tx: Transaction, settings: Settings, member: Staff, person: PersonId, which: CallDayId, *, now: datetime
) -> None:
    """This member of staff tried to ask them. They stay on the list. Raises: NotAllowed, NotThatDay."""
    await may_record(tx, settings, member, person, now=now)
    await day_of(tx, which, now=now)
    call = await calls.of(tx, which, person, hold=True)
    if call is not None and call.wanted in ("not_known", "later"):
        await calls.keep_words(tx, call, tried=True)


async def _tell_person(tx: Transaction, day: CallDay, call: Call, now: datetime) -> None:
    """They see what was recorded for them, and can change it; in a while, when the other steps are done too."""
    await outbox.queue(
        tx,
        occasion=f"call:{day.id}:recorded:{call.version}",
        person=call.person,
        lane="young",
        envelope="envelope/update",
        opens={"screen": "call", "day": day.id},
        not_before=now + timedelta(minutes=10),
        expires_at=one_call.ends_at(day),
        kind="asked",
    )


Work = Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]
KINDS: Final[Mapping[str, Work]] = {WORKERS: tell_workers}

"""Asking who would like a call: the day is made, everybody is asked once, and whoever did not say is asked in person.

Christmas makes itself; another special day does for those who chose it; any other is a manager's to make. Nobody is
asked after any answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from engagement import calls as one_call
from engagement import days, rota, staff_news
from engagement.authority import Settings
from engagement.calls import CLOSES, OPENS, CallsError, NotThatDay, is_for_everyone
from engagement.london import london, today
from engagement.staff import Permission, require
from storage import calls, due, occasions, outbox, people
from storage.calls import CallDay, NoSuchCallDay, Wanted
from storage.due import Due
from storage.ids import CallDayId, PersonId, StaffId
from storage.people import Person
from storage.staff import Staff
from storage.store import Transaction

BEGIN, LOOK, ASK, WORKERS = "calls_begin", "calls_look", "calls_ask", "calls_workers"
CHRISTMAS: Final = "christmas"
CHRISTMAS_NAME: Final = "Christmas"
BEGINS: Final = (11, 20)
LOOKS_AT: Final = time(10, 30)
DAYS_TO_LOOK: Final = 2
"""Working days between the making of a day and the question: managers hear of it, and may set hours or stop it."""

OTHERS_FROM, LATEST = timedelta(days=35), timedelta(days=10)
"""How long before another special day it is made, and until when it still can be."""

WORKERS_BEFORE: Final = (timedelta(days=24), timedelta(days=17))
"""When workers ask in person: for 25 December on the 1st, and on the 8th whoever wanted to be asked later."""

KEPT: Final = timedelta(days=14)
GONE: Final = ("sending", "sent", "unknown")


class AlreadyMade(CallsError):
    """There is such a day already."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A day with how many want what; `people` is how many are asked about it in all."""

    day: CallDay
    wanted: Mapping[Wanted, int]

    @property
    def people(self) -> int:
        return sum(self.wanted.values())


# The clock


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that Christmas is begun this year and other days are looked at. Safe to repeat.

    Only while it is to come: whoever sets this up in December asks when their manager says so, not of its own accord.
    """
    here = today(now)
    for year in (here.year, here.year + 1):
        begins = london(date(year, *BEGINS), one_call.ASKED_AT)
        if begins > now:
            await due.add(tx, BEGIN, f"{CHRISTMAS}:{year}", begins)
            break
    looks = london(here, LOOKS_AT)
    day = here if now <= looks else here + timedelta(days=1)
    await due.add(tx, LOOK, day.isoformat(), london(day, LOOKS_AT))


async def begin(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether Christmas of that year was made: on a working day, else on the next one."""
    year = int(fired.key.split(":")[1])
    here, on = today(now), date(year, 12, 25)
    if on - here < LATEST:
        return False
    if not _is_working(settings, here):
        working = next(rota.working_days(settings, here))
        await due.add(tx, BEGIN, f"{CHRISTMAS}:{year}:{working}", london(working, one_call.ASKED_AT))
        return False
    made = await _make(tx, settings, f"{CHRISTMAS}:{year}", CHRISTMAS_NAME, on, now=now)
    return made is not None


async def look(tx: Transaction, settings: Settings, _fired: Due, now: datetime) -> int:
    """How many other special days were made: they are near and certain, and matter to somebody by their own choice."""
    here, made = today(now), 0
    for one in await days.listed(tx, now):
        on = one.falls.on
        if on is None or not one.falls.certain or one.day.key == CHRISTMAS or not LATEST <= on - here <= OTHERS_FROM:
            continue
        if await days.chosen_by(tx, one.day.key):
            made += await _make(tx, settings, f"special:{one.day.key}:{on}", one.day.name, on, now=now) is not None
    return made


async def make(
    tx: Transaction,
    settings: Settings,
    member: Staff,
    on: date,
    *,
    now: datetime,
    name: str = "",
    from_time: time = OPENS,
    to_time: time = CLOSES,
) -> CallDay:
    """A manager's day: everybody is asked in two working days. Raises: NotAllowed, NotThatDay, AlreadyMade."""
    require(member, Permission.PLAN_CALLS)
    here = today(now)
    if not LATEST <= on - here <= timedelta(days=366) or from_time >= to_time:
        raise NotThatDay
    key = f"{CHRISTMAS}:{on.year}" if (on.month, on.day) == (12, 25) else f"day:{on}"
    name = CHRISTMAS_NAME if key.startswith(CHRISTMAS) else name
    made = await _make(tx, settings, key, name, on, now=now, by=member, from_time=from_time, to_time=to_time)
    if made is None:
        raise AlreadyMade
    return made


def asks_on(settings: Settings, made: date) -> date:
    """The day on which people are asked about a day that is made on that one."""
    return list(islice(rota.working_days(settings, made), DAYS_TO_LOOK))[-1]


async def _make(
    tx: Transaction,
    settings: Settings,
    key: str,
    name: str,
    on: date,
    *,
    now: datetime,
    by: Staff | None = None,
    from_time: time = OPENS,
    to_time: time = CLOSES,
) -> CallDay | None:
    made = await calls.add_day(tx, key=key, name=name, on_day=on, from_time=from_time, to_time=to_time, state="planned")
    if made is None:
        return None
    on_ask = asks_on(settings, today(now))
    await due.add(tx, ASK, f"{made.id}:{on_ask}", london(on_ask, one_call.ASKED_AT))
    for member in await rota.on_staff(tx):
        if member.role == "manager" and (by is None or member.id != by.id):
            await tell_staff(tx, member.id, f"call:{made.id}:made", {"screen": "staff/call_days"}, now)
    return made


async def ask(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> int:
    """How many are asked: all it is for stand with that day from now on, and whoever has joined hears of it."""
    try:
        day = await calls.day(tx, CallDayId(int(fired.key.partition(":")[0])), hold=True)
    except NoSuchCallDay:
        return 0
    if day.state != "planned" or now >= one_call.ends_at(day):
        return 0
    day = await calls.change_day(tx, day.id, state="asking")
    meant = await meant_for(tx, day)
    await calls.add(tx, day.id, [one.id for one in meant])
    workers = await _workers_ask(tx, settings, day, now)
    # Whoever has said so already, in person, is not asked.
    unsaid = {one.person for one in await calls.on_day(tx, day.id, wanted={"not_known"})}
    asked = [one.id for one in meant if one.state == "joined" and one.id in unsaid]
    await outbox.queue_for(
        tx,
        asked,
        occasion=f"call:{day.id}:asked",
        envelope="envelope/any_time",
        opens={"screen": "call", "day": day.id},
        not_before=now,
        expires_at=workers,
    )
    return len(asked)


async def _workers_ask(tx: Transaction, settings: Settings, day: CallDay, now: datetime) -> datetime:
    """When workers ask, on working days with a few to spare after the question; gives the first of these moments."""
    here = today(now)
    spare = list(islice(rota.working_days(settings, here), 3))[-1]
    moments = []
    for before in WORKERS_BEFORE:
        from_day = max(day.on_day - before, spare) - timedelta(days=1)
        on = next(rota.working_days(settings, from_day))
        moments.append(london(on, time(9)))
        await due.add(tx, WORKERS, f"{day.id}:{on}", moments[-1])
    return moments[0]


async def meant_for(tx: Transaction, day: CallDay) -> list[Person]:
    """Everybody who is asked about that day: the whole register, or of it those who chose it."""
    everyone = await people.everyone(tx)
    if is_for_everyone(day):
        return everyone
    kind, _, rest = day.key.partition(":")
    chose = set(await days.chosen_by(tx, rest.partition(":")[0])) if kind == "special" else set()
    return [one for one in everyone if one.id in chose]


async def tell_staff(tx: Transaction, member: StaffId, occasion: str, opens: Mapping[str, Any], now: datetime) -> None:
    """One line with an update, once for this occasion."""
    await staff_news.tell(tx, member, occasion=occasion, opens=opens, now=now, until=now + KEPT)


def _is_working(settings: Settings, day: date) -> bool:
    return next(rota.working_days(settings, day - timedelta(days=1)), None) == day


# How it stands


async def overview(tx: Transaction, member: Staff, *, now: datetime) -> tuple[Overview, ...]:
    """The days to come with how many want what; nobody's own day. Raises: NotAllowed."""
    require(member, Permission.PLAN_CALLS)
    coming = [one for one in await calls.days(tx, since=today(now)) if not one_call.is_ones_own(one)]
    return tuple([Overview(day, await counted(tx, day.id)) for day in coming])


async def counted(tx: Transaction, which: CallDayId) -> Mapping[Wanted, int]:
    """How many want what that day."""
    return Counter(one.wanted for one in await calls.on_day(tx, which))


async def never_asked(tx: Transaction, which: CallDayId) -> frozenset[PersonId]:
    """Who has not said, and neither got the question nor was tried in person."""
    history = await occasions.history(tx, f"call:{which}:a")
    got = {person for person, rows in history.items() if any(row.state in GONE for row in rows)}
    unsaid = await calls.on_day(tx, which, wanted={"not_known"})
    return frozenset(one.person for one in unsaid if one.person not in got and not calls.words(tx, one).tried)


async def change_hours(
    tx: Transaction, member: Staff, which: CallDayId, from_time: time, to_time: time, *, now: datetime
) -> CallDay:
    """From when until when people are phoned that day. What somebody chose stays. Raises: NotAllowed, NotThatDay."""
    require(member, Permission.PLAN_CALLS)
    day = await _to_plan(tx, which, now)
    if from_time >= to_time:
        raise NotThatDay
    return await calls.change_day(tx, day.id, from_time=from_time, to_time=to_time)


async def call_off(tx: Transaction, member: Staff, which: CallDayId, *, now: datetime) -> CallDay:
    """Nobody is asked about that day; only while nobody was. Raises: NotAllowed, NotThatDay."""
    require(member, Permission.PLAN_CALLS)
    day = await _to_plan(tx, which, now)
    if day.state != "planned":
        raise NotThatDay
    return await calls.change_day(tx, day.id, state="off")


async def _to_plan(tx: Transaction, which: CallDayId, now: datetime) -> CallDay:
    try:
        day = await calls.day(tx, which, hold=True)
    except NoSuchCallDay:
        raise NotThatDay from None
    if day.state in ("over", "off") or now >= one_call.ends_at(day):
        raise NotThatDay
    return day


async def find_day(tx: Transaction, named: str, *, now: datetime) -> CallDay:
    """The day somebody names: `christmas`, another key's beginning, or its date. Raises: NotThatDay."""
    for day in await calls.days(tx, since=today(now)):
        keys = {day.key, day.on_day.isoformat(), *(part for part in day.key.split(":")[:2] if not part.isdigit())}
        if day.state != "off" and not one_call.is_ones_own(day) and named.strip().casefold() in keys:
            return day
    raise NotThatDay


KINDS: Final[Mapping[str, Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]]] = {
    BEGIN: begin,
    LOOK: look,
    ASK: ask,
    one_call.AGAIN: one_call.again,
}

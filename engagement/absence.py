"""'I'm off till Monday': from now until their first day back somebody else is asked, and nobody has to end it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from engagement import rota, staff_news, tasks
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.london import today
from storage import absences
from storage.absences import Absence
from storage.ids import StaffId
from storage.staff import Staff
from storage.store import Transaction
from storage.tasks import Task

LONGEST_DAYS = 366
DAYS_ON_A_PAGE, PAGES = 10, 6
KEPT_WAITING = timedelta(days=14)


class AbsenceError(Exception):
    """Nothing was changed."""


class NotADay(AbsenceError):
    """Nobody can come back that day: it is not after today, or over a year off."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


class NotACover(AbsenceError):
    """That member of staff cannot stand in: it is the same person, they take no tasks, or they are off themselves."""


@dataclass(frozen=True, slots=True)
class Off:
    """Until when somebody is off; who is asked first meanwhile, None where only the line is; and what is open."""

    back_on: date
    cover: Staff | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """How many open tasks went to the cover, to others in line, and to nobody."""

    to_cover: int
    to_others: int
    stay: int


def likely_days(settings: Settings, now: datetime) -> tuple[date, ...]:
    """First days back to offer: the next working day, and the first ones from the two Mondays to come."""
    here = today(now)
    monday = here + timedelta(days=7 - here.weekday())
    after = (here, monday - timedelta(days=1), monday + timedelta(days=6))
    found = (next(rota.working_days(settings, day), None) for day in after)
    return tuple(dict.fromkeys(day for day in found if day is not None))


def more_days(settings: Settings, now: datetime, page: int) -> tuple[date, ...]:
    """The working days to come, a page of ten at a time."""
    start = DAYS_ON_A_PAGE * page
    return tuple(islice(rota.working_days(settings, today(now)), start, start + DAYS_ON_A_PAGE))


def may_come_back(day: date, now: datetime) -> bool:
    """Whether somebody can be off until that day: it is after today, and within a year."""
    return timedelta() < day - today(now) <= timedelta(days=LONGEST_DAYS)


async def current(tx: Transaction, settings: Settings, member: Staff, *, now: datetime) -> Off | None:
    """Their absence as it stands today; None when they are at work."""
    absence = await absences.of(tx, member.id, on=today(now))
    if absence is None:
        return None
    standing = rota.in_place(settings, await rota.on_staff(tx), await rota.off(tx, now), member)
    return Off(absence.back_on, standing[0] if standing else None, await tasks.open_for(tx, member.id))


async def covers(tx: Transaction, settings: Settings, member: Staff, *, now: datetime) -> tuple[Staff, ...]:
    """Who could stand in, the likeliest first: the cover of the settings, duty, managers, then everybody else."""
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    first = [*rota.cover_of(settings, here, member), *rota.on_duty(settings, here, off)]
    managers = [one for one in here if one.role == "manager"]
    known = {one.id: one for one in (*first, *managers, *here)}
    return tuple(one for one in known.values() if one.id != member.id and one.id not in off)


async def go_off(
    tx: Transaction,
    settings: Settings,
    member: Staff,
    back_on: date,
    cover: StaffId | None,
    *,
    now: datetime,
    by: Staff | None,
) -> Off:
    """From now on they are asked nothing; their cover is told. `by` is who said so, None for the command line.

    Raises: NotADay, NotACover.
    """
    if not may_come_back(back_on, now):
        raise NotADay(back_on)
    if cover is not None and cover not in {one.id for one in await covers(tx, settings, member, now=now)}:
        raise NotACover
    before = await current(tx, settings, member, now=now)
    await absences.put(tx, Absence(member.id, back_on, cover))
    off = await current(tx, settings, member, now=now)
    if off is None:
        raise NotADay(back_on)
    if before is None or (before.back_on, before.cover) != (off.back_on, off.cover):
        await _tell(tx, member, before.cover if before else None, now)
        await _tell(tx, member, off.cover, now)
    standing = {} if off.cover is None else {"cover": off.cover.id}
    await note(tx, by, Action.ABSENCE_SET, now=now, of=member.id, back_on=back_on.isoformat(), **standing)
    return off


async def come_back(tx: Transaction, settings: Settings, member: Staff, *, now: datetime, by: Staff | None) -> bool:
    """Whether they were off: from now on they are asked again, and whoever stood in is told."""
    before = await current(tx, settings, member, now=now)
    await absences.end(tx, member.id)
    if before is None:
        return False
    await _tell(tx, member, before.cover, now)
    await note(tx, by, Action.ABSENCE_SET, now=now, of=member.id, back_on=today(now).isoformat())
    return True


async def hand_tasks(tx: Transaction, settings: Settings, member: Staff, *, now: datetime) -> Handed:
    """Give what is open with somebody who is off to their cover; each young person hears who has it now."""
    off = await current(tx, settings, member, now=now)
    if off is None:
        return Handed(0, 0, 0)
    cover = member.id if off.cover is None else off.cover.id
    owners = [(await tasks.hand_on(tx, settings, one.id, cover, now=now)).owner for one in off.tasks]
    stay, to_cover = owners.count(member.id), 0 if off.cover is None else owners.count(cover)
    return Handed(to_cover, len(owners) - stay - to_cover, stay)


async def _tell(tx: Transaction, member: Staff, cover: Staff | None, now: datetime) -> None:
    """Have somebody look at what they stand in for; what they find there is as it is when they look."""
    if cover is None:
        return
    await staff_news.tell(
        tx,
        cover.id,
        occasion=f"absence:{member.id}:{int(now.timestamp())}",
        opens={"screen": "staff/covering", "of": member.id},
        now=now,
        until=now + KEPT_WAITING,
    )

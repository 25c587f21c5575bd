"""When the team works, and whom to ask for a young person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import get_args

from engagement.authority import Day, Settings
from engagement.london import london, today
from engagement.staff import Permission, may
from storage import absences, people, staff
from storage.ids import PersonId, StaffId
from storage.staff import Role, Staff
from storage.store import Transaction

DAYS: tuple[Day, ...] = get_args(Day)
LOOK_AHEAD_DAYS = 366

STRANGERS: tuple[Role, ...] = ("participation", "pa")
"""Who makes up the two where there is nobody nearer. An administrator and a data protection lead are never asked."""


Off = Mapping[StaffId, StaffId | None]
"""Who is off today, each with whom they named to stand in for them."""

NOBODY_OFF: Off = {}


class RotaError(Exception):
    """The rota cannot answer."""


class NobodyToAsk(RotaError):
    """No member of staff who has joined could be asked, so nothing may be promised."""


class NeverOpen(RotaError):
    """The authority's settings leave no working hour in a whole year."""


def deadline(settings: Settings, now: datetime, hours: float) -> datetime:
    """The moment when so many working hours have passed. What ends with the working day ends that day, not the next.

    Raises: NeverOpen.
    """
    left = timedelta(hours=hours)
    for opens, closes in _shifts(settings, now):
        starts = max(opens, now)
        if starts + left <= closes:
            return starts + left
        left -= closes - starts
    raise NeverOpen


def is_open(settings: Settings, now: datetime) -> bool:
    """Whether the team is at work at this moment."""
    shift = next(_shifts(settings, now), None)
    return shift is not None and shift[0] <= now


def next_open(settings: Settings, now: datetime) -> datetime:
    """The moment the team is next at work: now, when it is. Raises: NeverOpen."""
    for opens, _ in _shifts(settings, now):
        return max(opens, now)
    raise NeverOpen


def working_days(settings: Settings, after: date) -> Iterator[date]:
    """The days after that one on which the team works, for a year."""
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        day = after + timedelta(days=ahead)
        if DAYS[day.weekday()] in settings.working_hours and not is_bank_holiday(day):
            yield day


def is_bank_holiday(day: date) -> bool:
    """Whether it is a bank holiday in England."""
    return day in _bank_holidays(day.year)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    import holidays  # costs 5 MB, and is needed only once somebody asks to be contacted

    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def _shifts(settings: Settings, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working days that are not over yet, as UTC moments, from today on."""
    first = today(now)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = first + timedelta(days=ahead)
        hours = settings.working_hours.get(DAYS[day.weekday()])
        if hours is None or is_bank_holiday(day):
            continue
        opens, closes = london(day, hours[0]), london(day, hours[1])
        if now < closes:
            yield opens, closes


async def who(tx: Transaction, settings: Settings, person: PersonId, *, now: datetime) -> tuple[Staff, Staff | None]:
    """Who is asked for this person, and who is asked next; None when there is only one. Raises: NobodyToAsk."""
    everyone = await line(tx, settings, person, now=now)
    return everyone[0], next_in(everyone, without=(everyone[0].id,))


async def line(tx: Transaction, settings: Settings, person: PersonId, *, now: datetime) -> tuple[Staff, ...]:
    """All who could be asked for this person today, in order: worker, their cover, duty, its cover, managers.

    Whoever is off is not among them; who stands in for them has their place. Raises: NobodyToAsk.
    """
    worker = (await people.by_id(tx, person)).worker
    everyone = in_order(settings, await on_staff(tx), await off(tx, now), worker)
    if not everyone:
        raise NobodyToAsk
    return everyone


def in_order(settings: Settings, staff_here: Iterable[Staff], off: Off, worker: StaffId | None) -> tuple[Staff, ...]:
    """The line for somebody with this worker, from who is on the staff and who of them is off; empty if all are."""
    here = list(staff_here)
    first = [one for one in here if one.id == worker] + _duty(settings, here)
    with_cover = [known for one in first for known in (one, *cover_of(settings, here, one))]
    managers = [one for one in here if one.role == "manager"]
    everyone = {one.id: one for place in (*with_cover, *managers) for one in in_place(settings, here, off, place)}
    strangers = [one for role in STRANGERS for one in here if one.role == role and one.id not in {*everyone, *off}]
    everyone |= {one.id: one for one in strangers[: max(0, 2 - len(everyone))]}
    return tuple(everyone.values())


def in_place(
    settings: Settings, here: Sequence[Staff], off: Off, one: Staff, passed: frozenset[StaffId] = frozenset()
) -> list[Staff]:
    """Who is asked where this one would be: they themselves; while they are off, their cover, and the cover's."""
    if one.id not in off:
        return [one]
    passed |= {one.id}
    stand_ins = [other for other in here if other.id == off[one.id]] + cover_of(settings, here, one)
    return [
        found for other in stand_ins if other.id not in passed for found in in_place(settings, here, off, other, passed)
    ]


def next_in(everyone: Sequence[Staff], *, without: Collection[StaffId]) -> Staff | None:
    """The first in the line who is not left out; None when nobody remains."""
    return next((one for one in everyone if one.id not in without), None)


async def on_staff(tx: Transaction) -> list[Staff]:
    """The staff who can be asked: joined, so that they can be told, and in a role that takes tasks."""
    return [one for one in await staff.everyone(tx) if one.state == "joined" and may(one, Permission.TAKE_TASKS)]


async def off(tx: Transaction, now: datetime) -> Off:
    """Who is off on this London day, each with whom they named to stand in."""
    return await absences.off(tx, on=today(now))


def on_duty(settings: Settings, staff_here: Iterable[Staff], off: Off = NOBODY_OFF) -> list[Staff]:
    """Those the settings name as duty, in the order of the settings; for one who is off, whoever stands in."""
    here = list(staff_here)
    standing = [one for named in _duty(settings, here) for one in in_place(settings, here, off, named)[:1]]
    return list({one.id: one for one in standing}.values())


def _duty(settings: Settings, here: Sequence[Staff]) -> list[Staff]:
    return [one for named in settings.duty for one in here if _is(one, named)]


def cover_of(settings: Settings, staff_here: Iterable[Staff], absent: Staff) -> list[Staff]:
    """Whom the settings name to stand in for this one."""
    names = [cover for named, cover in settings.cover.items() if _is(absent, named)]
    return [one for one in staff_here if any(_is(one, name) for name in names)]


def _is(one: Staff, named: str) -> bool:
    wanted = _plain(named)
    return wanted == _plain(one.name) or (one.reference != "" and wanted == _plain(one.reference))


def _plain(said: str) -> str:
    return " ".join(said.split()).casefold()

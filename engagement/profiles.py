"""Who is there for somebody: their worker, who stands in, and what each of these says of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from engagement import own_words, rota
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.london import today
from engagement.rota import DAYS, NobodyToAsk
from engagement.staff import Permission, require
from storage import absences, people, profiles, staff
from storage.ids import PersonId, StaffId
from storage.profiles import Profile
from storage.staff import Staff
from storage.store import Transaction

Part = Literal["where", "likes", "why"]
LONGEST: Final[Mapping[Part, int]] = {"where": 60, "likes": 140, "why": 160}
"""The parts that are typed, and the most letters of each: together they are one small card."""


class ProfileError(Exception):
    """Nothing was changed."""


class TooMuch(ProfileError):
    """What was typed is empty or too long for its part. Carries how long it is, and how long it may be."""

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length)
        self.length, self.most = length, most


class NoSuchPart(ProfileError):
    """A profile has no such part."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whom somebody can turn to today. `first` is who is asked first, None while nobody could be.

    `worker` is None for somebody who has none. `back_on` is their worker's first day back, while they are off;
    `there` says of whom of the two there is something to see.
    """

    worker: Staff | None
    first: Staff | None
    back_on: date | None
    days: tuple[int, ...]
    there: tuple[Staff, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A member of staff as a young person sees them."""

    member: Staff
    profile: Profile


# What a member of staff says of themselves


async def own(tx: Transaction, member: Staff) -> Profile:
    """What is shown of them now. Raises: NotAllowed."""
    require(member, Permission.TAKE_TASKS)
    return await profiles.of(tx, member.id)


async def say(tx: Transaction, member: Staff, part: str, typed: str, *, now: datetime) -> Profile:
    """From now on this is that part of what they say of themselves. Raises: NotAllowed, NoSuchPart, TooMuch."""
    known = next((one for one in LONGEST if one == part), None)
    if known is None:
        raise NoSuchPart(part)
    return await _change(tx, member, now, **{known: _fitting(typed, LONGEST[known])})


def _fitting(typed: str, most: int) -> str:
    try:
        return own_words.one_line(typed, most)
    except own_words.BadText as error:
        raise TooMuch(error.length, most) from error


async def switch_day(tx: Transaction, member: Staff, day: int, *, now: datetime) -> Profile:
    """A day they work becomes one they do not, and the other way round. Raises: NotAllowed, NoSuchPart."""
    if not 0 <= day < len(DAYS):
        raise NoSuchPart(day)
    days = set((await own(tx, member)).days) ^ {day}
    return await _change(tx, member, now, days=tuple(sorted(days)))


async def put_photo(tx: Transaction, member: Staff, photo: str | None, *, now: datetime) -> Profile:
    """From now on this photo can be asked for; None takes it off. Raises: NotAllowed."""
    return await _change(tx, member, now, photo=photo)


async def remove(tx: Transaction, member: Staff, *, now: datetime) -> None:
    """Nothing they said of themselves is kept. Raises: NotAllowed."""
    if await own(tx, member):
        await profiles.remove(tx, member.id)
        await note(tx, member, Action.PROFILE_CHANGED, now=now)


async def _change(tx: Transaction, member: Staff, now: datetime, **parts: object) -> Profile:
    before = await own(tx, member)
    after = replace(before, **parts)  # type: ignore[arg-type]
    if after != before:
        await profiles.put(tx, member.id, after)
        await note(tx, member, Action.PROFILE_CHANGED, now=now)
    return after


# What a young person sees


async def turn_to(tx: Transaction, settings: Settings, person: PersonId, *, now: datetime) -> Turn:
    """Whom this person can turn to, as it stands today."""
    worker = await _worker(tx, person)
    try:
        first: Staff | None = (await rota.line(tx, settings, person, now=now))[0]
    except NobodyToAsk:
        first = None
    off = None if worker is None else await absences.of(tx, worker.id, on=today(now))
    near = list({one.id: one for one in (worker, first) if one is not None}.values())
    shown = {one.id: await profiles.of(tx, one.id) for one in near}
    return Turn(
        worker,
        first,
        off.back_on if off else None,
        shown[worker.id].days if worker else (),
        tuple(one for one in near if shown[one.id]),
    )


async def _worker(tx: Transaction, person: PersonId) -> Staff | None:
    """Their worker, if they have one who works here."""
    worker = (await people.by_id(tx, person)).worker
    member = None if worker is None else await staff.by_id(tx, worker)
    return None if member is None or member.state == "left" else member


async def seen(
    tx: Transaction, settings: Settings, person: PersonId, member: StaffId | None, *, now: datetime
) -> Seen | None:
    """What this person may see of that member of staff, their worker where none is named.

    None of anybody who is neither their worker nor asked for them today, and where there is nothing to see.
    """
    near = (await turn_to(tx, settings, person, now=now)).there
    found = next((one for one in near if member is None or one.id == member), None)
    return None if found is None else Seen(found, await profiles.of(tx, found.id))


async def shows_something(tx: Transaction, member: StaffId) -> bool:
    """Whether there is anything to see of this member of staff."""
    return bool(await profiles.of(tx, member))

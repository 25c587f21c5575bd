"""Who finds something to join: the share of each group of the register who said yes to anything in a year.

A group is what the register says, of ten people or more. A share is told as response is: from rounded numbers, only
where neither it nor what it leaves for everybody else points at a few people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engagement import groups
from engagement.place_times import known_to_organiser
from engagement.response import percent, told
from engagement.staff import Permission, require
from storage import opportunities, people
from storage.ids import PersonId
from storage.opportunities import Stand
from storage.staff import Staff
from storage.store import Transaction
from surveys.disclosure import MIN_SEGMENT, rounded

LOOKED_BACK: Final = timedelta(days=365)
YES: Final[frozenset[Stand]] = frozenset({"confirmed", "waiting", "offered", "declined", "missed", "lapsed", "passed"})
"""Whoever said yes counts, whether there was a place or not. Whoever took it back does not."""

THIN_POINTS: Final = 10


@dataclass(frozen=True, slots=True)
class Share:
    """One group; `share` in per cent, None where it would say too much. `thin`: clearly less than everybody's."""

    segment: str
    part: str
    share: int | None
    thin: bool


@dataclass(frozen=True, slots=True)
class TakeUp:
    """How many of the register, rounded, and what share of them; `or_more` where the share is the highest told."""

    people: int
    share: int | None
    or_more: bool
    groups: tuple[Share, ...]


async def take_up(tx: Transaction, member: Staff | None, *, now: datetime) -> TakeUp:
    """The shares, for whoever sees response, or for the command line (None). Raises: NotAllowed."""
    if member is not None:
        require(member, Permission.SEE_RESPONSE)
    register = await people.register(tx)
    yes = await said_yes(tx, now=now)
    flags = [person.id in yes for person, _ in register]
    overall = told(len(register), None, sum(flags))
    if overall.sent is None:
        return TakeUp(rounded(len(register)), None, False, ())
    share = percent(overall.sent, len(register))
    found = [
        Share(one.segment, part, of := _share(one, part, flags, shown), of is not None and of <= share - THIN_POINTS)
        for one, shown in groups.choose([], groups.columns(register, without=()), flags)
        for part in one.parts
        if one.sizes().get(part, 0) >= MIN_SEGMENT
    ]
    return TakeUp(rounded(len(register)), share, overall.or_more, tuple(found))


async def said_yes(tx: Transaction, *, now: datetime) -> frozenset[PersonId]:
    """Whoever said yes to anything lately, as far as an organiser knows."""
    yes: set[PersonId] = set()
    for one in await opportunities.in_states(tx, ("open", "closed", "over", "cancelled")):
        for theirs in await opportunities.interests(tx, one.id, states=YES):
            if theirs.said_at is not None and theirs.said_at >= now - LOOKED_BACK and known_to_organiser(theirs, now):
                yes.add(theirs.person)
    return frozenset(yes)


def _share(one: groups.Grouping, part: str, flags: list[bool], shown: frozenset[str]) -> int | None:
    if part not in shown:
        return None
    yes = sum(has for of, has in zip(one.of, flags, strict=True) if of == part)
    return percent(rounded(yes), rounded(one.sizes()[part]))

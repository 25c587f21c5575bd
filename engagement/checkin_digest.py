"""What can wait, for whoever gets check-ins: one line as the working day begins, and a list of what was passed on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engagement import checkin_morning, rota
from engagement.authority import Settings
from engagement.checkin_records import Line, line_of
from storage import checkins as kept
from storage import outbox, people
from storage.checkins import Checkin
from storage.due import Due
from storage.ids import PersonId, StaffId
from storage.staff import Staff
from storage.store import Transaction

STAYS: Final = timedelta(days=7)
"""How long one that was looked at stays on the list: time to write a line, or to look at it again."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One that is on somebody's list: whose and of which day. What was tapped is not on a list."""

    line: Line
    new: bool


async def tell(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> int:
    """How many members of staff hear that somebody's check-in waits for them: one neutral line to each.

    What asks for contact is not among it: whoever was asked heard of that at once.
    """
    can_wait = tuple(one for one in await kept.unseen(tx) if one.task is None)
    waiting = await _by_member(tx, settings, can_wait, now)
    for member, lines in waiting.items():
        await outbox.queue(
            tx,
            occasion=f"{checkin_morning.KIND}:{fired.key}",
            staff=member,
            lane="staff",
            envelope="staff/to_see",
            opens={"screen": "staff/check_ins", "count": len(_whose(lines))},
            not_before=now,
            expires_at=checkin_morning.next_morning(settings, now),
        )
    if can_wait:
        await checkin_morning.plan_again(tx, settings, now=now)
    return len(waiting)


def _whose(lines: list[Checkin]) -> set[PersonId]:
    return {one.person for one in lines}


async def listed(tx: Transaction, settings: Settings, member: Staff, *, now: datetime) -> tuple[Listed, ...]:
    """What has come of everybody for whom this one is first in line today: first what is new, the oldest before.

    While somebody is off, whoever stands in for them has it on theirs.
    """
    found = await kept.passed_on(tx, since=now - STAYS)
    theirs = (await _by_member(tx, settings, found, now)).get(member.id, [])
    both = [Listed(line_of(one), one.seen_at is None) for one in theirs]
    return tuple(sorted(both, key=lambda one: not one.new))


async def _by_member(
    tx: Transaction, settings: Settings, found: tuple[Checkin, ...], now: datetime
) -> dict[StaffId, list[Checkin]]:
    """The check-ins by who gets them today; those that nobody could get are in none."""
    if not found:
        return {}
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    workers = await people.workers_of(tx, {one.person for one in found})
    firsts: dict[StaffId | None, StaffId | None] = {}
    by_member: dict[StaffId, list[Checkin]] = {}
    for one in found:
        worker = workers[one.person]
        if worker not in firsts:
            line = rota.in_order(settings, here, off, worker)
            firsts[worker] = line[0].id if line else None
        if (first := firsts[worker]) is not None:
            by_member.setdefault(first, []).append(one)
    return by_member


KINDS: Final[Mapping[str, Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]]] = {
    checkin_morning.KIND: tell,
}

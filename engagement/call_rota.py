"""Who phones whom: a proposal worked out from who wants a call and who can make how many, the same every time.

Everybody who can be covered is; of all such ways, one in which the most get the worker they asked for; of those, the
one that shares the calls out most evenly. Where two want the same worker and only one can have them, a lot decides: it
is drawn from the day and the call's number, so nobody's place in a list decides, and it falls the same way each time.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Final

from storage.ids import CallId, StaffId

LEAST_MINUTES: Final = 30
"""How long the wished hours and the caller's hours must have in common."""

NOT_THEIR_WORKER, LOST_LOT = 10_000_000, 1_000
"""One wish for a worker outweighs every lot, and a lot outweighs every difference in load."""

NOBODY: Final[Mapping[CallId, StaffId]] = {}


@dataclass(frozen=True, slots=True)
class Wish:
    """One call somebody wants. `worker` is set where only theirs will do best; `cannot` said no to this very call."""

    call: CallId
    from_time: time
    to_time: time
    worker: StaffId | None = None
    cannot: frozenset[StaffId] = frozenset()


@dataclass(frozen=True, slots=True)
class Hand:
    """A member of staff who can make so many calls between these hours."""

    member: StaffId
    most: int
    from_time: time
    to_time: time


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who makes which call, and who stands in for it."""

    callers: Mapping[CallId, StaffId]
    backups: Mapping[CallId, StaffId]

    def uncovered(self, wishes: Sequence[Wish]) -> tuple[CallId, ...]:
        """The calls nobody was found for."""
        return tuple(wish.call for wish in wishes if wish.call not in self.callers)


def propose(
    wishes: Sequence[Wish],
    hands: Sequence[Hand],
    *,
    lot: str,
    callers: Mapping[CallId, StaffId] = NOBODY,
    backups: Mapping[CallId, StaffId] = NOBODY,
) -> Proposal:
    """A rota; whoever is a caller or backup already stays so, and is never asked to be both for one call."""
    turns = sorted(wishes, key=lambda wish: drawn(lot, wish.call))
    able = {hand.member: hand for hand in sorted(hands, key=lambda hand: hand.member) if hand.most > 0}
    room = {member: hand.most for member, hand in able.items()}
    calling = _Table(room, dict(callers))
    for place, wish in enumerate(turns):
        if wish.call not in calling.taken:
            calling.add(wish.call, _costs(wish, able, backups.get(wish.call), len(turns) - place))
    # Whoever makes fewer calls stands in for more; nobody stands in for more than they said they could make.
    standing = _Table(room, dict(backups), Counter(calling.taken.values()))
    for wish in turns:
        if wish.call not in standing.taken:
            caller = calling.taken.get(wish.call)
            standing.add(wish.call, dict.fromkeys(_costs(wish, able, caller, 0), 0) if caller is not None else {})
    return Proposal(calling.taken, standing.taken)


def drawn(lot: str, call: CallId) -> bytes:
    """The lot of this call: whoever has the lower one goes first."""
    return hashlib.sha256(f"{lot}:{call}".encode()).digest()


def meet(from_time: time, to_time: time, hand_from: time, hand_to: time) -> tuple[time, time] | None:
    """The hours both have in common, where these are enough for a call."""
    first, last = max(from_time, hand_from), min(to_time, hand_to)
    needed = min(LEAST_MINUTES, _minutes(to_time) - _minutes(from_time))
    return (first, last) if _minutes(last) - _minutes(first) >= max(1, needed) else None


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute


def _costs(wish: Wish, able: Mapping[StaffId, Hand], without: StaffId | None, lost: int) -> dict[StaffId, int]:
    """Who could make the call, and what is lost where it is not the worker they asked for."""
    elsewhere = NOT_THEIR_WORKER + LOST_LOT * lost
    return {
        member: elsewhere if wish.worker is not None and member != wish.worker else 0
        for member, hand in able.items()
        if member != without
        and member not in wish.cannot
        and meet(wish.from_time, wish.to_time, hand.from_time, hand.to_time) is not None
    }


@dataclass(slots=True)
class _Table:
    """Calls and who has each; every call added is placed at the least cost, and moves others only where that helps.

    Source: successive shortest augmenting paths; a call that finds no path cannot be placed without dropping another.
    """

    room: Mapping[StaffId, int]
    taken: dict[CallId, StaffId]
    beside: Mapping[StaffId, int] = field(default_factory=Counter)
    costs: dict[CallId, Mapping[StaffId, int]] = field(default_factory=dict)

    def add(self, call: CallId, costs: Mapping[StaffId, int]) -> None:
        """The call has somebody, if anybody can be found at all."""
        self.costs[call] = costs
        load = Counter(self.taken.values())
        least, came_by = self._paths(call)
        free = [one for one in least if load[one] < self.room[one]]
        if not free:
            return
        to: StaffId | None = min(free, key=lambda one: (least[one] + load[one] + self.beside.get(one, 0), one))
        while to is not None:
            moved, before = came_by[to]
            self.taken[moved] = to
            to = before

    def _paths(self, call: CallId) -> tuple[dict[StaffId, int], dict[StaffId, tuple[CallId, StaffId | None]]]:
        """What it costs to end at each member of staff, and which call comes to them from whom on the way."""
        least = dict(self.costs[call])
        came_by: dict[StaffId, tuple[CallId, StaffId | None]] = dict.fromkeys(least, (call, None))
        held: dict[StaffId, list[CallId]] = {}
        for one in self.costs:  # those that were there before stay where they are
            if one in self.taken:
                held.setdefault(self.taken[one], []).append(one)
        waiting = deque(least)
        while waiting:
            here = waiting.popleft()
            for other in held.get(here, ()):
                left = least[here] - self.costs[other][here]
                for there, cost in self.costs[other].items():
                    if there != here and (there not in least or left + cost < least[there]):
                        least[there], came_by[there] = left + cost, (other, here)
                        waiting.append(there)
        return least, came_by

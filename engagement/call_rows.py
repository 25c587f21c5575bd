"""One call and one day of calls as the rota sees them: its two parts, who has them, and what a day remembers.

What a day needs to remember until it is over lies in its summary: between which hours somebody can phone, and which
call somebody cannot make. Whoever changes a rota holds the day, so that nobody is over what they said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from engagement import call_times
from engagement.call_rota import Wish
from storage import calls, people
from storage.calls import Call, CallDay
from storage.ids import CallDayId, StaffId
from storage.store import Transaction

Part = Literal["caller", "backup"]
PARTS: Final[tuple[Part, Part]] = ("caller", "backup")
ENDED: Final = frozenset({"spoke", "not_reached", "stopped"})


class CallRotaError(Exception):
    """The rota stays as it is."""


class NotYourCall(CallRotaError):
    """This member of staff has nothing to do with the call, or it is not asked of them (any more)."""


class NotAble(CallRotaError):
    """They cannot have this call: no room, other hours, or it is theirs already in another part."""


class DayOver(CallRotaError):
    """The day is over, or off."""


def sure(call: Call) -> bool:
    """Whether caller and backup have both said yes."""
    return call.caller_state == call.backup_state == "accepted"


async def wish(tx: Transaction, day: CallDay, call: Call) -> Wish:
    """The call, as whoever proposes a rota must know it."""
    worker = (await people.by_id(tx, call.person)).worker if call.who == "worker" else None
    cannot = frozenset(StaffId(one) for one in day.summary.get("cannot", {}).get(str(call.id), ()))
    return Wish(call.id, *call_times.wished(day, call), worker, cannot)


async def live(tx: Transaction, which: CallDayId) -> CallDay:
    """The day, held, while something can still be changed about it. Raises: DayOver."""
    day = await calls.day(tx, which, hold=True)
    if day.state in ("over", "off"):
        raise DayOver
    return day


async def wanted(tx: Transaction, day: CallDay) -> list[Call]:
    """The calls that somebody wants and that are not done."""
    return [call for call in await calls.on_day(tx, day.id, wanted={"yes"}) if call.state not in ENDED]


async def let_go(tx: Transaction, call: Call, parts: Collection[Part]) -> None:
    """Nobody has these parts of the call any more."""
    values: dict[str, Any] = {}
    for part in parts:
        values |= {part: None, f"{part}_state": "none"}
    await calls.change(tx, call.id, **values)


async def remember(tx: Transaction, day: CallDay, what: str, whose: str, value: object) -> CallDay:
    """The day, with one more thing to know until it is over."""
    known = dict(day.summary)
    return await calls.change_day(tx, day.id, summary=known | {what: {**known.get(what, {}), whose: value}})


def load(wanting: Sequence[Call]) -> Mapping[Part, Mapping[StaffId, int]]:
    """How many calls each has as caller, and how many as backup."""
    has: dict[Part, dict[StaffId, int]] = {"caller": {}, "backup": {}}
    for call in wanting:
        for part in PARTS:
            if (one := member(call, part)) is not None:
                has[part][one] = has[part].get(one, 0) + 1
    return has


def member(call: Call, part: Part) -> StaffId | None:
    """Who has that part of the call."""
    return call.caller if part == "caller" else call.backup


def state(call: Call, part: Part) -> str:
    """Where they stand with it."""
    return call.caller_state if part == "caller" else call.backup_state

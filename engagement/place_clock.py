"""What happens to places by the clock alone; each finds out for itself whether it still concerns anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from engagement.authority import Settings
from engagement.london import today
from engagement.place_queue import (
    AFTER,
    BEGUN,
    FREED,
    OFFER,
    TELL,
    TODAY,
    ask_how_it_was,
    leave,
    move_up,
    stop_clocks,
    tell,
    tell_organiser,
)
from engagement.places import was_there
from storage import opportunities
from storage.due import Due
from storage.ids import OpportunityId
from storage.opportunities import Interest, Opportunity
from storage.store import Transaction


async def stands(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether somebody's yes stands after ten minutes, so that the organiser hears that their list is longer."""
    row, theirs = await _in_turn(tx, fired)
    if row is None or theirs is None or not theirs.live or row.state == "cancelled":
        return False
    await tell_organiser(tx, row, "came", now)
    return True


async def lapse(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether nobody took the place that was kept for them: they hear it, and the next is asked."""
    row, theirs = await _in_turn(tx, fired)
    if row is None or theirs is None or theirs.state != "offered" or row.state == "cancelled":
        return False
    if theirs.accept_by is not None and theirs.accept_by > now:
        return False
    await leave(tx, theirs, "lapsed", now=now)
    await tell(tx, theirs, "lapsed", now=now)
    await move_up(tx, row, now)
    return True


async def free_place(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> bool:
    """Whether the next moved up, after somebody who had said yes was forgotten."""
    row = await _of_day(tx, fired)
    return row is not None and await move_up(tx, row, now) > 0


async def remind(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> int:
    """How many are told that it is today, or early tomorrow: who is coming, and who asked for it with their maybe.

    Whoever waits is asked once more whether there is a place for them: at night there may have been no time to.
    """
    row = await _of_day(tx, fired)
    if row is None or row.state not in ("open", "closed") or row.starts_at is None or row.starts_at <= now:
        return 0
    told = await opportunities.interests(tx, row.id, states=("confirmed", "maybe"))
    for one in told:
        what = "today" if one.state == "confirmed" else "fancy"
        await tell(tx, one, what, now=now, more=f":{today(row.starts_at)}", expires_at=row.starts_at)
    await move_up(tx, row, now)
    return len(told)


async def begin(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> int:
    """How many had waited for nothing: it begins, and they hear that no place came free."""
    row = await _of_day(tx, fired)
    if row is None or row.state not in ("open", "closed"):
        return 0
    waited = await opportunities.interests(tx, row.id, states=("waiting", "offered"))
    for one in waited:
        await stop_clocks(tx, one)
        await leave(tx, one, "missed", now=now)
        await tell(tx, one, "missed", now=now)
    return len(waited)


async def after(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> int:
    """How many are asked how it was: it is over, and they were there as far as anybody knows."""
    row = await _of_day(tx, fired)
    if row is None or row.state not in ("open", "closed"):
        return 0
    over = await opportunities.change(tx, row.id, state="over")
    there = [one for one in await opportunities.interests(tx, row.id) if was_there(over, one, now)]
    for one in there:
        await ask_how_it_was(tx, one, now)
    return len(there)


async def _in_turn(tx: Transaction, fired: Due) -> tuple[Opportunity | None, Interest | None]:
    """The opportunity, held, and who has the turn that fired; None where it is gone."""
    row = await _of_day(tx, fired)
    if row is None:
        return None, None
    return row, await opportunities.by_turn(tx, row.id, int(fired.key.partition(":")[2]))


async def _of_day(tx: Transaction, fired: Due) -> Opportunity | None:
    try:
        return await opportunities.find(tx, OpportunityId(int(fired.key.partition(":")[0])), hold=True)
    except opportunities.NoSuchOpportunity:
        return None


KINDS: Final[Mapping[str, Callable[[Transaction, Settings, Due, datetime], Awaitable[object]]]] = {
    TELL: stands,
    OFFER: lapse,
    FREED: free_place,
    TODAY: remind,
    BEGUN: begin,
    AFTER: after,
}

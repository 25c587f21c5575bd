"""The queue for places at something to join, whoever moves it: the place, the list, and what is said when it moves.

Only used while the opportunity is held. What people read is worked out from where they stand when they open it; a
message that is no longer so does not leave.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from engagement import staff_news, tasks
from engagement.london import today
from engagement.opportunities import occasion
from engagement.place_times import ask_at, ends_before, remind_at, time_to_accept
from storage import due, opportunities, outbox, people
from storage.ids import OpportunityId, PersonId
from storage.opportunities import HOLDS_A_PLACE, LIVE, Interest, Opportunity
from storage.store import Transaction

TELL, OFFER, FREED = "place_tell", "place_offer", "place_freed"
TODAY, BEGUN, AFTER = "place_today", "place_begun", "place_after"
"""What is due: the first two for one turn, the others for one opportunity."""
OF_THE_DAY: Final = (TODAY, BEGUN, AFTER)

HELP: Final = "apply"
"""How the reason of a task begins that asks for help with one opportunity."""

KEPT_WAITING: Final = timedelta(days=14)


async def has_room(tx: Transaction, row: Opportunity) -> bool:
    """Whether a place is free, and nobody waits who could be asked whether they want it."""
    if row.places is None:
        return True
    live = await opportunities.interests(tx, row.id, states=LIVE)
    if sum(one.state in HOLDS_A_PLACE for one in live) >= row.places:
        return False
    return not any([one.state == "waiting" and await _can_hear(tx, one.person) for one in live])


async def leave(
    tx: Transaction,
    theirs: Interest,
    to: Literal["shown", "maybe", "withdrawn", "passed", "lapsed", "declined", "missed"],
    *,
    now: datetime,
) -> None:
    """They stand in the queue no more, and whoever was to help them with it need not; their turn is not given again."""
    if theirs.wants_help:
        await tasks.call_off(tx, theirs.person, help_reason(theirs.opportunity), now=now)
    gone = {"accept_by": None, "wants_help": False, "answer": None}
    await opportunities.set_interest(tx, theirs.opportunity, theirs.person, state=to, **gone)


async def move_up(tx: Transaction, row: Opportunity, now: datetime) -> int:
    """How many were asked whether they want a place that is free: whoever waits longest, as many as there are.

    Who cannot be reached at this moment keeps their turn, and is passed over: a day would be lost on them.
    """
    if row.state not in ("open", "closed"):
        return 0
    accept_by = time_to_accept(row, now)
    waiting = await opportunities.interests(tx, row.id, states={"waiting"})
    if accept_by is None or not waiting:
        return 0
    held = len(await opportunities.interests(tx, row.id, states=HOLDS_A_PLACE))
    free = len(waiting) if row.places is None else row.places - held
    asked = 0
    for one in waiting:
        if asked >= free:
            break
        if not await _can_hear(tx, one.person):
            continue
        asked += 1
        offered = await opportunities.set_interest(tx, row.id, one.person, state="offered", accept_by=accept_by)
        await set_clock(tx, OFFER, offered, accept_by)
        await tell(tx, offered, "offer", now=now, expires_at=accept_by)
    return asked


async def shorten(tx: Transaction, row: Opportunity) -> None:
    """No place is kept for anybody up to the start, when that has moved nearer."""
    for one in await opportunities.interests(tx, row.id, states={"offered"}):
        last = ends_before(row)
        if last is not None and one.accept_by is not None and last < one.accept_by:
            await set_clock(tx, OFFER, await opportunities.set_interest(tx, row.id, one.person, accept_by=last), last)


async def _can_hear(tx: Transaction, person: PersonId) -> bool:
    known = await people.by_id(tx, person)
    return known.reachable and known.chat_index is not None and known.state in ("joined", "stopped")


async def plan(tx: Transaction, row: Opportunity, now: datetime) -> None:
    """See to it that the day has its reminder, its beginning and its question after; of one without a day, nothing."""
    key = str(row.id)
    await due.cancel_kinds(tx, OF_THE_DAY, key)
    if row.starts_at is None:
        return
    for kind, moment in ((TODAY, remind_at(row.starts_at)), (BEGUN, row.starts_at), (AFTER, ask_at(row))):
        if moment > now:
            await due.add(tx, kind, key, moment)


async def set_clock(tx: Transaction, kind: str, theirs: Interest, at: datetime) -> None:
    """Let this fire for their turn, then and at no other time."""
    await due.cancel(tx, kind, turn_key(theirs))
    await due.add(tx, kind, turn_key(theirs), at)


async def stop_clocks(tx: Transaction, theirs: Interest) -> None:
    """Nothing is due for their turn any more."""
    await due.cancel_kinds(tx, (TELL, OFFER), turn_key(theirs))


def turn_key(theirs: Interest) -> str:
    """What is due for them has this name: it says a turn, and nobody."""
    return f"{theirs.opportunity}:{theirs.turn}"


def help_reason(opportunity: OpportunityId) -> str:
    """The reason of a task that asks for help with it."""
    return f"{HELP}:{opportunity}"


# What is said


async def tell(
    tx: Transaction,
    theirs: Interest,
    what: str,
    *,
    now: datetime,
    more: str = "",
    expires_at: datetime | None = None,
    **opens: Any,
) -> None:
    """What became of what they asked for; outside their week, as they accepted it with their yes."""
    await outbox.queue(
        tx,
        occasion=occasion(theirs.opportunity, theirs.turn or 0, what + more),
        person=theirs.person,
        lane="young",
        kind="asked",
        envelope="envelope/update",
        opens={"screen": "thing", "opportunity": theirs.opportunity, **opens},
        not_before=now,
        expires_at=expires_at or now + KEPT_WAITING,
    )


async def ask_how_it_was(tx: Transaction, theirs: Interest, now: datetime) -> None:
    """A question of ours: it counts in their week like any other."""
    await outbox.queue(
        tx,
        occasion=occasion(theirs.opportunity, theirs.turn or 0, "after"),
        person=theirs.person,
        lane="young",
        envelope="envelope/something",
        opens={"screen": "thing", "opportunity": theirs.opportunity},
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )


async def tell_organiser(tx: Transaction, row: Opportunity, what: Literal["came", "left"], now: datetime) -> None:
    """One line a day that the list is longer, and one that it is shorter; who it is stands on the list."""
    await staff_news.tell(
        tx,
        row.organiser,
        occasion=f"list:{row.id}:{what}:{today(now)}",
        opens={"screen": "staff/organiser", "opportunity": row.id},
        now=now,
        until=now + KEPT_WAITING,
    )

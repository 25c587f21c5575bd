"""Tea-time chats and drop-ins: coming, maybe or no; every week, if it repeats; and nobody has to say anything.

Each date is something to join of its own, with its own places, reminder and list. Whoever says maybe holds no place and
is named to nobody: they hear that it is on, that morning, and whether anything has changed.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from engagement import place_queue, places, typed_times
from engagement.london import local, london
from engagement.opportunities import Kind, details, kept, takes_answers
from engagement.place_times import known_to_organiser
from engagement.places import Answer, NotOnOffer
from engagement.typed_times import BadTime, Span
from storage import opportunities
from storage.ids import OpportunityId, PersonId
from storage.opportunities import Opportunity
from storage.store import Transaction

DROP_IN: Final[Kind] = "drop_in"
EVENING: Final = (time(18), time(20))
"""When one is, where only the day was said: after work and college, and over before the quiet hours."""

MOST_WEEKS: Final = 26


# The young person


async def say_maybe(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> Answer:
    """They may come: a place or turn they had goes to the next. Raises: NotOnOffer, for what wants a yes or a no."""
    row = await opportunities.find(tx, opportunity, hold=True)
    if row.kind != DROP_IN:
        raise NotOnOffer
    known = await opportunities.interest_of(tx, opportunity, person)
    if not takes_answers(row, now) or (known is not None and known.state == "declined"):
        return Answer("closed")
    if known is not None and known.live:
        await place_queue.stop_clocks(tx, known)
        await place_queue.leave(tx, known, "maybe", now=now)
        if known_to_organiser(known, now):
            await place_queue.tell_organiser(tx, row, "left", now)
        await place_queue.move_up(tx, row, now)
    await opportunities.set_interest(tx, opportunity, person, state="maybe", said_at=now, came=None, felt=None)
    return Answer("maybe")


async def say_no(tx: Transaction, person: PersonId, opportunity: OpportunityId, *, now: datetime) -> None:
    """They do not come, after a maybe or a yes. Raises: NotOnOffer, where they had said neither."""
    row = await opportunities.find(tx, opportunity, hold=True)
    known = await opportunities.interest_of(tx, opportunity, person)
    if known is None or known.state != "maybe":
        await places.withdraw(tx, person, opportunity, now=now)
    elif row.state in ("open", "closed"):
        await place_queue.leave(tx, known, "withdrawn", now=now)


# The staff


def evening(typed: str, *, now: datetime) -> Span:
    """The moments that were typed; where only a day was, that evening. Raises: BadTime."""
    try:
        return typed_times.span(typed, now=now)
    except BadTime as error:
        if error.why != "no_time":
            raise
    starts, ends = EVENING
    return typed_times.span(f"{typed} {starts:%H:%M}-{ends:%H:%M}", now=now)


async def repeat(tx: Transaction, first: Opportunity, *, now: datetime) -> tuple[Opportunity, ...]:
    """All its dates, a week apart and at the same hour of London clocks, each open; it is the first of them."""
    said = details(first)
    weeks = said.weeks if first.kind == DROP_IN and first.starts_at is not None else None
    changed = {"weeks": None, "series": first.id if weeks else None}
    words = kept(said.model_copy(update=changed))
    found = [await opportunities.change(tx, first.id, details=words)]
    for week in range(1, weeks or 1):
        made = await opportunities.add(
            tx,
            made_by=first.made_by,
            organiser=first.organiser,
            kind=first.kind,
            details=words,
            places=first.places,
            answer_by=later(first.answer_by, week),
            starts_at=later(first.starts_at, week),
            ends_at=later(first.ends_at, week),
        )
        found.append(await places.publish(tx, made.id, now=now))
    return tuple(found)


def last_date(row: Opportunity) -> datetime | None:
    """When the last of the dates begins that a draft would open with; None where it opens with one."""
    weeks = details(row).weeks if row.kind == DROP_IN else None
    return later(row.starts_at, weeks - 1) if weeks else None


def later(moment: datetime | None, weeks: int) -> datetime | None:
    """The same hour of London clocks so many weeks later."""
    if moment is None:
        return None
    here = local(moment)
    return london(here.date() + timedelta(weeks=weeks), here.time())

"""What became of our messages: the week in counts, and whom nothing has reached for a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from engagement import tasks, vouchers
from engagement.london import today
from storage import delivered, drafts, openings, people
from storage import tasks as kept_tasks
from storage.ids import PersonId
from storage.store import Transaction
from surveys.disclosure import rounded

YEAR: Final = timedelta(days=365)
WEEK_DATES: Final = 7


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the messages to young people on the last seven dates, and what waits now.

    sent, waiting, held_back: rounded, since reminders go only to those who have not sent.
    unreachable_people:       have joined, and messages do not arrive.
    """

    sent: int
    unknown: int
    failed: int
    waiting: int
    held_back: int
    unreachable_people: int

    @property
    def nothing(self) -> bool:
        """Whether nothing left, or was to leave, at all."""
        return not (self.sent or self.unknown or self.failed or self.waiting or self.held_back)


async def never_reached(tx: Transaction, now: datetime) -> set[PersonId]:
    """Everybody in the register of whom nothing shows, for twelve months, that we reached them.

    What shows it: a message that arrived; a closed survey they had sent; contact they asked for, or that was made.
    A survey that is open is no sign, nor is a thank-you code, for then whoever is looked at by name would show by
    vanishing that they sent it.
    """
    since = now - YEAR
    closed = [
        one.id
        for one in await openings.every(tx)
        if one.state == "closed" and one.closes_at >= since and one.practice is None
    ]
    reached = await delivered.reached_since(tx, today(since), but=vouchers.ABOUT)
    reached |= await drafts.done_in(tx, closed)
    reached |= await kept_tasks.met_since(tx, since, reason=tasks.CONTACT)
    return {person.id for person in await people.everyone(tx)} - reached


async def delivery(tx: Transaction, now: datetime) -> Delivery:
    """What became of the week's messages to young people."""
    became = await delivered.became(tx, _first_of_week(now))
    return Delivery(
        sent=rounded(became.get("sent", 0)),
        unknown=became.get("unknown", 0),
        failed=became.get("failed", 0),
        waiting=rounded(became.get("waiting", 0)),
        held_back=rounded(became.get("cancelled", 0)),
        unreachable_people=sum(not person.reachable for person in await people.joined(tx)),
    )


def _first_of_week(now: datetime) -> date:
    return today(now) - timedelta(days=WEEK_DATES - 1)

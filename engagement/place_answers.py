"""What an organiser asks of whoever says yes, such as what they can't eat: one line, sealed, for the organiser alone.

It is kept beside the yes, and goes with it: whoever does not come after all leaves no line behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engagement import own_words, place_queue
from engagement.opportunities import details
from engagement.place_times import known_to_organiser
from engagement.places import NotOnOffer
from storage import opportunities
from storage.ids import OpportunityId, PersonId
from storage.opportunities import Interest
from storage.store import Transaction

LONGEST: Final = 120


class AnswerTooLong(Exception):
    """Nothing was kept: at most `max` letters fit, and `got` were typed."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.max, self.got = LONGEST, got


async def keep(tx: Transaction, person: PersonId, opportunity: OpportunityId, typed: str, *, now: datetime) -> None:
    """Their line, or none; an organiser who had their name already hears that the list has changed.

    Raises: NotOnOffer, without a yes of theirs or where nothing is asked; AnswerTooLong.
    """
    row = await opportunities.find(tx, opportunity, hold=True)
    known = await opportunities.interest_of(tx, opportunity, person)
    if known is None or not known.live or details(row).asks is None:
        raise NotOnOffer
    line = " ".join(own_words.clean(typed).split())
    if len(line) > LONGEST:
        raise AnswerTooLong(len(line))
    sealed = tx.keys.register.seal(line.encode(), _about(known)) if line else None
    await opportunities.set_interest(tx, opportunity, person, answer=sealed)
    if known_to_organiser(known, now):
        await place_queue.tell_organiser(tx, row, "came", now)


def read(tx: Transaction, theirs: Interest) -> str:
    """Their line; empty without one."""
    return "" if theirs.answer is None else tx.keys.register.open(theirs.answer, _about(theirs)).decode()


def _about(theirs: Interest) -> bytes:
    return f"place:{theirs.opportunity}:{theirs.person}".encode()

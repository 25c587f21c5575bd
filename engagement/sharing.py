"""Something a member of staff shared, and one young person: whether it is still to reach them, what they were sent."""

from __future__ import annotations

from dataclasses import dataclass

from engagement import budget
from storage import broadcasts, people, staff
from storage.broadcasts import Broadcast, NoSuchBroadcast
from storage.ids import BroadcastId, PersonId
from storage.outbox import Row
from storage.store import Transaction

SHARED = "broadcast"


class NeverSent(Exception):
    """It was never sent to this person, or is there no more."""


@dataclass(frozen=True, slots=True)
class Received:
    """What one young person was sent: from whom, if it was their worker, and whether they want no more like it."""

    text: str
    picture: str | None
    from_staff: str | None
    unwanted: bool


def occasion(broadcast: BroadcastId) -> str:
    """The name of this reason to write to people; it reaches a person at most once."""
    return f"{SHARED}:{broadcast}"


async def received(tx: Transaction, person: PersonId, broadcast: BroadcastId) -> Received:
    """What they were sent. Raises: NeverSent."""
    if not await broadcasts.reached(tx, occasion(broadcast), person):
        raise NeverSent
    try:
        found = await broadcasts.find(tx, broadcast)
    except NoSuchBroadcast as error:
        raise NeverSent from error
    if not found.words.text:
        raise NeverSent
    unwanted = await budget.has_opted_out(tx, person, "sharing")
    return Received(found.words.text, found.words.picture, await from_staff(tx, found), unwanted)


async def from_staff(tx: Transaction, broadcast: Broadcast) -> str | None:
    """The first name below it: only what a worker wrote to their own people has one, all else is from the team."""
    if broadcast.audience == "everyone":
        return None
    return (await staff.by_id(tx, broadcast.staff)).name.split()[0]


async def is_over(tx: Transaction, row: Row, person: PersonId) -> bool:
    """Whether this shares something that was stopped, or that is no longer their worker's to share with them."""
    said, _, number = row.occasion.partition(":")
    if said != SHARED:
        return False
    try:
        found = await broadcasts.find(tx, BroadcastId(int(number)))
    except NoSuchBroadcast:
        return True
    if found.state == "stopped" or (await staff.by_id(tx, found.staff)).state == "left":
        return True
    return found.audience == "own" and (await people.by_id(tx, person)).worker != found.staff

"""Something a member of staff shared, and one young person: whether it is still to reach them, what they were sent."""

from __future__ import annotations

from dataclasses import dataclass

from engagement import budget
from storage import broadcasts, opportunities, people, staff
from storage.broadcasts import Broadcast, NoSuchBroadcast
from storage.ids import BroadcastId, PersonId
from storage.outbox import Row
from storage.store import Transaction

SHARED, MENU = "broadcast", "menu"


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


def menu_occasion(menu: int) -> str:
    """The same of a menu: one message that leads to several things to join."""
    return f"{MENU}:{menu}:told"


async def is_over(tx: Transaction, row: Row, person: PersonId) -> bool:
    """Whether this shares something that was stopped, or that is no longer their worker's to share with them.

    A menu is over as well once nothing in it is open any more.
    """
    said, _, rest = row.occasion.partition(":")
    if said not in (SHARED, MENU):
        return False
    try:
        found = await broadcasts.find(tx, BroadcastId(int(rest.partition(":")[0])))
    except NoSuchBroadcast:
        return True
    if found.state == "stopped" or (await staff.by_id(tx, found.staff)).state == "left":
        return True
    if found.audience == "own" and (await people.by_id(tx, person)).worker != found.staff:
        return True
    return said == MENU and not any(one.id in found.words.menu for one in await opportunities.open_ones(tx))

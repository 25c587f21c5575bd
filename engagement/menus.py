"""One message that leads to several things to join: which go in it, to whom, and how often that may be done in a day.

The weekly cap is shared with everything else, so it is one envelope, however many things there are. Whoever likes
none of them, or has said what they think of each, gets it like the others: whether somebody got it would else tell
the sender what they said. It does not leave once nothing in it can be joined any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from engagement import audit, broadcasts, opportunities, telling
from engagement.audit import Action
from engagement.broadcasts import MOST_A_DAY, MayNotLeave, NotTheirs
from engagement.london import london, today
from engagement.opportunities import Opportunity
from engagement.sharing import MENU, menu_occasion
from engagement.staff import NotAllowed, Permission, require
from engagement.telling import Leaving
from storage import broadcasts as kept
from storage import people
from storage.broadcasts import Audience, Broadcast, NoSuchBroadcast
from storage.ids import BroadcastId, OpportunityId
from storage.people import Person
from storage.staff import Staff
from storage.store import Transaction

__all__ = ["MENU", "menu_occasion"]

MOST: Final = 12
"""More than so many cards nobody taps through."""


class NothingToShare(broadcasts.BroadcastError):
    """Nothing was ticked that people can still say yes to."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One that could go in. `new`: it was in no menu yet that went to everybody, or to this sender's people."""

    opportunity: Opportunity
    new: bool


async def choices(tx: Transaction, member: Staff, *, now: datetime) -> tuple[Choice, ...]:
    """What could go in now, the newest first. Raises: NotAllowed."""
    require(member, Permission.MAKE_OPPORTUNITY)
    shared = {
        number
        for one in await kept.shared(tx)
        if one.audience == "everyone" or one.staff == member.id
        for number in one.words.menu
    }
    return tuple(Choice(one, one.id not in shared) for one in await opportunities.to_join(tx, now=now))


async def put_together(
    tx: Transaction, member: Staff, ticked: Sequence[int], audience: Audience, *, now: datetime
) -> BroadcastId:
    """The number of a menu of these, ready to be told. Raises: NotAllowed, NothingToShare, MayNotLeave."""
    await _may_share(tx, member, audience, now=now)
    menu = [one.opportunity.id for one in await choices(tx, member, now=now) if one.opportunity.id in ticked]
    if not menu:
        raise NothingToShare
    return await kept.begin_menu(tx, member.id, audience, menu[:MOST])


async def of(tx: Transaction, member: Staff, menu: int) -> Broadcast:
    """A menu of theirs, sent or not. Raises: NotTheirs."""
    require(member, Permission.MAKE_OPPORTUNITY)
    try:
        found = await kept.find(tx, BroadcastId(menu))
    except NoSuchBroadcast as error:
        raise NotTheirs from error
    if found.staff != member.id or not found.words.menu:
        raise NotTheirs
    return found


async def contents(tx: Transaction, member: Staff, menu: int, *, now: datetime) -> tuple[Opportunity, ...]:
    """What of it can still be joined. Raises: NotTheirs."""
    found = await of(tx, member, menu)
    return tuple(one for one in await opportunities.to_join(tx, now=now) if one.id in found.words.menu)


async def only(tx: Transaction, member: Staff, menu: int, *, now: datetime) -> tuple[OpportunityId, ...]:
    """What people find in it, where it may leave now. Raises: NotTheirs, NothingToShare, MayNotLeave, NotAllowed."""
    found = await of(tx, member, menu)
    if found.state != "menu":
        raise NotTheirs
    await _may_share(tx, member, found.audience, now=now)
    there = await contents(tx, member, menu, now=now)
    if not there:
        raise NothingToShare
    return tuple(one.id for one in there)


async def among(tx: Transaction, member: Staff, menu: int) -> list[Person]:
    """Whom it is for. Raises: NotTheirs, NotAllowed."""
    found = await of(tx, member, menu)
    if found.audience not in await broadcasts.audiences(tx, member):
        raise NotAllowed(Permission.SEND_EVERYONE)
    return await (people.everyone(tx) if found.audience == "everyone" else people.of_worker(tx, member.id))


async def left(tx: Transaction, member: Staff, menu: int, leaving: Leaving, *, now: datetime) -> None:
    """It is on its way, and counts among what may be sent in a day."""
    found = await of(tx, member, menu)
    await kept.leave(tx, found.id, chosen=leaving.chosen, leaves_at=leaving.leaves_at)
    await audit.note(tx, member, Action.BROADCAST_SENT, now=now, broadcast=found.id, people=leaving.chosen)


async def stopped(tx: Transaction, member: Staff, menu: int, *, now: datetime) -> None:
    """It goes no further; one that reached nobody counts as never sent."""
    found = await of(tx, member, menu)
    if found.state != "leaving":
        return
    far = await telling.progress(tx, menu_occasion(menu), found.leaves_at, now=now)
    await kept.stop(tx, found.id, reached_nobody=far.told and not far.left)
    reached = {"people": far.left} if far.told else {}
    await audit.note(tx, member, Action.BROADCAST_STOPPED, now=now, broadcast=found.id, **reached)


async def enough_today(tx: Transaction, member: Staff, *, now: datetime) -> bool:
    """Whether they have sent as much today as may be sent in a day, menus and words together."""
    return len(await kept.left(tx, member.id, since=london(today(now), time(0)))) >= MOST_A_DAY


async def _may_share(tx: Transaction, member: Staff, audience: Audience, *, now: datetime) -> None:
    require(member, Permission.MAKE_OPPORTUNITY)
    if audience not in await broadcasts.audiences(tx, member):
        raise NotAllowed(Permission.SEND_EVERYONE)
    if await enough_today(tx, member, now=now):
        raise MayNotLeave("enough_today")

"""The lock on a member of staff's chat: after eight hours without a tap a PIN is asked for, five tries are given."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from engagement import audit
from engagement.audit import Action
from storage import staff
from storage.staff import Staff
from storage.store import Transaction

LOCKS_AFTER: Final = timedelta(hours=8)
NOTED_EVERY: Final = timedelta(minutes=10)
"""A tap is a reason to write only so often: they are to stay cheap."""

TRIES: Final = 5
SHORTEST, LONGEST = 4, 6


class TooEasy(Exception):
    """Whoever finds the phone would try these digits first."""


class NotAPin(Exception):
    """It is shorter or longer than a PIN, or not of digits."""


def is_locked(member: Staff, now: datetime) -> bool:
    """Whether so much time has passed since their last tap that it may be somebody else's hand."""
    return member.seen_at is not None and now - member.seen_at >= LOCKS_AFTER


async def seen(tx: Transaction, member: Staff, *, now: datetime) -> Staff:
    """The member of staff, who has tapped something."""
    if member.seen_at is not None and now - member.seen_at < NOTED_EVERY:
        return member
    return await staff.seen(tx, member.id, now=now)


async def later(tx: Transaction, member: Staff, *, now: datetime) -> Staff:
    """They choose no PIN today; they are asked again after the next eight hours."""
    return await staff.seen(tx, member.id, now=now) if is_locked(member, now) else member


async def choose(tx: Transaction, member: Staff, digits: str, *, now: datetime) -> Staff:
    """The member of staff with that PIN. Raises: NotAPin, TooEasy."""
    check(digits)
    await staff.set_pin(tx, member.id, digits)
    await audit.note(tx, member, Action.PIN_CHOSEN, now=now)
    return await staff.seen(tx, member.id, now=now)


def check(digits: str) -> None:
    """Raises NotAPin or TooEasy unless these digits can be a PIN."""
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise NotAPin
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    if steps in ({0}, {1}, {-1}):
        raise TooEasy


async def enter(tx: Transaction, member: Staff, digits: str, *, now: datetime) -> Staff | int:
    """The member of staff, let in; or how many tries are left, and with none they are logged out."""
    if await staff.pin_is(tx, member.id, digits):
        return await staff.seen(tx, member.id, now=now)
    wrong = await staff.count_wrong_pin(tx, member.id)
    await audit.note(tx, member, Action.PIN_WRONG, now=now, tries=wrong)
    if wrong < TRIES:
        return TRIES - wrong
    await staff.log_out(tx, member.id)
    await audit.note(tx, member, Action.PIN_LOCKED_OUT, now=now)
    return 0


async def new_link(tx: Transaction, member: Staff, *, now: datetime) -> Staff:
    """They have opened a link of their own: a forgotten PIN is gone, and they may choose another."""
    await staff.forget_pin(tx, member.id)
    await audit.note(tx, member, Action.LOGGED_IN, now=now)
    return await staff.seen(tx, member.id, now=now)

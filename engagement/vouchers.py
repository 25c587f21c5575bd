"""Thank-you codes: how many there are, and one each for whoever has sent, in one shuffled batch an evening.

What the batch leaves behind tells between which two evenings somebody sent, and nothing finer: everybody who waits is
dealt with at once, in an order that is drawn, and the outbox gets its rows in that order with the same moment on all of
them. The row's serial number and the date it was sent on say "this evening's batch" once more; both go with the codes,
60 days after the survey closed. Whoever asks to be forgotten takes
the code along: that it was given to somebody is all that is known of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

from engagement import audit, staff_news, voucher_file
from engagement.audit import Action
from engagement.london import local, london
from engagement.register_file import Problem
from engagement.staff import Permission, may
from engagement.voucher_file import Codes
from storage import due, occasions, openings, outbox, staff, vouchers
from storage.ids import PersonId, StaffId, SurveyId
from storage.openings import Opening
from storage.shuffle import in_random_order
from storage.store import Transaction
from storage.vouchers import CodeTaken, Count, Voucher
from surveys.disclosure import MIN_BASE, rounded

__all__ = ["CodeTaken", "Codes", "CodesUnreadable", "Stock", "Supply", "Voucher", "add", "stock"]

EVENING: Final = "vouchers"
"""What is due once an evening: a name without anybody's in it, and the London date as its key."""

EVENING_FROM, EVENING_MINUTES = time(18), 40
KEPT: Final = timedelta(days=60)
"""How long after a survey closed its codes can be looked at, and codes that come late still reach who waits."""

LATE: Final = timedelta(days=7)
"""How long after a survey closed its first codes may be given: for an evening when nothing ran, or a late delivery."""

STAFF_KEPT: Final = timedelta(days=30)
LOW: Final = 10
"""Staff are told when one code in so many is left."""

ABOUT: Final = "voucher:"
"""How every occasion to write to anybody about codes begins."""

Level = Literal["low", "none"]


class CodesUnreadable(Exception):
    """A file of codes holds lines that cannot be used: none of them was added."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} lines")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Stock:
    """The codes of one survey: still to be given, given since it opened last, and both together."""

    left: int
    given: int
    total: int


@dataclass(frozen=True, slots=True)
class Supply:
    """The same for staff who have been told that codes run out.

    `waiting` is about how many have sent and got none yet. Both are None while so few have sent that nothing is
    counted for anybody.
    """

    opening: Opening
    stock: Stock | None
    waiting: int | None


# What there is


async def stock(tx: Transaction, name: str) -> Stock:
    """How many codes there are for the survey of that name."""
    return _stock(await vouchers.count(tx, name), await _newest(tx, name))


async def short_by(tx: Transaction, name: str, people: int) -> int:
    """How many codes are missing if that many people answer; 0 where nobody means to give any."""
    newest = await _newest(tx, name)
    found = _stock(await vouchers.count(tx, name), newest)
    given = found.given if newest is not None and newest.state == "open" else 0
    return max(0, people - given - found.left) if found.total else 0


async def supply(tx: Transaction, survey: SurveyId) -> Supply:
    """How one survey's codes stand, for a member of staff. Raises: NoSuchSurvey."""
    opening = await openings.find(tx, survey)
    found = _stock(await vouchers.count(tx, opening.name), opening)
    waiting = await vouchers.count_waiting(tx, survey)
    if found.given + waiting < MIN_BASE:
        return Supply(opening, None, None)
    return Supply(opening, found, rounded(waiting))


async def promised(tx: Transaction, survey: SurveyId) -> bool:
    """Whether whoever sends this survey now is sure of a code: one is left even if everybody else sends before tonight.

    The evening's order is drawn, so nobody can be held to be first.
    """
    opening = await openings.find(tx, survey)
    left = (await vouchers.count(tx, opening.name)).left
    return opening.practice is None and left > 0 and left >= await vouchers.count_without(tx, survey)


async def mine(tx: Transaction, person: PersonId, *, now: datetime) -> tuple[Voucher, ...]:
    """The codes this person was given and may still look at, the newest first."""
    return await vouchers.of_person(tx, person, since=now - KEPT)


# Adding


async def check(tx: Transaction, codes: Codes) -> None:
    """Raises: CodesUnreadable, when a line is no code, comes twice, or is here already."""
    known = voucher_file.known(codes, await vouchers.known(tx, codes.codes))
    if problems := (*codes.problems, *known):
        raise CodesUnreadable(tuple(sorted(problems)))


async def add(
    tx: Transaction, codes: Codes, *, name: str, worth: str, now: datetime, member: StaffId | None = None
) -> Stock:
    """What there is now that all of these codes are there as well.

    Raises: CodesUnreadable; CodeTaken when somebody else was adding the same ones.
    """
    await check(tx, codes)
    await vouchers.add(tx, name, codes.codes, worth=worth)
    await audit.note(tx, member, Action.VOUCHERS_ADDED, now=now, survey=name, codes=len(codes.lines))
    return await stock(tx, name)


# The evening


async def plan(tx: Transaction, now: datetime, *, chance: Callable[[int], int]) -> None:
    """See to it that the coming evening gives what there is to give, where there is anything. Safe to repeat."""
    if not await vouchers.any_there(tx):
        return
    here = local(now)
    day = here.date() if here.time() < EVENING_FROM else here.date() + timedelta(days=1)
    minutes = EVENING_FROM.hour * 60 + chance(EVENING_MINUTES) % EVENING_MINUTES
    await due.add(tx, EVENING, day.isoformat(), london(day, time(*divmod(minutes, 60))))


async def evening(tx: Transaction, *, now: datetime) -> int:
    """How many people got a code: everybody who has sent and has none, as far as the codes go."""
    await vouchers.hold(tx)
    given = 0
    for opening in await openings.every(tx):
        if opening.practice is None and opening.closes_at >= now - KEPT:
            before = await vouchers.count(tx, opening.name)
            if _is_its_turn(opening, before, now):
                given += await _give(tx, opening, before, now)
    return given


async def prune(tx: Transaction, *, now: datetime) -> None:
    """Given codes go 60 days after their survey closed, and with them every message that said there was one."""
    for survey in await vouchers.remove_given(tx, closed_before=now - KEPT):
        await occasions.remove(tx, about(survey))


def about(survey: SurveyId) -> str:
    """How every occasion to write to anybody about the codes of that survey begins."""
    return f"{ABOUT}{survey}:"


def _is_its_turn(opening: Opening, codes: Count, now: datetime) -> bool:
    """Open; just closed; or closed while some of those who were promised a code still wait.

    Else codes bought for the next time would go to everybody who ever answered when there were none.
    """
    if not codes.left and opening.id not in codes.given:
        return False
    return opening.state == "open" or now - opening.closes_at < LATE or opening.id in codes.given


async def _give(tx: Transaction, opening: Opening, before: Count, now: datetime) -> int:
    waiting = in_random_order(await vouchers.waiting(tx, opening.id))
    given = await vouchers.give(tx, opening, waiting)
    await outbox.queue_for(
        tx,
        given,
        occasion=f"{about(opening.id)}code",
        kind="asked",  # not counted in their week: they were told of it when they sent
        envelope="envelope/something",
        opens={"screen": "voucher", "survey": opening.id},
        not_before=now,
        expires_at=now + KEPT,
    )
    left = before.left - len(given)
    given_before = before.given.get(opening.id, 0)
    total = left + given_before + len(given)
    if opening.state == "open" and given_before + len(waiting) < MIN_BASE:
        pass  # few codes are gone as soon as few have sent, and that is not for anybody to know
    elif left == 0 and len(waiting) > len(given):
        await _tell_staff(tx, opening, "none", now=now)
    elif opening.state == "open" and left * LOW <= total:
        await _tell_staff(tx, opening, "low", now=now)
    return len(given)


async def _tell_staff(tx: Transaction, opening: Opening, level: Level, *, now: datetime) -> None:
    """One line to everybody who runs surveys, once for each level."""
    for member in await staff.everyone(tx):
        if may(member, Permission.RUN_SURVEYS):
            await staff_news.tell(
                tx,
                member.id,
                occasion=f"{about(opening.id)}{level}",
                opens={"screen": "staff/vouchers", "survey": opening.id},
                now=now,
                until=now + STAFF_KEPT,
            )


async def _newest(tx: Transaction, name: str) -> Opening | None:
    """The opening of that name that counts and came last."""
    named = (one for one in reversed(await openings.every(tx)) if one.name == name)
    return next((one for one in named if one.practice is None), None)


def _stock(codes: Count, opening: Opening | None) -> Stock:
    given = codes.given.get(opening.id, 0) if opening is not None else 0
    return Stock(codes.left, given, codes.left + given)

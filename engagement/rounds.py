"""Rounds on the plan: once a quarter each owner is asked how far it is, twice reminded, and then asked after.

A round begins on the first working day of a quarter, or by hand, once for each quarter. What it found is told by
`round_told`; whoever is asked only ever hears of it by day, while the team is at work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final

from engagement import promise_standing, promises, rota, staff_news
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.london import london, today
from engagement.promise_standing import Standing, of_json, standing_of
from engagement.promises import Shown
from engagement.staff import Permission, may, require
from storage import due, rounds, staff
from storage.due import Due
from storage.ids import PromiseId, RoundId, StaffId
from storage.promises import State
from storage.rounds import Round, Update
from storage.staff import Staff
from storage.store import Transaction

BEGIN, REMIND, OVERDUE = "round_begin", "round_remind", "round_overdue"
"""What is due on the first working day of a quarter, twice before the day for updates, and on the working day after."""

AT: Final = time(10)
UPDATE_DAYS: Final = 10
REMIND_ON: Final = (5, 9)
"""Working days that owners have, and those of them on whose mornings whoever has not answered is reminded."""

KEPT: Final = timedelta(days=14)
ASKED_OF: Final[frozenset[State]] = frozenset({"planned", "doing", "stuck"})


class RoundError(Exception):
    """Nothing about the round was changed."""


class NoPlan(RoundError):
    """Nothing is promised that could be asked about."""


class RoundThere(RoundError):
    """This quarter has its round."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoRoundYet(RoundError):
    """No round has ever begun."""


class RoundOver(RoundError):
    """People were told, or the next quarter has begun: owners are asked no longer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One promise that is asked about: as it stands, as it stood before, its owner now, and what they gave."""

    update: Update
    shown: Shown
    before: Standing
    owner: Staff | None

    @property
    def promise(self) -> PromiseId:
        return self.shown.id

    @property
    def now(self) -> Standing:
        """How far it is now."""
        return standing_of(self.shown.promise)

    @property
    def given(self) -> bool:
        """Whether its owner has answered, be it that nothing moved."""
        return self.update.given_on is not None


# It begins


def quarter(day: date) -> str:
    """The name of that day's quarter: `2026_q4`."""
    return f"{day.year}_q{(day.month + 2) // 3}"


def first_of_quarter(day: date) -> date:
    """The first day of that day's quarter."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def coming(now: datetime) -> date:
    """The first day of this quarter while it is not yet 10:00 on it in London, else that of the next."""
    first = first_of_quarter(today(now))
    return first if now < london(first, AT) else first_of_quarter(first + timedelta(days=93))


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that the coming quarter's round is planned. Safe to repeat."""
    first = coming(now)
    await due.add(tx, BEGIN, quarter(first), london(first, AT))


async def begin_on_time(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """The quarter's round begins, once it is a working day; not without a plan, nor where somebody has begun it."""
    name = row.key.partition(":")[0]
    first = next(rota.working_days(settings, _first_named(name) - timedelta(days=1)), None)
    if first is None or name != quarter(today(now)):
        return
    if now < london(first, AT):
        await due.add(tx, BEGIN, f"{name}:{first.isoformat()}", london(first, AT))
        return
    try:
        await begin(tx, settings, None, now=now)
    except (NoPlan, RoundThere):
        return


async def begin(tx: Transaction, settings: Settings, member: Staff | None, *, now: datetime) -> Round:
    """The round of this quarter: every owner of something not done is asked, and has ten working days.

    One that was never told is overtaken, and what moved since is told with this one. Raises: NotAllowed, NoPlan,
    RoundThere.
    """
    if member is not None:
        require(member, Permission.TELL_FINDINGS)
    every = await promises.every(tx)
    if not every:
        raise NoPlan
    earlier = await rounds.every(tx)
    day = today(now)
    made = await rounds.begin(
        tx,
        quarter(day),
        asked_on=day,
        updates_by=_working_day(settings, day, UPDATE_DAYS),
        told=promise_standing.as_json(_before(earlier, every)),
    )
    if made is None:
        raise RoundThere(quarter(day))
    for one in earlier:
        if one.state == "asking":
            await rounds.change(tx, one.id, state="overtaken")
    await rounds.ask(tx, made.id, [(one.id, one.promise.owner) for one in every if one.promise.state in ASKED_OF])
    await note(tx, member, Action.ROUND_BEGUN, now=now, round=made.id)
    await _ask_owners(tx, settings, made, "asked", now=now)
    await _plan_reminders(tx, settings, made)
    return made


def _before(earlier: Iterable[Round], every: Iterable[Shown]) -> dict[PromiseId, Standing]:
    """How everything stood when people last heard of it; what is new stood as it stands."""
    known: dict[PromiseId, Standing] = {}
    for one in earlier:
        told = of_json(one.told)
        known |= told.before if told.after is None else told.after
    return {one.id: known.get(one.id, standing_of(one.promise)) for one in every}


async def _plan_reminders(tx: Transaction, settings: Settings, made: Round) -> None:
    for place, days in enumerate(REMIND_ON, start=1):
        day = _working_day(settings, made.asked_on, days)
        await due.add(tx, REMIND, f"{made.id}:{place}", london(day, AT))
    after = _working_day(settings, made.updates_by, 1)
    await due.add(tx, OVERDUE, str(made.id), london(after, AT))


def _working_day(settings: Settings, after: date, many: int) -> date:
    """The so many-th working day after that day. Raises: NeverOpen."""
    found = next(islice(rota.working_days(settings, after), many - 1, None), None)
    if found is None:
        raise rota.NeverOpen
    return found


def _first_named(name: str) -> date:
    year, _, number = name.partition("_q")
    return date(int(year), 3 * int(number) - 2, 1)


# Who is told to look


async def _ask_owners(tx: Transaction, settings: Settings, of: Round, what: str, *, now: datetime) -> None:
    """One line to each owner who has not answered, however many promises are theirs."""
    owners = {one.owner.id: one.owner for one in await outstanding(tx, of) if one.owner is not None}
    for owner in owners.values():
        if owner.state == "joined":
            await tell_one(tx, settings, f"round:{of.id}:{what}", owner.id, now=now)


async def tell_one(
    tx: Transaction, settings: Settings, occasion: str, member: StaffId, *, now: datetime, **opens: object
) -> bool:
    """Whether it is new that this member of staff has something to look at; they hear of it while the team works."""
    return await staff_news.tell(
        tx,
        member,
        occasion=occasion,
        opens={"screen": "staff/rounds", **opens},
        now=rota.next_open(settings, now),
        until=now + KEPT,
    )


async def tell_everyone_who(
    tx: Transaction, settings: Settings, of: Round, what: str, needs: Permission, *, now: datetime
) -> None:
    """One line, once a round for this reason, to all who have joined and whose role allows it."""
    for member in await staff.everyone(tx):
        if member.state == "joined" and may(member, needs):
            await tell_one(tx, settings, f"round:{of.id}:{what}", member.id, now=now)


async def remind(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """Whoever has not answered yet is reminded, while it is still asked."""
    about, _, place = row.key.partition(":")
    of = await rounds.find(tx, RoundId(int(about)))
    if of.state == "asking" and today(now) <= of.updates_by:
        await _ask_owners(tx, settings, of, f"reminder:{place}", now=now)


async def overdue(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """The day for updates is over: managers hear of what is missing, and whoever tells people that she can look."""
    of = await rounds.find(tx, RoundId(int(row.key)))
    if of.state != "asking":
        return
    if await outstanding(tx, of):
        await tell_everyone_who(tx, settings, of, "overdue", Permission.SEE_OVERDUE, now=now)
    await tell_everyone_who(tx, settings, of, "ready", Permission.TELL_FINDINGS, now=now)


# What is asked, and what was given


async def newest(tx: Transaction) -> Round:
    """The round that began last. Raises: NoRoundYet."""
    every = await rounds.every(tx)
    if not every:
        raise NoRoundYet
    return every[-1]


async def asked(tx: Transaction, of: Round) -> tuple[Asked, ...]:
    """Everything that is asked about in a round and is still promised, in the order of the plan."""
    given = {one.promise: one for one in await rounds.updates(tx, of.id)}
    before = of_json(of.told).before
    members = {one.id: one for one in await staff.everyone(tx) if one.state != "left"}
    return tuple(
        Asked(
            given[one.id],
            one,
            before.get(one.id, standing_of(one.promise)),
            None if one.promise.owner is None else members.get(one.promise.owner),
        )
        for one in await promises.every(tx)
        if one.id in given
    )


async def outstanding(tx: Transaction, of: Round) -> tuple[Asked, ...]:
    """What is still asked about: neither given, nor dropped meanwhile."""
    return tuple(one for one in await asked(tx, of) if not one.given and one.now.state != "not_doing")

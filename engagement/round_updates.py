"""What an owner says of one promise in a round, and the line by which a manager asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engagement import promise_words, promises
from engagement.audit import Action, note
from engagement.authority import Settings
from engagement.london import today
from engagement.rounds import Asked, RoundError, RoundOver, asked, outstanding, tell_everyone_who, tell_one
from engagement.staff import Permission, may, require
from storage import outbox, rounds
from storage.ids import PromiseId, RoundId, StaffId
from storage.promises import State
from storage.rounds import Round
from storage.staff import Staff
from storage.store import Transaction

BY_OWNER: Final[tuple[State, ...]] = ("planned", "doing", "done", "stuck")
"""What an owner may say of a promise; that it is dropped is for whoever writes the plan, and is told with a reason."""


class NotAsked(RoundError):
    """This promise is not asked about in this round, or not of this member of staff."""


class AskedToday(RoundError):
    """Its owner was asked already today."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class NobodyOwns(RoundError):
    """The promise has no owner who could be asked."""


def owns(member: Staff, one: Asked) -> bool:
    """Whether it is theirs to answer."""
    return one.owner is not None and one.owner.id == member.id


def is_for(member: Staff, one: Asked) -> bool:
    """Whether this member of staff may answer: its owner, or whoever writes the plan."""
    return may(member, Permission.WRITE_PLAN) or (owns(member, one) and may(member, Permission.UPDATE_PROMISE))


async def one_asked(
    tx: Transaction, member: Staff, of: RoundId, promise: PromiseId, *, hold: bool = False
) -> tuple[Round, Asked]:
    """What this member of staff is asked about one promise. Raises: NoSuchRound, RoundOver, NotAsked."""
    found = await rounds.find(tx, of, hold=hold)
    if found.state != "asking":
        raise RoundOver
    one = next((one for one in await asked(tx, found) if one.promise == promise), None)
    if one is None or not is_for(member, one):
        raise NotAsked
    return found, one


async def set_state(
    tx: Transaction, member: Staff, of: RoundId, promise: PromiseId, state: State, *, reason: str = "", now: datetime
) -> None:
    """How far it is, in one word; what is stuck with a reason that can be told. Raises: RoundError, BadField."""
    if state not in BY_OWNER:
        raise NotAsked
    _, one = await one_asked(tx, member, of, promise, hold=True)
    changes: dict[str, object] = {"state": state, "updated_on": today(now)}
    if reason:
        changes["reason"] = reason
    if state == "done":
        changes["steps_done"] = one.now.steps
    await promises.save(tx, member, promise, changes, now=now)


async def set_steps(
    tx: Transaction, member: Staff, of: RoundId, promise: PromiseId, steps_done: int, *, now: datetime
) -> None:
    """How many of its steps are done. Raises: RoundError, BadField."""
    await one_asked(tx, member, of, promise, hold=True)
    await promises.save(tx, member, promise, {"steps_done": steps_done, "updated_on": today(now)}, now=now)


async def say(tx: Transaction, member: Staff, of: RoundId, promise: PromiseId, line: str, *, now: datetime) -> None:
    """The line that people will read about it. Raises: RoundError, BadField."""
    _, one = await one_asked(tx, member, of, promise, hold=True)
    said = promise_words.line("update", line)
    if not said:
        raise promise_words.BadField("update", "empty")
    await promises.save(tx, member, promise, {"update": said, "updated_on": today(now)}, now=now)
    await rounds.give(tx, of, promise, on=one.update.given_on, words=said)


async def give(
    tx: Transaction, settings: Settings, member: Staff, of: RoundId, promise: PromiseId, *, moved: bool, now: datetime
) -> None:
    """It is answered: as it stands now, or that nothing moved, which is an answer too. Raises: RoundError."""
    found, one = await one_asked(tx, member, of, promise, hold=True)
    day = one.update.given_on or today(now)
    await rounds.give(tx, of, promise, on=day, words=one.update.words if moved else "")
    await note(tx, member, Action.PROMISE_UPDATED, now=now, round=of, promise=promise)
    if not await outstanding(tx, found):
        await tell_everyone_who(tx, settings, found, "ready", Permission.TELL_FINDINGS, now=now)


async def ask_after(
    tx: Transaction, settings: Settings, member: Staff, of: RoundId, promise: PromiseId, *, now: datetime
) -> Staff:
    """The owner, who gets one line that an update is asked for; at most one a day.

    Raises: NotAllowed, RoundOver, NotAsked, NobodyOwns, AskedToday.
    """
    require(member, Permission.SEE_OVERDUE)
    found = await rounds.find(tx, of)
    if found.state != "asking":
        raise RoundOver
    one = next((one for one in await outstanding(tx, found) if one.promise == promise), None)
    if one is None:
        raise NotAsked
    if one.owner is None or one.owner.state != "joined":
        raise NobodyOwns
    occasion = _asked_for(of, now)
    about = {"promise": promise, "asked_by": member.id}
    if not await tell_one(tx, settings, occasion, one.owner.id, now=now, **about):
        raise AskedToday(one.owner.name)
    await note(tx, member, Action.UPDATE_ASKED, now=now, round=of, promise=promise, of=one.owner.id)
    return one.owner


async def asked_today(tx: Transaction, of: Round, owner: StaffId, *, now: datetime) -> bool:
    """Whether a manager has asked this owner for an update today."""
    return any(row.occasion == _asked_for(of.id, now) for row in await outbox.of_staff(tx, owner))


def _asked_for(of: RoundId, now: datetime) -> str:
    return f"round:{of}:asked_for:{today(now).isoformat()}"

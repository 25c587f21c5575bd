"""Saying something with a name: who answers by when is said first, and kept.

There is an owner, a reminder, and whoever is asked after them, and the young person hears each time; thanks go straight
to whom they thank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from engagement import rota
from engagement.authority import Settings
from engagement.london import london, today
from engagement.rota import NobodyToAsk
from engagement.voice import VoiceError, fitting, reads
from storage import due, outbox, people, signed_comments
from storage.due import Due
from storage.ids import PersonId, SignedCommentId, StaffId
from storage.signed_comments import Kind as SignedKind
from storage.signed_comments import NoSuchSigned, SignedComment
from storage.staff import Staff
from storage.store import Transaction

REMINDER, DEADLINE = "signed_reminder", "signed_deadline"

ANSWER_DAYS, LATER_DAYS = 5, 2
"""Working days in which a comment with a name is answered, and how many more whoever is asked next has."""

MOST_THANKED: Final = 8
KEPT_WAITING: Final = timedelta(days=14)


class NotYours(VoiceError):
    """This person or member of staff has nothing to do with the comment, or there is none."""


class NotOffered(VoiceError):
    """The one chosen cannot be thanked here."""


class Over(VoiceError):
    """It is answered already."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would answer, and by when: to be said before the first tap."""

    owner: Staff
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """What was promised. Thanks need no answer, so `due_at` is None and `owner` is whom they thank."""

    id: SignedCommentId
    owner: Staff
    due_at: datetime | None


async def offer(tx: Transaction, settings: Settings, person: PersonId, now: datetime) -> Offer:
    """Who would answer if they signed now, and by when. Raises: NobodyToAsk."""
    line = await _line(tx, settings, person, now)
    if not line:
        raise NobodyToAsk
    return Offer(line[0], _in_days(settings, now, ANSWER_DAYS)[-1])


async def sign(
    tx: Transaction,
    settings: Settings,
    person: PersonId,
    *,
    kind: SignedKind,
    about: int = 0,
    staff: StaffId | None = None,
    text: str,
    now: datetime,
) -> Signed:
    """Who answers it by when; for thanks, who has them now. Raises: WrongLength, NobodyToAsk, NotOffered."""
    words = fitting(text)
    if kind == "thanks":
        return await _thank(tx, person, staff, words, now)
    promised = await offer(tx, settings, person, now)
    one = await signed_comments.add(
        tx,
        person,
        kind=kind,
        about=about,
        staff=None,
        text=words,
        owner=promised.owner.id,
        state="open",
        due_at=promised.due_at,
        now=now,
    )
    await _start_round(tx, one, _in_days(settings, now, ANSWER_DAYS)[-2], now)
    return Signed(one.id, promised.owner, promised.due_at)


async def _thank(tx: Transaction, person: PersonId, whom: StaffId | None, words: str, now: datetime) -> Signed:
    thanked = next((one for one in await could_thank(tx, person) if one.id == whom), None)
    if thanked is None:
        raise NotOffered
    one = await signed_comments.add(
        tx,
        person,
        kind="thanks",
        about=0,
        staff=thanked.id,
        text=words,
        owner=thanked.id,
        state="passed_on",
        due_at=None,
        now=now,
    )
    await _tell_staff(tx, one, thanked.id, "thanks", now)
    return Signed(one.id, thanked, None)


async def could_thank(tx: Transaction, person: PersonId) -> tuple[Staff, ...]:
    """Whom this person can thank here: their worker first, then others by name, as many as fit on a card."""
    worker = (await people.by_id(tx, person)).worker
    here = sorted(await rota.on_staff(tx), key=lambda one: (one.id != worker, one.name.casefold()))
    return tuple(here[:MOST_THANKED])


async def mine(tx: Transaction, person: PersonId) -> tuple[SignedComment, ...]:
    """What this person signed, the oldest first."""
    return await signed_comments.of_person(tx, person)


async def of_writer(tx: Transaction, person: PersonId, which: SignedCommentId) -> SignedComment:
    """The comment, for whoever signed it. Raises: NotYours."""
    return await _held(tx, which, person=person)


async def take_back(tx: Transaction, person: PersonId, which: SignedCommentId) -> None:
    """Nothing is left of it. Raises: NotYours, Over."""
    one = await _held(tx, which, person=person)
    if one.state != "open":
        raise Over
    await close(tx, one)
    await signed_comments.remove(tx, one.id)


async def tell_at_once(tx: Transaction, settings: Settings, which: SignedCommentId, *, now: datetime) -> datetime:
    """Their worker, duty and whoever has it hear of it at once; says when the team is next at work."""
    one = await _held(tx, which)
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    line = rota.in_order(settings, here, off, (await people.by_id(tx, one.person)).worker)
    told = {member.id for member in (*line[:1], *rota.on_duty(settings, here, off))} | {one.owner}
    one = await signed_comments.note_told(tx, one, tuple(sorted(told)))
    for member in told:
        await _tell_staff(tx, one, member, "at_once", now, urgent=True)
    return rota.next_open(settings, now)


async def look(tx: Transaction, member: Staff, which: SignedCommentId) -> SignedComment:
    """The comment, for whoever was asked or told; for whoever reads, if it is to be answered. Raises: NotYours."""
    one = await _held(tx, which)
    theirs = member.id in (*one.asked, *one.told) or (reads(member) and one.kind != "thanks")
    if member.state == "left" or not theirs:
        raise NotYours
    return one


async def remind(tx: Transaction, _settings: Settings, fired: Due, now: datetime) -> None:
    """The day before the last: whoever has it is reminded, if nobody has answered."""
    if (one := await _in_round(tx, fired)) is not None:
        await _tell_staff(tx, one, one.owner, f"reminder:{one.round}", now)


async def escalate(tx: Transaction, settings: Settings, fired: Due, now: datetime) -> None:
    """Past its time and not answered: a manager has it now, by a new time, and the young person hears."""
    one = await _in_round(tx, fired)
    if one is None:
        return
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    managers = [member.id for member in here if member.role == "manager" and member.id not in off]
    to = next((member for member in managers if member not in one.asked), managers[0] if managers else one.owner)
    *_, before, last = _in_days(settings, now, LATER_DAYS)
    moved = await signed_comments.pass_on(tx, one, to, due_at=last)
    await _start_round(tx, moved, before, now)
    await tell_writer(tx, moved, f"moved:{moved.round}", "voice/moved", now)


async def close(tx: Transaction, one: SignedComment) -> None:
    """Its clock stops, and nobody is told any more to answer it."""
    await due.cancel_kinds(tx, (REMINDER, DEADLINE), _round(one))
    for what in ("at_once", f"new:{one.round}", f"reminder:{one.round}"):
        await outbox.cancel(tx, _occasion(one, what))


async def tell_writer(tx: Transaction, one: SignedComment, what: str, screen: str, now: datetime) -> None:
    """Whoever signed it hears, once."""
    await outbox.queue(
        tx,
        occasion=_occasion(one, what),
        person=one.person,
        lane="young",
        kind="asked",
        envelope="envelope/update",
        opens={"screen": screen, "comment": one.id},
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )


async def _start_round(tx: Transaction, one: SignedComment, remind_on: datetime, now: datetime) -> None:
    await _tell_staff(tx, one, one.owner, f"new:{one.round}", now)
    if one.due_at is not None:
        await due.add(tx, DEADLINE, _round(one), one.due_at)
        await due.add(tx, REMINDER, _round(one), remind_on)


async def _tell_staff(
    tx: Transaction, one: SignedComment, member: StaffId, what: str, now: datetime, *, urgent: bool = False
) -> None:
    await outbox.queue(
        tx,
        occasion=_occasion(one, what),
        staff=member,
        lane="staff",
        kind="help" if urgent else "ours",
        envelope="staff/update",
        opens={"screen": "staff/signed", "comment": one.id},
        not_before=now,
        expires_at=now + KEPT_WAITING,
    )


async def _line(tx: Transaction, settings: Settings, person: PersonId, now: datetime) -> tuple[Staff, ...]:
    """Who could answer, in order: whoever reads, then duty, then managers, each with who stands in.

    Their own worker comes last: what is to change may be about them.
    """
    here, off = await rota.on_staff(tx), await rota.off(tx, now)
    managers = [one for one in here if one.role == "manager"]
    places: Sequence[Staff] = [*(one for one in here if reads(one)), *rota.on_duty(settings, here, off), *managers]
    could = {one.id: one for place in places for one in rota.in_place(settings, here, off, place)}
    worker = (await people.by_id(tx, person)).worker
    return tuple(sorted(could.values(), key=lambda one: one.id == worker))


def _in_days(settings: Settings, now: datetime, days: int) -> list[datetime]:
    """When each of the next so many working days begins, but for the last, of which it is the end."""
    found = list(islice(rota.working_days(settings, today(now)), days))
    hours = [settings.working_hours[rota.DAYS[day.weekday()]] for day in found]
    begin = [london(day, at[0]) for day, at in zip(found, hours, strict=True)]
    return [*begin[:-1], london(found[-1], hours[-1][1])]


async def _held(tx: Transaction, which: SignedCommentId, *, person: PersonId | None = None) -> SignedComment:
    try:
        one = await signed_comments.find(tx, which, hold=True)
    except NoSuchSigned as error:
        raise NotYours from error
    if person is not None and one.person != person:
        raise NotYours
    return one


async def _in_round(tx: Transaction, fired: Due) -> SignedComment | None:
    """The comment, if what fired still concerns it."""
    number = fired.key.partition(":")[0]
    try:
        one = await signed_comments.find(tx, SignedCommentId(int(number)), hold=True)
    except NoSuchSigned:
        return None
    return one if one.state == "open" and _round(one) == fired.key else None


def _round(one: SignedComment) -> str:
    # SQLite gives the number of one that is gone to another: the token sets them apart.
    return f"{one.id}:{one.token}:{one.round}"


def _occasion(one: SignedComment, what: str) -> str:
    return f"signed:{one.id}:{one.token}:{what}"

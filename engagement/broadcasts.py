"""Sending something to one's own people, or to everybody: written, looked at, confirmed by number, stopped in time.

Whom it reaches is worked out anew each time it is looked at and once more when it is confirmed; the gate asks again
when each message leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Final, Literal

from engagement import audit, budget, nudges, own_words, sharing, telling
from engagement.audit import Action
from engagement.authority import Settings
from engagement.budget import Left, Reach
from engagement.london import london, today
from engagement.staff import NotAllowed, Permission, may
from engagement.telling import CANCEL_FOR, KEPT_WAITING, NumberChanged, WrongNumber
from storage import broadcasts, outbox, people
from storage.broadcasts import Audience, Broadcast, NoSuchBroadcast, Words
from storage.ids import BroadcastId, PersonId
from storage.people import Person
from storage.staff import Staff
from storage.store import Transaction

MOST_A_DAY = 2
SAME_WORDS_WITHIN = timedelta(days=1)

NEEDS: Final[tuple[Permission, ...]] = (Permission.SEND_OWN, Permission.SEND_EVERYONE)
"""Either opens this door."""

Refusal = Literal["enough_today", "week_full", "nobody"]


class BroadcastError(Exception):
    """Nothing was sent, and nothing changed."""


class NothingToSend(BroadcastError):
    """They have begun nothing, or have sent it or thrown it away since."""


class NotTheirs(BroadcastError):
    """This person or member of staff has nothing to do with that broadcast."""


class MayNotLeave(BroadcastError):
    """Two a day is the most, everybody's week is full, or there is nobody it could reach."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom the draft reaches now and whom not, and whether it may leave.

    refused:    why it may not; `room_on` is the first day on which somebody's week has room again.
    again:      when the same words left within the last day.
    leaves_on:  the day from whose morning it leaves, when it would be night.
    from_staff: the first name that stands below it; None where it is from the team.
    """

    broadcast: Broadcast
    people: tuple[PersonId, ...]
    total: int
    left_out: Mapping[Left, int]
    refused: Refusal | None
    room_on: date | None
    again: datetime | None
    leaves_on: date | None
    from_staff: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: `left` may have reached people, `waiting` will leave yet, the others of `chosen` never will.

    `seconds` are those in which it can still be cancelled as if it had never been sent. While it is not `told` whom a
    full week keeps waiting, nothing is counted.
    """

    broadcast: Broadcast
    left: int
    waiting: int
    seconds: int
    leaves_on: date | None
    told: bool = True

    @property
    def others(self) -> int:
        return self.broadcast.chosen - self.left - self.waiting


# Writing


async def audiences(tx: Transaction, member: Staff) -> tuple[Audience, ...]:
    """To whom they may send something. Raises: NotAllowed."""
    if may(member, Permission.SEND_EVERYONE):
        return ("own", "everyone") if await people.of_worker(tx, member.id) else ("everyone",)
    if may(member, Permission.SEND_OWN):
        return ("own",)
    raise NotAllowed(Permission.SEND_OWN)


async def begin(
    tx: Transaction, member: Staff, text: str, *, audience: Audience | None = None, picture: str | None = None
) -> Broadcast:
    """A new draft in place of any they had; with a picture its words may come later. Raises: NotAllowed, BadText."""
    offered = await audiences(tx, member)
    said = own_words.text(text) if text.strip() or picture is None else ""
    meant = _one_of(offered, audience or offered[0])
    await broadcasts.begin(tx, member.id, meant, Words(said, picture=picture))
    return await draft(tx, member)


async def draft(tx: Transaction, member: Staff) -> Broadcast:
    """What they have begun. Raises: NotAllowed, NothingToSend."""
    await audiences(tx, member)
    found = await broadcasts.draft_of(tx, member.id)
    if found is None:
        raise NothingToSend
    return found


async def send_to(tx: Transaction, member: Staff, audience: Audience) -> None:
    """The draft is for these. Raises: NotAllowed, NothingToSend."""
    found = await draft(tx, member)
    chosen = _one_of(await audiences(tx, member), audience)
    await broadcasts.change(tx, found, audience=chosen, words=found.words)


async def say(tx: Transaction, member: Staff, text: str) -> None:
    """The draft says this. Raises: NotAllowed, NothingToSend, BadText."""
    await _change(tx, member, text=own_words.text(text))


async def open_with(tx: Transaction, settings: Settings, member: Staff, line: str) -> None:
    """A locked phone shows this line. Raises: NotAllowed, NothingToSend, BadLine."""
    await _change(tx, member, line=own_words.line(settings, line))


async def put_picture(tx: Transaction, member: Staff, picture: str | None) -> None:
    """This picture goes with the draft, or none. Raises: NotAllowed, NothingToSend."""
    await _change(tx, member, picture=picture)


async def throw_away(tx: Transaction, member: Staff) -> None:
    """Nothing is left of the draft."""
    await broadcasts.throw_away(tx, member.id)


async def _change(tx: Transaction, member: Staff, **changed: str | None) -> None:
    found = await draft(tx, member)
    await broadcasts.change(tx, found, audience=found.audience, words=replace(found.words, **changed))  # type: ignore[arg-type]


def _one_of(offered: Sequence[Audience], wanted: str) -> Audience:
    for audience in offered:
        if audience == wanted:
            return audience
    raise NotAllowed(Permission.SEND_EVERYONE)


# Looking at it, and sending it


async def preview(tx: Transaction, settings: Settings, member: Staff, *, now: datetime) -> Preview:
    """Whom the draft would reach. Raises: NotAllowed, and NothingToSend while words or line are missing."""
    found = await draft(tx, member)
    if not found.words.text or not found.words.line:
        raise NothingToSend
    meant = await _meant(tx, member, found.audience)
    reached = await telling.reach(tx, settings, meant, "sharing", now=now)
    refused = await _refused(tx, member, reached, now)
    return Preview(
        found,
        reached.people,
        len(meant),
        {why: count for why, count in reached.left_out.items() if count},
        refused,
        await _room_on(tx, settings, meant, now) if refused == "week_full" else None,
        await _said_before(tx, member, found, now),
        telling.leaves_on(now + CANCEL_FOR),
        await sharing.from_staff(tx, found),
    )


async def confirm(
    tx: Transaction, settings: Settings, member: Staff, broadcast: BroadcastId, typed: str, *, shown: int, now: datetime
) -> Broadcast:
    """The draft on its way: it leaves after a minute, to those it reaches at this moment.

    `shown` is the number of people they were told. Raises: NotAllowed, NothingToSend, MayNotLeave, NumberChanged,
    WrongNumber.
    """
    looked = await preview(tx, settings, member, now=now)
    if looked.broadcast.id != broadcast:
        raise NothingToSend
    if looked.refused is not None:
        raise MayNotLeave(looked.refused)
    chosen = len(looked.people)
    if chosen != shown:
        raise NumberChanged(shown, chosen)
    if typed.strip() != str(chosen):
        raise WrongNumber
    leaves_at = now + CANCEL_FOR
    if not await broadcasts.leave(tx, broadcast, chosen=chosen, leaves_at=leaves_at):
        raise NothingToSend
    await outbox.queue_for(
        tx,
        looked.people,
        occasion=sharing.occasion(broadcast),
        envelope="envelope/own",
        opens={"screen": "broadcast", "broadcast": broadcast, "line": looked.broadcast.words.line},
        not_before=leaves_at,
        expires_at=now + KEPT_WAITING,
    )
    await audit.note(tx, member, Action.BROADCAST_SENT, now=now, broadcast=broadcast, people=chosen)
    return await broadcasts.find(tx, broadcast)


async def _meant(tx: Transaction, member: Staff, audience: Audience) -> list[Person]:
    _one_of(await audiences(tx, member), audience)
    return await (people.everyone(tx) if audience == "everyone" else people.of_worker(tx, member.id))


async def _refused(tx: Transaction, member: Staff, reached: Reach, now: datetime) -> Refusal | None:
    if len(await broadcasts.left(tx, member.id, since=london(today(now), time(0)))) >= MOST_A_DAY:
        return "enough_today"
    if reached.people:
        return None
    return "week_full" if reached.left_out.get("week_full") else "nobody"


async def _room_on(tx: Transaction, settings: Settings, meant: Sequence[Person], now: datetime) -> date | None:
    days = [await budget.room_on(tx, person.id, settings, now) for person in meant if person.state == "joined"]
    return min((day for day in days if day is not None), default=None)


async def _said_before(tx: Transaction, member: Staff, draft: Broadcast, now: datetime) -> datetime | None:
    lately = await broadcasts.left(tx, member.id, since=now - SAME_WORDS_WITHIN)
    said = _plain(draft.words.text)
    return next((one.leaves_at for one in lately if _plain(one.words.text) == said), None)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


# On its way


async def under_way(tx: Transaction, member: Staff, *, now: datetime) -> Broadcast | None:
    """What they sent last, while any of it may still wait."""
    lately = await broadcasts.left(tx, member.id, since=now - KEPT_WAITING)
    return next((one for one in lately if one.state == "leaving" and not one.words.menu), None)


async def progress(tx: Transaction, member: Staff, broadcast: BroadcastId, *, now: datetime) -> Progress:
    """How far it is; what nothing waits of any more is done. Raises: NotTheirs."""
    found = await _sent_by(tx, member, broadcast)
    to_go = 0 if found.leaves_at is None else max(0, ceil((found.leaves_at - now).total_seconds()))
    if not to_go and found.leaves_at is not None and await nudges.untold(tx):
        return Progress(found, 0, found.chosen, 0, telling.leaves_on(now), told=False)
    counts = await broadcasts.counts(tx, sharing.occasion(broadcast))
    waiting = counts.get("queued", 0) + counts.get("held", 0)
    if found.state == "leaving" and not waiting and not counts.get("sending"):
        await broadcasts.done(tx, broadcast)
        found = await broadcasts.find(tx, broadcast)
    return Progress(found, _left(counts), waiting, to_go if found.state == "leaving" else 0, telling.leaves_on(now))


def _left(counts: Mapping[str, int]) -> int:
    """How many may have reached somebody."""
    return sum(counts.get(state, 0) for state in broadcasts.GONE)


async def stop(tx: Transaction, member: Staff, broadcast: BroadcastId, *, now: datetime) -> Progress:
    """It goes no further: what has left stays, the rest is never sent. Harmless twice. Raises: NotTheirs."""
    found = await _sent_by(tx, member, broadcast)
    if found.state == "leaving":
        await outbox.cancel(tx, sharing.occasion(broadcast))
        await broadcasts.expire_in_flight(tx, sharing.occasion(broadcast), now=now)
        left = _left(await broadcasts.counts(tx, sharing.occasion(broadcast)))
        hidden = found.leaves_at is not None and found.leaves_at <= now and await nudges.untold(tx)
        await broadcasts.stop(tx, broadcast, reached_nobody=not left and not hidden)
        reached = {} if hidden else {"people": left}
        await audit.note(tx, member, Action.BROADCAST_STOPPED, now=now, broadcast=broadcast, **reached)
    return await progress(tx, member, broadcast, now=now)


async def again(tx: Transaction, member: Staff, broadcast: BroadcastId) -> Broadcast:
    """A new draft with the words of one that was stopped. Raises: NotAllowed, NotTheirs."""
    found = await _sent_by(tx, member, broadcast)
    if found.state != "stopped" or not found.words.text:
        raise NotTheirs
    chosen = _one_of(await audiences(tx, member), found.audience)
    await broadcasts.begin(tx, member.id, chosen, found.words)
    return await draft(tx, member)


async def _sent_by(tx: Transaction, member: Staff, broadcast: BroadcastId) -> Broadcast:
    await audiences(tx, member)
    try:
        found = await broadcasts.find(tx, broadcast)
    except NoSuchBroadcast as error:
        raise NotTheirs from error
    if found.staff != member.id or found.state in ("draft", "menu") or found.words.menu:
        raise NotTheirs
    return found

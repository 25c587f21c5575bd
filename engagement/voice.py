"""Saying something at any time without a name, to be read from a Monday on; with a name see `signing`.

Nothing is kept but the words and that Monday.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from engagement import staff_news
from engagement.authority import Settings
from engagement.london import london, today
from engagement.staff import Permission, may
from storage import comments, due, signed_comments, staff
from storage.comments import Kind as Kind
from storage.due import Due
from storage.staff import Staff
from storage.store import Transaction

MONDAY: Final = "comments_monday"
LONGEST: Final = 1_000
READ_WITHIN: Final = timedelta(days=6)
KEPT: Final = timedelta(days=365)
"""After that, what was said is deleted, with a name or without one."""


class VoiceError(Exception):
    """Nothing was kept."""


class WrongLength(VoiceError):
    """Nothing was typed, or more than fits."""

    def __init__(self, got: int) -> None:
        super().__init__(got)
        self.max, self.got = LONGEST, got


def monday_after(now: datetime) -> date:
    """The Monday from which what is said now may be read: never today."""
    day = today(now)
    return day + timedelta(days=7 - day.weekday())


async def leave(tx: Transaction, *, kind: Kind, about: int = 0, text: str = "", mark: str = "", now: datetime) -> date:
    """The Monday from which it may be read. Nothing else of time is kept, and nothing of whoever says it.

    `mark` is what was tapped with it, or whom it thanks. Raises: WrongLength, where the words do not fit.
    """
    day = monday_after(now)
    words = "" if mark and kind == "worker_change" else fitting(text)
    comments.add(tx, kind=kind, about=about, text=words, mark=mark, monday=day)
    return day


def fitting(text: str) -> str:
    """The words as they are kept. Raises: WrongLength."""
    words = text.strip()
    if not 0 < len(words) <= LONGEST:
        raise WrongLength(len(words))
    return words


async def readers(tx: Transaction) -> tuple[Staff, ...]:
    """Who reads what comes without a name."""
    return tuple(one for one in await staff.everyone(tx) if reads(one))


def reads(member: Staff) -> bool:
    """Whether they read what comes without a name."""
    return member.state == "joined" and may(member, Permission.REPLY_TO_COMMENTS)


async def plan(tx: Transaction, now: datetime) -> None:
    """See to it that the next Monday is planned, whether or not anybody wrote. Safe to repeat."""
    day = monday_after(now)
    await due.add(tx, MONDAY, day.isoformat(), london(day, time()))


async def open_monday(tx: Transaction, _settings: Settings, row: Due, now: datetime) -> None:
    """What was kept for this Monday is shuffled once more; whoever reads hears, while there is anything to read."""
    day = date.fromisoformat(row.key)
    await comments.shuffled(tx, day)
    # All that waits, not only this week's: a bot that was off on a Monday must not keep quiet about what came before.
    there = await comments.readable(tx, on=day)
    waiting = any(one.group is None and one.kind != "worker_change" for one in there)
    for member in await readers(tx) if waiting else ():
        await staff_news.tell(
            tx,
            member.id,
            occasion=f"comments:{row.key}",
            opens={"screen": "staff/comments"},
            now=now,
            until=now + READ_WITHIN,
        )


async def prune(tx: Transaction, *, now: datetime) -> None:
    """What was said a year ago is deleted, with a name only once it is answered; the rest without one is shuffled.

    PostgreSQL remembers which transaction wrote a row: until the next one does, that of whoever wrote last.
    """
    await signed_comments.prune(tx, before=now - KEPT)
    await comments.prune(tx, before=today(now) - KEPT)
    await comments.shuffled(tx, monday_after(now))

"""The groups in which comments are answered: their names, how full they are, and which answers everybody was told of.

Nothing here opens a comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engagement.london import today
from engagement.staff import Permission, require
from storage import comments, signed_comments
from storage.comments import Group, NoSuchGroup
from storage.ids import AnswerGroupId, RoundId
from storage.staff import Staff
from storage.store import Transaction

LONGEST_NAME, MOST_GROUPS = 26, 30
"""A group's name fits on a button, and all groups on a card."""

SHOWN_FOR: Final = timedelta(days=365)


class CommentsError(Exception):
    """Nothing is changed."""


class GroupRefused(CommentsError):
    """A group's name is empty or too long, or there are too many."""


class AnsweredAlready(CommentsError):
    """It was answered, and what was said stays."""


class NotThere(CommentsError):
    """There is no such comment or group, or it is no longer waiting."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A group, and how many comments are in it, with a name or without."""

    group: Group
    size: int

    @property
    def is_answered(self) -> bool:
        return self.group.answered_on is not None


async def groups(tx: Transaction, progress_round: RoundId | None = None) -> tuple[Grouped, ...]:
    """The groups about that round, or about anything else: those to be answered first, then the newest."""
    sizes = dict(await comments.in_groups(tx))
    for one in await signed_comments.every(tx):
        if one.group is not None:
            sizes[one.group] = sizes.get(one.group, 0) + 1
    found = [Grouped(one, sizes.get(one.id, 0)) for one in await comments.groups(tx)]
    ours = [one for one in found if one.group.progress_round == progress_round]
    return tuple(sorted(ours, key=lambda one: (one.is_answered, -one.group.id)))


async def named(tx: Transaction, name: str, progress_round: RoundId | None) -> Group:
    """The group of that name about that round, made if there is none. Raises: GroupRefused."""
    name = " ".join(name.split())
    known = [one for one in await comments.groups(tx) if one.progress_round == progress_round]
    same = next((one for one in known if one.name.casefold() == name.casefold()), None)
    if same is not None:
        return same
    open_ones = sum(one.answered_on is None for one in known)
    if not 0 < len(name) <= LONGEST_NAME or open_ones >= MOST_GROUPS:
        raise GroupRefused
    return await comments.add_group(tx, name, progress_round)


async def group(tx: Transaction, reader: Staff, which: AnswerGroupId) -> Group:
    """The group, for whoever answers. Raises: NotAllowed, NotThere."""
    require(reader, Permission.REPLY_TO_COMMENTS)
    return await _group(tx, which)


async def _group(tx: Transaction, which: AnswerGroupId, *, hold: bool = False) -> Group:
    try:
        return await comments.group(tx, which, hold=hold)
    except NoSuchGroup as error:
        raise NotThere from error


async def to_answer(tx: Transaction, reader: Staff, which: AnswerGroupId) -> Group:
    """The group, which nobody else answers meanwhile. Raises: NotAllowed, NotThere, AnsweredAlready."""
    require(reader, Permission.REPLY_TO_COMMENTS)
    found = await _group(tx, which, hold=True)
    if found.answered_on is not None:
        raise AnsweredAlready
    return found


async def undo_group(tx: Transaction, reader: Staff, which: AnswerGroupId) -> None:
    """The group is gone, and what was in it waits again. Raises: NotAllowed, NotThere, AnsweredAlready."""
    found = await to_answer(tx, reader, which)
    for one in await signed_comments.every(tx):
        if one.group == found.id:
            await signed_comments.put(tx, one, None)
    await comments.remove_group(tx, found.id)


# Answered


async def published(tx: Transaction, *, now: datetime) -> tuple[Group, ...]:
    """What was answered in the last year, the newest first."""
    since = today(now) - SHOWN_FOR
    there = [one for one in await comments.groups(tx) if one.answered_on is not None and one.answered_on >= since]
    return tuple(sorted(there, key=lambda one: (one.answered_on or since, one.id), reverse=True))


async def untold(tx: Transaction) -> tuple[Group, ...]:
    """What was answered and nobody was told of; not what is about a round, which has a telling of its own."""
    there = await comments.groups(tx)
    return tuple(one for one in there if one.answered_on and one.told_on is None and one.progress_round is None)


async def note_told(tx: Transaction, last: AnswerGroupId, *, now: datetime) -> int:
    """How many groups, up to this one, everybody was told of now."""
    these = [one.id for one in await untold(tx) if one.id <= last]
    await comments.note_told(tx, these, on=today(now))
    return len(these)


async def untell(tx: Transaction, last: AnswerGroupId, *, now: datetime) -> None:
    """It reached nobody: those of today, up to this one, can be told again."""
    there = [one.id for one in await comments.groups(tx) if one.told_on == today(now) and one.id <= last]
    await comments.note_told(tx, [one for one in there if one > 0], on=None)

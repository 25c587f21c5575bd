""" "Forget me", in every table at once; and again for everybody who asked since a backup was made."""

from __future__ import annotations

import json

from sqlalchemy import delete, select

from storage import erasures, occasions, people, trail, vouchers
from storage.errors import Unreadable
from storage.ids import ChatId, PersonId
from storage.store import Transaction
from storage.tables import cleanup, due, metadata, task
from storage.tables import person as person_table

# `participation` stays: a flag by a bare number, so that one person still counts once.
_KEPT = ("participation", "person", "staff")
BY_PERSON = tuple(table for table in metadata.sorted_tables if "person" in table.c and table.name not in _KEPT)
BY_CHAT = tuple(table for table in metadata.sorted_tables if "chat_index" in table.c and table.name not in _KEPT)


async def forget(tx: Transaction, person: PersonId) -> None:
    """Remove every row about this person and empty their own; a table added later is covered too. Safe to repeat.

    Answers already sent stay: nobody can tell which they are.
    Raises: NoSuchPerson.
    """
    # What the transaction still held back would otherwise be written after it was removed here.
    await tx.finish()
    await tx.epoch()  # before the drafts, as the nightly job does
    found = await people.by_id(tx, person)
    chat = await people.chat_of(tx, person)
    await people.forget(tx, person)
    await vouchers.spend(tx, person)  # a code that was given stays known, so that nobody else gets it
    await _forget_tasks(tx, person)
    for table in BY_PERSON:
        theirs = (table.c.authority == tx.authority) & (table.c.person == person)
        await tx.connection.execute(delete(table).where(theirs))
    if found.chat_index is not None:
        for table in BY_CHAT:
            await tx.connection.execute(delete(table).where(table.c.chat_index == found.chat_index))
    if chat is not None:
        await _forget_trail(tx, chat)
    tx.cache.clear()


async def _forget_tasks(tx: Transaction, person: PersonId) -> None:
    """What staff were told, and what is due, by the numbers of their tasks: SQLite gives the last of them again."""
    theirs = select(task.c.id).where(task.c.authority == tx.authority, task.c.person == person)
    for number in (await tx.connection.scalars(theirs)).all():
        await unsay_task(tx, number)


async def unsay_task(tx: Transaction, number: int) -> None:
    """What was told of the task of that number, and what is due for it, is gone: the number may be given again."""
    await occasions.remove(tx, f"task:{number}:")
    kept = (due.c.authority == tx.authority, due.c.kind.startswith("task_"), due.c.key.startswith(f"{number}:"))
    await tx.connection.execute(delete(due).where(*kept))


async def replay(tx: Transaction) -> int:
    """Forget again everybody who asked to be and is here all the same; says how many."""
    noted = erasures.noted(tx.keys)
    query = select(person_table.c.id, person_table.c.reference_index).where(person_table.c.authority == tx.authority)
    back = [PersonId(row.id) for row in (await tx.connection.execute(query)).all() if row.reference_index in noted]
    for person in back:
        await forget(tx, person)
    return len(back)


async def _forget_trail(tx: Transaction, chat: ChatId) -> None:
    query = select(cleanup.c.key, cleanup.c.sealed).where(cleanup.c.authority == tx.authority)
    theirs = [row.key for row in await tx.connection.execute(query) if _chat_in(tx, row.sealed) == chat]
    if theirs:
        await tx.connection.execute(delete(cleanup).where(cleanup.c.key.in_(theirs)))


def _chat_in(tx: Transaction, sealed: bytes) -> ChatId | None:
    try:
        chat, _message = json.loads(tx.keys.register.open(sealed, trail.ABOUT))
    except Unreadable:
        return None
    return ChatId(chat)

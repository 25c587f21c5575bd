"""What is old goes: tasks that ended long ago, with all that staff and young people were told of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from storage.forgetting import unsay_task
from storage.ids import TaskId
from storage.store import Transaction
from storage.tables import task


async def prune_tasks(tx: Transaction, *, before: datetime) -> int:
    """How many tasks had ended before that moment, and are gone with everything that carries their number."""
    old = (task.c.authority == tx.authority, task.c.ended_at < before)
    numbers = [TaskId(number) for number in await tx.connection.scalars(select(task.c.id).where(*old))]
    for number in numbers:
        await unsay_task(tx, number)
        await tx.connection.execute(delete(task).where(task.c.authority == tx.authority, task.c.id == number))
    return len(numbers)

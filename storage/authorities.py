"""The authority's own row: its name, and its settings as checked JSON text."""

from __future__ import annotations

from sqlalchemy import select, update

from storage.errors import NotSetUp
from storage.store import Transaction
from storage.tables import authority as table


async def settings_text(tx: Transaction) -> str:
    """The settings as they were kept. Raises: NotSetUp."""
    found = await tx.connection.scalar(select(table.c.settings).where(table.c.id == tx.authority))
    if found is None:
        raise NotSetUp
    return str(found)


async def keep_settings(tx: Transaction, name: str, text: str) -> None:
    """Put other settings, and perhaps another name, in place of the earlier ones."""
    await tx.connection.execute(update(table).where(table.c.id == tx.authority).values(name=name, settings=text))

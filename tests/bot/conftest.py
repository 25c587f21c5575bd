"""The bot's plumbing: Northfield with its bot running, and a wire to the fake Telegram with nothing behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.line import Line, line
from support.town import Town, town

from storage.store import Store


@pytest.fixture
async def northfield(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_database_url, tmp_path / "keys") as here:
        yield here


@pytest.fixture
async def either_northfield(database_url: str, tmp_path: Path) -> AsyncIterator[Town]:
    """The same, on each database in turn."""
    async with town(database_url, tmp_path / "keys") as here:
        yield here


@pytest.fixture
async def telegram_line(sqlite_store: Store) -> AsyncIterator[Line]:
    """A mouth, a store and a Telegram: no updates are taken."""
    async with line(sqlite_store) as here:
        yield here

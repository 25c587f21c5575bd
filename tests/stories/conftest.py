"""Northfield with its bot running: on SQLite for most stories, on both databases for the core ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors
from support.town import Town, town


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
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    """Northfield without a network, for the stories that need none; no update is given up in it."""
    async with indoors(sqlite_database_url, tmp_path / "keys") as inside:
        yield inside
        assert inside.given_up == []

"""Northfield under attack: on each database in turn, or on SQLite alone where one is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.indoors import Indoors, indoors


@pytest.fixture
async def inside(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys") as here:
        yield here


@pytest.fixture
async def either_inside(database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    """The same, on each database in turn."""
    async with indoors(database_url, tmp_path / "keys") as here:
        yield here

"""The bot's plumbing: Northfield with its bot running, and a wire to the fake Telegram with nothing behind it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.killing import Forking
from support.line import Line, line
from support.town import NORTHFIELD, Town, town

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


@pytest.fixture(scope="session")
def once_set_up(tmp_path_factory: pytest.TempPathFactory, forking: Forking) -> Path:
    """A folder in which the made-up authority and a worker were set up by the commands, to be copied."""
    folder = tmp_path_factory.mktemp("set_up") / "here"
    folder.mkdir()
    for words in (("setup", str(NORTHFIELD.absolute())), ("staff", "add", "Priya Shah", "--role", "pa")):
        ran = forking.run(*words, environment={"PATH": os.environ["PATH"]}, folder=folder)
        assert ran.code == 0, ran.err
    return folder


@pytest.fixture
async def telegram_line(sqlite_store: Store) -> AsyncIterator[Line]:
    """A mouth, a store and a Telegram: no updates are taken."""
    async with line(sqlite_store) as here:
        yield here

"""The SQLite driver under cancellation: a transaction that is cut short, twice, ends all the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

from storage import sqlite


async def test_a_connection_told_to_stop_while_it_closes_still_ends(tmp_path: Path) -> None:
    connection = await sqlite.connect(str(tmp_path / "file.db"))
    closing = asyncio.create_task(connection.close())
    await asyncio.sleep(0)  # it has asked its thread to close
    connection.stop()
    closing.cancel()
    done, _ = await asyncio.wait({closing}, timeout=5)
    assert done == {closing}


async def test_a_connection_stopped_twice_ends_twice(tmp_path: Path) -> None:
    connection = await sqlite.connect(str(tmp_path / "file.db"))
    first, second = connection.stop(), connection.stop()
    assert first is second is not None
    await asyncio.wait_for(first, timeout=5)
    await connection.close()

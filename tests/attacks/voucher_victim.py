"""Gives an evening's codes until it kills itself where it was told; run by test_kill_vouchers.py."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from support.victims import die, serve

from engagement import due as clock
from engagement import vouchers
from storage import due
from storage.keys import Keys
from storage.store import Store, make_engine


def arm(store: Store, point: str | None) -> None:
    """Set the kill: before the first statement that begins like this, or before the commit."""

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if point is not None and statement.startswith(point):
            die()

    event.listen(store.engine.sync_engine, "before_cursor_execute", before)
    if point == "before commit":
        event.listen(store.engine.sync_engine, "commit", die)


async def obey(order: dict[str, Any]) -> None:
    store = Store(make_engine(order["url"]), Keys(Path(order["keys"])))
    now = datetime.fromisoformat(order["now"])
    async with store.transaction() as tx:
        rows = [row for row in await due.claim(tx, now=now, limit=9) if row.kind == vouchers.EVENING]
    arm(store, order["point"])
    for row in rows:
        async with store.transaction() as tx:
            await clock.KINDS[row.kind](tx, None, row, now)  # type: ignore[arg-type]
            await due.finish(tx, row)
    await store.close()


if __name__ == "__main__":
    serve(obey)

"""Works on the pool until it kills itself at the point it was told; run by test_kill_pool.py."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from sealed_world import NOW, begin
from sqlalchemy import event
from support.victims import die, serve

from storage import pool
from storage.ids import PersonId, SurveyId
from storage.keys import Keys
from storage.store import Store, make_engine


class DeadlyKeys(Keys):
    """Keys that kill their process when one of their methods is reached."""

    def __init__(self, folder: Path, point: str | None) -> None:
        super().__init__(folder)
        self._point = point

    def new_epoch(self, authority: int) -> str:
        name = super().new_epoch(authority)
        if self._point == "key made":
            die()
        return name

    def burn_one(self, name: str) -> None:
        if self._point == "after commit, before burning":
            die()
        super().burn_one(name)


STATEMENTS = {"mid-Send": "INSERT INTO pool", "resealed": "UPDATE epoch"}
"""Points that are the moment before a statement of this kind."""


def arm(store: Store, order: dict[str, Any]) -> None:
    """Set the kill: at a named point, before the n-th statement, or after so many seconds."""
    engine, point, left = store.engine.sync_engine, order.get("point"), [order.get("statement")]

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if point in STATEMENTS and statement.startswith(STATEMENTS[point]):
            die()
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                die()

    event.listen(engine, "before_cursor_execute", before)
    if point == "before commit":
        event.listen(engine, "commit", die)
    if (seconds := order.get("seconds")) is not None:
        timer = threading.Timer(seconds, die)
        timer.daemon = True
        timer.start()


async def obey(order: dict[str, Any]) -> None:
    store = Store(make_engine(order["url"]), DeadlyKeys(Path(order["keys"]), order.get("point")))
    survey, person = SurveyId(order["survey"]), PersonId(order.get("person", 0))
    arm(store, order)
    async with store.transaction() as tx:
        if order["work"] == "begin":
            await begin(tx, person, survey)
        elif order["work"] == "send":
            await pool.send(tx, person, survey)
        elif order["work"] == "turn":
            await pool.turn(tx)
        elif order["work"] == "close":
            await pool.close(tx, survey, now=NOW)
    await store.close()


if __name__ == "__main__":
    serve(obey)

"""Says yes, withdraws and accepts for people until it kills itself where it was told; run by test_opportunities.py."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from support.victims import die, serve

from engagement import due as clock
from engagement import places
from storage import due
from storage.ids import OpportunityId, PersonId
from storage.keys import Keys
from storage.store import Store, Transaction, make_engine


async def step(tx: Transaction, what: str, person: PersonId, pool: OpportunityId, now: datetime) -> str | None:
    """What somebody is told after this tap; None when there was nothing (any more) to tap."""
    try:
        if what == "say_yes":
            answer = await places.say_yes(tx, person, pool, now=now)
            return answer.state
        if what == "accept":
            return (await places.accept(tx, person, pool, now=now)).state
        await places.withdraw(tx, person, pool, now=now)
    except places.PlacesError:
        return None
    return "withdrawn"


async def beat(store: Store, now: datetime) -> None:
    """Do what is due, each in a transaction of its own."""
    async with store.transaction() as tx:
        rows = await due.claim(tx, now=now, limit=99)
    for row in rows:
        try:
            async with store.transaction() as tx:
                await clock.KINDS[row.kind](tx, None, row, now)  # type: ignore[arg-type]
                await due.finish(tx, row)
        except due.LeaseLost:
            continue  # somebody accepted at that moment


async def play(store: Store, order: dict[str, Any]) -> None:
    """Every step in a transaction of its own; what is said is written down after the commit, as a phone would show."""
    now, pool = datetime.fromisoformat(order["now"]), OpportunityId(order["pool"])
    with Path(order["said"]).open("a") as said:
        for what, person in order["steps"]:
            if what == "beat":
                await beat(store, now)
                continue
            async with store.transaction() as tx:
                told = await step(tx, what, PersonId(person), pool, now)
            if told is not None:
                said.write(json.dumps([person, told]) + "\n")
                said.flush()


def arm(store: Store, point: str, times: int) -> None:
    """Set the kill: at the so-manieth statement that begins like this, or commit."""
    left = [times]

    def passed(*_ignored: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            die()

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(point):
            passed()

    if point == "before commit":
        event.listen(store.engine.sync_engine, "commit", passed)
    else:
        event.listen(store.engine.sync_engine, "before_cursor_execute", before)


async def obey(order: dict[str, Any]) -> None:
    store = Store(make_engine(order["url"]), Keys(Path(order["keys"])))
    if order["dies"] is not None:
        arm(store, *order["dies"])
    await play(store, order)
    await store.close()


if __name__ == "__main__":
    serve(obey)

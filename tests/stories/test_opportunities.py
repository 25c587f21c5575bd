"""Forty people race for eight places, on two processes of which one is killed again and again.

One process is this one; the other is forked, works on the same database, and dies where it is told. Whoever got no
answer taps again, as phones do.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from place_victim import play
from sqlalchemy import select
from support.victims import KILLED, Victims, victims

from engagement import opportunities, place_times, places
from engagement.opportunities import Details
from storage import opportunities as rows
from storage import people, staff
from storage.ids import ChatId, OpportunityId, PersonId
from storage.opportunities import HOLDS_A_PLACE, Interest
from storage.people import Details as Known
from storage.store import Store
from storage.tables import outbox

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEOPLE, PLACES = 40, 8
POINTS = ("before commit", "INSERT INTO interest", "INSERT INTO due", "DELETE FROM due", "INSERT INTO outbox")
Step = tuple[str, int]


@pytest.fixture(scope="module")
def forking() -> Iterator[Victims]:
    """The process that forks a new one for each try."""
    with victims(Path(__file__).with_name("place_victim.py")) as made:
        yield made


class Race:
    """Pool for eight, and forty who want to come; everything anybody was told is written down."""

    def __init__(self, store: Store, url: str, forking: Victims, folder: Path) -> None:
        self.store, self.url, self.forking = store, url, forking
        self.said = folder / "said.jsonl"
        self.kills = 0

    async def set_up(self) -> None:
        async with self.store.transaction() as tx:
            mo = (await staff.add(tx, "Mo Ali", "participation")).id
            made = await rows.add(
                tx,
                made_by=mo,
                organiser=mo,
                kind="activity",
                details=opportunities.kept(Details(title="Pool", what_you_do="Play pool.")),
                places=PLACES,
            )
            self.pool: OpportunityId = (await places.publish(tx, made.id, now=NOW)).id
            self.people: list[PersonId] = []
            for number in range(PEOPLE):
                added = await people.add(tx, Known(f"r{number}", f"Person{number}", "Lee"))
                await people.join(tx, added.id, ChatId(1_000 + number))
                self.people.append(added.id)

    async def run(self, here: Sequence[Step], there: Sequence[Step], dies: tuple[str, int], *, now: datetime) -> None:
        """Half of it here, half of it in the other process: killed, started again, and tapped again."""

        def order(steps: Sequence[Step], dies: tuple[str, int] | None) -> dict[str, Any]:
            keys = str(self.store.keys.keep.parent)
            told = {"url": self.url, "keys": keys, "now": now.isoformat(), "pool": self.pool}
            return told | {"steps": list(steps), "said": str(self.said), "dies": dies}

        def other() -> None:
            ended = self.forking.do(order(there, dies))
            assert ended in (0, KILLED)
            self.kills += ended == KILLED
            assert self.forking.do(order(there, None)) == 0

        await asyncio.gather(asyncio.to_thread(other), play(self.store, order(here, None)))

    def told(self) -> dict[int, list[str]]:
        """What each was told, in order, once for each time it changed."""
        found: dict[int, list[str]] = {}
        for line in self.said.read_text().splitlines():
            person, what = json.loads(line)
            found.setdefault(person, []).append(what)
        return {person: [what for what, _ in itertools.groupby(said)] for person, said in found.items()}

    async def stand(self) -> tuple[Interest, ...]:
        async with self.store.transaction() as tx:
            return await rows.interests(tx, self.pool)

    async def written(self) -> list[tuple[int, str]]:
        """Person and what of every message to a young person."""
        async with self.store.transaction() as tx:
            found = await tx.connection.execute(select(outbox.c.person, outbox.c.occasion).where(outbox.c.person != 0))
            return sorted((row.person, row.occasion.split(":")[3]) for row in found)


def both(people_of: Sequence[int], what: str) -> tuple[list[Step], list[Step]]:
    """Everybody taps; every fifth of them on two devices, one at each process."""
    steps = [(what, one) for one in people_of]
    return steps[::2] + steps[1::10], steps[1::2] + steps[::10]


def of(found: Sequence[Interest], state: str) -> list[Interest]:
    return [one for one in found if one.state == state]


async def played(race: Race, dies: Callable[[], tuple[str, int]]) -> None:
    await race.set_up()
    await race.run(*both(race.people, "say_yes"), dies(), now=NOW)
    found = await race.stand()
    assert [one.turn for one in found] == list(range(1, PEOPLE + 1))
    assert [one.state for one in found] == ["confirmed"] * PLACES + ["waiting"] * (PEOPLE - PLACES)
    assert race.told() == {one.person: [one.state] for one in found}
    assert await race.written() == []

    # Five can't come after all. They have the place until the others are asked; then it is theirs to accept.
    going, waiting = [one.person for one in found[:5]], [one.person for one in found[PLACES:]]
    later = NOW + timedelta(minutes=20)
    await race.run(*both(going, "withdraw"), dies(), now=later)
    found = await race.stand()
    assert [one.person for one in of(found, "withdrawn")] == going
    assert [one.person for one in of(found, "offered")] == waiting[:5]
    assert await race.written() == sorted((one, "offer") for one in waiting[:5])

    # At the very moment their time is up they say yes, while both clocks give the place to the next.
    up = max(one.accept_by for one in of(found, "offered"))
    taps = [("accept", one) for one in waiting[:5]]
    await race.run([*taps[:2], ("beat", 0), *taps[2:3]], [*taps[3:], ("beat", 0)], dies(), now=up)
    found = await race.stand()
    assert sum(one.state in HOLDS_A_PLACE for one in found) == PLACES
    lapsed = [one.person for one in of(found, "lapsed")]
    assert [one.person for one in of(found, "offered")] == waiting[5 : 5 + len(lapsed)]
    written = await race.written()
    assert sorted(one for one, what in written if what == "lapsed") == sorted(lapsed)
    assert len(set(written)) == len(written)
    told = race.told()
    for one in found:
        if one.person in waiting[:5]:
            assert told[one.person] == (["waiting", "confirmed"] if one.state == "confirmed" else ["waiting"])
    assert place_times.known_to_organiser(found[0], later)


async def test_forty_race_for_eight_places_and_a_kill_and_nobody_is_told_two_different_things(
    store: Store, database_url: str, forking: Victims, tmp_path: Path
) -> None:
    race = Race(store, database_url, forking, tmp_path)
    points = iter([("before commit", 9), ("INSERT INTO outbox", 1), ("DELETE FROM due", 1)])
    await played(race, lambda: next(points))
    assert race.kills >= 2


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("go", range(20))
async def test_forty_race_for_eight_places_twenty_times(
    store: Store, database_url: str, forking: Victims, tmp_path: Path, go: int, record_property: Any
) -> None:
    race = Race(store, database_url, forking, tmp_path)
    turns = itertools.count(go)
    await played(race, lambda: (POINTS[next(turns) % len(POINTS)], go % 7))
    record_property("kills", race.kills)

""" "Forget me": of name, chat and phone, and of every box of theirs, not a byte is left, nor in the next backup."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, insert, select
from sqlalchemy.engine import make_url
from support.indoors import NORTHFIELD

from engagement import (
    audit,
    authority,
    checkin_looks,
    checkin_plans,
    checkin_replies,
    checkins,
    my_data,
    signed_export,
    signing,
    tasks,
)
from engagement.audit import Action
from storage import backup, calls, cards, chats, days, forgetting, opportunities, outbox, people, staff, trail
from storage import checkins as kept
from storage.cards import Card
from storage.days import Greeting
from storage.ids import ChatId, PersonId
from storage.people import Details
from storage.store import Store, Transaction
from storage.tables import Moment, metadata, person

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = date(2026, 11, 26)
CHAT = ChatId(7_318_645_209_113)
WORDS = ("Zephyrine", "Quillfeather", "Zeph Q", "07700900987", "07700 900987", str(CHAT), "quill@northfield.example")
"""Names, numbers and a chat as they could stand somewhere; none of them comes up by chance."""

STAYS = frozenset({"participation"})
"""A flag by a bare number, so that one person still counts once."""

CODES = {"voucher": ("key", "code_index")}
"""A thank-you code stays known, by itself and without them, so that nobody else is given it."""


@pytest.fixture
def authority_settings() -> str:
    return authority.kept(authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml"))


@pytest.fixture(autouse=True)
def postgres_programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump must be as new as the server: the server's own stand first on the path."""
    if "database" in request.fixturenames and request.getfixturevalue("database") == "postgresql":
        binaries = request.getfixturevalue("postgres").binaries
        if binaries is not None:
            monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")


async def arrive(tx: Transaction) -> tuple[PersonId, PersonId]:
    """Zephyrine, and somebody else of whom everything stays."""
    priya = await staff.add(tx, "Priya Shah", "pa")
    await staff.join(tx, priya.id, ChatId(9_001))
    asha = await staff.add(tx, "Asha Khan", "participation")
    await staff.join(tx, asha.id, ChatId(9_002))
    known = Details(
        "NF-1",
        "Zephyrine",
        "Quillfeather",
        preferred_name="Zeph Q",
        phone="07700900987",
        email="quill@northfield.example",
    )
    zeph, other = await people.add(tx, known, worker=priya.id), await people.add(tx, Details("NF-2", "Otto", "Other"))
    await people.join(tx, zeph.id, CHAT)
    await people.join(tx, other.id, ChatId(8_002))
    return zeph.id, other.id


async def live(tx: Transaction, zeph: PersonId) -> None:
    """A month with check-ins, a task, a call, words on a day, a signed comment and a dinner, all with their name on."""
    words, priya = await authority.current(tx), (await staff.everyone(tx))[0]
    await checkin_plans.choose(tx, zeph, "weekly", 3, time(17), now=NOW)
    await kept.ask(tx, zeph, TODAY, was_not_ok=False)
    for question, option in (("ci_mood", "bad"), ("ci_safe", "not_ok"), ("ci_contact", "soon")):
        await checkins.tap(tx, words, zeph, TODAY, question, option, now=NOW)
    (one,) = await kept.of_person(tx, zeph)
    await checkin_looks.look(tx, words, priya, one.id, now=NOW)
    await checkin_replies.send(tx, words, priya, one.id, "Thanks, Zephyrine, on 07700 900987.", now=NOW)
    (task,) = await tasks.mine(tx, zeph)
    await tasks.change_note(tx, zeph, task.id, "Ring Zephyrine Quillfeather on 07700 900987", now=NOW)
    await tasks.unreached(tx, words, priya.id, task.id, now=NOW)
    await tasks.put_line(tx, words, priya.id, task.id, "Rang Zeph Q, no answer", now=NOW)
    await signing.sign(tx, words, zeph, kind="change", text="Zephyrine Quillfeather would like wifi", now=NOW)
    day = await calls.add_day(
        tx, key="own", name="Christmas", on_day=date(2026, 12, 25), from_time=time(10), to_time=time(16)
    )
    assert day is not None
    await calls.add(tx, day.id, (zeph,), wanted="yes")
    call = await calls.of(tx, day.id, zeph)
    assert call is not None
    call = await calls.change(tx, call.id, caller=priya.id, caller_state="accepted", recorded_by=priya.id)
    await calls.keep_words(tx, call, number="07700900987", note="Ask for Zephyrine")
    await days.choose(tx, zeph, "birthday", {"month": 5, "day": 14})
    await days.add_greeting(
        tx, Greeting(zeph, "birthday", date(2027, 5, 14), priya.id, "pressed", "Happy birthday Zephyrine")
    )
    dinner = await opportunities.add(tx, made_by=priya.id, organiser=priya.id, kind="activity", details="{}")
    await opportunities.set_interest(tx, dinner.id, zeph, state="in", turn=1, said_at=NOW)
    index = chats.index_of(tx.keys, CHAT)
    await cards.keep(tx, Card(index, "12345678", {"at": "checkin", "day": TODAY.isoformat()}, 77))
    await trail.add(tx, CHAT, 78, sent_at=NOW)
    await audit.note(tx, priya, Action.CALL_RECORDED, now=NOW, day=day.id, person=zeph)
    await signed_export.export(tx, None, zeph, now=NOW)


async def fill_the_rest(tx: Transaction, zeph: PersonId) -> None:
    """A row of theirs in every table that has a person or a chat and none of them yet: a new table is in it at once."""
    index = chats.index_of(tx.keys, CHAT)
    for table in metadata.sorted_tables:
        by = "person" if "person" in table.c else "chat_index" if "chat_index" in table.c else None
        if by is None or table.name in ("person", "staff"):
            continue
        whose = zeph if by == "person" else index
        if (await tx.connection.execute(select(table).where(table.c[by] == whose))).first() is None:
            row = {column.name: made_up(tx, column) for column in table.columns if not _by_itself(column)}
            await tx.connection.execute(insert(table).values(row | {"authority": tx.authority, by: whose}))


def _by_itself(column: Any) -> bool:
    return column.primary_key and isinstance(column.type, Integer) and column.name == "id"


def made_up(tx: Transaction, column: Any) -> object:
    """The worst that could stand there."""
    if column.foreign_keys and column.nullable:
        return None
    if isinstance(column.type, Moment):
        return NOW + timedelta(days=1)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return tx.keys.register.seal(b"Zephyrine Quillfeather 07700900987", b"x")
    if isinstance(column.type, Integer | BigInteger):
        return 1
    return "Zephyrine Quillfeather"[: column.type.length]


async def boxes(tx: Transaction, zeph: PersonId) -> set[bytes]:
    """Every sealed box and blind index in a row of theirs, and those their messages carry."""
    index, found = chats.index_of(tx.keys, CHAT), set()
    for table in metadata.sorted_tables:
        if table.name in STAYS:
            continue
        for row in (await tx.connection.execute(select(table))).mappings():
            theirs = row.get("person") == zeph or row.get("chat_index") == index
            theirs = theirs or (table is person and row["id"] == zeph)
            if theirs:
                values = {name: value for name, value in row.items() if name not in CODES.get(table.name, ())}
                found |= {value for value in values.values() if isinstance(value, bytes) and len(value) >= 16}
    for row in await outbox.of_person(tx, zeph):
        found |= {value.encode() for value in row.opens.values() if isinstance(value, str) and len(value) > 40}
    return found


async def test_not_a_byte_of_whoever_is_forgotten_is_left_in_the_database_or_the_next_backup(
    store: Store, database: str, tmp_path: Path
) -> None:
    async with store.transaction() as tx:
        zeph, other = await arrive(tx)
    async with store.transaction() as tx:
        await live(tx, zeph)
        await live_too(tx, other)
    async with store.transaction() as tx:
        await fill_the_rest(tx, zeph)
    async with store.transaction() as tx:
        theirs, of_the_other = await boxes(tx, zeph), await other_boxes(tx, other)
        for table in forgetting.BY_PERSON:
            row = (await tx.connection.execute(select(table).where(table.c.person == zeph))).first()
            assert row is not None, f"nothing of theirs in {table.name}: this test must put something there"
    assert len(theirs) >= 15
    if database == "sqlite":
        assert await found_in(store, database, tmp_path / "before.backup", theirs) >= len(theirs) - 1
    async with store.transaction() as tx:
        await my_data.forget(tx, zeph)
    left = await everything(store)
    assert not [word for word in WORDS if word in left]
    assert await found_in(store, database, tmp_path / "after.backup", theirs) == 0
    assert await found_in(store, database, tmp_path / "other.backup", of_the_other) == len(of_the_other)
    if database == "sqlite":
        file = Path(make_url(str(store.engine.url)).database or "").read_bytes()
        assert not [box for box in theirs if box in file]
        assert not [word for word in WORDS if word.encode() in file]


async def live_too(tx: Transaction, other: PersonId) -> None:
    words = await authority.current(tx)
    await tasks.ask(tx, words, other, (await staff.everyone(tx))[0].id, "For Otto", NOW)


async def other_boxes(tx: Transaction, other: PersonId) -> set[bytes]:
    table = metadata.tables["task"]
    return {row.sealed for row in await tx.connection.execute(select(table).where(table.c.person == other))}


async def everything(store: Store) -> str:
    """Every row of every table as text."""
    found = []
    async with store.transaction() as tx:
        for table in metadata.sorted_tables:
            found += [json.dumps(list(map(str, row))) for row in await tx.connection.execute(select(table))]
    return "\n".join(found)


async def found_in(store: Store, database: str, path: Path, searched: set[bytes]) -> int:
    """How many of these are in a backup made now; its words must not be in it either, once they are forgotten."""
    await backup.backup(store, path)
    if database == "sqlite":
        content = path.read_bytes()
        hits = sum(box in content for box in searched)
    else:
        done = subprocess.run(["pg_restore", "--file=-", str(path)], capture_output=True, check=True)
        content = done.stdout
        hits = sum(box.hex().encode() in content or box in content for box in searched)
    if "after" in path.name:
        assert not [word for word in WORDS if word.encode() in content]
    return hits

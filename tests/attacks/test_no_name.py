"""What has no name: whoever holds the database, the keys, the log and every staff phone cannot say who wrote what."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from support.indoors import Indoors, button_data

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from engagement import voice
from engagement.london import today
from storage import cards, chats, comments
from storage.ids import ChatId, StaffId
from storage.staff import ROLES
from storage.tables import metadata

CRISIS = "I want to kill myself"
STAFF_PLACES = sorted(name for name in PLACES if name.startswith(("staff/comment", "staff/thanks", "staff/having_us")))
SEE_NOTHING = tuple(role for role in ROLES if role != "participation")


async def wrote(here: Indoors, phone: Phone, text: str) -> None:
    await here.type(phone, "/menu")
    await here.do(phone, "say", "kind:change", "no_name")
    await here.type(phone, text)


async def dump(here: Indoors) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, sealed boxes opened where the key that anybody can copy opens them."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with here.store.transaction() as tx:
        for table in metadata.sorted_tables:
            found[table.name] = [dict(row) for row in (await tx.connection.execute(select(table))).mappings()]
    return found


def two(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What is in one of them only, by table."""
    return {
        name: [row for row in (*before[name], *after[name]) if (row in before[name]) != (row in after[name])]
        for name in after
        if before[name] != after[name]
    }


async def test_before_and_after_somebody_wrote_nothing_but_a_box_and_a_monday_is_new(either_inside: Indoors) -> None:
    """Ash writes; Bo looks at the same card and goes back. What is left of either visit is the same, but for a box."""
    here = either_inside
    members = [await here.staff_phone(f"{role} Worker", role) for role in ROLES]
    ash, _ = await here.joined("Ash", worker=members[0][1])
    bo, _ = await here.joined("Bo", worker=members[0][1])
    seen = {phone.id: here.seen_by(phone) for phone, _ in members}
    before, logged = await dump(here), len(here.logged)
    await wrote(here, ash, "Zq! the wifi is slow")
    after = await dump(here)
    await here.type(bo, "/menu")
    await here.do(bo, "say", "kind:change", "no_name", "back")
    assert await here.at(ash) == await here.at(bo) == {"at": "voice"}
    # `handled` are bare numbers of updates; a card is where a chat is now, the same for whoever wrote nothing.
    assert set(two(before, after)) - {"handled", "card", "cleanup"} == {"comment"}
    (row,) = after["comment"]
    assert {name: row[name] for name in ("kind", "about", "monday", "answer_group")} == {
        "kind": "change", "about": 0, "monday": voice.monday_after(here.clock.now()).isoformat(), "answer_group": None,
    }  # fmt: skip
    assert len(row["sealed"]) == comments.BOX
    assert after["cleanup"] == before["cleanup"], "what was typed is out of the chat, and its trail with it"
    assert here.logged[logged:] == []
    await here.tick()
    assert {phone.id: here.seen_by(phone) for phone, _ in members} == seen, "no staff phone has shown anything new"


async def test_crisis_words_without_a_name_bring_the_card_and_nothing_else(inside: Indoors) -> None:
    here = inside
    await here.staff_phone("Ruth Adeyemi", "participation")
    worker, member = await here.staff_phone("Priya Shah", "pa")
    ash, _ = await here.joined("Ash", worker=member)
    others = frozenset(metadata.tables) - {"handled", "card", "cleanup", "comment"}
    before, logged = await here.prints(others), len(here.logged)
    await wrote(here, ash, CRISIS)
    cards_sent = [message.text for message in ash.from_bot if "No one has been told." in message.text]
    assert len(cards_sent) == 1
    assert await here.prints(others) == before
    assert here.logged[logged:] == []
    assert CRISIS not in here.seen_by(worker)


async def test_two_dozen_people_write_and_no_order_in_the_database_says_who_wrote_what(either_inside: Indoors) -> None:
    """Order of arrival, as the thief knows it, against every order the table can be read in: no more than luck."""
    here = either_inside
    count, chance = 24, Random(5)
    people = [(await here.joined(f"P{n}"))[0] for n in range(count)]
    chance.shuffle(people)
    for at, phone in enumerate(people):
        await here.put(phone, {"at": "voice/write", "kind": "change"})
        await here.type(phone, f"word-{at}")
    async with here.store.transaction() as tx:
        monday = voice.monday_after(here.clock.now())
        said = {one.key: int(one.text.partition("-")[2]) for one in await comments.readable(tx, on=monday)}
        order = "ctid" if tx.on_postgres else "key"
        stored = [
            said[row.key] for row in await tx.connection.execute(sql(f"SELECT key FROM comment ORDER BY {order}"))
        ]
        if tx.on_postgres:
            assert len(set(await tx.connection.scalars(sql("SELECT xmin::text FROM comment")))) == 1
    assert sorted(stored) == list(range(count))
    for read in (stored, [said[key] for key in sorted(said)]):
        assert sum(at == number for at, number in enumerate(read)) <= 6  # one by luck; seven once in 12,000 times
        rising = sum(first < second for first, second in itertools.pairwise(read))
        assert 4 <= rising <= 19  # of 23, about half


@pytest.mark.parametrize("role", SEE_NOTHING)
async def test_no_other_role_comes_to_a_comment_by_any_place_or_key(inside: Indoors, role: str) -> None:
    here = inside
    await here.staff_phone("Ruth Adeyemi", "participation")
    phone, member = await here.staff_phone(f"{role} Worker", role)  # type: ignore[arg-type]
    ash, _ = await here.joined("Ash", worker=StaffId(member))
    await wrote(here, ash, "Zq! the wifi is slow")
    here.clock.move(days=7)
    async with here.store.transaction() as tx:
        (one,) = await comments.readable(tx, on=today(here.clock.now()))
        index = chats.index_of(tx.keys, ChatId(phone.id))
        group = await comments.add_group(tx, "Wifi", None)
        await comments.put(tx, one.key, group.id)
    before = await here.prints()
    for place in STAFF_PLACES:
        waits = place in ("staff/comment", "staff/comment_under")
        async with here.store.transaction() as tx:
            await comments.put(tx, one.key, None if waits else group.id)
        for action in PLACES[place].taps:
            showing = {"at": place, "key": one.key.hex(), "group": group.id, "comment": 1, "n": 1}
            async with here.store.transaction() as tx:
                await cards.keep(tx, cards.Card(index, "12345678", showing, 999))
            await here.tap(phone, f"12345678:{action}:{group.id if action in ('in', 'group') else ''}", 999)
    assert "Zq!" not in here.seen_by(phone)
    async with here.store.transaction() as tx:
        await comments.put(tx, one.key, group.id)
    assert await here.prints() == before
    assert here.given_up == []


async def test_before_its_monday_not_even_whoever_reads_sees_it_or_how_many_there_are(inside: Indoors) -> None:
    here = inside
    ruth, _ = await here.staff_phone("Ruth Adeyemi", "participation")
    ash, _ = await here.joined("Ash")

    async def room() -> str:
        await here.type(ruth, "/menu")
        await here.do(ruth, "loop", "comments")
        return f"{ruth.text} {[data.partition(':')[2] for data in button_data(ruth)]}"

    before = await room()
    await wrote(here, ash, "Zq! the wifi is slow")
    assert await room() == before
    async with here.store.transaction() as tx:
        key = (await tx.connection.execute(sql("SELECT key FROM comment"))).scalar_one()
    await here.put(ruth, {"at": "staff/comment", "key": bytes(key).hex()})
    await here.do(ruth, "having_us")
    assert "Zq!" not in here.seen_by(ruth)
    assert here.given_up == []


def test_nothing_that_keeps_a_comment_is_handed_a_person_or_writes_a_line_of_log() -> None:
    source = Path("storage/comments.py").read_text("utf-8")
    words = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert not words & {"PersonId", "ChatId", "person", "log", "structlog", "datetime"}
    leave = next(
        node for node in ast.walk(ast.parse(Path("engagement/voice.py").read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "leave"
    )  # fmt: skip
    assert {arg.arg for arg in leave.args.args + leave.args.kwonlyargs} == {
        "tx",
        "kind",
        "about",
        "text",
        "mark",
        "now",
    }
    assert not re.search(r"person|audit|outbox", ast.unparse(leave.body[1:]))  # type: ignore[arg-type]
    assert {column.name for column in metadata.tables["comment"].columns} == {
        "key", "authority", "kind", "about", "sealed", "monday", "answer_group",
    }  # fmt: skip

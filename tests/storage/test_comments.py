"""What is kept of something said without a name: words and a Monday, in an order and under keys that say nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from storage import comments, shuffle, signed_comments
from storage.comments import NoSuchComment
from storage.errors import TooBig
from storage.ids import AnswerGroupId, PersonId, RoundId, SignedCommentId, StaffId
from storage.signed_comments import NoSuchSigned
from storage.store import Store
from storage.tables import comment as table

MONDAY, NEXT = date(2026, 11, 30), date(2026, 12, 7)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


async def left(store: Store, *texts: str, monday: date = MONDAY, **more: Any) -> None:
    """Each in a transaction of its own, as they come."""
    for text in texts:
        async with store.transaction() as tx:
            comments.add(tx, **{"kind": "change", "about": 0, **more}, text=text, monday=monday)


async def rows(store: Store) -> dict[bytes, bytes]:
    async with store.transaction() as tx:
        return {row.key: row.sealed for row in await tx.connection.execute(select(table))}


async def test_what_is_said_can_be_read_from_its_monday_on_and_by_nobody_before(store: Store) -> None:
    await left(store, "Wifi", "“Wärm” 🌍")
    await left(store, "Next week", monday=NEXT)
    async with store.transaction() as tx:
        assert await comments.readable(tx, on=MONDAY - timedelta(days=1)) == ()
        there = await comments.readable(tx, on=MONDAY)
        assert {one.text for one in there} == {"Wifi", "“Wärm” 🌍"}
        assert {(one.kind, one.about, one.mark, one.monday, one.group) for one in there} == {
            ("change", 0, "", MONDAY, None)
        }
        assert await comments.find(tx, there[0].key, on=MONDAY) == there[0]
        with pytest.raises(NoSuchComment):
            await comments.find(tx, there[0].key, on=MONDAY - timedelta(days=1))
        assert len(await comments.readable(tx, on=NEXT)) == 3


async def test_with_each_that_comes_those_that_wait_get_new_keys_and_boxes_and_those_being_read_keep_theirs(
    store: Store,
) -> None:
    await left(store, "read by now")
    ((old, box),) = (await rows(store)).items()
    await left(store, *"ab", monday=NEXT)
    before = await rows(store)
    await left(store, "c", monday=NEXT)
    after = await rows(store)
    assert before[old] == after[old] == box
    assert set(before) & set(after) == {old}
    assert set(before.values()) & set(after.values()) == {box}
    assert {len(one) for one in after.values()} == {comments.BOX}
    async with store.transaction() as tx:
        await comments.shuffled(tx, NEXT)
        assert {one.text for one in await comments.readable(tx, on=NEXT)} == {"read by now", *"abc"}
    assert set(await rows(store)) & set(after) == {old}


async def test_whatever_came_when_lies_in_an_order_and_a_transaction_that_do_not_tell(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    class Reversed(type(shuffle.source)):  # type: ignore[misc]
        def shuffle(self, x: list[Any]) -> None:
            drawn.append(len(x))
            x.reverse()

    monkeypatch.setattr(shuffle, "source", Reversed())
    await left(store, *"abcd")
    assert drawn == [1, 2, 3, 4], "every comment shuffles all that are there"
    if store.engine.dialect.name == "postgresql":
        async with store.transaction() as tx:
            assert len(set(await tx.connection.scalars(sql("SELECT xmin::text FROM comment")))) == 1


async def test_a_transaction_that_fails_leaves_nothing_and_two_in_one_are_both_kept(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            comments.add(tx, kind="good", about=0, text="never", monday=MONDAY)
            raise ZeroDivisionError
    assert await rows(store) == {}
    async with store.transaction() as tx:
        comments.add(tx, kind="good", about=0, text="one", monday=MONDAY)
        comments.add(tx, kind="round", about=7, text="two", monday=MONDAY)
        with pytest.raises(TooBig):
            comments.add(tx, kind="good", about=0, text="x" * comments.BOX, monday=MONDAY)
    async with store.transaction() as tx:
        assert {(one.kind, one.about, one.text) for one in await comments.readable(tx, on=MONDAY)} == {
            ("good", 0, "one"),
            ("round", 7, "two"),
        }


async def test_groups_are_answered_told_undone_and_what_is_a_year_old_goes(sqlite_store: Store) -> None:
    store = sqlite_store
    await left(store, *"abc")
    await left(store, "late", monday=NEXT)
    async with store.transaction() as tx:
        a, b, c = (one.key for one in await comments.readable(tx, on=MONDAY))
        wifi = await comments.add_group(tx, "Wifi", None)
        other = await comments.add_group(tx, "Round", RoundId(3))
        for key, group in ((a, wifi.id), (b, wifi.id), (c, other.id)):
            await comments.put(tx, key, group)
        await comments.answer(tx, wifi.id, "From May.", on=MONDAY)
        await comments.note_told(tx, [wifi.id], on=NEXT)
        assert await comments.in_groups(tx) == {wifi.id: 2, other.id: 1}
        await comments.remove_group(tx, other.id)
    async with store.transaction() as tx:
        (found,) = await comments.groups(tx)
        assert (found.name, found.answer, found.answered_on, found.told_on) == ("Wifi", "From May.", MONDAY, NEXT)
        assert (await comments.find(tx, c, on=MONDAY)).group is None
        with pytest.raises(comments.NoSuchGroup):
            await comments.group(tx, AnswerGroupId(99))
        assert await comments.prune(tx, before=NEXT) == 3
    assert len(await rows(store)) == 1


async def test_what_is_signed_is_sealed_and_its_own_persons_and_another_authority_sees_neither(
    sqlite_store: Store,
) -> None:
    store = sqlite_store
    other = await store.add_authority("Southfield", "{}")
    said = {"kind": "change", "about": 0, "staff": None, "text": "Zq-wifi", "owner": StaffId(4), "state": "open"}
    async with store.transaction() as tx:
        one = await signed_comments.add(tx, PersonId(1), **said, due_at=NOW, now=NOW)
        await signed_comments.pass_on(tx, one, StaffId(5), due_at=NOW + timedelta(days=2))
    async with store.transaction() as tx:
        (found,) = await signed_comments.of_person(tx, PersonId(1))
        assert (found.text, found.owner, found.round, found.asked) == ("Zq-wifi", StaffId(5), 1, (4, 5))
        done = await signed_comments.answer(tx, found, "Yes.", by=StaffId(5), now=NOW)
        assert (done.state, done.answer, done.by, done.text) == ("answered", "Yes.", StaffId(5), "Zq-wifi")
        assert await signed_comments.of_person(tx, PersonId(2)) == ()
        dump = [bytes(row.sealed) for row in await tx.connection.execute(sql("SELECT sealed FROM signed_comment"))]
        assert not any(b"wifi" in box for box in dump)
    async with store.transaction(other) as tx:
        assert await signed_comments.every(tx) == ()
        with pytest.raises(NoSuchSigned):
            await signed_comments.find(tx, SignedCommentId(one.id))
        assert await comments.readable(tx, on=NEXT) == ()
    async with store.transaction() as tx:
        assert await signed_comments.prune(tx, before=NOW) == 0
        assert await signed_comments.prune(tx, before=NOW + timedelta(days=1)) == 1

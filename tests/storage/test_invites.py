"""Invites: one code lets in one person once; forwarded, used, expired and forged ones let in nobody."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import invites, people, staff
from storage.ids import ChatId, PersonId
from storage.invites import DeadLink
from storage.people import Details
from storage.store import Store, Transaction
from storage.tables import invite as table
from storage.words import FIRST, SECOND, two_words

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=60)
MINE, FRIENDS = ChatId(7_000_000_001), ChatId(7_000_000_002)


async def somebody(tx: Transaction, reference: str = "C-001") -> PersonId:
    worker = await staff.by_name_or_reference(tx, "Priya Shah") or await staff.add(tx, "Priya Shah", "pa")
    return (await people.add(tx, Details(reference, "Jo", "Smythe"), worker=worker.id)).id


async def refusal(tx: Transaction, code: str, now: datetime = NOW) -> DeadLink:
    with pytest.raises(DeadLink) as refused:
        await invites.find(tx, code, now=now)
    return refused.value


async def test_an_invite_fits_a_start_link_and_its_code_is_not_stored(store: Store):
    async with store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
        assert re.fullmatch(r"[A-Za-z0-9_-]{22}", made.code)
        assert re.fullmatch(r"[a-z]+ [a-z]+", made.words)
        row = (await tx.connection.execute(select(table))).one()
        assert made.code.encode() not in b"".join(value for value in row if isinstance(value, bytes))
        found = await invites.find(tx, made.code, now=NOW)
        assert (found.id, found.words, found.tries_left) == (made.id, made.words, 3)


async def test_an_invite_is_for_exactly_one_person_or_member_of_staff(store: Store):
    async with store.transaction() as tx:
        person = await somebody(tx)
        worker = (await staff.everyone(tx))[0].id
        with pytest.raises(ValueError, match="one person"):
            await invites.make(tx, expires_at=LATER)
        with pytest.raises(ValueError, match="one person"):
            await invites.make(tx, person=person, staff=worker, expires_at=LATER)


async def test_given_an_expired_link_then_it_is_dead_from_that_second_and_says_whom_to_ask(store: Store):
    async with store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
        worker = (await staff.everyone(tx))[0].id
        await invites.find(tx, made.code, now=LATER - timedelta(seconds=1))
        refused = await refusal(tx, made.code, now=LATER)
        assert (refused.reason, refused.who) == ("expired", worker)


async def test_given_a_new_invite_when_the_earlier_one_is_opened_then_it_is_dead_and_others_are_untouched(store: Store):
    async with store.transaction() as tx:
        jo, bo = await somebody(tx), await somebody(tx, "C-002")
        first = await invites.make(tx, person=jo, expires_at=LATER)
        other = await invites.make(tx, person=bo, expires_at=LATER)
        for_staff = await invites.make(tx, staff=(await staff.everyone(tx))[0].id, expires_at=LATER)
        second = await invites.make(tx, person=jo, expires_at=LATER)
        assert (await refusal(tx, first.code)).reason == "dead"
        for alive in (second, other, for_staff):
            assert (await invites.find(tx, alive.code, now=NOW)).id == alive.id


async def test_given_a_forwarded_link_when_its_owner_was_first_then_the_friend_is_a_stranger(store: Store):
    async with store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
        await invites.begin(tx, FRIENDS, made.id)
        await invites.begin(tx, MINE, made.id)
        assert (await invites.joining(tx, FRIENDS)) is not None
        await invites.use(tx, made.id)
        await invites.end(tx, MINE)
        assert await invites.joining(tx, FRIENDS) is None
        assert (await refusal(tx, made.code)).reason == "used"
        with pytest.raises(DeadLink):
            await invites.use(tx, made.id)


async def test_given_two_chats_with_one_link_when_they_guess_then_the_three_tries_are_shared(store: Store):
    async with store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
        await invites.begin(tx, MINE, made.id)
        await invites.begin(tx, FRIENDS, made.id)
        assert await invites.wrong(tx, made.id) == 2
        mine = await invites.joining(tx, MINE)
        assert mine is not None
        assert mine.tries_left == 2
        assert [await invites.wrong(tx, made.id), await invites.wrong(tx, made.id)] == [1, 0]
        assert await invites.wrong(tx, made.id) == 0
        assert (await refusal(tx, made.code)).reason == "dead"
        assert [await invites.joining(tx, chat) for chat in (MINE, FRIENDS)] == [None, None]
        with pytest.raises(DeadLink):
            await invites.use(tx, made.id)


async def test_joining_remembers_the_initials_until_it_ends_and_another_link_starts_afresh(store: Store):
    async with store.transaction() as tx:
        jo, bo = await somebody(tx), await somebody(tx, "C-002")
        mine = await invites.make(tx, person=jo, expires_at=LATER)
        theirs = await invites.make(tx, person=bo, expires_at=LATER)
        assert await invites.joining(tx, MINE) is None
        await invites.begin(tx, MINE, mine.id)
        await invites.keep_initials(tx, MINE, "JS")
    async with store.transaction() as tx:
        where = await invites.joining(tx, MINE)
        assert where is not None
        assert (where.invite, where.person, where.staff, where.words) == (mine.id, jo, None, mine.words)
        assert (where.initials, where.tries_left, where.expires_at) == ("JS", 3, LATER)
        await invites.begin(tx, MINE, theirs.id)
        where = await invites.joining(tx, MINE)
        assert where is not None
        assert (where.person, where.initials) == (bo, None)
        await invites.end(tx, MINE)
        assert await invites.joining(tx, MINE) is None
    async with store.transaction() as tx:
        assert await invites.joining(tx, MINE) is None


async def test_of_a_thousand_forged_codes_none_opens_anything(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
        near = [made.code[:at] + letter + made.code[at + 1 :] for at in range(21) for letter in "Aa0_-"]
        near += [made.code[:-1], made.code + "A", made.code.swapcase(), made.code[::-1], "", " ", made.words]
        forged = [code for code in near if code != made.code]
        forged += [secrets.token_urlsafe(16) for _ in range(1_000 - len(forged))]
        assert len(forged) == 1_000
        assert [(await refusal(tx, code)).reason for code in forged] == ["unknown"] * 1_000
        assert (await invites.find(tx, made.code, now=NOW)).tries_left == 3


async def test_two_authorities_do_not_open_each_others_invites(store: Store):
    other = await store.add_authority("Southmere", "{}")
    async with store.transaction() as tx:
        made = await invites.make(tx, person=await somebody(tx), expires_at=LATER)
    async with store.transaction(other) as tx:
        assert (await refusal(tx, made.code)).reason == "unknown"


def test_the_two_words_are_many_short_and_none_is_in_both_lists():
    assert len(FIRST) >= 200
    assert len(SECOND) >= 200
    assert len({*FIRST, *SECOND}) == len(FIRST) + len(SECOND)
    assert all(re.fullmatch("[a-z]{2,10}", word) for word in (*FIRST, *SECOND))
    assert len({two_words() for _ in range(200)}) > 190

"""Codes are sealed, known blind, and given once each to one person each, whoever asks at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sealed_world import CLOSES, NOW, closed, execute, opened, rows, sent, together

from storage import forgetting, openings, people, vouchers
from storage.ids import ChatId, PersonId, SurveyId
from storage.people import Details
from storage.store import Store
from storage.vouchers import CodeTaken

NAME = "short_one"
CODES = tuple(f"CODE-{number}" for number in range(12))


async def met(store: Store, count: int) -> tuple[PersonId, ...]:
    """So many people who have joined."""
    async with store.transaction() as tx:
        found = []
        for number in range(count):
            added = await people.add(tx, Details(f"r{number}", f"Person{number}", "Lee"))
            found.append((await people.join(tx, added.id, ChatId(1_000 + added.id))).id)
    return tuple(found)


async def added(store: Store, codes: tuple[str, ...] = CODES, name: str = NAME) -> None:
    async with store.transaction() as tx:
        await vouchers.add(tx, name, codes, worth="£10")


async def batch(store: Store, survey: SurveyId) -> tuple[PersonId, ...]:
    """Everybody who waits, in the order of their numbers."""
    async with store.transaction() as tx:
        await vouchers.hold(tx)
        waiting = sorted(await vouchers.waiting(tx, survey))
        return await vouchers.give(tx, await openings.find(tx, survey), waiting)


async def codes_of(store: Store, person: PersonId) -> list[str]:
    async with store.transaction() as tx:
        return [one.code for one in await vouchers.of_person(tx, person, since=NOW)]


async def test_a_code_lies_there_sealed_under_a_key_that_says_nothing(store: Store) -> None:
    await added(store)
    kept = await rows(store, "voucher")
    assert len({row.key for row in kept}) == len(CODES)
    assert {len(row.key) for row in kept} == {16}
    assert not any(code.encode() in bytes(row.sealed) for row in kept for code in CODES)
    assert {(row.survey, row.opening, row.person) for row in kept} == {(NAME, None, None)}


async def test_a_code_is_known_again_for_whichever_survey_and_then_none_of_the_file_is_added(store: Store) -> None:
    await added(store, CODES[:3])
    async with store.transaction() as tx:
        assert await vouchers.known(tx, ["new", *CODES]) == set(CODES[:3])
    with pytest.raises(CodeTaken):
        await added(store, ("new", CODES[2]), name="another")
    async with store.transaction() as tx:
        assert await vouchers.names(tx) == (NAME,)
        assert (await vouchers.count(tx, NAME)).left == 3


async def test_whoever_has_sent_and_can_be_told_waits_and_nobody_else(store: Store) -> None:
    survey = await opened(store)
    everybody = await met(store, 6)
    await sent(store, survey, everybody[:4])
    async with store.transaction() as tx:
        await people.set_state(tx, everybody[1], "stopped")
        await people.unlink(tx, everybody[2])
        await people.leave(tx, everybody[3])
        assert await vouchers.waiting(tx, survey) == {everybody[0], everybody[1]}
        assert await vouchers.count_waiting(tx, survey) == 2


async def test_of_two_batches_at_once_everybody_gets_one_code_and_each_code_goes_to_one(store: Store) -> None:
    survey = await opened(store)
    everybody = await met(store, 9)
    await sent(store, survey, everybody)
    await added(store)
    first, second = await together(batch(store, survey), batch(store, survey))
    assert {len(first), len(second)} == {0, 9}
    codes = [code for person in everybody for code in await codes_of(store, person)]
    assert len(codes) == len(set(codes)) == 9
    async with store.transaction() as tx:
        assert await vouchers.count(tx, NAME) == vouchers.Count(3, {survey: 9})


async def test_the_tables_own_rules_refuse_a_second_code_for_one_person(store: Store) -> None:
    survey = await opened(store)
    (jo,) = await met(store, 1)
    await added(store)
    async with store.transaction() as tx:
        await vouchers.give(tx, await openings.find(tx, survey), [jo])
    with pytest.raises(Exception, match=r"(?i)unique"):
        await execute(store, "UPDATE voucher SET opening = :opening, person = :jo", opening=survey, jo=jo)


async def test_with_too_few_codes_the_first_get_theirs_and_the_others_once_there_are_more(store: Store) -> None:
    survey = await opened(store)
    everybody = await met(store, 5)
    await sent(store, survey, everybody)
    await added(store, CODES[:2])
    assert await batch(store, survey) == everybody[:2]
    assert await batch(store, survey) == ()
    await added(store, CODES[2:4])
    assert await batch(store, survey) == everybody[2:4]


async def test_whoever_is_forgotten_takes_the_code_along_and_it_is_given_to_nobody_else(store: Store) -> None:
    survey = await opened(store)
    jo, bo = await met(store, 2)
    await sent(store, survey, [jo, bo])
    await added(store, CODES[:2])
    await batch(store, survey)
    (mine,) = await codes_of(store, jo)
    async with store.transaction() as tx:
        await forgetting.forget(tx, jo)
    await added(store, CODES[2:])
    assert await batch(store, survey) == ()
    async with store.transaction() as tx:
        assert await vouchers.known(tx, CODES) == set(CODES), "their file, added once more, must not give it again"
        assert await vouchers.count(tx, NAME) == vouchers.Count(10, {survey: 1})
        assert mine not in {one.code for one in await vouchers.of_person(tx, bo, since=NOW)}


async def test_given_codes_go_when_their_survey_is_long_over_and_can_still_not_be_added_again(store: Store) -> None:
    survey = await opened(store)
    everybody = await met(store, 3)
    await sent(store, survey, everybody)
    await added(store, CODES[:5])
    await batch(store, survey)
    await closed(store, survey)
    async with store.transaction() as tx:
        assert await vouchers.of_person(tx, everybody[0], since=CLOSES) == ()
        assert await vouchers.remove_given(tx, closed_before=NOW) == ()
        assert await vouchers.remove_given(tx, closed_before=NOW + timedelta(seconds=1)) == (survey,)
        assert await vouchers.count(tx, NAME) == vouchers.Count(2, {})
        assert await vouchers.known(tx, CODES) == set(CODES[:5])
    spent = [row for row in await rows(store, "voucher") if not row.survey]
    assert {(row.sealed, row.opening, row.person) for row in spent} == {(b"", None, None)}

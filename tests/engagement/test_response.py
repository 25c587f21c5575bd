"""How a survey stands while it is open: what is told, what never is, and whom messages have not reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from staffed import MONDAY, meet, settings

from engagement import groups, response, surveys, tasks
from engagement.groups import Grouping, apart
from engagement.response import Group, GroupTooSmall, NoSuchGroup, Told, thin, told
from storage import drafts, invites, openings, outbox, people, pool
from storage.ids import ChatId, PersonId, SurveyId
from storage.people import Details
from storage.store import Store, Transaction
from surveys.disclosure import rounded

DAY = timedelta(days=1)
FEW = {1, 2, 3, 4}

DEFINITION = """
name: grouped
version: 1
purpose: survey
title: By home
minutes: 1
parts:
  - id: all
    questions:
      - {id: words, kind: short_text, text: Anything?}
      - id: home
        kind: single
        segment: true
        register: home
        text: Where do you live?
        options: [{id: own, label: My own place}, {id: shared, label: Shared}]
"""


# What is told of how many


def states(register: int) -> Iterator[tuple[int, int]]:
    """Every (started, sent) there can be."""
    return ((started, sent) for started in range(register + 1) for sent in range(started + 1))


def derived(register: int, started: int, sent: int) -> tuple[int, ...]:
    """The numbers of people a reader could get by taking one number from another."""
    return (started - sent, register - started, register - sent)


def points_at_few(values: Iterable[int]) -> bool:
    """Whether whatever it may be, it is one to four people."""
    return set(values) <= FEW


AT_MOST_ONE = ((0, 0), (1, 0), (0, 1))
"""What may happen between two looks: nothing, somebody begins, somebody sends. Whoever looks does not know which."""


@pytest.mark.parametrize("register", [9, 10, 14, 15, 19, 20, 26, 33])
def test_no_two_numbers_told_leave_one_to_four_people_between_them(register: int) -> None:
    seen: dict[Told, list[tuple[int, ...]]] = defaultdict(list)
    for started, sent in states(register):
        seen[told(register, started, sent)].append(derived(register, started, sent))
    for said, possible in seen.items():
        for one in zip(*possible, strict=True):
            assert not points_at_few(one), said
            if said.started is not None and said.sent is not None:
                assert len(set(one)) >= 5, said


@pytest.mark.parametrize("register", [15, 20, 27, 41])
def test_two_looks_with_at_most_one_doing_between_them_leave_no_one_to_four_either(register: int) -> None:
    seen: dict[tuple[Told, Told], list[tuple[int, ...]]] = defaultdict(list)
    for (started, sent), (begins, sends) in product(states(register), AT_MOST_ONE):
        then = started + begins, sent + sends
        if then[1] <= then[0] <= register:
            looks = told(register, started, sent), told(register, *then)
            seen[looks].append((*derived(register, started, sent), *derived(register, *then)))
    for said, possible in seen.items():
        for one in zip(*possible, strict=True):
            assert not points_at_few(one), said


def test_before_the_tenth_nothing_is_told_and_nobody_is_told_that_few_are_missing() -> None:
    assert told(60, 30, 9) == Told(None, None)
    assert told(60, 30, 10) == Told(None, 10)
    assert told(60, 33, 13) == Told(35, 15)
    assert told(60, 60, 58) == told(60, 60, 60) == Told(55, 55, or_more=True)
    assert told(14, 14, 14) == Told(None, None)
    assert told(60, None, 45) == Told(None, 45), "once it has closed, unsent drafts are gone"


# By group


def parted(*sizes: int) -> Grouping:
    """Parts a, b … of these sizes; the last size is of people the register does not place."""
    names = [*"abcdef"[: len(sizes) - 1], None]
    of = tuple(name for name, size in zip(names, sizes, strict=True) for _ in range(size))
    return Grouping("any", tuple(name for name in names if name is not None), of)


def having_sent(sizes: Sequence[int], counts: Sequence[int]) -> list[bool]:
    return [at < count for size, count in zip(sizes, counts, strict=True) for at in range(size)]


def printed(grouping: Grouping, sizes: Sequence[int], counts: Sequence[int]) -> Any:
    """The total as it is told, and the parts as they are shown; None before there is any."""
    total = told(sum(sizes), None, sum(counts))
    if total.sent is None:
        return None
    kept = groups.shown(grouping, having_sent(sizes, counts))
    return total, tuple(rounded(counts["ab".index(part)]) if part in kept else None for part in "ab")


@pytest.mark.parametrize("sizes", [(12, 14, 0), (10, 18, 0)])
def test_what_is_shown_of_groups_beside_the_total_leaves_no_one_to_four(sizes: tuple[int, ...]) -> None:
    """Whoever knows the rules, the register and everything printed tries every way it could have been.

    They look twice, and at most one person has sent in between. What remains is that four of a group have not sent,
    when its number is told no longer because the fifth has: that is said of nobody who did, and of nothing they said.
    """
    grouping, looks, anything = parted(*sizes), defaultdict(list), False
    every = {counts: printed(grouping, sizes, counts) for counts in product(*(range(size + 1) for size in sizes))}
    for counts in every:
        for sends in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)):
            then = tuple(count + one for count, one in zip(counts, sends, strict=True))
            if then in every and every[then] is not None:
                anything |= set(every[then][1]) != {None}
                mine = tuple(size - count for size, count in zip(sizes[:2], then[:2], strict=True))
                looks[every[counts], every[then]].append((*then[:2], *mine))
    assert anything
    for said, possible in looks.items():
        a, b, *missing = zip(*possible, strict=True)
        assert not points_at_few(a), said
        assert not points_at_few(b), said
        assert all(set(one) == {4} for one in missing if points_at_few(one)), said


def bits(*people: int) -> int:
    return sum(1 << one for one in people)


def test_two_groupings_that_differ_by_a_few_people_do_not_stand_beside_each_other() -> None:
    women, men = bits(*range(20)), bits(*range(20, 50))
    assert apart([women, men], [bits(*range(0, 50, 2)), bits(*range(1, 50, 2))], 50)
    assert apart([women, men], [women, men], 50), "the very same groups say nothing new"
    assert not apart([women, men], [bits(*range(18)), bits(*range(18, 50))], 50), "two people lie between"
    halves = [bits(*range(10)), bits(*range(10, 21)), bits(*range(21, 50))]
    assert not apart([women, men], halves, 50), "nor two parts together"
    assert not apart([women], [men ^ bits(49)], 50), "nor everybody else"


def test_a_column_is_a_grouping_where_ten_people_share_each_value() -> None:
    def register(*rows: tuple[str, dict[str, str]]) -> groups.Register:
        return [(None, Details(str(n), gender=said, groups=more)) for n, (said, more) in enumerate(rows)]  # type: ignore[misc]

    north, south = {"team": "North", "town": "Ely"}, {"team": " south", "town": ""}
    found = groups.columns(
        register(*[("Woman", north)] * 12, *[("woman ", south)] * 10, *[("Man", {"team": "South"})] * 11, ("", {})),
        without=("home",),
    )
    assert [(one.segment, one.parts) for one in found] == [("gender", ("Man", "Woman")), ("team", ("North", "South"))]
    assert found[0].sizes() == {"Woman": 22, "Man": 11}
    assert not groups.columns(register(*[("Woman", {})] * 20, *[("Man", {})] * 9), without=()), "nine are too few"
    assert not groups.columns(register(*[("Woman", {})] * 20), without=()), "one value parts nobody"


def test_a_thin_group_is_ten_points_under_everybody_and_shown() -> None:
    found = [
        Group("home", "own", 40, 25, 50),
        Group("home", "shared", 30, 10, 37),
        Group("home", "other", 10, None, 12),
    ]
    assert thin(found, 45) == [found[1]]
    assert thin(found, 43) == [found[1]]
    assert thin(found, 42) == []
    assert thin(found, None) == []


# From the database


async def world(tx: Transaction, *, own: tuple[int, int], shared: tuple[int, int]) -> SurveyId:
    """An open survey, and so many of so many of each home who have sent it."""
    opened = await surveys.open_survey(tx, settings(), DEFINITION, source="grouped", closes=None, now=MONDAY)
    number = 0
    for home, (sent, of) in (("My own place", own), ("Shared", shared)):
        for at in range(of):
            number += 1
            known = Details(f"R-{number}", "Any", "One", home=home, gender="Woman" if number % 2 else "Man")
            person = await people.add(tx, known)
            if at < sent:
                await drafts.start(tx, person.id, opened.survey)
                await pool.send(tx, person.id, opened.survey)
    return opened.survey


async def test_a_survey_stands_where_its_register_invites_chats_and_drafts_say(store: Store) -> None:
    async with store.transaction() as tx:
        survey = await world(tx, own=(16, 30), shared=(10, 30))
        everyone = [person.id for person in await people.everyone(tx)]
        for person in everyone[40:46]:
            await drafts.start(tx, person, survey)
        for person in everyone[:40]:
            await people.join(tx, person, ChatId(8_000 + person))
        await people.set_state(tx, everyone[0], "stopped")
        await people.set_reachable(tx, ChatId(8_000 + everyone[1]), False)
        for person in everyone[38:50]:
            await invites.make(tx, person=person, expires_at=MONDAY + DAY)
        gone = everyone[59]
        await people.leave(tx, gone)
    async with store.transaction() as tx:
        found = await response.overall(tx, await openings.find(tx, survey), MONDAY + 30 * DAY)
    assert (found.register, found.invited, found.joined, found.reachable) == (59, 50, 40, 38)
    assert (found.started, found.sent, found.rate, found.or_more) == (30, 25, 42, False)
    assert found.never_reached == 59


async def test_groups_come_with_their_share_and_the_columns_of_the_register(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await world(tx, own=(20, 40), shared=(10, 30))
    async with sqlite_store.transaction() as tx:
        standing = await response.standing(tx, await openings.find(tx, survey), MONDAY)
    assert standing.groups == (
        Group("home", "own", 40, 20, share=57),
        Group("home", "shared", 30, 10, share=43),
        Group("gender", "Man", 35, 15, share=50),
        Group("gender", "Woman", 35, 15, share=50),
    )
    assert standing.response.rate == 43
    assert standing.thin == [standing.groups[1]]


async def test_everybody_in_a_group_is_found_by_its_name_and_never_under_ten(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        survey = await world(tx, own=(0, 20), shared=(0, 9))
        opening = await openings.find(tx, survey)
        everyone = await people.everyone(tx)
        assert await response.people_in(tx, opening, "home", "own") == everyone[:20]
        assert len(await response.people_in(tx, opening, "gender", "Woman")) == 15
        with pytest.raises(GroupTooSmall):
            await response.people_in(tx, opening, "home", "shared")
        for segment, part in (("home", "boat"), ("town", "Ely"), ("", "")):
            with pytest.raises(NoSuchGroup) as refused:
                await response.people_in(tx, opening, segment, part)
            assert refused.value.known == ("home=own", "home=shared", "gender=Man", "gender=Woman")


async def written(tx: Transaction, person: PersonId, occasion: str, end: str, on: date) -> None:
    """A message of ours to this person, and what became of it on that day."""
    await outbox.queue(
        tx,
        occasion=occasion,
        person=person,
        lane="young",
        envelope="envelope/update",
        opens={"screen": "menu"},
        not_before=MONDAY - 400 * DAY,
        expires_at=MONDAY + DAY,
    )
    if end == "queued":
        return
    (row,) = [row for row in await outbox.claim(tx, now=MONDAY, limit=99) if row.occasion == occasion]
    if end == "sent":
        await outbox.sent(tx, row.id, 7, on=on)
    elif end == "unknown":
        await outbox.unknown(tx, row.id, on=on, now=MONDAY)
    else:
        await {"failed": outbox.failed, "dropped": outbox.drop}[end](tx, row.id, on=on)


async def test_nobody_was_reached_by_what_failed_or_is_older_than_a_year(store: Store) -> None:
    today = MONDAY.date()
    async with store.transaction() as tx:
        told_lately, told_long_ago, unsure, asked, never = [
            await meet(tx, name) for name in ("Ann", "Bo", "Cy", "Di", "Ed")
        ]
        await written(tx, told_lately, "a", "sent", today - 364 * DAY)
        await written(tx, told_long_ago, "b", "sent", today - 366 * DAY)
        await written(tx, unsure, "c", "unknown", today)
        await written(tx, never, "d", "failed", today)
        worker = await _worker(tx)
        await tasks.ask(tx, settings(), asked, worker, "", MONDAY)
        assert await response.never_reached(tx, MONDAY) == {told_long_ago, unsure, never}


async def _worker(tx: Transaction) -> Any:
    from staffed import hire

    return await hire(tx, "Dana Duty", "manager")


async def test_nobody_vanishes_from_those_never_reached_by_sending(sqlite_store: Store) -> None:
    """Whoever sees names there must not see by it who has sent; once it is over, it is no news."""
    async with sqlite_store.transaction() as tx:
        survey = await world(tx, own=(0, 12), shared=(0, 0))
    async with sqlite_store.transaction() as tx:
        before = await response.never_reached(tx, MONDAY)
        for person in sorted(before)[:11]:
            await drafts.start(tx, person, survey)
            await pool.send(tx, person, survey)
        assert await response.never_reached(tx, MONDAY) == before
    async with sqlite_store.transaction() as tx:
        await surveys.close_survey(tx, settings(), survey, now=MONDAY)
    async with sqlite_store.transaction() as tx:
        assert len(await response.never_reached(tx, MONDAY + DAY)) == 1
        assert await response.never_reached(tx, MONDAY + 400 * DAY) == before


async def test_the_week_counts_what_became_of_messages_on_seven_dates(store: Store) -> None:
    today = MONDAY.date()
    async with store.transaction() as tx:
        person = await meet(tx, "Ann")
        await people.set_reachable(tx, ChatId(1_000 + person), False)
        for number in range(8):
            await written(tx, person, f"sent:{number}", "sent", today - (number % 2) * 6 * DAY)
        await written(tx, person, "sent:long ago", "sent", today - 7 * DAY)
        await written(tx, person, "unknown", "unknown", today)
        await written(tx, person, "failed", "failed", today - 6 * DAY)
        for number in range(3):
            await written(tx, person, f"dropped:{number}", "dropped", today)
        await written(tx, person, "withdrawn", "queued", today)
        await outbox.cancel(tx, "withdrawn")
        for number in range(6):
            await written(tx, person, f"queued:{number}", "queued", today)
        found = await response.delivery(tx, MONDAY)
    assert (found.sent, found.unknown, found.failed, found.waiting, found.held_back) == (10, 1, 1, 5, 5)
    assert found.unreachable_people == 1
    assert not found.nothing

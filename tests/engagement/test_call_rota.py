"""Who phones whom: nobody over what they said, nobody their own backup, everybody covered who can be, and no luck."""

from __future__ import annotations

from collections import Counter
from datetime import time
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engagement.call_rota import Hand, Proposal, Wish, drawn, meet, propose
from storage.ids import CallId, StaffId

HOURS = st.sampled_from([(time(10), time(16)), (time(10), time(12)), (time(12), time(14)), (time(14), time(16))])
STAFF = [StaffId(n) for n in range(1, 6)]


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    members = st.sampled_from(STAFF)
    return [
        Wish(CallId(n), *draw(HOURS), draw(st.none() | members), draw(st.frozensets(members, max_size=2)))
        for n in range(1, draw(st.integers(0, 9)) + 1)
    ]


@st.composite
def hands(draw: st.DrawFn) -> list[Hand]:
    return [Hand(one, draw(st.integers(0, 4)), *draw(HOURS)) for one in STAFF if draw(st.booleans())]


def could(wish: Wish, hand: Hand) -> bool:
    apart = hand.member in wish.cannot or hand.most == 0
    return not apart and meet(wish.from_time, wish.to_time, hand.from_time, hand.to_time) is not None


def most_that_can_be_covered(asked: list[Wish], here: list[Hand]) -> int:
    """Worked out another way: one place for each call somebody can make, filled one by one."""
    places = [hand for hand in here for _ in range(hand.most)]
    held: dict[int, Wish] = {}

    def place(wish: Wish, seen: set[int]) -> bool:
        for at, hand in enumerate(places):
            if at in seen or not could(wish, hand):
                continue
            seen.add(at)
            if at not in held or place(held[at], seen):
                held[at] = wish
                return True
        return False

    return sum(place(wish, set()) for wish in asked)


@settings(max_examples=40)
@given(wishes(), hands())
def test_every_proposal_keeps_to_what_was_said_and_covers_all_that_can_be(asked: list[Wish], here: list[Hand]) -> None:
    found = propose(asked, here, lot="christmas:2026")
    most = {hand.member: hand.most for hand in here}
    by_member = {hand.member: hand for hand in here}
    for given_to in (found.callers, found.backups):
        assert all(count <= most[member] for member, count in Counter(given_to.values()).items())
        assert all(could(wish, by_member[given_to[wish.call]]) for wish in asked if wish.call in given_to)
    assert all(found.callers[call] != member for call, member in found.backups.items())
    assert len(found.callers) == most_that_can_be_covered(asked, here)
    assert set(found.uncovered(asked)) == {wish.call for wish in asked} - set(found.callers)


@settings(max_examples=40)
@given(wishes(), hands(), st.randoms(use_true_random=False))
def test_the_same_wishes_give_the_same_rota_in_whatever_order_they_come(
    asked: list[Wish], here: list[Hand], order: Random
) -> None:
    first = propose(asked, here, lot="christmas:2026")
    asked, here = asked.copy(), here.copy()
    order.shuffle(asked)
    order.shuffle(here)
    assert propose(asked, here, lot="christmas:2026") == first


@settings(max_examples=40)
@given(wishes(), hands(), wishes())
def test_whoever_has_a_call_keeps_it_when_others_are_added(
    asked: list[Wish], here: list[Hand], more: list[Wish]
) -> None:
    before = propose(asked, here, lot="eid")
    later = [Wish(CallId(one.call + 100), one.from_time, one.to_time, one.worker) for one in more]
    after = propose([*asked, *later], here, lot="eid", callers=before.callers, backups=before.backups)
    assert after.callers.items() >= before.callers.items()
    assert after.backups.items() >= before.backups.items()
    most = {hand.member: hand.most for hand in here}
    assert all(count <= most[one] for one, count in Counter(after.callers.values()).items())
    assert all(after.callers.get(call) != one for call, one in after.backups.items())


def all_day(*members: tuple[int, int]) -> list[Hand]:
    return [Hand(StaffId(one), most, time(10), time(16)) for one, most in members]


def calls(*workers: int | None) -> list[Wish]:
    return [Wish(CallId(n), time(10), time(16), one and StaffId(one)) for n, one in enumerate(workers, 1)]


def test_everybody_has_the_worker_they_asked_for_while_that_worker_has_room() -> None:
    found = propose(calls(1, 1, 2, None), all_day((1, 2), (2, 2), (3, 4)), lot="christmas:2026")
    assert [found.callers[CallId(n)] for n in (1, 2, 3)] == [1, 1, 2]
    assert found.callers[CallId(4)] == 3


def test_a_lot_decides_between_two_who_want_the_same_worker_and_both_are_phoned() -> None:
    found = propose(calls(1, 1), all_day((1, 1), (2, 5)), lot="christmas:2026")
    winner = min((CallId(1), CallId(2)), key=lambda call: drawn("christmas:2026", call))
    assert {call for call, one in found.callers.items() if one == 1} == {winner}
    other = [propose(calls(1, 1), all_day((1, 1), (2, 5)), lot=f"day:{n}").callers[CallId(1)] for n in range(40)]
    assert 8 < other.count(StaffId(1)) < 32


def test_two_who_want_the_same_absent_worker_are_phoned_by_whoever_is_there() -> None:
    found = propose(calls(1, 1), all_day((1, 0), (2, 1), (3, 1)), lot="christmas:2026")
    assert sorted(found.callers.values()) == [2, 3]
    assert all(found.backups[call] not in (1, one) for call, one in found.callers.items())


def test_the_load_is_even_and_a_full_caller_gives_way_where_only_they_can_help_another() -> None:
    found = propose(calls(*[None] * 9), all_day((1, 8), (2, 8), (3, 8)), lot="eid")
    assert sorted(Counter(found.callers.values()).values()) == [3, 3, 3]
    assert sorted(Counter(found.backups.values()).values()) == [3, 3, 3]
    early = Wish(CallId(1), time(10), time(12))
    late = [Hand(StaffId(1), 1, time(10), time(16)), Hand(StaffId(2), 1, time(14), time(16))]
    assert propose([*calls(None)[:0], early, *calls(None, None)[1:]], late, lot="eid").callers == {1: 1, 2: 2}


def test_nobody_is_proposed_where_the_hours_have_too_little_in_common() -> None:
    wish = Wish(CallId(1), time(10), time(12))
    assert propose([wish], [Hand(StaffId(1), 3, time(11, 45), time(16))], lot="eid") == Proposal({}, {})
    assert propose([wish], [Hand(StaffId(1), 3, time(11, 30), time(16))], lot="eid").callers == {1: 1}

"""What may be shown of a row of counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.alike import Sums
from surveys.disclosure import hidden, rounded, segment_cells, segment_values
from surveys.leeway import Table, free_within

ROWS = st.lists(st.integers(0, 60), min_size=2, max_size=9)


@pytest.mark.parametrize(
    ("counts", "sensitive", "away"),
    [
        ([3, 6], False, None),  # base 9
        ([5, 5], False, set()),
        ([5, 5], True, set()),
        ([20, 30, 40], False, set()),
        ([3, 20, 30], False, {0, 1}),  # 3 alone could be worked out: the next lowest goes too
        ([3, 7, 30], False, {0, 1}),  # 3 and 7 hold 10 together
        ([3, 6, 30], False, {0, 1, 2}),  # 3 and 6 hold 9, and then nothing is left to show
        ([3, 4, 4, 30, 40], False, {0, 1, 2}),
        ([1, 2, 30, 40], False, {0, 1, 2}),
        ([0, 20, 30], False, set()),
        ([0, 20, 30], True, {0, 1}),
        ([0, 0, 20, 30], True, {0, 1, 2}),
        ([0, 50], False, set()),  # everyone said the same, and nobody minds
        ([0, 50], True, None),  # everyone said the same, and it tells about everyone
        ([2, 48], False, None),  # what is left over tells as much
        ([2, 0, 48], False, {0, 2}),
        ([4, 4, 4], False, None),
        ([30, 30, 30, 1], False, {0, 3}),  # of equals, the first
        ([7, 7, 4], False, None),  # "5 of 20, two hidden" would fit nothing else
        ([7, 7, 4, 30], False, {0, 1, 2}),  # so would "5 and 30 of 50": one more goes
    ],
)
def test_the_rules_hide_what_tells_about_few(counts, sensitive, away):
    found = hidden(counts, sensitive=sensitive)
    expected = None if away is None or len(away) == len(counts) else away
    assert found == expected


def test_ticks_are_judged_against_the_people_and_not_their_sum():
    assert hidden([9, 9, 9], sensitive=False, base=9) is None
    assert hidden([28, 20, 12], sensitive=False, base=30) == {0}
    assert hidden([20, 15, 12], sensitive=False, base=30) == set()


def test_of_ticks_nearly_everybody_gave_the_one_hidden_count_may_stand_alone():
    """26, 27, 28 and 29 of 30 are four values, and the other counts add up to nothing that tells which."""
    assert hidden([28, 12, 11], sensitive=False, base=30) == {0}
    assert hidden([30, 12, 11], sensitive=False, base=30) == set()
    assert hidden([30, 12, 11], sensitive=True, base=30) == {0}


def test_what_is_capped_by_another_row_hides_more():
    """Nobody is first more often than picked."""
    firsts = [3, 8, 30, 40]

    def capped(*caps):
        return lambda away: Sums(81, 81, caps)

    assert hidden(firsts, sensitive=False, sums=capped(81, 81, 81, 81)) == {0, 1}
    assert hidden(firsts, sensitive=False, sums=capped(4, 8, 81, 81)) == {0, 1, 2}
    assert hidden(firsts, sensitive=False, sums=capped(3, 81, 81, 81)) is None


@pytest.mark.parametrize(("count", "near"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_rounding_goes_to_the_nearest_five(count, near):
    assert rounded(count) == near


@given(ROWS, st.booleans())
def test_nothing_telling_is_shown(counts, sensitive):
    away = hidden(counts, sensitive=sensitive)
    if away is None:
        return
    base = sum(counts)
    assert base >= 10
    for at, count in enumerate(counts):
        if at not in away:
            assert count >= 5 or (count == 0 and not sensitive)
            assert base - count >= 5 or (base == count and not sensitive)


@given(ROWS, st.booleans())
def test_what_is_hidden_holds_ten_people_in_two_cells_at_least(counts, sensitive):
    away = hidden(counts, sensitive=sensitive)
    if away:
        assert sum(counts[at] for at in away) >= 10
        assert len(away) >= 2
        assert len(away) < len(counts)


@given(ROWS, st.booleans())
def test_where_shown_counts_are_big_no_more_is_hidden_than_the_rules_ask(counts, sensitive):
    away = hidden(counts, sensitive=sensitive)
    if away and min(counts[at] for at in range(len(counts)) if at not in away) > 25:
        added = [counts[at] for at in away if counts[at] >= 5]
        assert not added or sum(counts[at] for at in away) - max(added) < 10 or sum(counts) - max(added) < 5


@given(ROWS)
def test_sensitive_rows_never_show_more(counts):
    plain, sensitive = hidden(counts, sensitive=False), hidden(counts, sensitive=True)
    assert sensitive is None or (plain is not None and plain <= sensitive)


def rows_of(people: int, answers: int) -> Iterator[tuple[int, ...]]:
    """Every way in which so many people can have answered."""
    if answers == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for rest in rows_of(people - first, answers - 1):
            yield (first, *rest)


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(("answers", "most"), [(2, 60), (3, 40), (4, 20)])
def test_who_runs_the_rules_backwards_is_left_with_four_values_for_each_hidden_count(answers, most, sensitive):
    """Every row there is, told apart by what is printed and by the exact base: not printed, but it may be known."""
    alike = defaultdict(list)
    for people in range(10, most + 1):
        for row in rows_of(people, answers):
            if away := hidden(row, sensitive=sensitive):
                printed = tuple(None if at in away else rounded(count) for at, count in enumerate(row))
                alike[people, printed].append(row)
    assert alike or answers == 2
    for (_, printed), found in alike.items():
        for at, count in enumerate(printed):
            assert count is not None or len({row[at] for row in found}) >= 4


def test_a_row_that_says_how_many_were_asked_something_later_needs_its_leeway():
    """3 and 8 are hidden. Who later sees that between 2 and 4 of the first were not asked knows too much."""
    counts, away = [3, 8, 30, 40], {0, 1}
    assert free_within(counts, away, 81, sensitive=False, some={0}, low=0, high=6)
    assert not free_within(counts, away, 81, sensitive=False, some={0}, low=2, high=4)
    assert not free_within(counts, away, 81, sensitive=False, some={1}, low=7, high=9)
    assert free_within(counts, away, 81, sensitive=False, some={0, 1}, low=11, high=11)


# Breakdowns


def test_segments_need_ten_invited_each_and_120_in_all():
    invited = {"young": 9, "middle": 10, "older": 101}
    assert segment_values(invited, invited=120) == {"middle", "older"}
    assert segment_values(invited, invited=119) == frozenset()


def cells(rows, *, extra=(0, 0), sent=None, invited=200, sensitive=False):
    totals = [sum(column) + more for column, more in zip(zip(*rows.values(), strict=True), extra, strict=True)]
    sent = sent or {value: sum(row) for value, row in rows.items()}
    everyone = sum(sent.values()) + sum(extra)
    return segment_cells(rows, totals, sent=sent, everyone=everyone, invited=invited, sensitive=sensitive)


def everything(rows):
    return {(value, at) for value, row in rows.items() for at in range(len(row))}


def test_a_breakdown_of_big_numbers_is_kept_whole():
    rows = {"young": [20, 30], "older": [25, 40]}
    assert cells(rows) == everything(rows)


def test_no_breakdown_under_120_invited():
    assert cells({"young": [20, 30], "older": [25, 40]}, invited=119) == frozenset()


def test_a_segment_or_its_rest_under_ten_is_kept_nowhere():
    assert cells({"young": [5, 4], "older": [50, 40]}) == frozenset()
    rows = {"young": [4, 4], "middle": [30, 30], "older": [50, 40]}
    assert not {value for value, _ in cells(rows)} & {"young"}


def test_a_small_cell_takes_its_row_and_its_column_with_it():
    rows = {"young": [3, 20, 30], "middle": [12, 20, 30], "older": [25, 40, 30]}
    kept = cells(rows, extra=(0, 0, 0))
    assert ("young", 0) not in kept
    assert len({value for value, at in everything(rows) - kept if at == 0}) >= 2
    assert len({at for value, at in everything(rows) - kept if value == "young"}) >= 2


def test_no_part_is_shown_of_an_answer_whose_total_is_hidden():
    rows = {"young": [40, 30, 9], "older": [50, 40, 9]}
    totals = [sum(column) for column in zip(*rows.values(), strict=True)]
    sent = {value: sum(row) for value, row in rows.items()}
    kept = segment_cells(rows, totals, sent=sent, everyone=178, invited=300, sensitive=False, closed=frozenset({1, 2}))
    assert kept == {("young", 0), ("older", 0)}


def test_a_hidden_cell_that_rows_and_columns_pin_down_is_found():
    """Two hidden cells in one row: what the one has less the other has more, and the columns have nobody to spare."""
    parts = {"young": [20, 3, 7], "older": [30, 32, 33]}
    totals = [50, 35, 40]
    sent = {"young": 30, "older": 95}
    kept = {("young", 0), ("older", 0), ("older", 1), ("older", 2)}
    assert set(Table(parts, totals, kept, answering=sent, sensitive=False).narrow())
    more = kept - {("older", 1), ("older", 2)}
    assert not set(Table(parts, totals, more, answering=sent, sensitive=False).narrow())


TABLES = st.integers(2, 4).flatmap(
    lambda width: st.tuples(
        st.dictionaries(
            st.sampled_from("abcd"), st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=1
        ),
        st.lists(st.integers(0, 15), min_size=width, max_size=width),
    )
)


@given(TABLES, st.booleans())
def test_no_kept_cell_tells_about_few_and_what_is_missing_holds_ten(table, sensitive):
    rows, extra = table
    kept = cells(rows, extra=extra, sensitive=sensitive)
    totals = [sum(column) + more for column, more in zip(zip(*rows.values(), strict=True), extra, strict=True)]
    least = 0 if sensitive else 1
    for value, at in kept:
        count = rows[value][at]
        assert not least <= count < 5
        assert not least <= totals[at] - count < 5
        assert sum(rows[value]) >= 10
    for value, row in rows.items():
        missing = [row[at] for at in range(len(row)) if (value, at) not in kept]
        assert not missing or len(missing) == len(row) or sum(missing) >= 10
    for at, total in enumerate(totals):
        column_kept = [rows[value][at] for value in rows if (value, at) in kept]
        missing = total - sum(column_kept)
        hidden_here = len(column_kept) < len(rows) or extra[at]
        assert not column_kept or not hidden_here or missing >= 10

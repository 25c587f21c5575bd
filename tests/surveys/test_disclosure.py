"""What may be shown of a row of counts."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.disclosure import hidden, rounded, segment_cells, segment_values, shown

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


def test_shown_counts_are_rounded_and_percentages_come_from_them():
    row = shown([13, 17, 33], sensitive=True)
    assert row is not None
    assert (row.base, row.counts) == (65, (15, 15, 35))
    assert row.percent(2) == pytest.approx(100 * 35 / 65)
    row = shown([3, 8, 32], sensitive=False)
    assert row is not None
    assert row.counts == (None, None, 30)
    assert row.percent(0) is None
    assert shown([4, 5], sensitive=False) is None


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


@given(
    st.tuples(st.integers(0, 4), st.integers(5, 16), st.integers(5, 16)).flatmap(st.permutations),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_who_knows_the_rules_and_what_is_shown_is_left_with_four_values_for_each_hidden_count(counts, sensitive):
    seen = shown(counts, sensitive=sensitive)
    if seen is None:
        return
    ranges = [range(21) if count is None else range(max(0, count - 2), count + 3) for count in seen.counts]
    fitting = [row for row in itertools.product(*ranges) if shown(row, sensitive=sensitive) == seen]
    for at, count in enumerate(seen.counts):
        if count is None:
            possible = {row[at] for row in fitting}
            assert max(possible) - min(possible) >= 3


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

"""Intervals and tests for shares, against published examples, exact counting and other people's programs."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from types import SimpleNamespace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from surveys.errors import NotAShare, SurveyError, TooFew
from surveys.statistics import fixed_share_p, gap_interval, holm, same_share_p, wilson


def shares(lowest=10, highest=2000):
    """(yes, base) of enough people."""
    return st.integers(lowest, highest).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


EDGES = [(0, 10), (10, 10), (1, 10), (5, 10), (0, 900), (900, 900), (4, 19), (20, 100), (450, 900), (31_415, 100_000)]


@pytest.fixture(scope="module")
def theirs():
    """What others wrote to the same formulas. Read here and not above: it takes a while, for this file alone."""
    from scipy import stats
    from statsmodels.stats import multitest, proportion

    return SimpleNamespace(stats=stats, multitest=multitest, proportion=proportion)


unhurried = settings(deadline=None)  # other people's programs, and whole numbers of a thousand digits


def to_8_digits(value):
    return pytest.approx(value, rel=1e-8, abs=1e-12)


# Wilson


@pytest.mark.parametrize(
    ("yes", "base", "low", "high"),
    [  # SURVEY_DESIGN 10, in per cent
        (4, 20, 8, 42),
        (10, 20, 30, 70),
        (20, 100, 13, 29),
        (50, 100, 40, 60),
        (180, 900, 18, 23),
        (450, 900, 47, 53),
    ],
)
def test_the_interval_is_the_designs(yes, base, low, high):
    assert [round(100 * end) for end in wilson(yes, base)] == [low, high]


@pytest.mark.parametrize(("yes", "base"), EDGES)
def test_the_interval_agrees_with_statsmodels(theirs, yes, base):
    assert wilson(yes, base) == to_8_digits(theirs.proportion.proportion_confint(yes, base, method="wilson"))


@given(share=shares())
@unhurried
def test_any_interval_agrees_with_statsmodels(theirs, share):
    assert wilson(*share) == to_8_digits(theirs.proportion.proportion_confint(*share, method="wilson"))


@given(shares())
def test_the_interval_holds_the_share_stays_a_share_and_mirrors(share):
    yes, base = share
    low, high = wilson(yes, base)
    assert 0 <= low <= yes / base <= high <= 1
    assert low < high
    other_low, other_high = wilson(base - yes, base)
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-12)


@given(shares(highest=500))
def test_more_people_with_the_same_share_make_it_narrower(share):
    yes, base = share
    low, high = wilson(yes, base)
    low_of_more, high_of_more = wilson(4 * yes, 4 * base)
    assert high_of_more - low_of_more < high - low


# The gap between two shares


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_gap_is_newcombes(a, b, low, high):
    assert gap_interval(*a, *b) == pytest.approx((low, high), abs=5e-5)


@given(a=shares(), b=shares())
@unhurried
def test_any_gap_agrees_with_statsmodels(theirs, a, b):
    reference = theirs.proportion.confint_proportions_2indep(*a, *b, method="newcomb", compare="diff")
    assert gap_interval(*a, *b) == to_8_digits(reference)


@given(shares(), shares())
def test_the_gap_the_other_way_round_is_the_same_gap(a, b):
    low, high = gap_interval(*a, *b)
    assert -1 <= low <= a[0] / a[1] - b[0] / b[1] <= high <= 1
    assert gap_interval(*b, *a) == pytest.approx((-high, -low), abs=1e-12)


# Whether two groups could have one share


def expected_counts(a, b):
    (yes_a, base_a), (yes_b, base_b) = a, b
    share = Fraction(yes_a + yes_b, base_a + base_b)
    return [base * part for base in (base_a, base_b) for part in (share, 1 - share)]


def counted(a, b):
    """Fisher's p with whole numbers only: every way to deal out the yeses, counted."""
    (yes_a, base_a), (yes_b, base_b) = a, b
    yes = yes_a + yes_b
    ways = [comb(base_a, one) * comb(base_b, yes - one) for one in range(max(0, yes - base_b), min(base_a, yes) + 1)]
    seen = comb(base_a, yes_a) * comb(base_b, yes_b)
    return float(Fraction(sum(way for way in ways if way <= seen), sum(ways)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((50, 100), (64, 100)),
        ((43, 100), (57, 100)),
        ((50, 100), (50, 100)),
        ((50, 100), (51, 101)),
        ((25, 50), (300, 900)),
        ((5, 50), (5, 50)),
        ((44, 50), (790, 900)),
        ((50_000, 100_000), (50_400, 100_000)),
        ((300, 900), (600, 900)),
    ],
)
def test_the_corrected_z_agrees_with_scipy(theirs, a, b):
    assert min(expected_counts(a, b)) >= 5
    table = [[a[0], a[1] - a[0]], [b[0], b[1] - b[0]]]
    assert same_share_p(*a, *b) == to_8_digits(theirs.stats.chi2_contingency(table, correction=True).pvalue)


@given(a=shares(), b=shares())
@unhurried
def test_any_corrected_z_agrees_with_scipy(theirs, a, b):
    assume(min(expected_counts(a, b)) >= 5)
    table = [[a[0], a[1] - a[0]], [b[0], b[1] - b[0]]]
    assert same_share_p(*a, *b) == to_8_digits(theirs.stats.chi2_contingency(table, correction=True).pvalue)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((1, 12), (8, 12)),
        ((0, 50), (4, 50)),
        ((4, 50), (0, 50)),
        ((49, 50), (44, 50)),
        ((2, 100), (6, 100)),
        ((3, 60), (60, 900)),
        ((4, 60_000), (0, 40_000)),
        ((7, 50), (8000, 100_000)),
    ],
)
def test_where_few_are_expected_fishers_test_agrees_with_scipy(theirs, a, b):
    assert min(expected_counts(a, b)) < 5
    table = [[a[0], a[1] - a[0]], [b[0], b[1] - b[0]]]
    assert same_share_p(*a, *b) == to_8_digits(theirs.stats.fisher_exact(table).pvalue)


@given(shares(highest=150), shares(highest=150))
@unhurried
def test_where_few_are_expected_every_way_is_counted(a, b):
    assume(min(expected_counts(a, b)) < 5)
    assert same_share_p(*a, *b) == to_8_digits(counted(a, b))


@given(st.integers(0, 9), st.integers(0, 9), st.integers(10, 150), st.integers(10, 150))
@unhurried
def test_rare_answers_in_groups_of_any_size_are_counted(yes_a, yes_b, base_a, base_b):
    a, b = (yes_a, base_a), (yes_b, base_b)
    assume(min(expected_counts(a, b)) < 5)
    assert same_share_p(*a, *b) == to_8_digits(counted(a, b))


@given(shares(), shares())
def test_neither_the_order_of_the_groups_nor_yes_and_no_matter(a, b):
    p = same_share_p(*a, *b)
    assert 0 <= p <= 1
    assert same_share_p(*b, *a) == to_8_digits(p)
    assert same_share_p(a[1] - a[0], a[1], b[1] - b[0], b[1]) == to_8_digits(p)


@given(shares())
def test_a_group_never_differs_from_itself(share):
    assert same_share_p(*share, *share) == pytest.approx(1)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5])
def test_groups_with_one_share_are_told_apart_in_at_most_one_of_twenty_tries(share):
    base = 50
    chances = [comb(base, yes) * share**yes * (1 - share) ** (base - yes) for yes in range(base + 1)]
    told_apart = sum(
        chances[one] * chances[two]
        for one in range(base + 1)
        for two in range(base + 1)
        if same_share_p(one, base, two, base) < 0.05
    )
    assert told_apart <= 0.05


# A share that is known


@pytest.mark.parametrize(
    ("yes", "base", "share"),
    [(1, 50, 0.07), (9, 50, 0.07), (50, 50, 0.95), (0, 20, 0.1), (3, 30, 0.03), (12, 5000, 0.0005), (7, 10, 0.45)],
)
def test_where_few_are_expected_a_known_share_is_counted_as_scipy_does(theirs, yes, base, share):
    assert min(base * share, base * (1 - share)) < 5
    assert fixed_share_p(yes, base, share) == to_8_digits(theirs.stats.binomtest(yes, base, share).pvalue)


@given(share=shares(), percent=st.integers(0, 100))
@unhurried
def test_any_known_share_agrees_with_scipy(theirs, share, percent):
    (yes, base), fixed = share, percent / 100
    if min(base * fixed, base * (1 - fixed)) < 5:
        reference = theirs.stats.binomtest(yes, base, fixed).pvalue
    else:
        apart = max(0, abs(yes - base * fixed) - 0.5)
        reference = 2 * theirs.stats.norm.sf(apart / (base * fixed * (1 - fixed)) ** 0.5)
    assert fixed_share_p(yes, base, fixed) == to_8_digits(reference)


def test_what_is_certain_cannot_be_otherwise():
    assert fixed_share_p(0, 20, 0) == 1
    assert fixed_share_p(1, 20, 0) == 0
    assert fixed_share_p(20, 20, 1) == 1
    assert fixed_share_p(19, 20, 1) == 0


# Many tests at once


def test_the_smallest_p_pays_for_all_the_next_for_one_fewer_and_none_overtakes():
    assert holm([]) == ()
    assert holm([0.04]) == (0.04,)
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.6, 0.5]) == (1, 1)


@given(ps=st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=12, deadline=None)  # theirs takes a tenth of a second each time
def test_any_correction_agrees_with_statsmodels(theirs, ps):
    assert holm(ps) == to_8_digits(theirs.multitest.multipletests(ps, method="holm")[1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_correction_keeps_the_order_and_never_helps(ps):
    adjusted = holm(ps)
    assert all(p <= after <= 1 for p, after in zip(ps, adjusted, strict=True))
    assert sorted(adjusted) == [adjusted[at] for at in sorted(range(len(ps)), key=ps.__getitem__)]


# What is refused


@pytest.mark.parametrize("base", range(10))
def test_nothing_is_worked_out_of_fewer_than_ten(base):
    for refused in (
        lambda: wilson(base // 2, base),
        lambda: gap_interval(5, 10, base // 2, base),
        lambda: same_share_p(base // 2, base, 50, 100),
        lambda: fixed_share_p(base // 2, base, 0.5),
    ):
        with pytest.raises(TooFew) as refusal:
            refused()
        assert refusal.value.base == base
    assert issubclass(TooFew, SurveyError)


@pytest.mark.parametrize(("yes", "base"), [(11, 10), (-1, 10), (100, 99)])
def test_more_than_everyone_is_no_share(yes, base):
    for refused in (
        lambda: wilson(yes, base),
        lambda: gap_interval(5, 10, yes, base),
        lambda: same_share_p(yes, base, 50, 100),
        lambda: fixed_share_p(yes, base, 0.5),
    ):
        with pytest.raises(NotAShare) as refusal:
            refused()
        assert (refusal.value.part, refusal.value.whole) == (yes, base)
    assert issubclass(NotAShare, SurveyError)


@pytest.mark.parametrize("odd", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_and_no_share_is_refused(odd):
    with pytest.raises(NotAShare):
        holm([0.5, odd])
    with pytest.raises(NotAShare):
        fixed_share_p(5, 10, odd)

"""Points, first places, and which options came out level."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.errors import TooFew, TooMany
from surveys.ranking import borda, firsts, order

OPTIONS = ("homes", "money", "people", "learning", "story")
RANKINGS = st.dictionaries(
    st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=3, unique=True).map(tuple), st.integers(1, 200), max_size=12
)
briefly = settings(max_examples=25, deadline=None)  # an order is 1,000 draws of every pair


def ordered(rankings, options=OPTIONS, *, seed=1, base_shown=None, **more):
    base = sum(rankings.values()) if base_shown is None else base_shown
    return order(rankings, options, chance=random.Random(seed), base_shown=base, **more)


# Points and first places


def test_a_first_place_is_three_points_then_two_then_one_and_none_for_the_rest():
    rankings = {("homes", "money", "people"): 10, ("money",): 4, ("people", "homes"): 3}
    assert borda(rankings, OPTIONS) == {"homes": 36, "money": 32, "people": 19, "learning": 0, "story": 0}
    assert firsts(rankings, OPTIONS) == (10, 4, 3, 0, 0)


def test_with_two_places_a_first_is_two_points():
    assert borda({("homes", "money"): 5}, ("homes", "money"), top=2) == {"homes": 10, "money": 5}


def test_a_ranking_with_too_many_places_or_an_unknown_option_is_refused():
    with pytest.raises(TooMany):
        borda({("homes", "money", "people", "story"): 1}, OPTIONS)
    with pytest.raises(KeyError):
        borda({("pets",): 1}, OPTIONS)


@given(RANKINGS)
def test_points_are_those_of_the_people_one_by_one(rankings):
    points = Counter()
    for ranked, people in rankings.items():
        for _ in range(people):
            for worth, option in zip((3, 2, 1), ranked, strict=False):
                points[option] += worth
    assert borda(rankings, OPTIONS) == {option: points[option] for option in OPTIONS}
    assert sum(firsts(rankings, OPTIONS)) == sum(rankings.values())


# Who stands before whom


def test_clear_places_are_given_one_by_one():
    rankings = {("homes", "money", "people"): 300, ("homes", "money", "learning"): 100, ("money", "homes"): 20}
    assert ordered(rankings) == (("homes",), ("money",), ("people",), ("learning",), ("story",))


def test_equal_points_are_level_even_where_no_draw_could_tell():
    assert ordered({("homes",): 80}, ("homes", "money", "people")) == (("homes",), ("money", "people"))
    assert ordered({("homes",): 40, ("money",): 40}, ("homes", "money")) == (("homes", "money"),)


def test_where_points_and_ticks_disagree_both_are_level():
    few_firsts_against_many_thirds = {("homes",): 500, ("people", "learning", "money"): 900}
    points = borda(few_firsts_against_many_thirds, OPTIONS)
    assert points["homes"] - points["money"] == 600
    groups = ordered(few_firsts_against_many_thirds)
    assert [group for group in groups if "homes" in group] == [("homes", "money")]


# Two options, each put first by some. The chance that the second one catches up is that of a Skellam count, known
# from scipy: counts up to 100 are drawn exactly, higher ones from the normal curve.
@pytest.mark.parametrize("both", [60, 100, 190, 500, 2_000, 50_000])
@pytest.mark.parametrize("seed", range(3))
def test_places_that_swap_in_over_a_tenth_of_the_draws_are_level_and_others_are_not(both, seed):
    from scipy import stats

    for lead in range(0, both, max(1, both // 100)):
        rankings = {("homes",): (both + lead) // 2, ("money",): (both - lead) // 2}
        ahead, behind = rankings.values()
        caught_up = stats.skellam.cdf(0, ahead, behind) if behind else stats.poisson.cdf(0, ahead)
        groups = ordered(rankings, ("homes", "money"), seed=seed)
        if caught_up > 0.14:  # four standard deviations of 1,000 draws on either side
            assert groups == (("homes", "money"),)
        elif caught_up < 0.06:
            assert groups == (("homes",), ("money",))
            break
    else:
        pytest.fail("no lead was enough")


def test_drawing_counts_comes_to_the_same_as_drawing_people_again():
    said = []
    for more in range(0, 80, 8):
        rankings = {
            ("homes", "money", "people"): 30 + more,
            ("money", "homes"): 40,
            ("money", "people", "story"): 15,
            ("homes", "story"): 17,
        }
        chance, base, caught_up = random.Random(more), sum(rankings.values()), 0
        for _ in range(500):
            drawn = Counter(chance.choices(list(rankings), list(rankings.values()), k=base))
            points = borda(drawn, OPTIONS)
            caught_up += points["homes"] <= points["money"]
        groups = ordered(rankings, seed=more)
        if not 0.06 < caught_up / 500 < 0.15:  # near a tenth either may happen
            said.append((more, {"homes", "money"} <= set(groups[0]), caught_up / 500 > 0.1))
    assert {level for _, level, _ in said} == {True, False}
    assert all(level is expected for _, level, expected in said), said


def test_options_nobody_or_hardly_anybody_named_are_level():
    assert ordered({("homes",): 200, ("story",): 1}) == (("homes",), ("story", "money", "people", "learning"))


@given(RANKINGS, st.integers(0, 99))
@briefly
def test_every_option_has_one_place_and_no_group_stands_before_one_with_more_points(rankings, seed):
    groups = ordered(rankings, seed=seed, base_shown=50)
    assert sorted(option for group in groups for option in group) == sorted(OPTIONS)
    points = borda(rankings, OPTIONS)
    listed = [points[option] for group in groups for option in group]
    assert listed == sorted(listed, reverse=True)


@given(RANKINGS, st.randoms(use_true_random=False))
@briefly
def test_the_same_seed_gives_the_same_order_however_the_answers_lie(rankings, shuffler):
    lines = list(rankings.items())
    shuffler.shuffle(lines)
    assert ordered(dict(lines), base_shown=50) == ordered(rankings, base_shown=50)


# Few answers, many answers


@given(RANKINGS, st.sampled_from([10, 25, 45]))
@briefly
def test_under_fifty_only_the_leaders_group_is_told(rankings, base_shown):
    assert ordered(rankings, base_shown=base_shown) == ordered(rankings, base_shown=50)[:1]


@pytest.mark.parametrize("base_shown", [0, 5, 9])
def test_under_ten_there_is_no_order_at_all(base_shown):
    with pytest.raises(TooFew):
        ordered({("homes",): base_shown}, base_shown=base_shown)


class Counted(random.Random):
    """A seeded source of luck that counts how often it is asked."""

    asked = 0

    def random(self):
        self.asked += 1
        return super().random()

    def gauss(self, mu=0.0, sigma=1.0):
        self.asked += 1
        return super().gauss(mu, sigma)


@pytest.mark.parametrize("people_each", [1, 50, 1000])
def test_the_work_grows_neither_with_the_people_nor_with_the_ways_to_rank(people_each):
    options = "abcdefgh"
    rankings = {ranked: people_each for many in (1, 2, 3) for ranked in permutations(options, many)}
    assert len(rankings) == 400
    chance = Counted(1)
    order(rankings, options, chance=chance, base_shown=400 * people_each)
    pairs, leads, draws = 7, 6, 1000
    # A number from the normal curve takes one or two others.
    assert chance.asked <= 3 * pairs * leads * draws

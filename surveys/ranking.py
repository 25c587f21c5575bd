"""What a ranking says about its options as a whole, and which of them came out level."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import exp, sqrt
from typing import Protocol

from surveys.disclosure import MIN_BASE
from surveys.errors import TooFew, TooMany

TOP = 3
MIN_ORDERED = 50
DRAWS = 1000
MAX_SWAPPED = 0.1
COUNTED_UP_TO = 100
"""Poisson counts with a mean up to this are drawn from their own table, higher ones from the normal curve."""

Rankings = Mapping[tuple[str, ...], int]
"""Options, best first, and how many people gave them so."""


class Chance(Protocol):
    """Where luck comes from, such as a seeded `random.Random`."""

    def random(self) -> float:
        """A number from 0 up to 1."""

    def gauss(self, mu: float, sigma: float) -> float:
        """A number from the normal curve."""


def borda(rankings: Rankings, options: Sequence[str], top: int = TOP) -> Mapping[str, int]:
    """The points of every option: 3 for each first place, 2, 1, and 0 where somebody left it out.

    Raises: TooMany for a ranking longer than `top`; KeyError for an option that is not one of `options`.
    """
    points = dict.fromkeys(options, 0)
    for ranked, people in rankings.items():
        if len(ranked) > top:
            raise TooMany(top)
        for place, option in enumerate(ranked):
            points[option] += (top - place) * people
    return points


def firsts(rankings: Rankings, options: Sequence[str]) -> tuple[int, ...]:
    """How many people put each option first."""
    return tuple(sum(people for ranked, people in rankings.items() if ranked[:1] == (option,)) for option in options)


def order(
    rankings: Rankings, options: Sequence[str], *, chance: Chance, base_shown: int, top: int = TOP
) -> tuple[tuple[str, ...], ...]:
    """Groups of options from first to last, by points; those in one group came out level.

    Neighbours are level where their points are equal, where more people ticked the lower one, or where the lower one
    catches up in over 10% of 1,000 bootstrap draws. Under 50 answers (`base_shown` is rounded) only the group of the
    leader comes back, for there is no order among so few.

    Raises: TooFew when `base_shown` is under 10.
    """
    if base_shown < MIN_BASE:
        raise TooFew(base_shown)
    points = borda(rankings, options, top)
    ticked = Counter[str]()
    for ranked, people in rankings.items():
        ticked.update(dict.fromkeys(ranked, people))
    ahead = sorted(options, key=lambda option: (-points[option], -ticked[option]))
    groups = [ahead[:1]]
    for upper, lower in pairwise(ahead):
        level = (
            points[upper] == points[lower]
            or ticked[upper] < ticked[lower]
            or _swapped(_leads(rankings, upper, lower, top), chance) > MAX_SWAPPED
        )
        if level:
            groups[-1].append(lower)
        elif base_shown < MIN_ORDERED:
            break
        else:
            groups.append([lower])
    return tuple(map(tuple, groups))


def _leads(rankings: Rankings, upper: str, lower: str, top: int) -> Mapping[int, int]:
    """How many people gave the upper option so many points more (or fewer) than the lower one."""
    leads = Counter[int]()
    for ranked, people in rankings.items():
        worth = {option: top - place for place, option in enumerate(ranked)}
        leads[worth.get(upper, 0) - worth.get(lower, 0)] += people
    return {lead: people for lead, people in sorted(leads.items()) if lead and people}


def _swapped(leads: Mapping[int, int], chance: Chance) -> float:
    """The part of 1,000 bootstrap draws in which the upper option is no longer ahead of the lower one.

    A Poisson bootstrap: instead of drawing as many people again, each ranking comes so often as a Poisson count with
    the mean it had. Of two options only the sum of (lead x count) matters, and Poisson counts of rankings with the
    same lead add up to one Poisson count, so that six are drawn and not one for each ranking, let alone each person.

    Source: Hanley and MacGibbon (2006), Computer Methods and Programs in Biomedicine 83:57, for the Poisson
            bootstrap; Devroye (1986), chapter X, for drawing by inversion.
    """
    drawn = [[lead * count for count in _poisson(people, chance)] for lead, people in leads.items()]
    caught_up = [sum(draw) <= 0 for draw in zip(*drawn, strict=True)]
    return caught_up.count(True) / DRAWS


def _poisson(mean: int, chance: Chance) -> Sequence[int]:
    """1,000 Poisson counts: exact up to a mean of 100, and above it the nearest whole numbers of a normal curve."""
    if mean > COUNTED_UP_TO:
        return [max(0, round(chance.gauss(mean, sqrt(mean)))) for _ in range(DRAWS)]
    reached = tuple(_reached(mean))
    return [bisect_right(reached, chance.random()) for _ in range(DRAWS)]


def _reached(mean: int) -> Iterator[float]:
    """The chance that a Poisson count is at most 0, 1, 2 and so on, to where nothing worth naming is left."""
    exactly, reached = exp(-mean), 0.0
    for count in range(1, mean + 12 * round(sqrt(mean)) + 12):
        reached += exactly
        yield reached
        exactly *= mean / count

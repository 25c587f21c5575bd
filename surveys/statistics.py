"""Intervals and tests for shares of people: plain arithmetic on whole counts. Who may see what comes of it is not
decided here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import erfc, sqrt

from surveys.disclosure import MIN_BASE
from surveys.errors import NotAShare, TooFew

Z95 = 1.959963984540054
"""The normal curve holds 95% within so many standard deviations on either side."""
MIN_EXPECTED = 5
"""Below so many expected people in any cell the normal curve is not trusted, and the cases are counted instead."""
AS_RARE = 1 + 1e-7
"""Two outcomes whose chances differ by less than this are equally rare: what is left is the rounding of floats."""


def wilson(yes: int, base: int) -> tuple[float, float]:
    """The 95% interval for a share.

    Units:  shares between 0 and 1; `base` is people, not taps.
    Raises: TooFew when `base` is under 10, so that no caller can show one; NotAShare.
    Source: Wilson (1927), score interval without continuity correction; agrees with statsmodels to 8 digits.
    """
    _people(yes, base)
    share, square = yes / base, Z95 * Z95
    middle = (share + square / (2 * base)) / (1 + square / base)
    reach = Z95 * sqrt(share * (1 - share) / base + square / (4 * base * base)) / (1 + square / base)
    return (max(0.0, middle - reach) if yes else 0.0), (min(1.0, middle + reach) if yes < base else 1.0)


def gap_interval(yes_a: int, base_a: int, yes_b: int, base_b: int) -> tuple[float, float]:
    """The 95% interval for share a minus share b, of two groups that share nobody.

    Units:  shares, so between -1 and 1.
    Raises: TooFew, NotAShare.
    Source: Newcombe (1998), Statistics in Medicine 17:873, method 10 (two Wilson intervals put together, without
            continuity correction); agrees with statsmodels to 8 digits.
    """
    (low_a, high_a), (low_b, high_b) = wilson(yes_a, base_a), wilson(yes_b, base_b)
    a, b = yes_a / base_a, yes_b / base_b
    return a - b - sqrt((a - low_a) ** 2 + (high_b - b) ** 2), a - b + sqrt((high_a - a) ** 2 + (b - low_b) ** 2)


def same_share_p(yes_a: int, base_a: int, yes_b: int, base_b: int) -> float:
    """How often two independent groups with one common share would differ by this much or more: a two-sided p.

    Raises: TooFew, NotAShare.
    Source: z with pooled variance and Yates's continuity correction (1934), which is the corrected chi-square of the
            two by two table; Fisher's exact test (1935) where an expected count is under 5. Agrees with scipy to 8
            digits.
    """
    _people(yes_a, base_a)
    _people(yes_b, base_b)
    yes, base = yes_a + yes_b, base_a + base_b
    if min(base_a, base_b) * min(yes, base - yes) < MIN_EXPECTED * base:
        return _fisher_p(yes_a, base_a, yes, base)
    apart = max(0.0, abs(yes_a * base_b - yes_b * base_a) - base / 2)
    return erfc(apart * sqrt(base / (2 * base_a * base_b * yes * (base - yes))))


def fixed_share_p(yes: int, base: int, share: float) -> float:
    """How often a group would differ this much or more from a share that is known, not sampled: a two-sided p.

    Raises: TooFew, NotAShare.
    Source: one-sample z with continuity correction; the exact binomial test (outcomes as rare or rarer) where an
            expected count is under 5. Agrees with scipy to 8 digits.
    """
    _people(yes, base)
    if not 0 <= share <= 1:
        raise NotAShare(share, 1)
    expected = base * share
    if min(expected, base - expected) < MIN_EXPECTED:
        return _binomial_p(yes, base, share)
    apart = max(0.0, abs(yes - expected) - 0.5)
    return erfc(apart / sqrt(2 * expected * (1 - share)))


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """The p values as they are after so many tests at once, in the order given.

    Raises: NotAShare for a value that is no p.
    Source: Holm (1979), Scandinavian Journal of Statistics 6:65; agrees with statsmodels.
    """
    for p in ps:
        if not 0 <= p <= 1:
            raise NotAShare(p, 1)
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for done, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - done)))
        adjusted[at] = highest
    return tuple(adjusted)


def _people(yes: int, base: int) -> None:
    """Nothing, where these are a share of enough people."""
    if not 0 <= yes <= base:
        raise NotAShare(yes, base)
    if base < MIN_BASE:
        raise TooFew(base)


def _fisher_p(yes_a: int, base_a: int, yes: int, base: int) -> float:
    """Of all ways to deal out the yeses among both groups, the part in which group a has a count as rare or rarer."""
    lowest, highest = max(0, yes - (base - base_a)), min(base_a, yes)
    likeliest = (yes + 1) * (base_a + 1) // (base + 2)

    def step(count: int) -> float:
        return (base_a - count) * (yes - count) / ((count + 1) * (base - base_a - yes + count + 1))

    return _as_rare(yes_a, lowest, likeliest, highest, step)


def _binomial_p(yes: int, base: int, share: float) -> float:
    if share > 0.5:  # counted from the rarer side, so that no step divides by nothing
        yes, share = base - yes, 1 - share

    def step(count: int) -> float:
        return (base - count) * share / ((count + 1) * (1 - share))

    return _as_rare(yes, 0, min(base, int((base + 1) * share)), base, step)


def _as_rare(seen: int, lowest: int, likeliest: int, highest: int, step: Callable[[int], float]) -> float:
    """The chance of all counts that are as rare as the one seen, or rarer.

    step: how many times likelier a count is than the one before it, by the one before. Starting from the likeliest
          count, nothing overflows and nothing that matters is lost, however many people there are.
    """
    chances = {likeliest: 1.0}
    for count in range(likeliest, highest):
        chances[count + 1] = chances[count] * step(count)
    for count in range(likeliest - 1, lowest - 1, -1):
        chances[count] = chances[count + 1] / step(count)
    rare = chances[seen] * AS_RARE
    return min(1.0, sum(chance for chance in chances.values() if chance <= rare) / sum(chances.values()))

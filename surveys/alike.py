"""Whether other answers would have been printed as the very same row, so many that no hidden count gives itself away.

Whoever knows every rule can try every row of counts and keep those that would have been printed like this one. That is
all that can be done with a row, so it is done here beforehand. Whether a row passes depends only on what is printed of
it and on the base, taken exactly: every row that looks like it passes or fails with it, and failing tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

FEW = 5
"""Counts below this tell of few people."""
HELD = 10
"""What is hidden together holds so many people at least."""
ROUND_TO = 5
SLACK = ROUND_TO // 2
VALUES = 4
"""So many values at least must be left for a hidden count."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What all answers of a row add up to at least and at most, and the most that each can be.

    One answer a person: they add up to the people. Several: to more.
    """

    least: int
    most: int
    caps: Sequence[int]


def rounded(count: int) -> int:
    """The nearest multiple of 5."""
    return (count + SLACK) // ROUND_TO * ROUND_TO


def telling(count: int, people: int, *, sensitive: bool) -> bool:
    """Whether a count, or what it leaves for the others, says something about very few people."""
    least = 0 if sensitive else 1
    return least <= count < FEW or least <= people - count < FEW


def enough_alike(counts: Sequence[int], away: Collection[int], people: int, *, sensitive: bool, sums: Sums) -> bool:
    """Whether every hidden count could be four values in rows that print the same."""
    values: dict[int, set[int]] = {at: set() for at in away}
    for found in _rows(_Printed(counts, away, people, sensitive=sensitive, sums=sums)):
        for at, some in found.items():
            values[at].update(some)
        if all(len(some) >= VALUES for some in values.values()):
            return True
    return False


class _Printed:
    """What is printed of a row: which answers are hidden, between which counts the others lie, and the people."""

    def __init__(
        self, counts: Sequence[int], away: Collection[int], people: int, *, sensitive: bool, sums: Sums
    ) -> None:
        self.least = 0 if sensitive else 1
        self.people, self.sums, self.away = people, sums, sorted(away)
        seen = [(at, rounded(count)) for at, count in enumerate(counts) if at not in away and count]
        self.shown = [(at, max(FEW, near - SLACK), near + SLACK) for at, near in seen]

    def sums_above(self, floor: int = 0, place: int = 0) -> tuple[int, int] | None:
        """The least and the most the shown counts add up to if none comes before this hidden one; None if one must."""
        low = high = 0
        for at, least, most in self.shown:
            least = max(least, floor if place < at else floor + 1)
            if least > most:
                return None
            low, high = low + least, high + most
        return self.sums.least - high, self.sums.most - low

    def tops(self, others: Sequence[int], top: int, place: int | None = None) -> list[int]:
        """The most that other hidden counts can be, if the one at `place` was the last to be hidden."""
        return [min(self.sums.caps[at], top if place is None or at < place else top - 1) for at in others]


def _rows(printed: _Printed) -> Iterator[Mapping[int, Collection[int]]]:
    """For every way to have come to this row: the values each hidden count takes in it."""
    yield from _all_few(printed)
    for place in printed.away:
        yield from _nearly_all(printed, place)
        yield from _topped_up(printed, place)


def _all_few(printed: _Printed) -> Iterator[Mapping[int, Collection[int]]]:
    """Everything hidden tells of few by itself, and together it holds enough."""
    if (between := printed.sums_above()) is not None:
        found = _dealt(printed, printed.away, printed.tops(printed.away, FEW - 1), max(between[0], HELD), between[1])
        if found is not None:
            yield found


def _nearly_all(printed: _Printed, place: int) -> Iterator[Mapping[int, Collection[int]]]:
    """Nearly everybody gave one answer, and everything else that is hidden tells of few."""
    others, between = [at for at in printed.away if at != place], printed.sums_above()
    most = min(printed.people - printed.least, printed.sums.caps[place])
    for value in range(max(FEW, printed.people - FEW + 1), most + 1):
        if between is not None:
            low, high = max(between[0], HELD) - value, between[1] - value
            if (found := _dealt(printed, others, printed.tops(others, FEW - 1), low, high)) is not None:
                yield {place: (value,), **found}


def _topped_up(printed: _Printed, place: int) -> Iterator[Mapping[int, Collection[int]]]:
    """One count tells of few; the lowest others were hidden with it until they held enough, this one last."""
    others = [at for at in printed.away if at != place]
    if not others:
        return
    low = printed.sums.least - sum(most for _, _, most in printed.shown) - HELD + 1
    most = min([printed.sums.caps[place], printed.people - FEW, *(high for _, _, high in printed.shown)])
    for value in range(max(FEW, low), most + 1):
        if (between := printed.sums_above(value, place)) is None:
            return
        low, high = max(HELD, between[0]) - value, min(HELD - 1, between[1] - value)
        if len(others) == 1:
            high = min(high, FEW - 1)
        if (found := _dealt(printed, others, printed.tops(others, value, place), low, high)) is not None:
            yield {place: (value,), **found}


def _dealt(
    printed: _Printed, places: Sequence[int], tops: Sequence[int], low: int, high: int
) -> Mapping[int, Collection[int]] | None:
    """The values of these counts where they add up to between `low` and `high`; None where they cannot."""
    least, most = printed.least * len(places), sum(tops)
    low, high = max(low, least), min(high, most)
    if low > high or min(tops, default=printed.least) < printed.least:
        return None
    return {
        at: range(max(printed.least, low - (most - top)), min(top, high - (least - printed.least)) + 1)
        for at, top in zip(places, tops, strict=True)
    }

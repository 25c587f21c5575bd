"""What may be shown: rules R1-R4 for one row of counts, and which cells of a breakdown may be kept at close.

Counts are people. A row is the counts of one question's answers (or bands), in any order that is the same for
everyone. Nothing here rounds before deciding: rounding comes last, and percentages come from rounded numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MIN_BASE = 10
MIN_COUNT = 5
MIN_HIDDEN = 10
MIN_VALUES = 5
"""One more than the four we want left: of equal counts the first is hidden, which rules out one more."""
MIN_SEGMENT = 10
MIN_INVITED_FOR_BREAKDOWN = 120
ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it may be printed: the base and the counts rounded to 5; None is a hidden count (`c`)."""

    base: int
    counts: tuple[int | None, ...]

    def percent(self, at: int) -> float | None:
        """The share of one answer in per cent, from the rounded numbers; None where it is hidden."""
        count = self.counts[at]
        return None if count is None else min(100.0, 100 * count / self.base)


def hidden(counts: Sequence[int], *, sensitive: bool, base: int | None = None) -> frozenset[int] | None:
    """The positions whose counts must be hidden; None when the row may not be shown at all.

    `base` is the people who gave a real answer; it is needed where one person may tick several answers, and is
    otherwise the sum. Counts of 1-4 are hidden, and of 0 where the question is sensitive; so is a count that leaves
    1-4 (or 0, where sensitive) for everyone else. Then the next lowest count goes until what is hidden holds 10, and
    on until nobody who knows these rules and sees what is printed can narrow a hidden count to under four values.
    """
    people = sum(counts) if base is None else base
    if people < MIN_BASE:
        return None
    away = {at for at, count in enumerate(counts) if _telling(count, people, sensitive=sensitive)}
    if not away:
        return frozenset()
    if not _topped_up(away, range(len(counts)), counts.__getitem__):
        return None
    while base is None and _guessable(counts, away, sensitive=sensitive):
        lowest = min((count, at) for at, count in enumerate(counts) if at not in away and count)
        away.add(lowest[1])
    return frozenset(away) if len(away) < len(counts) else None


def shown(counts: Sequence[int], *, sensitive: bool, base: int | None = None) -> Shown | None:
    """The row as it may be printed; None when it may not."""
    away = hidden(counts, sensitive=sensitive, base=base)
    if away is None:
        return None
    return Shown(
        rounded(sum(counts) if base is None else base),
        tuple(None if at in away else rounded(count) for at, count in enumerate(counts)),
    )


def rounded(count: int) -> int:
    """The nearest multiple of 5."""
    return (count + ROUND_TO // 2) // ROUND_TO * ROUND_TO


def segment_values(invited_by_value: Mapping[str, int], *, invited: int) -> frozenset[str]:
    """The segment values whose copies may be made at opening: at least 10 invited, and 120 invited in all."""
    if invited < MIN_INVITED_FOR_BREAKDOWN:
        return frozenset()
    return frozenset(value for value, people in invited_by_value.items() if people >= MIN_SEGMENT)


def segment_cells(
    cells: Mapping[str, Sequence[int]],
    totals: Sequence[int],
    *,
    sent: Mapping[str, int],
    everyone: int,
    invited: int,
    sensitive: bool,
) -> frozenset[tuple[str, int]]:
    """The (segment value, answer position) cells of one question that may become rows at close.

    cells:    the counts of the question's answers for each value of one segment.
    totals:   the counts of the same answers for everyone; they are published, so what is missing can be worked out.
    sent:     how many people of each segment value have sent; `everyone` counts those without a segment too.
    invited:  how many people were invited in all.

    Every cell kept passes `hidden` in its own row and in the row of everyone else. Then, column by column and row by
    row, more go until what is hidden in each holds 10 people (those without a segment are always hidden).
    """
    if invited < MIN_INVITED_FOR_BREAKDOWN:
        return frozenset()
    kept: set[tuple[str, int]] = set()
    for value, row in cells.items():
        inside = sent.get(value, 0)
        if inside < MIN_SEGMENT or everyone - inside < MIN_SEGMENT:
            continue
        others = [total - count for total, count in zip(totals, row, strict=True)]
        away = hidden(row, sensitive=sensitive)
        away_too = hidden(others, sensitive=sensitive)
        if away is not None and away_too is not None:
            kept |= {(value, at) for at in range(len(row)) if at not in away and at not in away_too}
    while not (kept <= (fewer := _columns_safe(_rows_safe(kept, cells), cells, totals))):
        kept = fewer
    return frozenset(kept)


def _telling(count: int, people: int, *, sensitive: bool) -> bool:
    """Whether a count, or what it leaves for the others, says something about very few people."""
    least = 0 if sensitive else 1
    return least <= count < MIN_COUNT or least <= people - count < MIN_COUNT


def _guessable(counts: Sequence[int], away: set[int], *, sensitive: bool) -> bool:
    """Whether the rounded base, the rounded rest and the rules leave too few values for some hidden count.

    One answer a person, so that the counts add up to the base. What is hidden is never higher than what is shown, and
    one of the hidden counts at least is under 5. Every hidden count has the same bounds. (R1-R4 alone print 7, 7, 4
    as "5 of 20, two hidden", which fits nothing else.)
    """
    seen = [rounded(count) for at, count in enumerate(counts) if at not in away and count]
    if not seen:
        return False
    base, slack = rounded(sum(counts)), ROUND_TO // 2
    fewest = max(MIN_HIDDEN, base - slack - sum(seen) - slack * len(seen))
    most = base + slack - sum(max(MIN_COUNT, count - slack) for count in seen)
    highest, lowest, others = min(seen) + slack, 0 if sensitive else 1, len(away) - 1
    possible = 0
    for value in range(lowest, min(highest, most - others * lowest) + 1):
        rest = others * highest if value < MIN_COUNT else MIN_COUNT - 1 + (others - 1) * highest
        possible += value + rest >= fewest
    return possible < MIN_VALUES


def _topped_up(away: set[int], places: Sequence[int], count: Callable[[int], int], held: int = 0) -> bool:
    """Add the next lowest non-zero counts to `away` until it holds 10 people; False when it never does.

    `held` is people who are hidden in any case.
    """
    people = held + sum(count(at) for at in away)
    for at in sorted((at for at in places if at not in away and count(at) > 0), key=lambda at: (count(at), at)):
        if people >= MIN_HIDDEN:
            break
        away.add(at)
        people += count(at)
    return people >= MIN_HIDDEN


def _rows_safe(kept: set[tuple[str, int]], cells: Mapping[str, Sequence[int]]) -> set[tuple[str, int]]:
    """What is left once every row with something hidden hides at least 10 people."""
    left: set[tuple[str, int]] = set()
    for value, row in cells.items():
        away = {at for at in range(len(row)) if (value, at) not in kept}
        if not away or _topped_up(away, range(len(row)), row.__getitem__):
            left |= {(value, at) for at in range(len(row)) if at not in away}
    return left


def _columns_safe(
    kept: set[tuple[str, int]], cells: Mapping[str, Sequence[int]], totals: Sequence[int]
) -> set[tuple[str, int]]:
    """What is left once every column with something hidden hides at least 10 people."""
    values = list(cells)
    left: set[tuple[str, int]] = set()
    for at, total in enumerate(totals):
        column = [cells[value][at] for value in values]
        without_segment = total - sum(column)
        away = {place for place, value in enumerate(values) if (value, at) not in kept}
        if not away and not without_segment:
            left |= {(value, at) for value in values}
        elif _topped_up(away, range(len(values)), column.__getitem__, without_segment):
            left |= {(values[place], at) for place in range(len(values)) if place not in away}
    return left

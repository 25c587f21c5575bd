"""What may be shown: rules R1-R4 for one row of counts, and which cells of a breakdown may be kept at close.

Counts are people. A row is the counts of one question's answers (or bands), in any order that is the same for
everyone. Nothing here rounds before deciding: rounding comes last, and percentages come from rounded numbers.
`publishing` puts the rows of a whole survey together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from surveys import alike, leeway
from surveys.alike import HELD as MIN_HIDDEN
from surveys.alike import ROUND_TO as ROUND_TO
from surveys.alike import Sums
from surveys.alike import rounded as rounded

MIN_BASE = 10
MIN_SEGMENT = 10
MIN_INVITED_FOR_BREAKDOWN = 120


def hidden(
    counts: Sequence[int],
    *,
    sensitive: bool,
    base: int | None = None,
    sums: Callable[[Collection[int]], Sums] | None = None,
) -> frozenset[int] | None:
    """The positions whose counts must be hidden; None when the row may not be shown at all.

    base: the people who gave a real answer; it is needed where one person may tick several answers, and is otherwise
          the sum.
    sums: what the counts can add up to once those at these positions are hidden, as far as that is printed; unless it
          is given the people, or where one person may tick several any number there can be.

    Counts of 1-4 are hidden, and of 0 where the question is sensitive; so is a count that leaves 1-4 (or 0, where
    sensitive) for everyone else. Then the next lowest count goes until what is hidden holds 10, and on until whoever
    knows these rules, sees what is printed and even knows the base exactly is left with four values for each.
    """
    people = sum(counts) if base is None else base
    if people < MIN_BASE:
        return None
    away = {at for at, count in enumerate(counts) if alike.telling(count, people, sensitive=sensitive)}
    if not away:
        return frozenset()
    if not _topped_up(away, range(len(counts)), counts.__getitem__):
        return None
    plain = Sums(people, people if base is None else people * len(counts), [people] * len(counts))
    while len(away) < len(counts):
        bounds = plain if sums is None else sums(away)
        if alike.enough_alike(counts, away, people, sensitive=sensitive, sums=bounds):
            return frozenset(away)
        left = [(count, at) for at, count in enumerate(counts) if at not in away and count]
        if not left:
            break
        away.add(min(left)[1])
    return None


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
    closed: Collection[int] = (),
) -> frozenset[tuple[str, int]]:
    """The (segment value, answer position) cells of one question that may become rows at close.

    cells:    the counts of the question's answers for each value of one segment.
    totals:   the counts of the same answers for everyone; they are published, so what is missing can be worked out.
    sent:     how many people of each segment value have sent; `everyone` counts those without a segment too.
    invited:  how many people were invited in all.
    closed:   the answers whose totals are hidden: nobody may see a part of what nobody may see.

    Every cell kept passes `hidden` in its own row and in the row of everyone else. Then, column by column and row by
    row, more go until what is hidden in each holds 10 people (those without a segment are always hidden), and on until
    every hidden cell has its leeway although the base of each part is printed too.
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
            kept |= {(value, at) for at in range(len(row)) if at not in away | away_too and at not in closed}
    while True:
        while not (kept <= (fewer := _columns_safe(_rows_safe(kept, cells), cells, totals))):
            kept = fewer
        if not (more := _to_free(kept, cells, totals, sent, sensitive=sensitive, closed=closed)):
            return frozenset(kept)
        kept -= more


def _to_free(
    kept: set[tuple[str, int]],
    cells: Mapping[str, Sequence[int]],
    totals: Sequence[int],
    sent: Mapping[str, int],
    *,
    sensitive: bool,
    closed: Collection[int],
) -> set[tuple[str, int]]:
    """The lowest kept cell beside a hidden one that could be worked out; nothing where none can."""
    shown = {value: row for value, row in cells.items() if any((value, at) in kept for at in range(len(row)))}
    if not shown:
        return set()
    table = leeway.Table(shown, totals, kept, answering=sent, sensitive=sensitive, closed=closed)
    for value, at in table.narrow():
        beside = [cell for cell in kept if cell[0] == value] or [cell for cell in kept if cell[1] == at] or list(kept)
        return {min(beside, key=lambda cell: (cells[cell[0]][cell[1]], cell))}
    return set()


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

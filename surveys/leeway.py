"""How far a hidden count could be other than it is while everything that is printed stays what it is.

Nothing here guesses what a reader knows. It looks for other answers that would have printed the very same numbers: in
the row of a question that decides who is asked another, and in a breakdown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveys.alike import FEW, HELD, SLACK, rounded, telling

ENOUGH = 3
"""Between the lowest and the highest of four values."""
ANY = 10**6

# A row that something else says something of

Reach = Sequence[tuple[int, int]]


def free_within(
    counts: Sequence[int],
    away: Collection[int],
    people: int,
    *,
    sensitive: bool,
    some: Collection[int],
    low: int,
    high: int,
) -> bool:
    """Whether every hidden count has its leeway although the people in `some` of them lie between `low` and `high`.

    What is hidden is dealt out anew among the hidden answers: the shown counts, the people and so every other number
    of the publication stay exactly as they are. One hidden count at least stays telling, and none comes to lie above
    a count that is shown, for then something else would have been hidden.
    """
    held = sum(counts[at] for at in away)
    reach = {at: _reach_of(at, counts, away, held, people, sensitive=sensitive) for at in sorted(away)}
    inside = [one for at, one in reach.items() if at in some]
    outside = [one for at, one in reach.items() if at not in some]
    if not inside or not outside:
        return True  # what they hold together is known anyway
    return all(
        _free(mine, others, sums, people, sensitive=sensitive)
        for mine, others, sums in (
            (inside, outside, [(one, held - one) for one in range(low, high + 1)]),
            (outside, inside, [(held - one, one) for one in range(low, high + 1)]),
        )
    )


def _free(mine: Reach, others: Reach, sums: Sequence[tuple[int, int]], people: int, *, sensitive: bool) -> bool:
    for place in range(len(mine)):
        found = [
            value
            for us, them in sums
            if sum(low for low, _ in others) <= them <= sum(high for _, high in others)
            for value in _values(
                place,
                mine,
                us,
                people,
                sensitive=sensitive,
                told=_one_telling(others, them, people, sensitive=sensitive),
            )
        ]
        if not found or max(found) - min(found) < ENOUGH:
            return False
    return True


def _reach_of(
    at: int, counts: Sequence[int], away: Collection[int], held: int, people: int, *, sensitive: bool
) -> tuple[int, int]:
    """Between which values a hidden count stays hidden for the reason it is hidden for."""
    least = 0 if sensitive else 1
    shown = [(count, place) for place, count in enumerate(counts) if place not in away and count]
    if not shown:
        return least, held
    lowest, first = min(shown)
    return least, max(lowest if at < first else lowest - 1, counts[at])


def _values(place: int, reach: Reach, held: int, people: int, *, sensitive: bool, told: bool) -> Iterator[int]:
    """The values one count can take where all of these hold so many people.

    told: whether some other count tells of few, so that none of these needs to.
    """
    low, high = reach[place]
    others = [one for at, one in enumerate(reach) if at != place]
    least, most = sum(one[0] for one in others), sum(one[1] for one in others)
    for value in range(max(low, held - most), min(high, held - least) + 1):
        few = told or telling(value, people, sensitive=sensitive)
        if few or _one_telling(others, held - value, people, sensitive=sensitive):
            yield value


def _one_telling(reach: Reach, held: int, people: int, *, sensitive: bool) -> bool:
    """Whether these counts can hold so many people with a telling one among them."""
    least, most = sum(low for low, _ in reach), sum(high for _, high in reach)
    return any(
        least - low + value <= held <= most - high + value
        for low, high in reach
        for value in (*range(low, min(high, FEW - 1) + 1), *range(max(low, people - FEW + 1), high + 1))
        if telling(value, people, sensitive=sensitive)
    )


# A row of parts by a row of answers

Node = tuple[str, int]
_ALL, _OTHERS, _CLOSED = ("all", 0), ("others", 0), ("closed", 0)


@dataclass(slots=True)
class _Edge:
    """People who go from one sum to the next: so many, and how many it could be."""

    to: Node
    low: int
    high: int
    people: int


class Table:
    """One question by one segment, as far as its hidden cells can be dealt out anew.

    Its people flow from everyone to the parts, and from there to the answers; every sum that is printed, or that the
    rules say something about, is an edge with bounds. What can be changed without breaking any bound is a walk in
    circles through what is left of those bounds, so that bounds of whole numbers are met by whole people.

    parts:     the counts of the parts of which anything is shown.
    totals:    the counts of everyone. They stay exactly as they are, but for those in `closed`, which are hidden.
    kept:      the (part, answer) cells that are shown.
    answering: the most people who can have answered in each part: those who named it.
    """

    def __init__(
        self,
        parts: Mapping[str, Sequence[int]],
        totals: Sequence[int],
        kept: Collection[tuple[str, int]],
        *,
        answering: Mapping[str, int],
        sensitive: bool,
        closed: Collection[int] = (),
    ) -> None:
        self._out: dict[Node, list[_Edge]] = {}
        self._into: dict[Node, list[tuple[Node, _Edge]]] = {}
        self._hidden: dict[tuple[str | None, int], tuple[Node, _Edge]] = {}
        self._totals, self._kept, self._closed = totals, kept, closed
        self._least = 0 if sensitive else 1
        everyone = sum(totals)
        rest = [total - sum(row[at] for row in parts.values()) for at, total in enumerate(totals)]
        for number, (part, row) in enumerate(parts.items()):
            base, near = sum(row), rounded(sum(row))
            most = min(near + SLACK, answering[part], everyone - HELD)
            self._edge(_ALL, ("part", number), max(near - SLACK, HELD), most, base)
            away = [at for at in range(len(row)) if (part, at) not in kept]
            self._edge(("part", number), ("away", number), HELD, ANY, sum(row[at] for at in away))
            for at, count in enumerate(row):
                if at in away:
                    self._hide((part, at), ("away", number), count, self._hidden_bounds(at, count))
                else:
                    self._edge(("part", number), ("answer", at), *self._shown_bounds(at, count), count)
        self._left_over = sum(rest)
        self._edge(_ALL, _OTHERS, 0, ANY, self._left_over)
        for at, count in enumerate(rest):
            self._hide((None, at), _OTHERS, count, (0, ANY))
        for at, total in enumerate(totals):
            shown = sum(row[at] for part, row in parts.items() if (part, at) in kept)
            if at in closed:
                self._edge(("away from", at), _CLOSED, *self._total_bounds(at), total)
            else:
                some = shown and total > shown
                self._edge(("away from", at), ("answer", at), HELD if some else 0, ANY, total - shown)

    def _hide(self, cell: tuple[str | None, int], start: Node, count: int, bounds: tuple[int, int]) -> None:
        self._hidden[cell] = start, self._edge(start, ("away from", cell[1]), *bounds, count)

    def _shown_bounds(self, at: int, count: int) -> tuple[int, int]:
        """What a shown cell may be in truth: it prints the same, and tells of nobody."""
        if not count:
            return 0, 0
        near, others = rounded(count), self._totals[at] - count
        return max(near - SLACK, FEW), min(near + SLACK, self._totals[at] - FEW) if others else near + SLACK

    def _hidden_bounds(self, at: int, count: int) -> tuple[int, int]:
        """A cell that is hidden because it tells of few goes on doing so."""
        low, high, total = 0, ANY, self._totals[at]
        if at in self._closed:
            return low, high
        if self._least <= count < FEW:
            low, high = self._least, FEW - 1
        if self._least <= total - count < FEW:
            low, high = max(low, total - FEW + 1), min(high, total - self._least)
        return low, high

    def _total_bounds(self, at: int) -> tuple[int, int]:
        """The same for a hidden total; another one stays below those that are shown."""
        total = self._totals[at]
        if self._least <= total < FEW:
            return self._least, FEW - 1
        shown = [one for place, one in enumerate(self._totals) if one and place not in self._closed]
        return self._least, max(min(shown, default=ANY) - 1, total)

    def narrow(self) -> Iterator[tuple[str | None, int]]:
        """The hidden cells without leeway; the part is None for those who are in no part that is shown."""
        for cell, (start, edge) in self._hidden.items():
            part, at = cell
            if (part is None and not self._left_over) or (not self._totals[at] and at not in self._closed):
                continue  # nobody is left over, or it is printed that nobody said so
            if self._reach(start, edge) < ENOUGH:
                yield cell

    def _edge(self, start: Node, to: Node, low: int, high: int, people: int) -> _Edge:
        edge = _Edge(to, min(low, people), max(high, people), people)
        self._out.setdefault(start, []).append(edge)
        self._into.setdefault(to, []).append((start, edge))
        return edge

    def _reach(self, start: Node, edge: _Edge) -> int:
        """From the lowest to the highest an edge can carry, as far as that matters."""
        found = 0
        for step in (1, -1):
            walked: list[tuple[_Edge, int]] = []
            while found < ENOUGH and edge.low <= edge.people + step <= edge.high:
                way = self._way(edge.to, start, edge) if step > 0 else self._way(start, edge.to, edge)
                if way is None:
                    break
                way.append((edge, step))
                for each, people in way:
                    each.people += people
                walked += way
                found += 1
            for each, people in walked:
                each.people -= people
        return found

    def _way(self, start: Node, end: Node, without: _Edge) -> list[tuple[_Edge, int]] | None:
        """Edges along which one person more, or one fewer, leads from one node to the other."""
        before: dict[Node, tuple[Node, _Edge, int]] = {}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            if node == end:
                way = []
                while node != start:
                    node, edge, people = before[node]
                    way.append((edge, people))
                return way
            for edge in self._out.get(node, ()):
                if edge is not without and edge.people < edge.high and edge.to not in before and edge.to != start:
                    before[edge.to] = node, edge, 1
                    waiting.append(edge.to)
            for came_from, edge in self._into.get(node, ()):
                if edge is not without and edge.people > edge.low and came_from not in before and came_from != start:
                    before[came_from] = node, edge, -1
                    waiting.append(came_from)
        return None

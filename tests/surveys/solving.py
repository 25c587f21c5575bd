"""What somebody could work out who knows the rules, the questions, all that is printed and exactly who sent.

The publication becomes an integer programme: a whole number for every count nobody printed, and a line for everything
that is printed and every rule that was followed. The true counts ride along, only to show that no line is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from surveys.definition import Member, Question, Questionnaire
from surveys.plan import ONE, TICKS
from surveys.publication import Figure, Publication
from surveys.tally import Tally, positions

ENOUGH = 3
ROUNDS = 6
MANY = 10_000


@dataclass
class Programme:
    """Whole numbers with bounds, and sums of them with bounds."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    lines: list[tuple[dict[int, float], float, float]] = field(default_factory=list)
    secrets: dict[tuple[str, ...], int] = field(default_factory=dict)
    switches: list[int] = field(default_factory=list)
    """The numbers that are 1 where a reason holds and may be 0 anyway."""

    def number(self, low: float, high: float, truth: int) -> int:
        self.low.append(low)
        self.high.append(high)
        self.truth.append(truth)
        return len(self.low) - 1

    def line(self, terms: Mapping[int, float] | Iterable[tuple[int, float]], low: float, high: float) -> None:
        summed: dict[int, float] = {}
        for at, times in terms.items() if isinstance(terms, Mapping) else terms:
            summed[at] = summed.get(at, 0) + times
        self.lines.append((summed, low, high))

    def wrong(self) -> list[str]:
        """What the truth breaks; nothing, if the programme says only what is so."""
        found = [
            f"number {at}: {low} <= {truth} <= {high}"
            for at, (low, truth, high) in enumerate(zip(self.low, self.truth, self.high, strict=True))
            if not low <= truth <= high
        ]
        for terms, low, high in self.lines:
            total = sum(self.truth[at] * times for at, times in terms.items())
            if not low <= total <= high:
                found.append(f"{terms}: {low} <= {total} <= {high}")
        return found

    def _matrix(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        places = [(row, at, times) for row, (terms, _, _) in enumerate(self.lines) for at, times in terms.items()]
        rows, columns, values = zip(*places, strict=True)
        shape = (len(self.lines), len(self.low))
        return (
            csr_array((values, (rows, columns)), shape=shape),
            np.array([line[1] for line in self.lines]),
            np.array([line[2] for line in self.lines]),
        )

    def narrow(self, seed: int = 0) -> dict[tuple[str, ...], list[int]]:
        """The secrets that can have under four values, and those values.

        Any solution shows of every secret a value it can have. So a few solutions in random directions free most of
        them, and only the others are solved one by one. As long as everything is hidden for the reason it is truly
        hidden for, what lies between two values can be had too.
        """
        numbers, ways = np.random.default_rng(seed), _Ways(self)
        left, seen = dict(self.secrets), np.array([self.truth, self.truth])

        def look(solution: np.ndarray) -> None:
            nonlocal left, seen
            seen = np.array([np.minimum(seen[0], solution), np.maximum(seen[1], solution)])
            left = {name: at for name, at in left.items() if seen[1][at] - seen[0][at] < ENOUGH}

        for _ in range(ROUNDS):
            if left:
                signs = numbers.choice((-1.0, 1.0), len(left)) * numbers.uniform(0.5, 1, len(left))
                look(ways.quick(dict(zip(left.values(), signs, strict=True))))
        for name, at in tuple(left.items()):
            for sign in (1.0, -1.0):
                if name in left:
                    look(ways.solved({at: sign}, fixed=True))
        values = {name: ways.values(at) for name, at in left.items()}
        return {name: found for name, found in values.items() if len(found) <= ENOUGH}

    def values(self) -> dict[tuple[str, ...], list[int]]:
        """The values of every secret, solved by itself: all of them where they are under four, else four."""
        ways = _Ways(self)
        return {name: ways.values(at) for name, at in self.secrets.items()}


class _Ways:
    """A programme made ready to be solved again and again, and the parts of it that have no line in common."""

    def __init__(self, programme: Programme) -> None:
        lines = programme.lines
        places = [(row, at, times) for row, (terms, _, _) in enumerate(lines) for at, times in terms.items()]
        rows, columns, values = zip(*places, strict=True)
        self.size = len(programme.low)
        self.truth = np.array(programme.truth)
        self.matrix = csr_array((values, (rows, columns)), shape=(len(lines), self.size))
        self.low, self.high = np.array([line[1] for line in lines]), np.array([line[2] for line in lines])
        self.least, self.most = np.array(programme.low, dtype=float), np.array(programme.high, dtype=float)
        self.fixed_least, self.fixed_most = self.least.copy(), self.most.copy()
        if programme.switches:  # what is hidden for a reason stays hidden for that reason: nothing is left to choose
            true = self.truth[programme.switches]
            self.fixed_least[programme.switches] = self.fixed_most[programme.switches] = true
        capped, floored = np.isfinite(self.high), np.isfinite(self.low)
        self.above = vstack([self.matrix[capped], -self.matrix[floored]], format="csr")
        self.upto = np.concatenate([self.high[capped], -self.low[floored]])
        together = csr_array(
            (np.ones(len(rows)), (rows, [at + len(lines) for at in columns])), shape=(len(lines) + self.size,) * 2
        )
        labels = connected_components(together, directed=False)[1]
        self.line_part, self.part = labels[: len(lines)], labels[len(lines) :]

    def quick(self, aim: Mapping[int, float]) -> np.ndarray:
        """Whole numbers that fit, far in that direction; the truth in those parts whose corner is not whole."""
        found = linprog(
            self._aim(aim),
            A_ub=self.above,
            b_ub=self.upto,
            bounds=np.column_stack([self.fixed_least, self.fixed_most]),
            method="highs-ds",
        )
        assert found.x is not None
        whole = np.round(found.x).astype(int)
        wrong = np.unique(self.part[np.abs(found.x - whole) > 1e-6])
        whole = np.where(np.isin(self.part, wrong), self.truth, whole)
        self._check(whole)
        return whole

    def values(self, at: int) -> list[int]:
        """Four values one number can have, over all reasons there may be for hiding; fewer where there are no more."""
        found: list[int] = []
        low, high = (int(self.solved({at: sign})[at]) for sign in (1.0, -1.0))
        for value in range(low, high + 1):
            if len(found) <= ENOUGH and (value in (low, high) or self._possible(at, value)):
                found.append(value)
        return found

    def _possible(self, at: int, value: int) -> bool:
        least, most = self.least[at], self.most[at]
        self.least[at] = self.most[at] = value
        possible = self._milp({at: 1.0}, fixed=False) is not None
        self.least[at], self.most[at] = least, most
        return possible

    def solved(self, aim: Mapping[int, float], *, fixed: bool = False) -> np.ndarray:
        """The whole numbers that fit farthest in that direction; the truth in those parts it does not point to."""
        whole = self._milp(aim, fixed=fixed)
        assert whole is not None
        return whole

    def _milp(self, aim: Mapping[int, float], *, fixed: bool) -> np.ndarray | None:
        about = np.unique(self.part[list(aim)])
        mine, lines = np.isin(self.part, about), np.isin(self.line_part, about)
        least, most = (self.fixed_least, self.fixed_most) if fixed else (self.least, self.most)
        found = milp(
            self._aim(aim)[mine],
            constraints=LinearConstraint(self.matrix[lines][:, mine], self.low[lines], self.high[lines]),
            bounds=Bounds(least[mine], most[mine]),
            integrality=np.ones(int(mine.sum())),
        )
        if found.x is None:
            return None
        whole = self.truth.copy()
        whole[mine] = np.round(found.x).astype(int)
        self._check(whole)
        return whole

    def _aim(self, aim: Mapping[int, float]) -> np.ndarray:
        towards = np.zeros(self.size)
        towards[list(aim)] = list(aim.values())
        return towards

    def _check(self, whole: np.ndarray) -> None:
        """Every line holds in whole numbers: nothing rests on how exactly somebody else computes."""
        sums = self.matrix @ whole
        assert (sums >= self.low).all()
        assert (sums <= self.high).all()
        assert (whole >= self.least).all()
        assert (whole <= self.most).all()


@dataclass(frozen=True)
class Rules:
    """What was done before anything was printed.

    slack:    by how much a printed number may differ from the true one.
    held:     how many people what is hidden of a row or column holds at least.
    only_few: whether counts of 1 to 4 were hidden and nothing else was done.
    """

    slack: int = 2
    held: int = 10
    only_few: bool = False


OURS = Rules()


def programme(
    asked: Questionnaire,
    inside: Publication,
    outside: Publication | None,
    *,
    sent: int,
    tallies: Mapping[str, Tally],
    copies: Mapping[tuple[str, str, str, Member], int],
    rules: Rules = OURS,
) -> Programme:
    """All that is known of a survey. `tallies` and `copies` say only what is true, never what is known."""
    made = _Made(Programme(), asked, inside, sent, tallies, copies, rules)
    for figure in inside.figures:
        made.figure(figure)
    for figure in inside.figures:
        made.routing(figure.id)
        made.apart(figure.id)
        for segment in asked.segment_questions:
            made.table(figure, segment)
    if outside is not None:
        for figure in outside.figures:
            made.seen_outside(figure)
    return made.programme


INF = float("inf")


@dataclass
class _Made:
    programme: Programme
    asked: Questionnaire
    inside: Publication
    sent: int
    tallies: Mapping[str, Tally]
    copies: Mapping[tuple[str, str, str, Member], int]
    rules: Rules
    base: dict[str, int] = field(default_factory=dict)
    blank: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[str, tuple[Member, ...]], int] = field(default_factory=dict)

    def figure(self, figure: Figure) -> None:
        made, tally = self.programme, self.tallies[figure.id]
        low, high = (0, self.sent) if figure.base is None else self._rounds_to(figure.base, least=10, most=self.sent)
        base = self.base[figure.id] = made.number(low, high, tally.base)
        low, high = (0, self.sent) if figure.blank is None else self._rounds_to(figure.blank, least=5, most=self.sent)
        if figure.blank is None and figure.base is not None and not self.rules.only_few:
            high = max(4, int(made.high[base]) // 9)
        blank = self.blank[figure.id] = made.number(low, high, tally.blank)
        if figure.blank is not None:
            made.line({blank: 9, base: -1}, 1, INF)
        if figure.cells:
            places = self._row(figure.id, figure, tally, [tally.people(cell.members) for cell in figure.cells])
            self.cells.update({(figure.id, cell.members): at for cell, at in zip(figure.cells, places, strict=True)})
            if tally.question.kind in TICKS:
                self._ticks(tally.question, base, dict(zip(positions(tally.question), places, strict=True)))
                self._union(figure, tally, base)
            else:
                made.line([(base, -1), *((at, 1) for at in places)], 0, 0)
        if figure.firsts:
            firsts = Counter[Member]()
            for ranked, people in tally.rankings.items():
                firsts[ranked[0]] += people
            places = self._row(f"{figure.id} first", figure, tally, [firsts[c.members[0]] for c in figure.firsts], True)
            made.line([(base, -1), *((at, 1) for at in places)], 0, 0)
            for cell, at in zip(figure.firsts, places, strict=True):
                made.line({at: 1, self.cells[figure.id, cell.members]: -1}, -INF, 0)

    def _row(self, name: str, figure: Figure, tally: Tally, counts: list[int], firsts: bool = False) -> list[int]:
        """One row of counts, and R2 to R4 for what is hidden of it."""
        made, base = self.programme, self.base[figure.id]
        least = 0 if tally.question.sensitive else 1
        cells = figure.firsts if firsts else figure.cells
        places, away, shown = [], [], []
        for cell, count in zip(cells, counts, strict=True):
            low, high = (least, self.sent) if cell.count is None else self._rounds_to(cell.count, least=5)
            if self.rules.only_few and cell.count is None:
                low, high = 1, 4
            at = made.number(low, high, count)
            places.append(at)
            if cell.count is None:
                away.append(at)
                made.secrets[name, *map(str, cell.members)] = at
            elif cell.count:
                shown.append(at)
        if self.rules.only_few:
            return places
        if away or len(shown) > 1:
            for at in shown:
                made.line({base: 1, at: -1}, 5 if tally.question.kind in ONE or firsts else 0, INF)
        if not away:
            return places
        made.line([(at, 1) for at in away], self.rules.held, INF)
        reasons = []
        for at in away:
            few = made.number(0, 1, int(least <= made.truth[at] <= 4))
            nearly = made.number(0, 1, int(least <= tally.base - made.truth[at] <= 4))
            made.line({at: 1, few: MANY}, -INF, 4 + MANY)
            made.line({base: 1, at: -1, nearly: MANY}, -INF, 4 + MANY)
            made.line({base: 1, at: -1, nearly: -MANY}, least - MANY, INF)
            for other in shown:
                made.line({at: 1, other: -1, nearly: -MANY}, -INF, 0)
            reasons += [few, nearly]
        made.switches += reasons
        made.line([(one, 1) for one in reasons], 1, INF)
        return places

    def _ticks(self, question: Question, base: int, places: Mapping[Member, int]) -> None:
        """Everybody gave one answer at least and `max` at most; what clears stands alone."""
        alone = [places[option.id] for option in question.options if option.clears]
        rest = [places[option.id] for option in question.options if not option.clears]
        most = question.max or len(rest)
        for at in rest:
            self.programme.line([(at, 1), (base, -1), *((one, 1) for one in alone)], -INF, 0)
        self.programme.line([(base, -1), *((one, 1) for one in (*alone, *rest))], 0, INF)
        self.programme.line([(base, -most), *((one, most) for one in alone), *((one, 1) for one in rest)], -INF, 0)

    def _union(self, figure: Figure, tally: Tally, base: int) -> None:
        """Of ticks, who gave one of the answers of the share; what is over counts who gave several of them."""
        made, share = self.programme, figure.headline
        if share is None:
            return
        counts = [self.cells[figure.id, (member,)] for member in share.members]
        low, high = self._rounds_to(share.count, least=5)
        union = made.number(low, high, tally.people(share.members))
        over = made.number(0, INF, sum(made.truth[at] for at in counts) - made.truth[union])
        made.line([(union, 1), (over, 1), *((at, -1) for at in counts)], 0, 0)
        made.line({base: 1, union: -1}, 0, INF)
        for at in counts:
            made.line({union: 1, at: -1}, 0, INF)
        if 1 <= made.truth[over] <= 4:
            made.secrets[figure.id, "more than one of", *map(str, share.members)] = over

    def routing(self, question_id: str) -> None:
        """How many were asked: everybody, or who gave the answers that lead there."""
        made, question = self.programme, self.asked.question(question_id)
        asked = {self.base[question_id]: 1.0, self.blank[question_id]: 1.0}
        if not question.ask_when:
            made.line(asked, self.sent, self.sent)
            return
        made.line(asked, 0, self.sent)
        for when in question.ask_when:
            source = self.asked.question(when.question)
            if source.kind in TICKS:
                for member in when.none_of or ():
                    if (place := self.cells.get((source.id, (member,)))) is not None:
                        made.line({**asked, place: 1}, 0, self.sent)
                continue
            passing = [
                one
                for one in positions(source)
                if (when.any_of is None or one in when.any_of) and (when.none_of is None or one not in when.none_of)
            ]
            counted = passing if when.any_of is not None else [one for one in positions(source) if one not in passing]
            terms = self._people(question_id, source, counted)
            if when.any_of is not None:
                terms = [(at, -times) for at, times in terms]
            total = 0 if when.any_of is not None else self.sent
            low = total if len(question.ask_when) == 1 else -INF
            made.line([*asked.items(), *terms], low, total)

    def apart(self, question_id: str) -> None:
        """Nobody gave the same answer to this question and to the one it is kept apart from."""
        question = self.asked.question(question_id)
        for option in question.option_ids if question.not_in is not None else ():
            both = [self.cells.get((name, (option,))) for name in (question.not_in, question_id)]
            if None not in both:
                self.programme.line([(at, 1) for at in both], 0, self.sent)

    def _people(self, about: str, source: Question, members: list[Member]) -> list[tuple[int, float]]:
        """Who gave one of these answers: what is printed of them, and an open number where they stand with others."""
        made, tally = self.programme, self.tallies[source.id]
        groups = [(group, at) for (name, group), at in self.cells.items() if name == source.id]
        terms: list[tuple[int, float]] = []
        for group, at in groups or [(positions(source), self.base[source.id])]:
            within = [one for one in group if one in members]
            if len(within) == len(group):
                terms.append((at, 1))
            elif within:
                people = tally.people(within)
                part = made.number(0, self.sent, people)
                made.line({part: 1, at: -1}, -INF, 0)
                terms.append((part, 1))
                least = 0 if source.sensitive else 1
                # Of under ten who were asked nothing is printed; that they are few was, where it was decided.
                if least <= people <= 4 and tally.asked >= 10:
                    made.secrets[f"{source.id} by {about}", *map(str, within)] = part
        return terms

    def table(self, figure: Figure, segment: Question) -> None:
        """One question by one segment: the cells, their rows and columns, and who is in no row that is shown."""
        made, question = self.programme, self.asked.question(figure.id)
        parts = [part for part in figure.parts if part.segment == segment.id]
        if not parts:
            return
        columns = [self.cells[figure.id, cell.members] for cell in figure.cells]
        rest = [dict.fromkeys([at], 1.0) for at in columns]
        seen = [[part.cells[place].count for part in parts] for place in range(len(columns))]
        for part in parts:
            row = self._part(figure, segment, part.option, [cell.count for cell in part.cells], part.base, columns)
            for place, at in enumerate(row):
                rest[place][at] = -1.0
                if sum(1 for count in seen[place] if count) > 1 and not self.rules.only_few:
                    made.line({columns[place]: 1, at: -1}, 5 if part.cells[place].count else -INF, INF)
        names = []
        for place, terms in enumerate(rest):
            left = made.number(0, self.sent, round(sum(made.truth[at] * times for at, times in terms.items())))
            made.line({**terms, left: -1}, 0, 0)
            names.append(left)
            kept = [at for at, count in zip(list(terms)[1:], seen[place], strict=True) if count]
            if kept and None in seen[place]:
                made.line([(columns[place], 1), *((at, -1) for at in kept)], self.rules.held, INF)
        if sum(made.truth[at] for at in names):
            for cell, left in zip(figure.cells, names, strict=True):
                if cell.count != 0:
                    made.secrets[question.id, segment.id, "others", *map(str, cell.members)] = left

    def _part(
        self,
        figure: Figure,
        segment: Question,
        option: str,
        counts: list[int | None],
        base: int | None,
        columns: list[int],
    ) -> list[int]:
        made = self.programme
        assert base is not None
        exact = [
            sum(self.copies.get((figure.id, segment.id, option, one), 0) for one in cell.members)
            for cell in figure.cells
        ]
        everyone = made.number(*self._rounds_to(base, least=10), sum(exact))
        made.line({self.base[figure.id]: 1, everyone: -1}, self.rules.held, INF)
        if (named := self.cells.get((segment.id, (option,)))) is not None:
            made.line({named: 1, everyone: -1}, 0, INF)
        row = []
        for cell, count, people, column in zip(figure.cells, counts, exact, columns, strict=True):
            low, high = (0, self.sent) if count is None else self._rounds_to(count, least=5)
            if self.rules.only_few and count is None:
                low, high = 1, 4
            at = made.number(low, high, people)
            made.line({column: 1, at: -1}, 0, INF)
            row.append(at)
            if count is None and cell.count != 0:
                made.secrets[figure.id, segment.id, option, *map(str, cell.members)] = at
        made.line([(everyone, -1), *((at, 1) for at in row)], 0, 0)
        if away := [at for at, count in zip(row, counts, strict=True) if count is None]:
            made.line([(at, 1) for at in away], self.rules.held, INF)
        return row

    def seen_outside(self, figure: Figure) -> None:
        """What is printed outside bounds the same counts once more; under 10 it may not be."""
        made = self.programme
        if figure.base is not None:
            self._rounds(self.base[figure.id], figure.base)
        if figure.blank is not None:
            self._rounds(self.blank[figure.id], figure.blank)
        for cell in figure.cells:
            at = self.cells.get((figure.id, cell.members))
            if at is None:
                at = made.number(0, self.sent, self.tallies[figure.id].people(cell.members))
                made.line([(at, -1), *((self.cells[figure.id, (one,)], 1) for one in cell.members)], 0, 0)
            if cell.count is not None:
                self._rounds(at, cell.count)

    def _rounds(self, at: int, count: int) -> None:
        low, high = self._rounds_to(count, least=0)
        self.programme.line({at: 1}, low, high)

    def _rounds_to(self, count: int, *, least: int, most: float = INF) -> tuple[float, float]:
        """What is printed as this: nothing is nothing, for 1 to 4 are never shown."""
        return (max(least, count - self.rules.slack), min(most, count + self.rules.slack)) if count else (0, 0)

"""Disclosure as one pure function over a whole publication, used by every output and by nothing else.

A question is published at one level only, so that no two published numbers can be set against each other: its share
is added up from the counts that are shown, and a breakdown has the columns of the totals. There is no way here to a
mean, a total over questions, a table of two questions or anything by worker, and none may be added (SURVEY_DESIGN 10).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from surveys import ranking, statistics, waves
from surveys.benchmarks import Benchmark
from surveys.definition import Kind, Question, Questionnaire
from surveys.disclosure import rounded
from surveys.levels import Row, cells_of, decided, hidden_firsts
from surveys.publication import (
    Before,
    Beside,
    Breakdown,
    Cell,
    Figure,
    Level,
    Part,
    Publication,
    Share,
    Size,
    Verdict,
    Wave,
)
from surveys.ranking import Chance
from surveys.tally import Tally
from surveys.waves import Against, Gap

MIN_OUTSIDE = 15
"""What is printed as 10 may be 8 or 9, and outside nothing under 10 is shown. Judged on what is printed inside, so
that the two publications together say no more than the one."""

NO_BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType({})


def publish(
    asked: Questionnaire,
    tallies: Mapping[str, Tally],
    *,
    sent: int,
    invited: int,
    chance: Chance,
    cells: Breakdown = (),
    before: Before | None = None,
    benchmarks: Mapping[str, Benchmark] = NO_BENCHMARKS,
    outside: bool = False,
) -> Publication:
    """What may be seen of a closed survey: in the authority, or `outside` it by the 10-5 rule.

    sent, invited: how many people, exact; `cells` is what `levels.breakdown` let through.
    before:        the last opening that asked some of the same, with its publication of the same side.
    chance:        seeded, for the bootstrap behind the order of a ranking.
    """
    rows = decided(asked, tallies)
    figures = {question_id: _figure(row, chance, cells) for question_id, row in rows.items()}
    beside, changed = _against(rows, figures, benchmarks), _since(asked, rows, figures, before)
    published = [
        replace(
            figure,
            beside=_beside(rows[question_id].question, figure, beside),
            wave=_wave(question_id, figure, before, changed),
        )
        for question_id, figure in figures.items()
    ]
    return Publication(
        survey=asked.name,
        version=asked.version,
        outside=outside,
        sent=rounded(sent),
        invited=rounded(invited),
        figures=tuple(map(outside_of, published) if outside else published),
    )


def _figure(row: Row, chance: Chance, breakdown: Breakdown) -> Figure:
    """What one question's own row shows, and its breakdown."""
    tally, question = row.tally, row.question
    figure = Figure(question.id, question.kind.value, row.level, row.size, row.base, blank=row.blank)
    if row.level in (Level.NOTHING, Level.WRITTEN) or row.base is None:
        return figure
    cells = cells_of(row.groups, row.counts, row.away)
    headline = _headline(question, row.level, cells, row.base)
    if question.kind is Kind.SEVERAL and row.union is not None:
        headline = share_of(question.share or (), row.union, row.base)
    figure = replace(figure, cells=cells, headline=headline, parts=tuple(_parts(row, breakdown)))
    if question.kind is not Kind.RANK:
        return figure
    order = ranking.order(
        tally.rankings, question.option_ids, chance=chance, base_shown=row.base, top=question.max or ranking.TOP
    )
    return replace(figure, firsts=_firsts(row), order=_shown_only(order, cells))


def share_of(members: tuple[str | int, ...], count: int, base: int) -> Share:
    """The share that so many of so many are, both rounded."""
    count = min(count, base)
    low, high = statistics.wilson(count, base)
    return Share(members, count, 100 * count / base, 100 * low, 100 * high)


def _headline(question: Question, level: Level, cells: tuple[Cell, ...], base: int) -> Share | None:
    """The declared share, where every answer of it is shown; without one, the first side of a two-way split."""
    if question.kind in (Kind.SEVERAL, Kind.RANK):
        return None
    wanted = question.share or (cells[0].members if level is Level.SHARE else ())
    within = [cell for cell in cells if set(cell.members) <= set(wanted)]
    counts = [cell.count for cell in within if cell.count is not None]
    if not wanted or len(counts) < len(within) or {m for cell in within for m in cell.members} != set(wanted):
        return None
    return share_of(tuple(wanted), sum(counts), base)


def _parts(row: Row, breakdown: Breakdown) -> Iterator[Part]:
    for counted in breakdown:
        if counted.question != row.question.id:
            continue
        base, kept = rounded(counted.base), dict(counted.cells)
        cells = tuple(Cell(group, rounded(kept[group]) if group in kept else None) for group in row.groups)
        yield Part(counted.segment, counted.option, base, cells, _headline(row.question, row.level, cells, base))


def _firsts(row: Row) -> tuple[Cell, ...]:
    """Who put each option first, where nothing is hidden of who put it among their top picks."""
    counts = ranking.firsts(row.tally.rankings, row.question.option_ids)
    away = hidden_firsts(row, counts)
    return () if away is None else cells_of(row.groups, counts, away)


def _shown_only(order: tuple[tuple[str, ...], ...], cells: tuple[Cell, ...]) -> tuple[tuple[str, ...], ...]:
    """The order of the options whose counts are shown: where a hidden one stands would tell how high it is."""
    shown = {member for cell in cells if cell.count is not None for member in cell.members}
    groups = (tuple(option for option in group if option in shown) for group in order)
    return tuple(group for group in groups if group)


# Beside it: published figures, and the last time


def _against(
    rows: Mapping[str, Row], figures: Mapping[str, Figure], benchmarks: Mapping[str, Benchmark]
) -> Mapping[str, Verdict]:
    """The verdicts beside benchmarks: grades A and B, all that is made of 300 answers, and a share that is shown."""
    pairs = {}
    for question_id, figure in figures.items():
        tally = rows[question_id].tally
        for one in tally.question.benchmarks:
            found = benchmarks.get(one.key)
            if found is None or found.percent is None or one.grade == "C" or not _declared(tally.question, figure):
                continue
            if figure.size is Size.ALL:
                yes = tally.people(tally.question.share or ())
                pairs[f"{question_id} {one.key}"] = Against(yes, tally.base, found.percent, found.n)
    return waves.against_benchmarks(pairs)


def _beside(question: Question, figure: Figure, verdicts: Mapping[str, Verdict]) -> tuple[Beside, ...]:
    """Context from 50 answers on; nothing stands beside nothing."""
    if figure.size is Size.WORDS or figure.level in (Level.NOTHING, Level.WRITTEN):
        return ()
    return tuple(
        Beside(one.key, one.grade, one.note, verdicts.get(f"{question.id} {one.key}")) for one in question.benchmarks
    )


def _since(
    asked: Questionnaire, rows: Mapping[str, Row], figures: Mapping[str, Figure], before: Before | None
) -> Mapping[str, Verdict | None]:
    """Which questions were asked alike the last time, and the verdicts on the headline measures among them.

    Tested together is what both times show inside, on either side: or outside would test fewer, and say other things.
    """
    if before is None:
        return {}
    alike = waves.same_series(asked, before.asked)
    earlier = decided(before.asked, before.tallies)
    gaps = {}
    for question_id in alike:
        if question_id not in asked.headline or question_id not in rows or question_id not in earlier:
            continue
        now, then = rows[question_id].tally, earlier[question_id].tally
        share = now.question.share or ()
        if _declared(now.question, figures[question_id]) and earlier[question_id].shows(share):
            gaps[question_id] = Gap(now.people(share), now.base, then.people(share), then.base)
    return {**dict.fromkeys(alike), **waves.verdicts(gaps)}


def _declared(question: Question, figure: Figure) -> bool:
    return question.share is not None and figure.headline is not None and figure.headline.members == question.share


def _wave(
    question_id: str, figure: Figure, before: Before | None, changed: Mapping[str, Verdict | None]
) -> Wave | None:
    if before is None or question_id not in changed or figure.level is Level.NOTHING:
        return None
    then = before.publication.figure(question_id)
    if then.level is Level.NOTHING:
        return None
    # Of fewer than 50 answers there was no per cent then, and there is none to look back on now.
    headline = None if then.size is Size.WORDS else then.headline
    return Wave(before.survey, headline, changed[question_id] if headline is not None else None)


# Outside the authority


def outside_of(figure: Figure) -> Figure:
    """The figure by the 10-5 rule, made from what is printed inside and from nothing else.

    Counts under 10 are gone, and where one of a row that adds up would come back by subtraction the next lowest too.
    """
    blank = figure.blank if figure.blank is not None and figure.blank >= MIN_OUTSIDE else None
    bare = replace(figure, blank=blank, firsts=(), order=(), parts=())
    if figure.level in (Level.NOTHING, Level.WRITTEN) or figure.base is None:
        return bare
    several = figure.kind in (Kind.SEVERAL, Kind.RANK)
    cells = tuple(
        Cell(cell.members, cell.count if cell.count is not None and cell.count >= MIN_OUTSIDE else None)
        for cell in figure.cells
    )
    if not several and sum(cell.count is None for cell in cells) == 1:
        cells = _without_lowest(cells)
    if all(cell.count is None for cell in cells):
        return replace(bare, level=Level.NOTHING, cells=(), headline=None, beside=(), wave=None)
    hidden = {member for cell in cells if cell.count is None for member in cell.members}
    headline = figure.headline
    if headline is not None and (hidden if several else not hidden.isdisjoint(headline.members)):
        headline = None
    if headline is None:
        bare = replace(
            bare,
            beside=tuple(replace(one, verdict=None) for one in bare.beside),
            wave=None if bare.wave is None else replace(bare.wave, verdict=None),
        )
    return replace(bare, cells=cells, headline=headline, order=_shown_only(figure.order, cells))


def _without_lowest(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    lowest = min((cell.count, at) for at, cell in enumerate(cells) if cell.count is not None)[1]
    return tuple(Cell(cell.members, None if at == lowest else cell.count) for at, cell in enumerate(cells))

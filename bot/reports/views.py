"""Published figures as templates want them: labels instead of ids, whole per cents, in the order they are read.

Nothing is worked out here that could show more than the publication does, and no sentence is made: those are in
`templates/say.j2`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.reports.phrases import say
from engagement.authority import Settings
from engagement.results import Results
from surveys.definition import ENGLISH, Kind, Member, Question, Texts, text_in
from surveys.publication import Beside, Cell, Figure, Level, Part, Publication, Share, Size, Wave


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer, or several counted together. `count` and `percent` are None where too few said so to show it."""

    label: str
    count: int | None
    percent: int | None
    first: int | None = None
    """Of a ranking: how many put it first; None where that is hidden or not shown."""


@dataclass(frozen=True, slots=True)
class ShareView:
    """The one figure of a question, in whole per cents."""

    label: str
    count: int
    percent: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class BesideView:
    """A published figure to stand beside ours. `marked` where it may be drawn: never for grade C."""

    percent: int | None
    year: str
    population: str
    n: int | None
    grade: str
    note: str | None
    verdict: str | None
    source: str

    @property
    def marked(self) -> bool:
        return self.grade in ("A", "B") and self.percent is not None


@dataclass(frozen=True, slots=True)
class WaveView:
    """The last time the same was asked."""

    last_day: date
    headline: ShareView | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a segment."""

    label: str
    base: int | None
    headline: ShareView | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A breakdown: the segment's own question, and its parts."""

    id: str
    text: str
    parts: tuple[PartView, ...]

    @property
    def shares(self) -> bool:
        """Whether any part's share can be shown."""
        return any(part.headline is not None for part in self.parts)


@dataclass(frozen=True, slots=True)
class FigureView:
    """One question, ready to be said, drawn or put in a table."""

    id: str
    place: int
    text: str
    meaning: str | None
    heading: str | None
    """The heading of its part, above the first question of each."""
    kind: str
    level: Level
    size: Size
    base: int | None
    blank: int | None
    bars: tuple[Bar, ...]
    headline: ShareView | None
    order: tuple[tuple[str, ...], ...]
    caution: str | None
    """What the definition says a reader must know of this question."""
    segments: tuple[SegmentView, ...]
    beside: tuple[BesideView, ...]
    wave: WaveView | None
    told: str | None = None
    """How the headline is told, after a word for how many."""

    @property
    def in_words(self) -> bool:
        """Whether there are so few answers that only words may be made of them."""
        return self.size is Size.WORDS

    @property
    def ranked(self) -> bool:
        return self.kind == Kind.RANK

    @property
    def drawable(self) -> bool:
        return self.level not in (Level.NOTHING, Level.WRITTEN)


@dataclass(frozen=True)
class Views:
    """A whole publication, with what its words need."""

    results: Results
    settings: Settings
    published: Publication

    @property
    def title(self) -> str:
        return self.worded(self.results.asked.title)

    @property
    def last_day(self) -> date:
        return self.results.last_days[self.results.opening.id]

    @property
    def response(self) -> int:
        """Per cent of the invited who answered, from rounded numbers."""
        return _percent(self.published.sent, self.published.invited)

    @cached_property
    def figures(self) -> tuple[FigureView, ...]:
        return tuple(self._figure(at, figure) for at, figure in enumerate(self.published.figures, start=1))

    def figure(self, question_id: str) -> FigureView:
        """That question's. Raises: KeyError."""
        for place, figure in enumerate(self.published.figures, start=1):
            if figure.id == question_id:
                return self._figure(place, figure)
        raise KeyError(question_id)

    @property
    def measures(self) -> tuple[FigureView, ...]:
        """The declared headline measures that can be shown."""
        shown = {figure.id: figure for figure in self.figures if figure.headline is not None}
        return tuple(shown[one] for one in self.results.asked.headline if one in shown)

    def worded(self, texts: Texts) -> str:
        """The text as this authority says it."""
        said = text_in(texts, ENGLISH)
        return said.replace("{worker_word}", self.settings.worker_word).replace("{council_word}", self.settings.council)

    def _figure(self, place: int, figure: Figure) -> FigureView:
        question = self.results.asked.question(figure.id)
        part = self.results.asked.opens_part(figure.id)
        return FigureView(
            figure.id,
            place,
            self.worded(question.text),
            self.worded(question.meaning) if question.meaning else None,
            self.worded(part.heading) if part is not None and part.heading else None,
            figure.kind,
            figure.level,
            figure.size,
            figure.base,
            figure.blank,
            self._bars(question, figure),
            self._share(question, figure.headline),
            tuple(tuple(self._label(question, (option,)) for option in level) for level in figure.order),
            self.worded(question.caution) if question.caution else None,
            tuple(self._segments(question, figure.parts)),
            tuple(self._beside(one) for one in figure.beside),
            None if figure.wave is None else self._wave(question, figure.wave),
            self._told(question, figure),
        )

    def _told(self, question: Question, figure: Figure) -> str | None:
        """The words for the share that was declared: another figure is not told in them."""
        is_theirs = figure.headline is not None and set(figure.headline.members) == set(question.share or ())
        return self.worded(question.told) if question.told and is_theirs else None

    def _bars(self, question: Question, figure: Figure) -> tuple[Bar, ...]:
        firsts = {cell.members: cell.count for cell in figure.firsts}
        # Of a two-way split the second side is whatever the first is not, however many answers that is.
        split = figure.level is Level.SHARE and len(figure.cells) > 1 and len(figure.cells[1].members) > 1
        rest = figure.cells[1].members if split else None
        bars = [self._bar(question, cell, figure.base, firsts, rest=rest) for cell in figure.cells]
        if question.kind in (Kind.SEVERAL, Kind.RANK):
            # Ticks have no order of their own: the most first, what is hidden last.
            bars.sort(key=lambda bar: -1 if bar.count is None else bar.count, reverse=True)
        return tuple(bars)

    def _bar(
        self,
        question: Question,
        cell: Cell,
        base: int | None,
        firsts: Mapping[tuple[Member, ...], int | None],
        *,
        rest: tuple[Member, ...] | None = None,
    ) -> Bar:
        percent = None if cell.count is None or not base else min(100, _percent(cell.count, base))
        label = say("rest") if cell.members == rest else self._label(question, cell.members)
        return Bar(label, cell.count, percent, firsts.get(cell.members))

    def _label(self, question: Question, members: tuple[Member, ...]) -> str:
        """One answer's label; several as `0 to 4`, or joined with "or", in quotes where one has a comma."""
        numbers = [member for member in members if isinstance(member, int)]
        if numbers:
            return f"{numbers[0]}" if len(numbers) == 1 else f"{min(numbers)} to {max(numbers)}"
        options = {option.id: self.worded(option.label) for option in question.options}
        labels = [options[str(member)] for member in members]
        if any(mark in label for label in labels[:-1] for mark in ",.") and len(labels) > 1:
            return " or ".join(f"“{label}”" for label in labels)
        return " or ".join(_inside(label, at) for at, label in enumerate(labels))

    def _share(self, question: Question, share: Share | None) -> ShareView | None:
        if share is None:
            return None
        return ShareView(
            self._label(question, share.members),
            share.count,
            _whole(share.percent),
            _whole(share.low),
            _whole(share.high),
        )

    def _segments(self, question: Question, parts: Iterable[Part]) -> Iterable[SegmentView]:
        by_segment: dict[str, list[PartView]] = {}
        for part in parts:
            segment = self.results.asked.question(part.segment)
            by_segment.setdefault(part.segment, []).append(
                PartView(
                    self.worded(segment.option(part.option).label),
                    part.base,
                    self._share(question, part.headline),
                    tuple(self._bar(question, cell, part.base, {}) for cell in part.cells),
                )
            )
        for name, found in by_segment.items():
            yield SegmentView(name, self.worded(self.results.asked.question(name).text), tuple(found))

    def _beside(self, beside: Beside) -> BesideView:
        found = self.results.benchmarks[beside.key]
        return BesideView(
            None if found.percent is None else _whole(found.percent),
            found.year,
            found.population,
            found.n,
            beside.grade,
            beside.note,
            None if beside.verdict is None else beside.verdict.value,
            found.source,
        )

    def _wave(self, question: Question, wave: Wave) -> WaveView:
        verdict = None if wave.verdict is None else wave.verdict.value
        return WaveView(self.results.last_days[wave.survey], self._share(question, wave.headline), verdict)


def views(results: Results, settings: Settings, *, outside: bool = False) -> Views:
    """The publication inside the authority, or the one for everybody else."""
    return Views(results, settings, results.outside if outside else results.inside)


def _percent(count: int, base: int) -> int:
    return _whole(100 * count / base) if base else 0


def _whole(percent: float) -> int:
    """The nearest whole per cent; halves go up, as people expect."""
    return int(percent + 0.5)


def _inside(label: str, at: int) -> str:
    """A label in the middle of a sentence begins small, unless its second letter says it is a name or an "I"."""
    plain = at and len(label) > 1 and label[1].islower() and not label.startswith("I ")
    return label[0].lower() + label[1:] if plain else label

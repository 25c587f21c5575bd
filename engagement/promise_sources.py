"""What young people said that a promise stands on: a published finding, an approved quote, what they put first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engagement import results
from engagement.promise_words import Said
from engagement.results import NotPublished, Results
from storage import openings, readings
from storage.ids import SurveyId
from storage.openings import NoSuchSurvey
from storage.readings import Reading
from storage.store import Transaction
from surveys.definition import Kind
from surveys.publication import Figure, Level


@dataclass(frozen=True, slots=True)
class Source:
    """Where a promise comes from, with what was published there. `quote` is empty but for a quote."""

    said: Said
    results: Results
    quote: str = ""

    @property
    def question(self) -> str:
        """The id of the question it is about; of a quote, too."""
        return self.said.key.partition(".")[0]

    @property
    def option(self) -> str:
        """Of a priority, the id of the option; else empty."""
        return self.said.key.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that may be quoted, said by "a young person": how a promise refers to them, and what was asked."""

    said: Said
    question: str
    words: str


@dataclass(slots=True)
class Sources:
    """Looks sources up, each survey once."""

    tx: Transaction
    _published: dict[int, Results | None] = field(default_factory=dict)
    _readings: dict[int, Mapping[bytes, Reading]] = field(default_factory=dict)

    async def find(self, said: Said) -> Source | None:
        """What this stands for; None where nothing is published there, or may be quoted any more."""
        found = None if said.kind == "none" else await self._of(said.survey)
        if found is None:
            return None
        if said.kind == "quote":
            words = await self._quoted(found, said)
            return None if words is None else Source(said, found, words)
        source = Source(said, found)
        shows = shows_option if source.option else shows_something
        figure = _figure(found, source.question)
        is_there = figure is not None and bool(source.option) == (said.kind == "priority")
        return source if is_there and figure is not None and shows(figure, source.option) else None

    async def figures(self, survey: SurveyId) -> tuple[Said, ...]:
        """Everything published of a survey that a promise can stand on; of one about priorities, each option."""
        found = await self._of(survey)
        if found is None:
            return ()
        picks = found.asked.purpose == "priorities"
        offered: list[Said] = []
        for figure in found.inside.figures:
            options = options_shown(figure) if picks else ()
            offered += [Said("priority", survey, f"{figure.id}.{option}") for option in options]
            if not options and shows_something(figure):
                offered.append(Said("finding", survey, figure.id))
        return tuple(offered)

    async def quotes(self, survey: SurveyId) -> tuple[Quote, ...]:
        """Everything of a survey's answers that may be quoted, in no order that says anything."""
        found = await self._of(survey)
        if found is None:
            return ()
        quotes = []
        for key, reading in sorted((await self._read(survey)).items()):
            said = Said("quote", survey, key.hex())
            words = await self._quoted(found, said)
            if words is not None:
                quotes.append(Quote(said, reading.question, words))
        return tuple(quotes)

    async def _quoted(self, found: Results, said: Said) -> str | None:
        """Only of a question that enough people answered, and only what a person has passed."""
        try:
            reading = (await self._read(said.survey)).get(bytes.fromhex(said.key))
        except ValueError:
            return None
        figure = None if reading is None else _figure(found, reading.question)
        if reading is None or reading.state != "quotable" or figure is None or figure.base is None:
            return None
        return reading.words

    async def _read(self, survey: int) -> Mapping[bytes, Reading]:
        if survey not in self._readings:
            self._readings[survey] = await readings.of(self.tx, SurveyId(survey))
        return self._readings[survey]

    async def _of(self, survey: int) -> Results | None:
        if survey not in self._published:
            try:
                opening = await openings.find(self.tx, SurveyId(survey))
                self._published[survey] = await results.of_opening(self.tx, opening)
            except (NoSuchSurvey, NotPublished):
                self._published[survey] = None
        return self._published[survey]


def shows_something(figure: Figure, _: str = "") -> bool:
    """Whether the figure has anything that can be said of it: a share, or an answer that is shown."""
    if figure.level in (Level.WRITTEN, Level.NOTHING):
        return False
    return figure.headline is not None or bool(figure.order) or any(cell.count is not None for cell in figure.cells)


def shows_option(figure: Figure, option: str) -> bool:
    """Whether it is published of this option how many picked it."""
    if figure.kind not in (Kind.RANK, Kind.SEVERAL, Kind.SINGLE):
        return False
    return any(cell.members == (option,) and cell.count is not None for cell in figure.cells)


def options_shown(figure: Figure) -> tuple[str, ...]:
    """The options of which that is published."""
    return tuple(str(cell.members[0]) for cell in figure.cells if shows_option(figure, str(cell.members[0])))


def _figure(found: Results, question: str) -> Figure | None:
    return next((figure for figure in found.inside.figures if figure.id == question), None)

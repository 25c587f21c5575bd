"""What a closed survey found: published once, at close, and read by every face from then on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

import surveys
from engagement import answering
from storage import answers, openings, publications
from storage.ids import SurveyId
from storage.openings import Opening
from storage.publications import Figures
from storage.store import Transaction
from surveys import benchmarks, publishing, tally, waves
from surveys.benchmarks import Benchmark, Benchmarks
from surveys.definition import Questionnaire
from surveys.publication import Before, Breakdown, Publication
from surveys.tally import Tally

FIGURES: Final = Path(surveys.__file__).with_name("data") / "figures.yaml"


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a chart, a page, a file or a chat needs. Nothing in it points at anybody.

    inside:     figures for the authority; `outside` by the 10-5 rule for everybody else.
    last_days:  the last day of each opening that a figure's `wave` names, and of this one.
    benchmarks: the published figures that stand beside these, by key.
    """

    opening: Opening
    asked: Questionnaire
    inside: Publication
    outside: Publication
    last_days: Mapping[int, date]
    benchmarks: Mapping[str, Benchmark]


class NotPublished(Exception):
    """There are no figures: never opened, still open until the end of `last_day`, or destroyed unread."""

    def __init__(
        self, name: str, state: Literal["never opened", "open", "destroyed"], last_day: date | None = None
    ) -> None:
        super().__init__(name)
        self.name, self.state, self.last_day = name, state, last_day


async def of(tx: Transaction, name: str) -> Results:
    """What the newest survey of that name found; while one is open, the one before it. Raises: NotPublished."""
    opening = await openings.latest(tx, name)
    if opening is None:
        raise NotPublished(name, "never opened")
    if opening.state == "open":
        opening = next((one for one in await published(tx) if one.name == name), opening)
    return await of_opening(tx, opening)


async def of_opening(tx: Transaction, opening: Opening) -> Results:
    """What this one found; published now where it closed in a database that knew no publications.

    Raises: NotPublished.
    """
    inside, outside = await publish(tx, opening)
    found = [figure for publication in (inside, outside) for figure in publication.figures]
    days = {opening.id, *(figure.wave.survey for figure in found if figure.wave is not None)}
    beside = {one.key for figure in found for one in figure.beside}
    return Results(
        opening,
        await openings.questionnaire(tx, opening.id),
        inside,
        outside,
        last_days={one.id: answering.last_day(one) for one in await openings.every(tx) if one.id in days},
        benchmarks={key: known_benchmarks()[key] for key in sorted(beside)},
    )


async def published(tx: Transaction) -> list[Opening]:
    """The surveys that have figures, the newest first."""
    return [opening for opening in reversed(await openings.every(tx)) if opening.state == "closed"]


async def publish(tx: Transaction, opening: Opening, *, cells: Breakdown = ()) -> Figures:
    """A closed survey's figures, worked out and kept unless some are kept already: those stay as they are.

    cells: what may be shown by segment; it is known only while the survey is being closed. Raises: NotPublished.
    """
    if opening.state != "closed":
        raise NotPublished(opening.name, opening.state, answering.last_day(opening))
    found = await publications.of(tx, opening.id)
    if found is None:
        # The epoch first, as whoever rewrites the answers does.
        await tx.epoch()
        found = await publications.keep(tx, opening.id, await figures(tx, opening, cells=cells))
    return found


async def figures(tx: Transaction, opening: Opening, *, cells: Breakdown = ()) -> Figures:
    """A closed survey's figures, worked out from its answers.

    The same however often they are worked out: chance is seeded by the survey's number.
    """
    asked = await openings.questionnaire(tx, opening.id)
    tallies = await _tallies(tx, opening.id, asked)
    sent = max((one.asked + one.not_asked for one in tallies.values()), default=0)
    inside, outside = (
        publishing.publish(
            asked,
            tallies,
            sent=sent,
            invited=opening.invited,
            cells=cells,
            before=before,
            benchmarks=known_benchmarks(),
            chance=random.Random(opening.id),  # noqa: S311 - drawn again, it must be the same
            outside=outside,
        )
        for outside, before in zip((False, True), await _before(tx, opening, asked), strict=True)
    )
    return inside, outside


@cache
def known_benchmarks() -> Benchmarks:
    """The published figures that come with the program."""
    return benchmarks.load(FIGURES.read_text("utf-8"))


async def _before(tx: Transaction, opening: Opening, asked: Questionnaire) -> tuple[Before | None, Before | None]:
    """The newest survey closed before this one that asked any of its questions in the same words: inside, outside."""
    for one in reversed(await openings.every(tx)):
        if one.id < opening.id and one.state == "closed" and one.closes_at <= opening.closes_at:
            earlier = await openings.questionnaire(tx, one.id)
            if waves.same_series(asked, earlier):
                tallies = await _tallies(tx, one.id, earlier)
                inside, outside = await publish(tx, one)
                return Before(one.id, earlier, tallies, inside), Before(one.id, earlier, tallies, outside)
    return None, None


async def _tallies(tx: Transaction, survey: SurveyId, asked: Questionnaire) -> Mapping[str, Tally]:
    return tally.tallied(asked, await answers.counted(tx, survey))

"""From the first tap to the printed page: what is printed is what was tapped, as far as the rules let it show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from crowd import Answering, answer_all, gathered
from respondents import shipped
from support.indoors import Indoors, indoors

from bot.reports import as_json, text
from engagement import results, surveys
from engagement.results import NotPublished, Results
from storage import pool
from surveys.definition import Kind, Member, Question, Questionnaire
from surveys.disclosure import rounded
from surveys.load import load
from surveys.publication import Figure, Level, Size

SHORT = """
name: short
version: 1
purpose: survey
title: A short one
minutes: 3
headline: [home_safe, life_satisfaction]
scales:
  F5:
    - {id: always, label: Always}
    - {id: mostly, label: Most of the time}
    - {id: sometimes, label: Sometimes}
    - {id: not_often, label: Not often}
    - {id: never, label: Never}
parts:
  - id: all
    questions:
      - id: life_satisfaction
        kind: scale
        text: How satisfied are you with your life?
        sensitive: true
        bands: [0-4, 5-6, 7-8, 9-10]
        share: 0-4
      - {id: home_safe, kind: single, text: How often is home safe?, options: F5, sensitive: true, share: always}
      - id: doing_now
        kind: several
        text: What are you doing?
        options:
          - {id: learning, label: Learning}
          - {id: work, label: Work}
          - {id: caring, label: Caring}
          - {id: looking, label: Looking}
      - id: change_first
        kind: rank
        max: 3
        text: What first?
        options:
          - {id: homes, label: Homes}
          - {id: money, label: Money}
          - {id: people, label: People}
          - {id: work, label: Work}
          - {id: health, label: Health}
      - {id: words, kind: short_text, text: In your own words?}
      - id: age_band
        kind: single
        segment: true
        register: age
        text: How old are you?
        way_out: rather_not_say
        options:
          - {id: under_18, label: 16 or 17, ages: 16-17}
          - {id: from_18_to_20, label: 18 to 20, ages: 18-20}
          - {id: from_21, label: 21 or over, ages: 21+}
      - id: home_kind
        kind: single
        segment: true
        register: home
        text: Where do you live?
        way_out: rather_not_say
        options:
          - {id: own_place, label: "On my own, or with a partner or child"}
          - {id: with_people, label: "With family, friends or carers"}
          - {id: shared, label: "Supported, shared or student housing"}
"""


@dataclass
class Told:
    """What a crowd said in the chat, and what was published of it."""

    here: Indoors
    crowd: list[Answering]
    asked: Questionnaire
    results: Results

    def people(self, question: Question, members: Sequence[Member], *, only: tuple[str, str] | None = None) -> int:
        """How many of those who sent said one of these, counted from what they tapped."""
        return sum(
            _says(question, one.value(question), members)
            for one in self.crowd
            if only is None or one.told.get(only[0]) == only[1]
        )

    def answered(self, question: Question, *, only: tuple[str, str] | None = None) -> int:
        """How many gave the question a real answer."""
        said = [one.value(question) for one in self.crowd if only is None or one.told.get(only[0]) == only[1]]
        return sum(not (isinstance(value, dict) and "code" in value) for value in said)


def _says(question: Question, value: object, members: Sequence[Member]) -> bool:
    if isinstance(value, list):
        return not set(value).isdisjoint(members)
    return isinstance(value, str | int) and value in members


@asynccontextmanager
async def told(database_url: str, keys: Path, size: int, definition: str | None) -> AsyncIterator[Told]:
    """So many people are asked, all but two send, the key is turned two thirds of the way, and the survey closes."""
    async with indoors(database_url, keys) as here:
        asked = load(definition, source="short") if definition else shipped()
        crowd = await gathered(here, asked, size)
        survey = await here.open_survey(asked.name, text=definition)
        await answer_all(here, survey, crowd[: size * 2 // 3])
        async with here.store.transaction() as tx:
            await pool.turn(tx)
        await answer_all(here, survey, crowd[size * 2 // 3 : -2])
        async with here.store.transaction() as tx:
            with pytest.raises(NotPublished):
                await results.of(tx, asked.name)
        async with here.store.transaction() as tx:
            await surveys.close_survey(tx, here.bot.words(), survey, now=here.clock.now())
        async with here.store.transaction() as tx:
            found = await results.of(tx, asked.name)
        assert not here.given_up
        yield Told(here, crowd[:-2], asked, found)


@pytest.mark.parametrize(("size", "definition"), [(60, None), (200, SHORT)])
async def test_what_is_printed_is_what_was_tapped(
    size: int, definition: str | None, sqlite_database_url: str, tmp_path: Path
) -> None:
    async with told(sqlite_database_url, tmp_path / "keys", size, definition) as here:
        _is_what_was_tapped(here)


@pytest.mark.prove
@pytest.mark.parametrize("definition", [SHORT, None], ids=["short", "shipped"])
async def test_what_nine_hundred_people_tapped_is_printed_with_its_breakdowns(
    definition: str | None, database_url: str, tmp_path: Path
) -> None:
    async with told(database_url, tmp_path / "keys", 900, definition) as here:
        _is_what_was_tapped(here)
        figure = here.results.inside.figure("home_safe")
        assert (figure.size, figure.level) == (Size.ALL, Level.DETAIL)
        assert {part.segment for part in figure.parts} == {"age_band", "home_kind"}


def _is_what_was_tapped(told: Told) -> None:
    inside = told.results.inside
    sent = rounded(len(told.crowd))
    assert inside.sent == sent
    assert [figure.id for figure in inside.figures] == [one.id for one in told.asked.questions]
    shown = sum(_figure_is_true(told, figure) for figure in inside.figures)
    assert shown >= len(inside.figures) / 2, "most of it can be shown"
    _outside_shows_less(told)
    document = as_json.document(told.results)
    assert document["published"] == sent
    for question, figure in zip(document["questions"], inside.figures, strict=True):
        assert (question["id"], question["base"], question["rounded"]) == (figure.id, figure.base, True)
        alone = {str(cell.members[0]): cell.count for cell in figure.cells if len(cell.members) == 1}
        assert {key: count for key, count in question["counts"].items() if count is not None} == {
            key: count for key, count in alone.items() if count is not None
        }
    page = text.text(told.results, told.here.bot.words())
    invited = rounded(len(told.crowd) + 2)
    assert page.splitlines()[0].startswith(f"{sent} of {invited} answered (")
    assert "People who did not may feel differently." in " ".join(page.split())
    for one in told.crowd:
        assert f"Words of {one.phone.user.first_name}" not in page


def _figure_is_true(told: Told, figure: Figure) -> bool:
    """Whether anything of it is shown; all that is shown is what was tapped, rounded, and tells of nobody."""
    question = told.asked.question(figure.id)
    answered = told.answered(question)
    if figure.base is None:
        assert figure.cells == ()
        return False
    assert answered >= 10
    assert figure.base == rounded(answered)
    for cell in figure.cells:
        people = told.people(question, cell.members)
        if cell.count is not None:
            assert cell.count == rounded(people)
            assert people >= 5 or (people == 0 and not question.sensitive)
    for part in figure.parts:
        only = (part.segment, part.option)
        assert part.base == rounded(told.answered(question, only=only))
        for cell in part.cells:
            if cell.count is not None:
                assert cell.count == rounded(told.people(question, cell.members, only=only))
    if figure.headline is not None and question.kind is not Kind.SEVERAL:
        within = [cell for cell in figure.cells if set(cell.members) <= set(figure.headline.members)]
        assert figure.headline.count == min(figure.base, sum(cell.count or 0 for cell in within))
        assert abs(figure.headline.count - told.people(question, figure.headline.members)) <= 2 * len(within) + 2
    return any(cell.count is not None for cell in figure.cells)


def _outside_shows_less(told: Told) -> None:
    """Outside nothing under 10 stands, nothing that is hidden inside, and no breakdown."""
    for inside, outside in zip(told.results.inside.figures, told.results.outside.figures, strict=True):
        seen = {cell.members: cell.count for cell in inside.cells}
        for cell in outside.cells:
            if cell.count is not None:
                assert cell.count == seen[cell.members]
                assert told.people(told.asked.question(inside.id), cell.members) >= 10
        assert outside.parts == ()

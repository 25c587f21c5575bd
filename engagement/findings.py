"""Telling everybody what a survey found: up to eight published figures, each in one sentence, as one short story."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Final

from engagement import audit, own_words, results, telling
from engagement.audit import Action
from engagement.london import today
from engagement.results import Results
from engagement.staff import Permission, require
from engagement.telling import Leaving
from storage import openings, people, stories
from storage.ids import PersonId, StoryId, SurveyId
from storage.openings import Opening
from storage.staff import Staff
from storage.store import Transaction
from storage.stories import NoSuchStory as NoSuchStory
from storage.stories import Story
from surveys import said_numbers
from surveys.disclosure import rounded
from surveys.publication import Figure, Level

MOST: Final = 8
LONGEST: Final = 200
"""A sentence longer than this is no sentence any more."""

ASKS: Final = "priorities"
"""The purpose of the survey to which a story leads on."""


class FindingsError(Exception):
    """Nothing was changed or told."""


class NotShown(FindingsError):
    """Nothing is published of this question."""


class TooManySlides(FindingsError):
    """So many are chosen already as may be."""


class NothingChosen(FindingsError):
    """There is nothing to tell."""


class NotADraft(FindingsError):
    """It is on its way or was stopped: what was told stays as it was told."""


class NotYetTold(FindingsError):
    """It was not told to this person."""


class UnpublishedNumber(FindingsError):
    """The words hold numbers that are not published of this question."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(len(numbers))
        self.numbers = tuple(numbers)


@dataclass(frozen=True, slots=True)
class Slide:
    """One figure: its question, the sentence, whether it is somebody's own words, and how large its picture is."""

    question: str
    sentence: str
    own: bool = False
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A story with everything it is made of."""

    story: Story
    slides: tuple[Slide, ...]
    results: Results


def occasion(story: StoryId) -> str:
    """The name of this reason to write to people; it reaches a person at most once."""
    return f"story:{story}:told"


def slides(story: Story) -> tuple[Slide, ...]:
    """What is told, in order."""
    return tuple(Slide(**one) for one in json.loads(story.slides))


def can_be_told(figure: Figure) -> bool:
    """Whether anything is published of it that could be said."""
    return figure.level not in (Level.NOTHING, Level.WRITTEN)


# Making one


async def surveys(tx: Transaction, member: Staff) -> list[Opening]:
    """The surveys whose findings could be told, the newest first. Raises: NotAllowed."""
    require(member, Permission.TELL_FINDINGS)
    return [one for one in await results.published(tx) if one.practice is None]


async def begin(tx: Transaction, member: Staff, survey: SurveyId) -> Told:
    """The draft about this survey; an empty one, if there is none yet. Raises: NotAllowed, NotPublished."""
    require(member, Permission.TELL_FINDINGS)
    opening = await openings.find(tx, survey)
    if opening.practice is not None:
        raise results.NotPublished(opening.name, "never opened")
    await results.of_opening(tx, opening)
    # Held only to add one: of two drafts, each would be told.
    story = await _draft_about(tx, survey) or await _draft_about(tx, survey, hold=True)
    story = story or await stories.add(tx, survey, slides="[]")
    return await look(tx, member, story.id)


async def _draft_about(tx: Transaction, survey: SurveyId, *, hold: bool = False) -> Story | None:
    drafts = [one for one in await stories.every(tx, survey=survey, hold=hold) if one.state == "draft"]
    return drafts[-1] if drafts else None


async def look(tx: Transaction, member: Staff, story: StoryId) -> Told:
    """Any story. Raises: NotAllowed, NoSuchStory."""
    require(member, Permission.TELL_FINDINGS)
    return await _told(tx, await stories.find(tx, story))


async def _told(tx: Transaction, story: Story) -> Told:
    opening = await openings.find(tx, story.survey)
    return Told(story, slides(story), await results.of_opening(tx, opening))


async def _draft(tx: Transaction, member: Staff, story: StoryId) -> Told:
    """The draft, which nobody else changes meanwhile. Raises: NotAllowed, NoSuchStory, NotADraft."""
    require(member, Permission.TELL_FINDINGS)
    found = await stories.find(tx, story, hold=True)
    if found.state != "draft":
        raise NotADraft
    return await _told(tx, found)


async def choose(tx: Transaction, member: Staff, story: StoryId, question: str, sentence: str) -> Told:
    """The draft with this figure, said like that; without it, where it was in. They stand as they were asked.

    Raises: NotAllowed, NotADraft, NotShown, TooManySlides, UnpublishedNumber.
    """
    draft = await _draft(tx, member, story)
    there = [one for one in draft.slides if one.question != question]
    if len(there) == len(draft.slides):
        _require_published(draft.results, question, sentence)
        if len(there) >= MOST:
            raise TooManySlides
        there.append(Slide(question, sentence, bytes=None if is_drawn(draft.results, question) else 0))
    places = {figure.id: at for at, figure in enumerate(draft.results.inside.figures)}
    return await _keep(tx, draft, sorted(there, key=lambda one: places[one.question]))


async def reword(
    tx: Transaction, member: Staff, story: StoryId, question: str, typed: str, *, own: bool = True
) -> Told:
    """The draft with this sentence in other words: somebody's own, or, with `own` off, those we propose.

    Raises: NotAllowed, NotADraft, NotShown, BadText, UnpublishedNumber.
    """
    draft = await _draft(tx, member, story)
    sentence = own_words.one_line(typed, LONGEST)
    if question not in {one.question for one in draft.slides}:
        raise NotShown
    _require_published(draft.results, question, sentence)
    changed = [replace(one, sentence=sentence, own=own) if one.question == question else one for one in draft.slides]
    return await _keep(tx, draft, changed)


async def _keep(tx: Transaction, draft: Told, changed: Sequence[Slide]) -> Told:
    kept = json.dumps([asdict(one) for one in changed], ensure_ascii=False)
    return replace(draft, story=await stories.change(tx, draft.story.id, slides=kept), slides=tuple(changed))


def _require_published(found: Results, question: str, sentence: str) -> None:
    """Raises: NotShown, UnpublishedNumber."""
    figure = next((one for one in found.inside.figures if one.id == question), None)
    if figure is None or not can_be_told(figure):
        raise NotShown
    if numbers := said_numbers.unpublished(sentence, found.inside, figure, found.asked.question(question)):
        raise UnpublishedNumber(numbers)


def may_leave(found: Results, slide: Slide) -> bool:
    """Whether a sentence may hang on a wall as it stands: everybody else is shown the very same figure."""
    inside = next((one for one in found.inside.figures if one.id == slide.question), None)
    outside = next((one for one in found.outside.figures if one.id == slide.question), None)
    if inside is None or outside is None or not can_be_told(outside):
        return False
    return not said_numbers.unpublished(
        slide.sentence, found.outside, outside, found.asked.question(slide.question)
    ) and (inside.level, inside.cells, inside.headline) == (outside.level, outside.cells, outside.headline)


# Telling it


async def ready(tx: Transaction, member: Staff, story: StoryId) -> Told:
    """The draft, if there is something in it. Raises: NotAllowed, NotADraft, NothingChosen."""
    draft = await _draft(tx, member, story)
    if not draft.slides:
        raise NothingChosen
    return draft


async def left(tx: Transaction, member: Staff, story: StoryId, leaving: Leaving, *, now: datetime) -> Story:
    """It is on its way, with the sentences as they are, and leads on to the open survey about what comes first."""
    draft = await ready(tx, member, story)
    await audit.note(tx, member, Action.FINDINGS_TOLD, now=now, survey=draft.story.survey, people=leaving.chosen)
    asks = await _open_about_what_comes_first(tx)
    told_on = telling.leaves_on(leaving.leaves_at) or today(leaving.leaves_at)
    return await stories.change(
        tx,
        story,
        state="told",
        asks=asks,
        told_on=told_on,
        leaves_at=leaving.leaves_at,
        chosen=leaving.chosen,
    )


async def stopped(tx: Transaction, member: Staff, story: StoryId, *, now: datetime) -> Story:
    """It goes no further: a draft again where it cannot have reached anybody, else what was told stays as it was."""
    require(member, Permission.TELL_FINDINGS)
    found = await stories.find(tx, story, hold=True)
    if found.state != "told" or found.leaves_at is None:
        return found
    await audit.note(tx, member, Action.TELLING_STOPPED, now=now, story=story)
    if now < found.leaves_at:
        return await stories.change(tx, story, state="draft", asks=None, told_on=None, leaves_at=None, chosen=0)
    return await stories.change(tx, story, state="stopped")


async def again(tx: Transaction, member: Staff, story: StoryId) -> Told:
    """A draft with the sentences of one that was stopped. Raises: NotAllowed, NoSuchStory, NotPublished."""
    old = await look(tx, member, story)
    draft = await begin(tx, member, old.story.survey)
    return draft if draft.slides else await _keep(tx, draft, old.slides)


# Reading it


async def for_person(tx: Transaction, person: PersonId, story: StoryId, *, now: datetime) -> Told:
    """A story as a young person may read it: told to all, or stopped after it had reached them. Raises: NotYetTold."""
    try:
        found = await stories.find(tx, story)
    except NoSuchStory:
        raise NotYetTold from None
    on_its_way = found.state == "told" and found.leaves_at is not None and found.leaves_at <= now
    if not on_its_way and not (found.state == "stopped" and person in await telling.told(tx, occasion(story))):
        raise NotYetTold
    return await _told(tx, found)


async def newest(tx: Transaction, *, now: datetime) -> Story | None:
    """What was told last."""
    return await stories.newest_told(tx, now=now)


async def leads_to(tx: Transaction, person: PersonId, story: Story) -> SurveyId | None:
    """The open survey about what should change first, if it is put to this person."""
    found = await openings.open_surveys(tx)
    named = next((one for one in found if one.id == story.asks and one.is_for(person)), None)
    return named.id if named is not None else await _open_about_what_comes_first(tx, person)


async def _open_about_what_comes_first(tx: Transaction, person: PersonId | None = None) -> SurveyId | None:
    for one in reversed(await openings.open_surveys(tx)):
        ours = one.practice is None if person is None else one.is_for(person)
        if ours and (await openings.questionnaire(tx, one.id)).purpose == ASKS:
            return one.id
    return None


# Pictures


async def unweighed(tx: Transaction) -> tuple[tuple[Told, str], ...]:
    """Every slide of a draft, or of what is told, of whose picture it is not known how large it is."""
    found = []
    for story in await stories.every(tx):
        if missing := [one.question for one in slides(story) if one.bytes is None]:
            told = await _told(tx, story)
            found += [(told, question) for question in missing if is_drawn(told.results, question)]
    return tuple(found)


def is_drawn(found: Results, question: str) -> bool:
    """Whether there is a picture of this question that may be passed on: it shows what everybody may see."""
    return any(one.id == question and can_be_told(one) for one in found.outside.figures)


async def weighed(tx: Transaction, story: StoryId, question: str, size: int) -> None:
    """This slide's picture is so large."""
    found = await stories.find(tx, story, hold=True)
    known = [replace(one, bytes=size) if one.question == question else one for one in slides(found)]
    await stories.change(tx, story, slides=json.dumps([asdict(one) for one in known], ensure_ascii=False))


# What became of it


async def told_on(tx: Transaction, survey: SurveyId) -> date | None:
    """The day on which the findings of this survey were first told."""
    days = [one.told_on for one in await stories.every(tx, survey=survey) if one.told_on and one.state != "draft"]
    return min(days, default=None)


async def share_told(tx: Transaction, story: StoryId) -> tuple[int, int]:
    """How many of those who have joined were told, and how many have joined; both rounded."""
    told = await telling.told(tx, occasion(story))
    joined = {person.id for person in await people.joined(tx)}
    return rounded(len(told & joined)), rounded(len(joined))

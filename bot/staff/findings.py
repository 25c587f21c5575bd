"""Tell what was said: a closed survey, up to eight of its figures as sentences, a look as they will see it, and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import story
from bot.chat.visit import PLACES, Draw, Garbled, Handler, Place, Visit, go, number, redraw
from bot.reports import finding, findings_page
from bot.reports.finding import Sentence
from bot.staff import loop, telling
from bot.staff.paging import in_rows
from engagement import answering, audit, findings
from engagement.audit import Action
from engagement.findings import NothingChosen, Told
from engagement.staff import Permission
from engagement.telling import Leaving
from storage import openings, stories
from storage.ids import StoryId, SurveyId
from storage.openings import Opening
from surveys.definition import text_in

A_PAGE, IN_A_ROW = 6, 4
MOST_LISTED = 6
KIND = "story"


def story_of(args: Mapping[str, Any]) -> StoryId:
    """The story the card is at. Raises: Garbled, where it is at none."""
    if "story" not in args:
        raise Garbled
    return StoryId(args["story"])


async def told_at(visit: Visit, args: Mapping[str, Any]) -> Told:
    """The story the card is at. Raises: Garbled, NotAllowed, NoSuchStory."""
    return await findings.look(visit.tx, visit.worker_on, story_of(args))


# Which survey


async def to_findings(visit: Visit, _: str) -> None:
    await go(visit, "staff/findings")


async def draw_surveys(visit: Visit, _: Mapping[str, Any]) -> None:
    found = (await findings.surveys(visit.tx, visit.worker_on))[:MOST_LISTED]
    await visit.show("staff/findings/surveys", surveys=[await _listed(visit, one) for one in found])


async def _listed(visit: Visit, opening: Opening) -> dict[str, Any]:
    asked = await openings.questionnaire(visit.tx, opening.id)
    return {
        "id": opening.id,
        "title": text_in(asked.title, visit.language),
        "last_day": answering.last_day(opening),
        "told_on": await findings.told_on(visit.tx, opening.id),
    }


async def on_survey(visit: Visit, survey: str) -> None:
    """To what is told of it, or to a draft; a new one begins with the measures that were declared."""
    about = SurveyId(number(survey))
    told = [one for one in await stories.every(visit.tx, survey=about) if one.state == "told"]
    if told:
        await go(visit, "staff/findings_story", story=told[-1].id)
        return
    draft = await findings.begin(visit.tx, visit.worker_on, about)
    if not draft.slides:
        await _propose(visit, draft)
    await go(visit, "staff/findings_story", story=draft.story.id)


async def _propose(visit: Visit, draft: Told) -> None:
    sentences = finding.proposed(draft.results, visit.settings)
    for question in finding.headlines(draft.results, sentences):
        await tick(visit, draft.story.id, next(one for one in sentences if one.question == question))


async def tick(visit: Visit, about: StoryId, one: Sentence) -> None:
    await findings.choose(visit.tx, visit.worker_on, about, one.question, one.said)


# One story


async def draw_one(visit: Visit, args: Mapping[str, Any]) -> None:
    told = await told_at(visit, args)
    reached, joined = await findings.share_told(visit.tx, told.story.id)
    sentences = finding.told(told.results, visit.settings, told.slides)
    await visit.show(
        "staff/findings/story",
        title=text_in(told.results.asked.title, visit.language),
        base=finding.base(told.results, visit.settings),
        state=told.story.state,
        told_on=told.story.told_on,
        reached=reached,
        joined=joined,
        sentences=[one.said for one in sentences],
        rows=in_rows([(at, at) for at in range(1, len(sentences) + 1)], IN_A_ROW),
        files=bool(finding.for_a_wall(told.results, visit.settings, told.slides)),
    )


async def on_words(visit: Visit, place: str) -> None:
    """To the sentence of that number."""
    slides = (await told_at(visit, visit.showing)).slides
    if not 1 <= number(place) <= len(slides):
        raise Garbled
    await go(visit, "staff/findings_words", story=story_of(visit.showing), question=slides[number(place) - 1].question)


async def to_one(visit: Visit, _: str) -> None:
    await go(visit, "staff/findings_story", story=story_of(visit.showing))


async def to_pick(visit: Visit, _: str) -> None:
    await go(visit, "staff/findings_pick", story=story_of(visit.showing))


async def to_look(visit: Visit, _: str) -> None:
    await go(visit, "staff/findings_look", story=story_of(visit.showing))


async def to_tell(visit: Visit, _: str) -> None:
    """To whom it goes; a story of nothing stays where it is."""
    about = story_of(visit.showing)
    try:
        await findings.ready(visit.tx, visit.worker_on, about)
    except NothingChosen:
        await redraw(visit)
    else:
        await go(visit, "staff/tell", kind=KIND, id=about)


async def to_progress(visit: Visit, _: str) -> None:
    told = await told_at(visit, visit.showing)
    stopped = told.story.state == "stopped"
    await telling.to_progress(visit, KIND, told.story.id, told.story.leaves_at, told.story.chosen, stopped=stopped)


async def on_again(visit: Visit, _: str) -> None:
    """A draft with the same sentences, of one that was stopped."""
    draft = await findings.again(visit.tx, visit.worker_on, story_of(visit.showing))
    await go(visit, "staff/findings_story", story=draft.story.id)


async def on_wall(visit: Visit, _: str) -> None:
    """A poster and a page, each a file of its own."""
    from bot.reports import findings_poster  # what draws it costs a quarter of a second to read in

    told = await _exported(visit, "findings.wall")
    poster = findings_poster.pdf(told.results, visit.settings, told.slides, bot_name=visit.bot_name)
    visit.file("poster.pdf", poster, "files/poster_caption")
    page = findings_page.page(told.results, visit.settings, told.slides)
    visit.file("page.html", page.encode(), "files/page_caption")
    await redraw(visit)


async def on_group(visit: Visit, _: str) -> None:
    """A square picture with its words, to be passed on."""
    story.send_square(visit, await _exported(visit, "findings.square"))
    await redraw(visit)


async def _exported(visit: Visit, what: str) -> Told:
    told = await told_at(visit, visit.showing)
    if not finding.for_a_wall(told.results, visit.settings, told.slides):
        raise Garbled
    await audit.note(visit.tx, visit.worker_on, Action.EXPORTED, now=visit.now, survey=told.story.survey, what=what)
    return told


# As they will see it


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    told = await told_at(visit, args)
    found = story.cards(visit, told)
    await story.show_card(visit, found, int(args.get("n", 1)), asks=None, says=False, look=True)


async def on_slide(visit: Visit, n: str) -> None:
    await redraw(visit, n=number(n))


async def on_picture(visit: Visit, _: str) -> None:
    told = await told_at(visit, visit.showing)
    story.send_picture(visit, story.cards(visit, told), int(visit.showing.get("n", 1)))
    await redraw(visit)


async def on_keep(visit: Visit, _: str) -> None:
    story.send_square(visit, await _exported(visit, "findings.square"))
    await redraw(visit)


# Told to everybody


async def _opens(visit: Visit, about: int) -> Mapping[str, Any]:
    """Raises before anything is on its way: NotADraft, NothingChosen."""
    await findings.ready(visit.tx, visit.worker_on, StoryId(about))
    return {"screen": "story", "story": about}


async def _see(visit: Visit, about: int) -> None:
    await go(visit, "staff/findings_look", story=StoryId(about))


async def _left(visit: Visit, about: int, leaving: Leaving) -> None:
    await findings.left(visit.tx, visit.worker_on, StoryId(about), leaving, now=visit.now)


async def _stopped(visit: Visit, about: int) -> None:
    await findings.stopped(visit.tx, visit.worker_on, StoryId(about), now=visit.now)


telling.TELLINGS[KIND] = telling.Telling(
    needs=Permission.TELL_FINDINGS,
    topic="news",
    occasion=lambda about: findings.occasion(StoryId(about)),
    opens=_opens,
    envelope="envelope/something",
    look=_see,
    left=_left,
    stopped=_stopped,
    back=lambda about: ("staff/findings_story", {"story": about}),
)
loop.DOORS["findings"] = (Permission.TELL_FINDINGS,)
EVERYWHERE: dict[str, Handler] = {"findings": to_findings}


def a_place(draw: Draw, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.TELL_FINDINGS)


PLACES["staff/findings"] = a_place(draw_surveys, {"about": on_survey})
PLACES["staff/findings_story"] = a_place(
    draw_one,
    {
        "words": on_words,
        "pick": to_pick,
        "look": to_look,
        "tell": to_tell,
        "progress": to_progress,
        "again": on_again,
        "wall": on_wall,
        "group": on_group,
    },
)
PLACES["staff/findings_look"] = a_place(
    draw_look, {"slide": on_slide, "picture": on_picture, "keep": on_keep, "list": to_one}
)

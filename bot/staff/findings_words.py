"""Which figures a story tells, ticked on a list, and the words of each: ours, or somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Visit, go, number, redraw
from bot.reports import finding
from bot.reports.finding import Sentence
from bot.staff.findings import A_PAGE, IN_A_ROW, a_place, story_of, tick, to_one, told_at
from bot.staff.paging import in_rows, on_page, page_of
from engagement import findings
from engagement.findings import TooManySlides, UnpublishedNumber
from engagement.own_words import BadText

# Which figures


async def draw_pick(visit: Visit, args: Mapping[str, Any]) -> None:
    told = await told_at(visit, args)
    sentences = finding.proposed(told.results, visit.settings)
    page = page_of(sentences, args, A_PAGE)
    places = range(page.first, page.first + len(page.rows))
    chosen = {one.question for one in told.slides}
    ticked = frozenset(at for at, one in enumerate(sentences, start=1) if one.question in chosen)
    await visit.show(
        "staff/findings/pick",
        chosen=len(told.slides),
        most=findings.MOST,
        sentences=[{"place": at, "said": sentences[at - 1].said, "chosen": at in ticked} for at in places],
        rows=in_rows([(at, at) for at in places], IN_A_ROW, chosen=ticked),
        page=page.number,
        pages=page.pages,
    )


async def on_tick(visit: Visit, place: str) -> None:
    """In or out."""
    told = await told_at(visit, visit.showing)
    sentences = finding.proposed(told.results, visit.settings)
    if not 1 <= number(place) <= len(sentences):
        raise Garbled
    try:
        await tick(visit, told.story.id, sentences[number(place) - 1])
    except TooManySlides:
        visit.above("staff/findings/enough", most=findings.MOST)
    await redraw(visit)


# The words of one


async def draw_words(visit: Visit, args: Mapping[str, Any]) -> None:
    told = await told_at(visit, args)
    slide = next((one for one in told.slides if one.question == args.get("question")), None)
    if slide is None or told.story.state != "draft":
        await go(visit, "staff/findings_story", story=told.story.id)
        return
    (said,) = finding.told(told.results, visit.settings, (slide,))
    await visit.show(
        "staff/findings/words",
        question=said.text,
        sentence=said.said,
        beside=said.beside,
        own=slide.own,
        leaves=not slide.own or findings.may_leave(told.results, slide),
        most=findings.LONGEST,
    )


async def on_own_words(visit: Visit, typed: str) -> None:
    """Keep the words, unless they hold a number that nobody has published."""
    await clear_typed(visit)
    about, question = story_of(visit.showing), str(visit.showing.get("question"))
    try:
        await findings.reword(visit.tx, visit.worker_on, about, question, typed)
    except UnpublishedNumber as error:
        visit.above("staff/findings/not_published", numbers=error.numbers)
    except BadText as error:
        visit.above("staff/findings/too_long", got=error.length, most=findings.LONGEST)
    await redraw(visit)


async def on_plain(visit: Visit, _: str) -> None:
    """The words we propose, once more."""
    one = await _proposed(visit)
    await findings.reword(visit.tx, visit.worker_on, story_of(visit.showing), one.question, one.said, own=False)
    await redraw(visit)


async def on_out(visit: Visit, _: str) -> None:
    await tick(visit, story_of(visit.showing), await _proposed(visit))
    await to_one(visit, "")


async def _proposed(visit: Visit) -> Sentence:
    told = await told_at(visit, visit.showing)
    found = finding.proposed(told.results, visit.settings)
    one = next((one for one in found if one.question == visit.showing.get("question")), None)
    if one is None:
        raise Garbled
    return one


PLACES["staff/findings_pick"] = a_place(draw_pick, {"tick": on_tick, "page": on_page, "one": to_one})
PLACES["staff/findings_words"] = a_place(draw_words, {"plain": on_plain, "out": on_out, "one": to_one}, on_own_words)

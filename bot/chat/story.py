"""What a survey found, as a young person reads it: one sentence a card, a picture on request, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.reports import drawing, finding, findings_square, weighing
from bot.reports.finding import Sentence
from engagement import findings
from engagement.authority import Settings
from engagement.findings import Told
from storage.ids import StoryId, SurveyId

SAY = "say"
"""The door to which a story leads on where no survey is open about what comes first."""


@dataclass(frozen=True, slots=True)
class Cards:
    """A story as cards: the first says of how many it is, the last asks what comes next; between them one a figure."""

    told: Told
    sentences: tuple[Sentence, ...]

    @property
    def total(self) -> int:
        return len(self.sentences) + 2

    def sentence(self, n: int) -> Sentence:
        """What stands on that card, counted from 1. Raises: Garbled, where it is none of the figures'."""
        if not 1 < n < self.total:
            raise Garbled
        return self.sentences[n - 2]

    def picture(self, n: int) -> int | None:
        """How large the picture of that card is: 0 where nobody knows yet, None where there is none."""
        slide = self.told.slides[n - 2]
        return (slide.bytes or 0) if findings.is_drawn(self.told.results, slide.question) else None


def cards(visit: Visit, told: Told) -> Cards:
    """The cards of this story."""
    return Cards(told, finding.told(told.results, visit.settings, told.slides))


# Each card, for whoever reads it: a young person, or whoever wants to see it as they will


async def show_card(visit: Visit, found: Cards, n: int, *, asks: SurveyId | None, says: bool, look: bool) -> None:
    """The card of that number."""
    if n <= 1:
        await visit.show(
            "story/open", base=finding.base(found.told.results, visit.settings), care=finding.care(), look=look
        )
    elif n < found.total:
        one = found.sentence(n)
        await visit.show(
            "story/slide",
            n=n,
            total=found.total,
            sentence=one.said,
            beside=one.beside,
            picture=found.picture(n),
            look=look,
        )
    else:
        kept = bool(finding.for_a_wall(found.told.results, visit.settings, found.told.slides))
        await visit.show("story/last", n=found.total, asks=asks, says=says, keep=kept, look=look)


def send_picture(visit: Visit, found: Cards, n: int) -> None:
    """The picture of that card, below; it shows what anybody may see, since it may be passed on."""
    one, told = found.sentence(n), found.told
    if found.picture(n) is None:
        raise Garbled
    visit.picture(
        "story/picture",
        draw=partial(weighing.drawn, told.results, one.question, visit.settings),
        same=("story", told.results.opening.id, one.question, visit.language),
        instead="story/no_picture",
        base=finding.base(told.results, visit.settings, outside=True),
        care=finding.care(),
        question=one.text,
    )


def send_square(visit: Visit, told: Told) -> None:
    """All of it in one picture, to keep or to show to a friend."""
    visit.picture(
        "story/square",
        draw=partial(_square, told, visit.settings),
        same=("square", told.story.id, told.story.slides, visit.language),
        instead="story/no_picture",
        caption=findings_square.caption(told.results, visit.settings, told.slides),
    )


async def _square(told: Told, settings: Settings) -> bytes:
    return await drawing.png_elsewhere(findings_square.svg(told.results, settings, told.slides))


# In the chat of a young person


async def _told(visit: Visit, args: Mapping[str, Any]) -> Told:
    """The story the card is at. Raises: Garbled, NotYetTold."""
    if "story" not in args:
        raise Garbled
    return await findings.for_person(visit.tx, visit.who, StoryId(args["story"]), now=visit.now)


def _n(args: Mapping[str, Any]) -> int:
    return int(args.get("n", 1))


async def is_told(visit: Visit) -> bool:
    """Whether there is one to read."""
    return await findings.newest(visit.tx, now=visit.now) is not None


async def to_story(visit: Visit, _: str) -> None:
    """From the menu to what was told last."""
    newest = await findings.newest(visit.tx, now=visit.now)
    if newest is None:
        await go(visit, "menu")
    else:
        await go(visit, "story", story=newest.id)


async def draw_story(visit: Visit, args: Mapping[str, Any]) -> None:
    found, n = cards(visit, await _told(visit, args)), _n(args)
    if visit.anew and n > 1:
        await visit.show("story/again", n=min(n, found.total), total=found.total)
        return
    asks = await findings.leads_to(visit.tx, visit.who, found.told.story)
    says = asks is None and SAY in menu.DOORS and await menu.DOORS[SAY](visit)
    await show_card(visit, found, n, asks=asks, says=says, look=False)


async def on_slide(visit: Visit, n: str) -> None:
    await redraw(visit, n=number(n))


async def on_picture(visit: Visit, _: str) -> None:
    send_picture(visit, cards(visit, await _told(visit, visit.showing)), _n(visit.showing))
    await redraw(visit)


async def on_keep(visit: Visit, _: str) -> None:
    send_square(visit, await _told(visit, visit.showing))
    await redraw(visit)


menu.DOORS["story"] = is_told
EVERYWHERE: dict[str, Handler] = {"story": to_story}
menu.EVERYWHERE.update(EVERYWHERE)
PLACES["story"] = Place(draw_story, {"slide": on_slide, "picture": on_picture, "keep": on_keep})

"""Ask my people: whom a worker is given to ask, and what they heard, brought back without names.

The list with names fades like every card that shows somebody. From there on no card knows whom it was about.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from bot.chat.choices import LETTERS_IN_ROW, said
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.staff import loop
from bot.staff.paging import on_page, page_of
from engagement import priorities, talk_lines, talks
from engagement.joining import details_name
from engagement.staff import Permission
from engagement.talk_lines import MOST_CHARS, OTHER, NamesSomebody, NotALine, TooEarly
from engagement.talks import EACH, RoundRuns
from storage.ids import PersonId
from storage.talks import NoSuchTalk
from surveys.definition import text_in

A_PAGE = 6


# Whom to ask


async def to_talks(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks")


async def draw_talks(visit: Visit, _: Mapping[str, Any]) -> None:
    await _draw_talks(visit, names=True)


async def draw_quiet(visit: Visit, _: Mapping[str, Any]) -> None:
    """The same without a name, until it is asked for again."""
    await _draw_talks(visit, names=False)


async def _draw_talks(visit: Visit, *, names: bool) -> None:
    found, to_ask = await talks.mine(visit.tx, visit.worker_on)
    shown = [{"id": one.person.id, "name": details_name(one.known), "state": one.state} for one in to_ask]
    await visit.show(
        "staff/talks/mine",
        ends_on=found.ends_on,
        people=shown if names else [],
        left=sum(one.state == "to_ask" for one in to_ask),
        total=len(to_ask),
    )


def _became(state: Literal["asked", "not_now"]) -> Handler:
    async def on_became(visit: Visit, person: str) -> None:
        try:
            await talks.became(visit.tx, visit.worker_on, PersonId(number(person)), state)
        except NoSuchTalk:
            raise Garbled from None
        await go(visit, "staff/talks_choice" if state == "asked" else "staff/talks")

    return on_became


# What was heard


async def to_choice(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_choice")


async def draw_choice(visit: Visit, _: Mapping[str, Any]) -> None:
    labels = await _labels(visit)
    letters = [chr(ord("A") + at) for at in range(len(labels))]
    buttons = [{"label": letter, "arg": at, "chosen": False} for at, letter in enumerate(letters)]
    await visit.show(
        "staff/talks/choice",
        lettered=[{"letter": letter, "label": label} for letter, label in zip(letters, labels.values(), strict=True)],
        rows=[buttons[at : at + LETTERS_IN_ROW] for at in range(0, len(buttons), LETTERS_IN_ROW)],
    )


async def _labels(visit: Visit) -> dict[str, str]:
    """What is on the list, by id."""
    found, _ = await talks.mine(visit.tx, visit.worker_on)
    return {
        one.id: said(visit, text_in(one.label, visit.language)) for one in await talk_lines.options(visit.tx, found)
    }


async def on_choice(visit: Visit, place: str) -> None:
    """Which of the list it is about; past its end, something else."""
    listed = [*(await _labels(visit)), OTHER]
    if number(place) >= len(listed):
        raise Garbled
    await go(visit, "staff/talks_words", choice=listed[number(place)])


async def on_other(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_words", choice=OTHER)


async def draw_words(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("staff/talks/words", about=(await _labels(visit)).get(_choice(args)), max=MOST_CHARS)


def _choice(args: Mapping[str, Any]) -> str:
    """What the line is about. Raises: Garbled."""
    if "choice" not in args:
        raise Garbled
    return str(args["choice"])


async def on_words(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    try:
        await _bring(visit, _choice(visit.showing), text)
    except NotALine as error:
        visit.above("staff/talks/not_a_line", max=MOST_CHARS, got=error.got)
        await redraw(visit)
    except NamesSomebody as error:
        kept = visit.put_away(error.without)
        await go(visit, "staff/talks_name", choice=_choice(visit.showing), line=kept)


async def draw_name(visit: Visit, args: Mapping[str, Any]) -> None:
    """Only the line without what gave somebody away: the other was never kept."""
    _choice(args)
    if "line" not in args:
        raise Garbled
    await visit.show("staff/talks/name", line=visit.take_out(args["line"]))


async def on_without(visit: Visit, _: str) -> None:
    if "line" not in visit.showing:
        raise Garbled
    try:
        await _bring(visit, _choice(visit.showing), visit.take_out(visit.showing["line"]))
    except (NotALine, NamesSomebody):
        await on_again(visit, "")


async def on_again(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_words", choice=_choice(visit.showing))


async def _bring(visit: Visit, choice: str, text: str) -> None:
    try:
        await talk_lines.bring(visit.tx, visit.worker_on, choice, text)
    except ValueError:
        raise Garbled from None
    visit.above("staff/talks/kept")
    await go(visit, "staff/talks")


# For the participation worker: beginning a round, and what came back


async def to_round(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_round")


async def draw_round(visit: Visit, _: Mapping[str, Any]) -> None:
    planned = await talks.plan(visit.tx)
    try:
        status = await talks.status(visit.tx)
    except talks.NoRound:
        status = None
    await visit.show(
        "staff/talks/round",
        status=status and status.round.state,
        ends_on=status and status.round.ends_on,
        counts=status and {"to_ask": status.to_ask, "asked": status.asked, "not_now": status.not_now},
        lines=status and status.lines,
        workers=len(planned.given),
        people=planned.people,
        waiting=planned.waiting,
        each=EACH,
    )


async def to_sure(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_sure", people=(await talks.plan(visit.tx)).people)


async def draw_sure(visit: Visit, args: Mapping[str, Any]) -> None:
    planned = await talks.plan(visit.tx)
    await visit.show("staff/talks/sure", workers=len(planned.given), people=planned.people, days=talks.DAYS)


async def on_begin(visit: Visit, _: str) -> None:
    """Every worker hears of it now. What they talk about is the newest list people were asked about."""
    if "people" not in visit.showing:
        raise Garbled
    lately = await priorities.every(visit.tx)
    survey = lately[0].id if lately and lately[0].practice is None else None
    with suppress(RoundRuns, talks.NobodyToAsk):  # somebody was faster, or all have left: the room says how it is
        await talks.begin(visit.tx, visit.worker_on, survey=survey, now=visit.now)
    await go(visit, "staff/talks_round")


async def to_heard(visit: Visit, _: str) -> None:
    await go(visit, "staff/talks_heard")


async def draw_heard(visit: Visit, args: Mapping[str, Any]) -> None:
    try:
        found = await talk_lines.heard(visit.tx, visit.worker_on)
    except TooEarly:
        await go(visit, "staff/talks_round")
        return
    page = page_of(found.lines, args, A_PAGE)
    labels = {one.id: said(visit, text_in(one.label, visit.language)) for one in found.options}
    # The most first, what is hidden last; what nobody brought up is left out.
    most_first = sorted(found.counts.items(), key=lambda one: -(one[1] or 0))
    await visit.show(
        "staff/talks/heard",
        total=found.total,
        counts=[{"label": labels.get(name), "count": count} for name, count in most_first if count != 0],
        told=bool(found.counts),
        lines=page.rows,
        page=page.number,
        pages=page.pages,
    )


async def _has_round(visit: Visit) -> bool:
    return await talks.running(visit.tx) is not None


loop.DOORS["talks"] = (Permission.ASK_OWN_PEOPLE,)
loop.WHEN["talks"] = _has_round
EVERYWHERE: dict[str, Handler] = {"talks": to_talks, "talks_round": to_round, "talks_heard": to_heard}


def _mine(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None, fades: str = "") -> Place:
    return Place(draw, taps, words, whose="staff", needs=Permission.ASK_OWN_PEOPLE, fades=fades)


def _theirs(draw: Any, taps: Mapping[str, Handler], needs: Permission = Permission.RUN_SURVEYS) -> Place:
    return Place(draw, taps, whose="staff", needs=needs)


_TALKS: dict[str, Handler] = {"heard": _became("asked"), "not_now": _became("not_now"), "write": to_choice}
PLACES["staff/talks"] = _mine(draw_talks, _TALKS, fades="staff/talks_quiet")
PLACES["staff/talks_quiet"] = _mine(draw_quiet, _TALKS)
PLACES["staff/talks_choice"] = _mine(draw_choice, {"choice": on_choice, "other": on_other})
PLACES["staff/talks_words"] = _mine(draw_words, {"write": to_choice}, on_words)
PLACES["staff/talks_name"] = _mine(draw_name, {"without": on_without, "again": on_again})
PLACES["staff/talks_round"] = _theirs(draw_round, {"begin": to_sure})
PLACES["staff/talks_sure"] = _theirs(draw_sure, {"begin_yes": on_begin})
PLACES["staff/talks_heard"] = _theirs(draw_heard, {"page": on_page}, Permission.READ_COMMENTS)

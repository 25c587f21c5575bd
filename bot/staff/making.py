"""Something to join, one step after another: a message or a tap each, kept as soon as it is said.

What is said lies in a draft, so that a worker who is called away finds it again. The same steps change an open one.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Visit, go, number, redraw
from bot.staff import broadcast
from bot.staff.opportunities import a_place, about, on_sent, subject, the_step, to_back
from engagement import days, making, organising
from engagement.drop_ins import DROP_IN
from engagement.making import NotAStep, Step, TooLong
from engagement.opportunities import KINDS, Details, details
from engagement.typed_times import BadTime

MOST_TAGS = 12
MOST_DAYS = 12
PLACES_OFFERED = (4, 6, 8, 10, 12, 20)
WEEKS_OFFERED = (4, 6, 8, 10, 12, 20)
GIFTS: Mapping[str, Mapping[Step, str]] = {
    "food": {"gets": "food"},
    "travel": {"travel": "travel"},
    "both": {"gets": "food", "travel": "travel"},
}
"""What one tap says of what people get: the words for it are templates."""

GETS: tuple[Step, ...] = ("gets", "travel")


async def draw_step(visit: Visit, args: Mapping[str, Any]) -> None:
    found, step = await subject(visit, args), the_step(args)
    known = await making.interests(visit.tx) if step == "interests" else ()
    colleagues = await making.colleagues(visit.tx) if step == "organiser" else ()
    special = await days.every(visit.tx) if step == "day" else ()
    await visit.show(
        "staff/thing/step",
        step=step,
        kinds=KINDS,
        evening=found.kind == DROP_IN,
        offered=WEEKS_OFFERED if step == "weeks" else PLACES_OFFERED,
        days=[{"key": one.key, "name": one.name} for one in special[:MOST_DAYS]],
        gifts=list(GIFTS),
        tags=[
            {"at": at, "name": tag, "ticked": tag in details(found).interests}
            for at, tag in enumerate(known[:MOST_TAGS])
        ],
        staff=[{"id": one.id, "name": one.name} for one in colleagues],
        told=args.get("then") == "open" and step in organising.MOVED,
        fresh=args.get("then") == "next",
        now_says="" if args.get("then") == "next" else _says(details(found), step),
    )


def _says(said: Details, step: Step) -> str:
    """What it says at this step, where words are typed there."""
    name = {
        "what": "title",
        "do": "what_you_do",
        "why": "what_for",
        "where": "where",
        "there": "who_is_there",
        "gets": "reward",
        "contact": "contact",
        "asks": "asks",
    }
    return str(getattr(said, name[step]) or "") if step in name else ""


async def on_said(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    await _answer(visit, text)


async def on_tap(visit: Visit, answer: str) -> None:
    """A kind, a number of places, a colleague, or online."""
    await _answer(visit, answer)


async def _answer(visit: Visit, text: str) -> None:
    """Keep it and go on; or say why it cannot be kept, and ask again."""
    at, member, step = visit.showing, visit.worker_on, the_step(visit.showing)
    told = False
    try:
        if at.get("then") == "open":
            told = await organising.change(visit.tx, member, about(at), step, text, now=visit.now)
        else:
            await making.say(visit.tx, member, about(at), step, text, now=visit.now)
    except TooLong as error:
        visit.above("staff/thing/too_long", max=error.most, got=error.got)
        await redraw(visit)
    except BadTime as error:
        visit.above("staff/thing/bad_time", why=error.why)
        await redraw(visit)
    except NotAStep:
        visit.above("staff/thing/not_that", step=step)
        await redraw(visit)
    else:
        await _onward(visit, step, told=told)


async def on_gift(visit: Visit, gift: str) -> None:
    """What people get, in one tap."""
    if gift not in GIFTS or the_step(visit.showing) != "gets":
        raise Garbled
    for step in GETS:
        what = GIFTS[gift].get(step)
        if what is None:
            await _without(visit, step)
        else:
            words = unescape(visit.words("staff/thing/gift", what=what).text)
            await _with(visit, step, words)
    await _onward(visit, "gets")


async def _with(visit: Visit, step: Step, text: str) -> None:
    if visit.showing.get("then") == "open":
        await organising.change(visit.tx, visit.worker_on, about(visit.showing), step, text, now=visit.now)
    else:
        await making.say(visit.tx, visit.worker_on, about(visit.showing), step, text, now=visit.now)


async def _without(visit: Visit, step: Step) -> bool:
    if visit.showing.get("then") == "open":
        return await organising.leave_out(visit.tx, visit.worker_on, about(visit.showing), step, now=visit.now)
    await making.skip(visit.tx, visit.worker_on, about(visit.showing), step)
    return False


async def on_skip(visit: Visit, _: str) -> None:
    step = the_step(visit.showing)
    told = await _without(visit, step)
    if step == "gets":
        await _without(visit, "travel")
    await _onward(visit, step, told=told)


async def on_tick(visit: Visit, tag: str) -> None:
    await making.tick(visit.tx, visit.worker_on, about(visit.showing), number(tag))
    await redraw(visit)


async def on_done(visit: Visit, _: str) -> None:
    await _onward(visit, the_step(visit.showing))


async def _onward(visit: Visit, step: Step, *, told: bool = False) -> None:
    """The next step of a new one; else back to where it was changed."""
    at, found = visit.showing, await subject(visit, visit.showing)
    if at.get("then") == "open":
        visit.above("staff/thing/changed", told=told)
        await go(visit, "staff/thing", opportunity=found.id)
        return
    after = making.following(found.kind, step) if at.get("then") == "next" else None
    if after == "weeks" and found.starts_at is None:
        after = making.following(found.kind, after)
    if after == "interests" and not await making.interests(visit.tx):
        after = None
    if after is None:
        await go(visit, "staff/thing_preview", opportunity=found.id)
    else:
        await go(visit, "staff/thing_step", opportunity=found.id, step=after, then="next")


broadcast.TAKES["staff/thing_step"] = on_sent

PLACES["staff/thing_step"] = a_place(
    draw_step,
    {"say": on_tap, "gift": on_gift, "skip": on_skip, "tick": on_tick, "done": on_done, "back": to_back},
    on_said,
)

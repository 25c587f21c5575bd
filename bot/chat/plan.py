"""What was promised, as a young person reads it: by theme, one promise a card, and what is not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number
from bot.reports import plan_page, plan_words
from engagement import promises
from engagement.london import today
from engagement.promises import Shown
from storage.ids import PromiseId
from storage.promises import PlanTheme

FILE = "what-we-said.html"

OPENED = frozenset({"done", "not_doing"})
"""A day that has passed says nothing of these."""


# What is shown, to young people and to staff who look at it as they will see it


async def draw_themes(visit: Visit, rows: Sequence[Shown], *, looking: bool = False) -> None:
    themes = list({one.theme.id: one.theme for one in rows}.values())
    await visit.show(
        "plan/themes",
        themes=[_counted(theme, rows) for theme in themes],
        done=sum(one.promise.state == "done" for one in rows),
        total=len(rows),
        looking=looking,
    )


def _counted(theme: PlanTheme, rows: Sequence[Shown]) -> dict[str, Any]:
    theirs = [one for one in rows if one.theme.id == theme.id]
    done = sum(one.promise.state == "done" for one in theirs)
    return {"id": theme.id, "name": theme.name, "icon": theme.icon, "done": done, "total": len(theirs)}


async def draw_promise(visit: Visit, rows: Sequence[Shown], args: Mapping[str, Any], *, looking: bool = False) -> None:
    """The promise at that place of its theme, counted from 1; the list, where the theme has gone."""
    theirs = [one for one in rows if one.theme.id == args.get("theme")]
    if not theirs:
        await draw_themes(visit, rows, looking=looking)
        return
    place = min(max(1, int(args.get("n", 1))), len(theirs))
    one = theirs[place - 1]
    await visit.show("plan/promise", place=place, total=len(theirs), looking=looking, **as_read(visit, one))


def as_read(visit: Visit, one: Shown) -> dict[str, Any]:
    """A promise as templates want it."""
    row, words = one.promise, one.words
    return {
        "id": one.id,
        "theme": one.theme.name,
        "said": None if one.source is None else plan_words.said(one.source, visit.settings),
        "quote": one.source is not None and one.source.said.kind == "quote",
        "we_will": words.we_will,
        "who": words.who,
        "by_when": row.by_when,
        "late": row.by_when is not None and row.by_when < today(visit.now) and row.state not in OPENED,
        "state": row.state,
        "steps_done": row.steps_done,
        "steps": row.steps,
        "reason": one.reason,
        "instead": words.instead if row.state == "not_doing" else "",
        "update": words.update,
        "see": words.see,
        "difference": words.difference,
        "helpers": words.helpers,
        "join_in": words.join_in,
    }


# The chat of a young person


async def to_plan(visit: Visit, _: str) -> None:
    await go(visit, "plan")


async def draw_plan(visit: Visit, _: Mapping[str, Any]) -> None:
    await draw_themes(visit, await promises.open_to_all(visit.tx))


async def on_theme(visit: Visit, theme: str) -> None:
    await go(visit, "plan/promise", theme=number(theme), n=1)


async def draw_one(visit: Visit, args: Mapping[str, Any]) -> None:
    await draw_promise(visit, await promises.open_to_all(visit.tx), args)


async def on_turn(visit: Visit, place: str) -> None:
    await go(visit, "plan/promise", theme=visit.showing.get("theme"), n=number(place))


async def to_more(visit: Visit, promise: str) -> None:
    at = {name: visit.showing[name] for name in ("theme", "n") if name in visit.showing}
    await go(visit, "plan/more", promise=number(promise), **at)


async def draw_more(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("plan/more", **as_read(visit, await _open(visit, args)))


async def _open(visit: Visit, args: Mapping[str, Any]) -> Shown:
    """The promise the card is about. Raises: Garbled, NoSuchPromise, also where nobody was told of it."""
    if "promise" not in args:
        raise Garbled
    found = await promises.of(visit.tx, PromiseId(args["promise"]))
    if not found.told:
        raise promises.NoSuchPromise(found.id)
    return found


async def on_back(visit: Visit, _: str) -> None:
    """Back to the card of the promise."""
    at = {name: visit.showing[name] for name in ("theme", "n") if name in visit.showing}
    await go(visit, "plan/promise" if at else "plan", **at)


async def on_keep(visit: Visit, promise: str) -> None:
    """The promise as a message of its own, which may be passed on and shown to a friend."""
    visit.more("plan/keep", **as_read(visit, await _open(visit, {"promise": number(promise)})))
    await go(visit, str(visit.showing["at"]), **{name: at for name, at in visit.showing.items() if name != "at"})


async def on_page(visit: Visit, _: str) -> None:
    """All of it as one page, to keep."""
    rows = await promises.open_to_all(visit.tx)
    made_with = promises.made_with([one.promise for one in rows])
    page = plan_page.page(rows, made_with, visit.settings, on=today(visit.now))
    visit.file(FILE, page.encode(), "files/plan_caption")
    await go(visit, "plan")


# What is not kept


async def draw_dropped(visit: Visit, args: Mapping[str, Any]) -> None:
    """We said, we can't, why, who decided when, what instead; then sorry. Where it is kept after all, its card."""
    found = await _open(visit, args)
    await show_dropped(visit, found)


async def show_dropped(visit: Visit, found: Shown, *, looking: bool = False) -> None:
    if found.promise.state != "not_doing" or not found.words.decided_on:
        await visit.show("plan/more", **as_read(visit, found))
        return
    words = found.words
    await visit.show(
        "plan/dropped",
        id=found.id,
        we_will=words.we_will,
        reason=words.reason,
        decided_by=words.decided_by,
        decided_on=words.decided_on,
        instead=words.instead,
        say="say" in menu.EVERYWHERE,
        looking=looking,
    )


async def to_challenge(visit: Visit, promise: str) -> None:
    await go(visit, "plan/challenge", promise=number(promise))


async def draw_challenge(visit: Visit, _: Mapping[str, Any]) -> None:
    """To whom to complain, and who takes their side."""
    await visit.show("plan/challenge", complaints=str(visit.settings.complaints), advocate=str(visit.settings.advocate))


async def to_dropped(visit: Visit, _: str) -> None:
    await go(visit, "plan/dropped", promise=visit.showing.get("promise"))


async def _is_open(visit: Visit) -> bool:
    return await promises.is_open(visit.tx)


menu.DOORS["plan"] = _is_open
menu.EVERYWHERE["plan"] = to_plan

BACK: dict[str, Handler] = {"back": on_back}

PLACES["plan"] = Place(draw_plan, {"theme": on_theme, "page": on_page})
PLACES["plan/promise"] = Place(draw_one, {"turn": on_turn, "more": to_more, "keep": on_keep})
PLACES["plan/more"] = Place(draw_more, {**BACK, "keep": on_keep})
PLACES["plan/dropped"] = Place(draw_dropped, {**BACK, "challenge": to_challenge})
PLACES["plan/challenge"] = Place(draw_challenge, {"dropped": to_dropped})

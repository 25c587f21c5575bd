"""The plan in the staff chat: its themes, what is weak in it, and its files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from bot.reports import plan_page, plan_sheet
from bot.staff import loop, paging
from bot.staff.paging import in_rows, page_of
from engagement import audit, plan_check, plan_themes, promises
from engagement.audit import Action
from engagement.london import today
from engagement.plan_themes import LONGEST_ICON, LONGEST_NAME
from engagement.promise_words import BadField
from engagement.promises import Shown
from engagement.staff import Permission
from storage.ids import PlanThemeId, PromiseId

SHEET, PAGE = "plan.xlsx", "plan.html"
A_PAGE, IN_A_ROW = 6, 6


def a_place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    return Place(draw, {"plan_staff": to_plan, **taps}, words, whose="staff", needs=Permission.WRITE_PLAN)


def theme_of(args: Mapping[str, Any]) -> PlanThemeId:
    """The theme the card is about. Raises: Garbled, where it is about none."""
    if "theme" not in args:
        raise Garbled
    return PlanThemeId(args["theme"])


# The whole plan


async def to_plan(visit: Visit, _: str) -> None:
    await go(visit, "staff/plan")


async def draw_plan(visit: Visit, _: Mapping[str, Any]) -> None:
    rows, themes = await promises.every(visit.tx), await promises.themes(visit.tx)
    share = promises.made_with([one.promise for one in rows])
    await visit.show(
        "staff/plan/home",
        themes=[
            {"id": theme.id, "name": theme.name, "count": sum(one.theme.id == theme.id for one in rows)}
            for theme in themes
        ],
        total=len(rows),
        not_told=sum(not one.told for one in rows),
        weak=len(plan_check.check(themes, rows)),
        made_with=share.made_with,
        percent=share.percent,
        elsewhere=round(share.elsewhere.percent or 0),
    )


async def to_weak(visit: Visit, _: str) -> None:
    await go(visit, "staff/plan_weak")


async def draw_weak(visit: Visit, _: Mapping[str, Any]) -> None:
    rows, themes = await promises.every(visit.tx), await promises.themes(visit.tx)
    found = plan_check.check(themes, rows)
    numbers = numbered(rows)
    await visit.show(
        "staff/plan/weak",
        warnings=[
            {
                "kind": one.kind,
                "count": one.count,
                "numbers": [numbers[promise] for promise in one.promises],
                "words": one.words,
            }
            for one in found
        ],
        most_themes=plan_check.MOST_THEMES,
        total=len(rows),
    )


def numbered(rows: tuple[Shown, ...]) -> Mapping[PromiseId, str]:
    """The number of each promise as the page has it: its theme's place, a dot, its own."""
    themes = list(dict.fromkeys(one.theme.id for one in rows))
    counts = dict.fromkeys(themes, 0)
    found = {}
    for one in rows:
        counts[one.theme.id] += 1
        found[one.id] = f"{themes.index(one.theme.id) + 1}.{counts[one.theme.id]}"
    return found


# Files


async def on_sheet(visit: Visit, _: str) -> None:
    """The plan as a workbook, to be changed and brought back on the command line."""
    rows = await promises.every(visit.tx)
    content = io.BytesIO()
    plan_sheet.write_workbook(content, rows, visit.settings)
    await _exported(visit, "plan.xlsx")
    visit.file(SHEET, content.getvalue(), "files/plan_sheet_caption")
    await redraw(visit)


async def on_page(visit: Visit, _: str) -> None:
    rows = await promises.every(visit.tx)
    made_with = promises.made_with([one.promise for one in rows])
    page = plan_page.page(rows, made_with, visit.settings, on=today(visit.now))
    await _exported(visit, "plan.html")
    visit.file(PAGE, page.encode(), "files/plan_caption")
    await redraw(visit)


async def _exported(visit: Visit, what: str) -> None:
    await audit.note(visit.tx, visit.worker_on, Action.EXPORTED, now=visit.now, what=what)


# A theme


async def on_theme(visit: Visit, theme: str) -> None:
    await go(visit, "staff/plan_theme", theme=number(theme))


async def draw_theme(visit: Visit, args: Mapping[str, Any]) -> None:
    theme = await plan_themes.of(visit.tx, theme_of(args))
    rows = await promises.every(visit.tx)
    numbers = numbered(rows)
    theirs = [one for one in rows if one.theme.id == theme.id]
    page = page_of(theirs, args, A_PAGE)
    await visit.show(
        "staff/plan/theme",
        name=theme.name,
        icon=theme.icon,
        goes_well=theme.goes_well,
        promises=[
            {
                "id": one.id,
                "number": numbers[one.id],
                "we_will": one.words.we_will,
                "state": one.promise.state,
                "from_young_people": one.source is not None,
            }
            for one in page.rows
        ],
        rows=in_rows([(numbers[one.id], one.id) for one in page.rows], IN_A_ROW),
        page=page.number,
        pages=page.pages,
        ends=not any(one.told for one in theirs),
    )


async def to_promise(visit: Visit, promise: str) -> None:
    await go(visit, "staff/plan_promise", promise=number(promise))


async def to_new(visit: Visit, _: str) -> None:
    """A new promise begins with where it comes from."""
    await go(visit, "staff/plan_said", theme=theme_of(visit.showing))


def _to_name(what: str) -> Handler:
    async def to_name(visit: Visit, _: str) -> None:
        at = {} if what == "new" else {"theme": theme_of(visit.showing)}
        await go(visit, "staff/plan_name", what=what, **at)

    return to_name


async def draw_name(visit: Visit, args: Mapping[str, Any]) -> None:
    theme = None if args.get("what") == "new" else await plan_themes.of(visit.tx, theme_of(args))
    await visit.show(
        "staff/plan/name",
        what=args.get("what"),
        now_is=None if theme is None else theme.icon if args.get("what") == "icon" else theme.name,
        max=LONGEST_ICON if args.get("what") == "icon" else LONGEST_NAME,
    )


async def on_name(visit: Visit, typed: str) -> None:
    """The theme is called so from now on, or has this sign; a new one is made."""
    await clear_typed(visit)
    what, member = visit.showing.get("what"), visit.worker_on
    try:
        if what == "new":
            made = await plan_themes.add(visit.tx, member, name=typed, now=visit.now)
        else:
            change = {"icon": typed} if what == "icon" else {"name": typed}
            made = await plan_themes.change(visit.tx, member, theme_of(visit.showing), now=visit.now, **change)
    except BadField as error:
        visit.above("staff/plan/bad_field", why=error.why, words=[], max=error.max)
        await redraw(visit)
        return
    await go(visit, "staff/plan_theme", theme=made.id)


async def on_goes_well(visit: Visit, _: str) -> None:
    theme = await plan_themes.of(visit.tx, theme_of(visit.showing))
    member = visit.worker_on
    await plan_themes.change(visit.tx, member, theme.id, now=visit.now, goes_well=not theme.goes_well)
    await redraw(visit)


async def on_end(visit: Visit, _: str) -> None:
    await plan_themes.end(visit.tx, visit.worker_on, theme_of(visit.showing), now=visit.now)
    await go(visit, "staff/plan")


# To young people


async def to_look(visit: Visit, _: str) -> None:
    await go(visit, "staff/plan_look")


async def to_tell(visit: Visit, _: str) -> None:
    if not await promises.every(visit.tx):
        raise Garbled
    await go(visit, "staff/tell", kind="plan", id=int(today(visit.now).strftime("%Y%m%d")))


async def on_show(visit: Visit, _: str) -> None:
    """In everybody's chat, without a message."""
    await promises.show_to_all(visit.tx, visit.worker_on, now=visit.now)
    visit.above("staff/plan/shown")
    await redraw(visit)


loop.DOORS["plan_staff"] = (Permission.WRITE_PLAN,)
EVERYWHERE: dict[str, Handler] = {"plan_staff": to_plan}

PLACES["staff/plan"] = a_place(
    draw_plan,
    {
        "theme": on_theme,
        "new_theme": _to_name("new"),
        "weak": to_weak,
        "look": to_look,
        "tell": to_tell,
        "show": on_show,
        "sheet": on_sheet,
        "page": on_page,
    },
)
PLACES["staff/plan_weak"] = a_place(draw_weak, {})
PLACES["staff/plan_theme"] = a_place(
    draw_theme,
    {
        "promise": to_promise,
        "new": to_new,
        "turn": paging.on_page,
        "rename": _to_name("name"),
        "icon": _to_name("icon"),
        "well": on_goes_well,
        "end": on_end,
    },
)
PLACES["staff/plan_name"] = a_place(draw_name, {}, on_name)

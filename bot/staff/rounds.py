"""The quarter's round on the card of staff: what an owner is asked, what is missing, what moved, the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import progress
from bot.chat.visit import PLACES, Handler, Place, Visit, first_name, go, number, redraw
from bot.reports import round_report
from bot.staff import loop, telling
from bot.staff.paging import on_page, page_of
from engagement import round_told, round_updates, rounds
from engagement.london import today
from engagement.round_updates import AskedToday, NobodyOwns
from engagement.rounds import NoPlan, NoRoundYet
from engagement.staff import Permission, may, require
from engagement.telling import Leaving
from storage import promises, staff
from storage.ids import PromiseId, RoundId, StaffId
from storage.rounds import Round

A_PAGE, MOVED_ON_A_PAGE = 5, 3


async def _newest(visit: Visit) -> Round | None:
    try:
        return await rounds.newest(visit.tx)
    except NoRoundYet:
        return None


# The room


async def to_home(visit: Visit, _: str) -> None:
    await go(visit, "staff/rounds")


async def draw_home(visit: Visit, args: Mapping[str, Any]) -> None:
    """What there is to do for this member of staff, as the newest round stands."""
    member, found = visit.worker_on, await _newest(visit)
    asking = found is not None and found.state == "asking"
    asked = await rounds.asked(visit.tx, found) if found is not None and asking else ()
    missing = await rounds.outstanding(visit.tx, found) if found is not None and asking else ()
    tells, manages = may(member, Permission.TELL_FINDINGS), may(member, Permission.SEE_OVERDUE)
    over = found is not None and found.comments_until is not None and today(visit.now) > found.comments_until
    await visit.show(
        "staff/round/home",
        round=None if found is None else _as_shown(found, len(asked), sum(one.given for one in asked)),
        quarter=found is not None and found.name == rounds.quarter(today(visit.now)),
        asked_by=await _asked_by(visit, args),
        mine=[
            {"id": one.promise, "label": one.shown.words.we_will} for one in missing if round_updates.owns(member, one)
        ],
        missing=len(missing),
        moved=len(await round_told.moved(visit.tx, found)) if found is not None and tells else 0,
        waiting=await round_told.waiting(visit.tx, found, now=visit.now) if found is not None and over else 0,
        whole_on=_still_to_come(visit, found) if over else None,
        tells=tells,
        manages=manages,
        reports=over and (tells or manages),
        no_plan=not await promises.every(visit.tx),
    )


def _as_shown(found: Round, asked: int, given: int) -> dict[str, Any]:
    names = ("id", "state", "asked_on", "updates_by", "told_on", "comments_until")
    return {name: getattr(found, name) for name in names} | {"asked": asked, "given": given}


def _still_to_come(visit: Visit, found: Round | None) -> Any:
    """The day on which the last comments can be read, if it is still to come."""
    if found is None or found.comments_until is None:
        return None
    day = round_told.whole_on(found.comments_until)
    return day if today(visit.now) < day else None


async def _asked_by(visit: Visit, args: Mapping[str, Any]) -> str | None:
    if "asked_by" not in args:
        return None
    return first_name(await staff.by_id(visit.tx, StaffId(args["asked_by"])))


async def on_begin(visit: Visit, _: str) -> None:
    """Owners are asked now, and not only when the next quarter begins."""
    try:
        await rounds.begin(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    except NoPlan:
        await redraw(visit)
        return
    await to_home(visit, "")


async def to_update(visit: Visit, promise: str) -> None:
    found = await rounds.newest(visit.tx)
    await go(visit, "staff/round_update", round=found.id, promise=number(promise))


async def to_figures(visit: Visit, _: str) -> None:
    await go(visit, "staff/loop_figures")


# What is missing


async def to_missing(visit: Visit, _: str) -> None:
    await go(visit, "staff/round_missing")


def _sees(visit: Visit) -> None:
    """Raises NotAllowed, unless it is theirs to see what others have not answered."""
    if not may(visit.worker_on, Permission.SEE_OVERDUE):
        require(visit.worker_on, Permission.TELL_FINDINGS)


async def draw_missing(visit: Visit, args: Mapping[str, Any]) -> None:
    _sees(visit)
    found = await rounds.newest(visit.tx)
    missing = await rounds.outstanding(visit.tx, found) if found.state == "asking" else ()
    page = page_of(missing, args, A_PAGE)
    await visit.show(
        "staff/round/missing",
        rows=[
            {
                "id": one.promise,
                "number": place,
                "we_will": one.shown.words.we_will,
                "owner": one.owner.name if one.owner is not None and one.owner.state == "joined" else None,
                "asked": one.owner is not None
                and await round_updates.asked_today(visit.tx, found, one.owner.id, now=visit.now),
            }
            for place, one in enumerate(page.rows, start=1)
        ],
        updates_by=found.updates_by,
        late=today(visit.now) > found.updates_by,
        asks=may(visit.worker_on, Permission.SEE_OVERDUE),
        page=page.number,
        pages=page.pages,
    )


async def on_ask(visit: Visit, promise: str) -> None:
    """The owner gets one line, once a day."""
    found, about = await rounds.newest(visit.tx), PromiseId(number(promise))
    try:
        owner = await round_updates.ask_after(visit.tx, visit.settings, visit.worker_on, found.id, about, now=visit.now)
    except AskedToday as error:
        visit.above("staff/round/asked", who=error.name.split()[0], again=True)
    except NobodyOwns:
        await redraw(visit)
        return
    else:
        visit.above("staff/round/asked", who=first_name(owner), again=False)
    await redraw(visit)


# What moved


async def to_moved(visit: Visit, _: str) -> None:
    await go(visit, "staff/round_moved")


async def draw_moved(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await rounds.newest(visit.tx)
    moved = await round_told.moved(visit.tx, found)
    page = page_of(moved, args, MOVED_ON_A_PAGE)
    await visit.show(
        "staff/round/moved",
        rows=[progress.as_read(one) for one in page.rows],
        total=len(moved),
        missing=len(await rounds.outstanding(visit.tx, found)) if found.state == "asking" else 0,
        page=page.number,
        pages=page.pages,
    )


async def to_tell(visit: Visit, _: str) -> None:
    found = await round_told.ready(visit.tx, visit.worker_on, (await rounds.newest(visit.tx)).id)
    await go(visit, "staff/tell", kind="round", id=found.id)


# A look at it as they will see it


async def _look(visit: Visit, of: int) -> None:
    await go(visit, "staff/round_look", round=of, n=0)


async def draw_look(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await progress.cards(visit, progress.round_in(args))
    await progress.show(visit, found, progress.place_in(args), looking=True)


async def on_turn(visit: Visit, way: str) -> None:
    found = await progress.cards(visit, progress.round_in(visit.showing))
    await go(
        visit,
        "staff/round_look",
        round=found.of.id,
        n=progress.turned(found, progress.place_in(visit.showing), way),
    )


async def on_looked(visit: Visit, _: str) -> None:
    await go(visit, "staff/tell", kind="round", id=progress.round_in(visit.showing))


# The report


async def on_report(visit: Visit, _: str) -> None:
    """One page to hand on, once the time for comments is over."""
    found = await rounds.newest(visit.tx)
    made = await round_told.report(visit.tx, visit.worker_on, found.id, now=visit.now)
    page = round_report.page(made, visit.settings)
    visit.file(round_report.file_name(found), page.encode(), "files/round_report_caption")
    await redraw(visit)


# Telling everyone


async def _opens(visit: Visit, of: int) -> Mapping[str, Any]:
    await round_told.ready(visit.tx, visit.worker_on, RoundId(of))
    return {"screen": "round", "round": of}


async def _left(visit: Visit, of: int, leaving: Leaving) -> None:
    await round_told.left(visit.tx, visit.worker_on, RoundId(of), leaving, now=visit.now)


async def _stopped(visit: Visit, of: int) -> None:
    await round_told.stopped(visit.tx, visit.worker_on, RoundId(of), now=visit.now)


telling.TELLINGS["round"] = telling.Telling(
    needs=Permission.TELL_FINDINGS,
    topic="news",
    occasion=round_told.occasion,
    opens=_opens,
    envelope="envelope/something",
    look=_look,
    left=_left,
    stopped=_stopped,
    back=lambda _: ("staff/rounds", {}),
)

loop.DOORS["progress"] = (Permission.UPDATE_PROMISE,)
EVERYWHERE: dict[str, Handler] = {"progress": to_home}


def a_place(draw: Any, taps: Mapping[str, Handler], needs: Permission = Permission.UPDATE_PROMISE) -> Place:
    """Each step asks again for what it needs beyond that."""
    return Place(draw, taps, whose="staff", needs=needs)


TELLS = Permission.TELL_FINDINGS
PLACES["staff/rounds"] = a_place(
    draw_home,
    {
        "update": to_update,
        "begin": on_begin,
        "missing": to_missing,
        "moved": to_moved,
        "report": on_report,
        "figures": to_figures,
    },
)
PLACES["staff/round_missing"] = a_place(draw_missing, {"ask": on_ask, "page": on_page})
PLACES["staff/round_moved"] = a_place(draw_moved, {"page": on_page, "tell": to_tell}, TELLS)
PLACES["staff/round_look"] = a_place(draw_look, {"turn": on_turn, "back": on_looked}, TELLS)

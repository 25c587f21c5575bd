"""When somebody wants to be asked how they are, chosen in Settings; and looking back at what they tapped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.chat import menu
from bot.chat.checkin import day_of, said
from bot.chat.visit import PLACES, Garbled, Place, Visit, first_name, go, number, redraw
from engagement import checkin_plans, checkin_records, checkin_rules, checkins, rota
from engagement.london import london, today
from engagement.rota import NobodyToAsk
from storage.checkins import Rhythm

ON_A_PAGE: Final = 6


async def to_check_ins(visit: Visit, _: str) -> None:
    await go(visit, "check_ins")


async def draw_check_ins(visit: Visit, _: Mapping[str, Any]) -> None:
    plan = await checkin_plans.of(visit.tx, visit.who)
    await visit.show(
        "settings/check_ins",
        state="none" if plan is None else plan.state,
        rhythm=None if plan is None else plan.rhythm,
        at=None if plan is None else london(plan.next_on or today(visit.now), plan.at),
        next=None if plan is None else plan.next_on,
        worker=await _worker(visit),
        waiting=await checkins.waiting(visit.tx, visit.who) is not None,
        tapped=bool(await checkin_records.mine(visit.tx, visit.who)),
    )


async def _worker(visit: Visit) -> str | None:
    """Who would get the answers."""
    try:
        return first_name((await rota.line(visit.tx, visit.settings, visit.who, now=visit.now))[0])
    except NobodyToAsk:
        return None


async def on_go_on(visit: Visit, _: str) -> None:
    waiting = await checkins.waiting(visit.tx, visit.who)
    if waiting is None:
        await redraw(visit)
    else:
        await go(visit, "checkin", day=waiting.on.isoformat())


async def on_skip_next(visit: Visit, _: str) -> None:
    await checkin_plans.skip_next(visit.tx, visit.who, now=visit.now)
    await redraw(visit)


async def on_stop(visit: Visit, _: str) -> None:
    await checkin_plans.stop(visit.tx, visit.who)
    await go(visit, "checkin/stopped")


async def on_resume(visit: Visit, _: str) -> None:
    await checkin_plans.resume(visit.tx, visit.who, now=visit.now)
    await redraw(visit)


# How often, which day, what time: whoever chooses for the first time goes through all three


async def to_rhythm(visit: Visit, _: str) -> None:
    await go(visit, "check_ins/rhythm")


async def draw_rhythm(visit: Visit, _: Mapping[str, Any]) -> None:
    plan = await checkin_plans.of(visit.tx, visit.who)
    await visit.show("checkin/rhythm", chosen=None if plan is None else plan.rhythm)


async def on_rhythm(visit: Visit, named: str) -> None:
    rhythm = _rhythm(named)
    plan = await checkin_plans.of(visit.tx, visit.who)
    if plan is None:
        await go(visit, "check_ins/weekday", rhythm=rhythm)
        return
    await checkin_plans.choose(visit.tx, visit.who, rhythm, plan.weekday, plan.at, now=visit.now)
    await go(visit, "check_ins")


async def to_weekday(visit: Visit, _: str) -> None:
    await go(visit, "check_ins/weekday")


async def draw_weekday(visit: Visit, _: Mapping[str, Any]) -> None:
    plan = await checkin_plans.of(visit.tx, visit.who)
    here = today(visit.now)
    days = [here + timedelta(days=(weekday - here.weekday()) % 7) for weekday in range(7)]
    await visit.show(
        "checkin/weekday",
        days=[
            {"arg": at, "day": day, "chosen": plan is not None and plan.weekday == at} for at, day in enumerate(days)
        ],
    )


async def on_weekday(visit: Visit, named: str) -> None:
    weekday = number(named)
    if weekday not in range(checkin_rules.WEEKDAYS):
        raise Garbled
    plan = await checkin_plans.of(visit.tx, visit.who)
    if plan is None:
        await go(visit, "check_ins/time", rhythm=_rhythm(visit.showing.get("rhythm")), weekday=weekday)
        return
    await checkin_plans.choose(visit.tx, visit.who, plan.rhythm, weekday, plan.at, now=visit.now)
    await go(visit, "check_ins")


async def to_time(visit: Visit, _: str) -> None:
    await go(visit, "check_ins/time")


async def draw_time(visit: Visit, _: Mapping[str, Any]) -> None:
    plan = await checkin_plans.of(visit.tx, visit.who)
    await visit.show(
        "checkin/time",
        times=[
            {"arg": one.hour, "at": _shown(visit, one.hour), "chosen": plan is not None and plan.at == one}
            for one in checkin_rules.TIMES
        ],
    )


def _shown(visit: Visit, hour: int) -> datetime:
    return london(today(visit.now), checkin_rules.TIMES[0].replace(hour=hour))


async def on_time(visit: Visit, named: str) -> None:
    at = next((one for one in checkin_rules.TIMES if one.hour == number(named)), None)
    if at is None:
        raise Garbled
    plan = await checkin_plans.of(visit.tx, visit.who)
    if plan is not None:
        await checkin_plans.choose(visit.tx, visit.who, plan.rhythm, plan.weekday, at, now=visit.now)
    else:
        rhythm, weekday = _rhythm(visit.showing.get("rhythm")), visit.showing.get("weekday")
        if not isinstance(weekday, int):
            raise Garbled
        await checkin_plans.choose(visit.tx, visit.who, rhythm, weekday, at, now=visit.now)
    await go(visit, "check_ins")


def _rhythm(named: object) -> Rhythm:
    """Raises: Garbled."""
    found = next((one for one in checkin_rules.RHYTHMS if one == named), None)
    if found is None:
        raise Garbled
    return found


# Looking back


async def to_mine(visit: Visit, _: str) -> None:
    await go(visit, "check_ins/mine")


async def draw_mine(visit: Visit, args: Mapping[str, Any]) -> None:
    mine = await checkin_records.mine(visit.tx, visit.who)
    start = int(args.get("start", 0))
    shown = mine[start : start + ON_A_PAGE]
    await visit.show(
        "checkin/mine",
        days=[{"arg": f"{one.on:%Y%m%d}", "day": one.on} for one in shown],
        older=start + ON_A_PAGE if len(mine) > start + ON_A_PAGE else None,
        newer=max(0, start - ON_A_PAGE) if start else None,
    )


async def on_page(visit: Visit, start: str) -> None:
    await redraw(visit, start=number(start))


async def to_day(visit: Visit, named: str) -> None:
    try:
        day = date.fromisoformat(str(number(named)))
    except ValueError as error:
        raise Garbled from error
    await go(visit, "check_ins/day", day=day.isoformat())


async def draw_day(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await checkins.at(visit.tx, visit.who, day_of(args))
    if not one.taps:
        await go(visit, "check_ins/mine")
        return
    await visit.show("checkin/day", day=one.on, said=said(visit, one), passed_on=one.sent_at is not None)


async def on_delete(visit: Visit, _: str) -> None:
    await checkin_records.delete(visit.tx, visit.who, day_of(visit.showing), now=visit.now)
    await go(visit, "check_ins/mine")


async def to_delete_all(visit: Visit, _: str) -> None:
    await go(visit, "check_ins/delete_all")


async def draw_delete_all(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("checkin/delete_all")


async def on_delete_all(visit: Visit, _: str) -> None:
    await checkin_records.delete(visit.tx, visit.who, now=visit.now)
    await go(visit, "check_ins/mine")


menu.EVERYWHERE["check_ins"] = to_check_ins

PLACES["check_ins"] = Place(
    draw_check_ins,
    {
        "go_on": on_go_on,
        "rhythm_from": to_rhythm,
        "weekday_from": to_weekday,
        "time_from": to_time,
        "skip_next": on_skip_next,
        "stop_these": on_stop,
        "resume": on_resume,
        "mine": to_mine,
    },
    signed=True,
)
PLACES["check_ins/rhythm"] = Place(draw_rhythm, {"rhythm": on_rhythm}, signed=True)
PLACES["check_ins/weekday"] = Place(draw_weekday, {"weekday": on_weekday}, signed=True)
PLACES["check_ins/time"] = Place(draw_time, {"time": on_time}, signed=True)
PLACES["check_ins/mine"] = Place(draw_mine, {"page": on_page, "day": to_day, "delete_all": to_delete_all}, signed=True)
PLACES["check_ins/day"] = Place(draw_day, {"delete": on_delete, "mine": to_mine}, signed=True)
PLACES["check_ins/delete_all"] = Place(draw_delete_all, {"delete_yes": on_delete_all, "mine": to_mine}, signed=True)

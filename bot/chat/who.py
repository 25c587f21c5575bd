"""Who is there for me: my worker and who stands in, the numbers, how to complain, and who is on my side.

Nothing here is noted: that somebody looked at how to complain is nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from bot.chat import menu
from bot.chat.visit import PLACES, Handler, Place, Visit, first_name, go, number, redraw
from engagement import profiles, rota
from engagement.profiles import Seen
from storage.ids import StaffId

A_MONDAY = date(2024, 1, 1)


async def is_there(visit: Visit) -> bool:
    """Always: whoever they are, there is somebody to turn to."""
    return visit.person is not None


async def to_who(visit: Visit, _: str) -> None:
    await go(visit, "who")


async def draw_who(visit: Visit, _: Mapping[str, Any]) -> None:
    turn = await profiles.turn_to(visit.tx, visit.settings, visit.who, now=visit.now)
    at_work = rota.is_open(visit.settings, visit.now)
    await visit.show(
        "who/home",
        worker=None if turn.worker is None else first_name(turn.worker),
        days=weekdays(turn.days),
        back_on=turn.back_on,
        first=None if turn.first in (None, turn.worker) else first_name(turn.first),
        about=[{"id": one.id, "name": first_name(one)} for one in turn.there],
        opens=None if at_work else rota.next_open(visit.settings, visit.now),
    )


def weekdays(days: Iterable[int]) -> list[date]:
    """A day of each of these weekdays, for a template to name."""
    return [A_MONDAY + timedelta(days=day) for day in days]


# One of them


async def to_about(visit: Visit, member: str) -> None:
    """What that member of staff says of themselves; of their worker, where the button names nobody."""
    await go(visit, "who/about", staff=number(member) if member else None)


async def draw_about(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _seen(visit, args)
    if found is None:
        await go(visit, "who")
        return
    await show_about(visit, found, preview=False)


async def show_about(visit: Visit, found: Seen, *, preview: bool) -> None:
    """The card that somebody's people see of them; in a `preview` its buttons lead back to where it is written."""
    profile = found.profile
    await visit.show(
        "who/about",
        name=first_name(found.member),
        days=weekdays(profile.days),
        where=profile.where,
        likes=profile.likes,
        why=profile.why,
        photo=profile.photo is not None,
        preview=preview,
    )


async def _seen(visit: Visit, args: Mapping[str, Any]) -> Seen | None:
    named = args.get("staff")
    member = None if named is None else StaffId(named)
    return await profiles.seen(visit.tx, visit.settings, visit.who, member, now=visit.now)


async def on_photo(visit: Visit, _: str) -> None:
    """The photo, below; the card gets new buttons, so that a second tap on the old ones is an old one."""
    found = await _seen(visit, visit.showing)
    if found is not None and found.profile.photo is not None:
        send_photo(visit, found.profile.photo)
    await redraw(visit)


def send_photo(visit: Visit, photo: str) -> None:
    """Send what is a person's face: as a message of its own, and asked not to be passed on."""
    visit.photo("who/photo", photo=photo, instead="who/no_photo")


# How to complain, and who is on their side


async def to_complain(visit: Visit, _: str) -> None:
    await go(visit, "who/complain")


async def to_side(visit: Visit, _: str) -> None:
    await go(visit, "who/side")


async def draw_plain(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show(str(visit.place["at"]), worker=await visit.worker_name())


menu.DOORS["who"] = is_there
_WAYS: dict[str, Handler] = {
    "who": to_who,
    "about_worker": to_about,
    "complain": to_complain,
    "on_my_side": to_side,
}
menu.EVERYWHERE.update(_WAYS)

PLACES["who"] = Place(draw_who, {})
PLACES["who/about"] = Place(draw_about, {"photo": on_photo})
PLACES["who/complain"] = Place(draw_plain, {})
PLACES["who/side"] = Place(draw_plain, {})

"""What my people see of me: days, where, what I like, why I do this, a photo; and a look at it as they have it.

What is typed, and the photo, go out of the chat once they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat import who
from bot.chat.events import Thing, Words
from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw, stay
from bot.staff.menu import DOORS
from engagement import crisis, profiles
from engagement.profiles import LONGEST, NoSuchPart, Seen, TooMuch
from engagement.staff import Permission

WEEK = tuple(range(7))


async def to_profile(visit: Visit, _: str) -> None:
    await go(visit, "staff/profile")


async def draw_profile(visit: Visit, _: Mapping[str, Any]) -> None:
    own = await profiles.own(visit.tx, visit.worker_on)
    await visit.show(
        "staff/profile/home",
        days=who.weekdays(own.days),
        where=own.where,
        likes=own.likes,
        why=own.why,
        photo=own.photo is not None,
        filled=bool(own),
    )


# The days


async def to_days(visit: Visit, _: str) -> None:
    await go(visit, "staff/profile_days")


async def draw_days(visit: Visit, _: Mapping[str, Any]) -> None:
    own = await profiles.own(visit.tx, visit.worker_on)
    named = zip(WEEK, who.weekdays(WEEK), strict=True)
    await visit.show("staff/profile/days", days=[{"arg": n, "day": day, "on": n in own.days} for n, day in named])


async def on_day(visit: Visit, day: str) -> None:
    try:
        await profiles.switch_day(visit.tx, visit.worker_on, number(day), now=visit.now)
    except NoSuchPart:
        raise Garbled from None
    await redraw(visit)


# What is typed


async def to_part(visit: Visit, part: str) -> None:
    if part not in LONGEST:
        raise Garbled
    await go(visit, "staff/profile_part", part=part)


async def draw_part(visit: Visit, args: Mapping[str, Any]) -> None:
    part = next((one for one in LONGEST if one == args.get("part")), None)
    if part is None:
        raise Garbled
    own = await profiles.own(visit.tx, visit.worker_on)
    now = {"where": own.where, "likes": own.likes, "why": own.why}[part]
    await visit.show("staff/profile/part", part=part, text=now, max=LONGEST[part])


async def on_typed(visit: Visit, text: str) -> None:
    """Keep what was typed; what is too long stays in the chat, to be made shorter."""
    if not isinstance(visit.event, Words):
        return
    if crisis.found(text):  # the help card has come, and such words would stand on young people's phones
        await clear_typed(visit)
        await stay(visit)
        return
    try:
        await profiles.say(visit.tx, visit.worker_on, str(visit.showing.get("part")), text, now=visit.now)
    except NoSuchPart:
        raise Garbled from None
    except TooMuch as error:
        visit.above("say/too_long", max=error.most, got=error.length)
        visit.anew = True
        await redraw(visit, long=[*visit.showing.get("long", ()), visit.event.message])
        return
    await clear_typed(visit)
    await go(visit, "staff/profile")


# The photo


async def to_photo(visit: Visit, _: str) -> None:
    await go(visit, "staff/profile_photo")


async def draw_photo(visit: Visit, _: Mapping[str, Any]) -> None:
    own = await profiles.own(visit.tx, visit.worker_on)
    await visit.show("staff/profile/photo", photo=own.photo is not None)


async def on_photo_sent(visit: Visit, thing: Thing) -> None:
    """A photo, sent or forwarded, takes the place of the one before. Words under it are not kept."""
    await profiles.put_photo(visit.tx, visit.worker_on, thing.photo, now=visit.now)
    await visit.clear(thing.message, sent_at=thing.sent_at)
    visit.anew = True
    await go(visit, "staff/profile")


async def on_photo_off(visit: Visit, _: str) -> None:
    await profiles.put_photo(visit.tx, visit.worker_on, None, now=visit.now)
    await go(visit, "staff/profile")


# As they will see it, and gone again


async def to_look(visit: Visit, _: str) -> None:
    await go(visit, "staff/profile_look")


async def draw_look(visit: Visit, _: Mapping[str, Any]) -> None:
    own = await profiles.own(visit.tx, visit.worker_on)
    if own:
        await who.show_about(visit, Seen(visit.worker_on, own), preview=True)
    else:
        await go(visit, "staff/profile")


async def on_look_at_photo(visit: Visit, _: str) -> None:
    own = await profiles.own(visit.tx, visit.worker_on)
    if own.photo is not None:
        who.send_photo(visit, own.photo)
    await redraw(visit)


async def to_remove(visit: Visit, _: str) -> None:
    await go(visit, "staff/profile_remove")


async def draw_remove(visit: Visit, _: Mapping[str, Any]) -> None:
    await visit.show("staff/profile/remove")


async def on_remove(visit: Visit, _: str) -> None:
    await profiles.remove(visit.tx, visit.worker_on, now=visit.now)
    await go(visit, "staff/profile")


_NEEDS = Permission.TAKE_TASKS
"""Whoever can be asked for can be somebody a young person turns to, and shows what they like of themselves."""

DOORS["profile"] = (_NEEDS,)
EVERYWHERE: dict[str, Handler] = {"profile": to_profile}


def a_place(draw: Any, taps: Mapping[str, Handler], words: Handler | None = None) -> Place:
    """A photo is one for the profile, wherever in this room it is sent."""
    return Place(draw, taps, words, whose="staff", needs=_NEEDS, photo=on_photo_sent)


PLACES["staff/profile"] = a_place(
    draw_profile, {"days": to_days, "part": to_part, "photo": to_photo, "look": to_look, "remove": to_remove}
)
PLACES["staff/profile_days"] = a_place(draw_days, {"day": on_day})
PLACES["staff/profile_part"] = a_place(draw_part, {}, on_typed)
PLACES["staff/profile_photo"] = a_place(draw_photo, {"photo_off": on_photo_off})
PLACES["staff/profile_look"] = a_place(draw_look, {"photo": on_look_at_photo})
PLACES["staff/profile_remove"] = a_place(draw_remove, {"remove_yes": on_remove})

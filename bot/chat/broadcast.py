"""Something a worker or the team shared, as the young person reads it: the words, and a picture on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.visit import PLACES, Garbled, Place, Visit, redraw
from engagement import budget, sharing
from engagement.sharing import Received
from storage.ids import BroadcastId


async def _received(visit: Visit, args: Mapping[str, Any]) -> Received:
    """What the card is about. Raises: Garbled where it is about nothing, NeverSent."""
    if "broadcast" not in args:
        raise Garbled
    return await sharing.received(visit.tx, visit.who, BroadcastId(args["broadcast"]))


async def draw(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await _received(visit, args)
    await visit.show(
        "broadcast/card",
        text=found.text,
        sender=found.from_staff,
        picture=found.picture is not None,
        off=found.unwanted,
    )


async def on_picture(visit: Visit, _: str) -> None:
    """The picture, below; the card gets new buttons, so that a second tap on the old ones is an old one."""
    if photo := (await _received(visit, visit.showing)).picture:
        visit.photo("broadcast/picture", photo=photo, instead="broadcast/no_picture")
    await redraw(visit)


async def on_no_more(visit: Visit, _: str) -> None:
    """Nothing of this kind is started to them from now on."""
    await _received(visit, visit.showing)
    await budget.opt_out(visit.tx, visit.who, "sharing")
    await redraw(visit)


async def on_more_again(visit: Visit, _: str) -> None:
    await _received(visit, visit.showing)
    await budget.opt_in(visit.tx, visit.who, "sharing")
    await redraw(visit)


PLACES["broadcast"] = Place(draw, {"picture": on_picture, "no_more": on_no_more, "more_again": on_more_again})

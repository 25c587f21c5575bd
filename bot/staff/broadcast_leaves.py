"""What was written is looked at as it will be read, leaves once its number is typed, and can be stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Visit, go, redraw
from bot.staff.broadcast import LOOK, a_place, draft, onward, to_opener, to_progress, to_write
from engagement import broadcasts
from engagement.broadcasts import MayNotLeave, NothingToSend, Preview
from engagement.telling import NumberChanged, WrongNumber
from storage.ids import BroadcastId


def _broadcast(args: Mapping[str, Any]) -> BroadcastId:
    """The broadcast the card is about. Raises: Garbled, where it is about none."""
    if "broadcast" not in args:
        raise Garbled
    return BroadcastId(args["broadcast"])


# A look at it


async def draw_preview(visit: Visit, _: Mapping[str, Any]) -> None:
    looked = await broadcasts.preview(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    words = looked.broadcast.words
    await visit.show(
        "staff/send/preview",
        audience=looked.broadcast.audience,
        people=len(looked.people),
        total=looked.total,
        left_out=dict(looked.left_out),
        line=words.line,
        card=Markup(_as_read(visit, looked)),  # noqa: S704 - escaped by the card's own template
        picture=words.picture is not None,
        refused=looked.refused,
        room_on=looked.room_on,
        again=looked.again,
        leaves_on=looked.leaves_on,
    )


def _as_read(visit: Visit, looked: Preview) -> str:
    """The very card that will be read."""
    words = looked.broadcast.words
    card = visit.screens.render(
        "broadcast/card",
        visit.language,
        now=visit.now,
        s=visit.settings,
        text=words.text,
        sender=looked.from_staff,
        picture=words.picture is not None,
        off=False,
    )
    return card.text


async def on_picture(visit: Visit, _: str) -> None:
    if photo := (await draft(visit)).words.picture:
        visit.photo("broadcast/picture", photo=photo, instead="broadcast/no_picture")
    await redraw(visit)


async def on_no_picture(visit: Visit, _: str) -> None:
    await broadcasts.put_picture(visit.tx, visit.worker_on, None)
    await redraw(visit)


async def on_throw(visit: Visit, _: str) -> None:
    await broadcasts.throw_away(visit.tx, visit.worker_on)
    visit.above("staff/send/thrown")
    await go(visit, "staff/menu")


# The number, and what follows


async def to_confirm(visit: Visit, _: str) -> None:
    looked = await broadcasts.preview(visit.tx, visit.settings, visit.worker_on, now=visit.now)
    if looked.refused is None:
        await go(visit, "staff/send_confirm", broadcast=looked.broadcast.id, people=len(looked.people))
    else:
        await redraw(visit)


async def draw_confirm(visit: Visit, args: Mapping[str, Any]) -> None:
    if (await draft(visit)).id != _broadcast(args):
        raise NothingToSend
    await visit.show("staff/send/confirm", people=int(args["people"]))


async def on_number(visit: Visit, typed: str) -> None:
    """It leaves if they typed how many people it goes to; else they look once more."""
    await clear_typed(visit)
    broadcast, shown = _broadcast(visit.showing), int(visit.showing["people"])
    try:
        await broadcasts.confirm(
            visit.tx, visit.settings, visit.worker_on, broadcast, typed, shown=shown, now=visit.now
        )
    except WrongNumber:
        visit.above("staff/send/wrong_number")
        await redraw(visit)
    except NumberChanged as error:
        visit.above("staff/send/number_changed", was=error.was, now_goes=error.now)
        await go(visit, "staff/send_preview")
    except MayNotLeave:
        await go(visit, "staff/send_preview")
    else:
        await go(visit, "staff/send_progress", broadcast=broadcast)


async def draw_progress(visit: Visit, args: Mapping[str, Any]) -> None:
    found = await broadcasts.progress(visit.tx, visit.worker_on, _broadcast(args), now=visit.now)
    await visit.show(
        "staff/send/progress",
        id=found.broadcast.id,
        state=found.broadcast.state,
        chosen=found.broadcast.chosen,
        left=found.left,
        waiting=found.waiting,
        others=found.others,
        seconds=found.seconds,
        leaves_on=found.leaves_on,
        told=found.told,
    )


async def on_stop(visit: Visit, _: str) -> None:
    await broadcasts.stop(visit.tx, visit.worker_on, _broadcast(visit.showing), now=visit.now)
    await redraw(visit)


async def on_again(visit: Visit, _: str) -> None:
    """The words of one that was stopped, to be looked at and changed."""
    await broadcasts.again(visit.tx, visit.worker_on, _broadcast(visit.showing))
    await onward(visit)


PLACES["staff/send_preview"] = a_place(
    draw_preview,
    {
        "ready": to_confirm,
        "write": to_write,
        "opener": to_opener,
        "picture": on_picture,
        "no_picture": on_no_picture,
        "throw": on_throw,
    },
)
PLACES["staff/send_confirm"] = a_place(draw_confirm, LOOK, on_number)
PLACES["staff/send_progress"] = a_place(draw_progress, {"look": to_progress, "stop": on_stop, "again": on_again})

"""The lock in the door of staff: a PIN is asked for after eight hours, and then they are where they were going.

Nothing that was tapped before the PIN is done by it: another hand may have tapped. Only what leads somewhere leads on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chat.events import Command, Event, Tap, Thing, Words
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number
from bot.mouth import STATIC
from bot.staff import everywhere
from engagement import crisis, staff_lock
from engagement.outbox import open_envelope
from engagement.staff_lock import LONGEST, SHORTEST, NotAPin, TooEasy
from storage import cards
from storage.outbox import OutboxId

PAD, CHOOSING = "staff/pin", "staff/pin_new"


async def bars(visit: Visit) -> bool:
    """Whether the lock has dealt with what came; otherwise it may go on, and the eight hours begin anew."""
    if not staff_lock.is_locked(visit.worker_on, visit.now):
        visit.staff = await staff_lock.seen(visit.tx, visit.worker_on, now=visit.now)
        return False
    if _passes(visit, visit.event):
        return False
    then = await _where_to(visit, visit.event)
    await go(visit, _pad(visit), then=dict(then))
    return True


def _passes(visit: Visit, event: Event) -> bool:
    """The help card and a new link are always to be had, and the pad itself must work."""
    if isinstance(event, Command):
        return event.name == "help" or (event.name == "start" and bool(event.payload))
    if not isinstance(event, Tap) or visit.card is None or event.version != visit.card.version:
        return False
    return visit.showing.get("at") == _pad(visit) and event.action in PLACES[_pad(visit)].taps


def _pad(visit: Visit) -> str:
    return PAD if visit.worker_on.has_pin else CHOOSING


async def _where_to(visit: Visit, event: Event) -> Mapping[str, Any]:
    """Where they are once they are in; what was typed or sent goes from the chat, and is read only for danger."""
    if isinstance(event, Words | Thing) and event.text and crisis.found(event.text):
        _help(visit)
    if isinstance(event, Words | Thing | Command):
        await visit.clear(event.message, sent_at=event.sent_at)
    if isinstance(event, Command):
        visit.anew = True
        return {"at": "staff/menu"}
    if not isinstance(event, Tap):
        return _here(visit)
    if event.version == STATIC and event.action == "open":
        return await _to_envelope(visit, event)
    if visit.card is None or event.version != visit.card.version:
        await _from_another_message(visit, event)
        return _here(visit)
    visit.card = replace(visit.card, message=event.message)
    here = _here(visit)
    return {**here, "do": [event.action, event.arg]} if event.action in everywhere.EVERYWHERE else here


async def _from_another_message(visit: Visit, tap: Tap) -> None:
    """An old card goes, and so does the help card they have read; a picture stays where it is."""
    if visit.card is not None and tap.message == visit.card.message:
        return
    carries_on = tap.version == STATIC and tap.action == "carry_on"
    visit.anew = visit.card is None or not carries_on
    if carries_on or tap.version != STATIC:
        await visit.clear(tap.message, sent_at=tap.sent_at)


async def _to_envelope(visit: Visit, tap: Tap) -> Mapping[str, Any]:
    """The envelope becomes the card, and shows the pad before what it holds."""
    before = visit.card
    if before is not None and before.message is not None and before.message != tap.message:
        await visit.clear(before.message)
    visit.card = cards.Card(visit.chat_index, cards.new_version(), {}, tap.message)
    await visit.card_was_sent(tap.sent_at or visit.now)
    return {"open": number(tap.arg)}


def _here(visit: Visit) -> Mapping[str, Any]:
    """Where the card is; where it was going, when it is at the pad already."""
    showing = visit.showing
    if showing.get("at") in (PAD, CHOOSING):
        return dict(showing.get("then") or {"at": "staff/menu"})
    return dict(showing) if "at" in showing else {"at": "staff/menu"}


async def _onward(visit: Visit, args: Mapping[str, Any]) -> None:
    """They are in: to where they were going."""
    then = dict(args.get("then") or {"at": "staff/menu"})
    if "open" in then:
        opens = await open_envelope(visit.tx, OutboxId(then["open"]), person=None, staff_member=visit.worker_on.id)
        then = {"at": "staff/menu"} if opens is None else {**opens, "at": opens["screen"]}
        for name in ("screen", "line"):
            then.pop(name, None)
    doing = then.pop("do", None)
    if doing is not None and visit.card is not None:
        visit.card = replace(visit.card, showing=then)
        await everywhere.EVERYWHERE[doing[0]](visit, doing[1])
    else:
        await go(visit, then.pop("at"), **then)


# The pad


def _digits(visit: Visit, args: Mapping[str, Any]) -> str:
    """What has been tapped so far; it lies sealed in the card until OK."""
    return visit.take_out(args["digits"]) if args.get("digits") else ""


async def _redrawn(visit: Visit, **changed: Any) -> None:
    """The same pad, whose buttons keep working: quick fingers lose no digit."""
    visit.again = True
    showing = {**visit.showing, **changed}
    await go(visit, showing.pop("at"), **showing)


async def on_digit(visit: Visit, digit: str) -> None:
    if len(digit) != 1 or not digit.isdigit():
        raise Garbled
    typed = _digits(visit, visit.showing)
    if len(typed) < LONGEST:
        typed += digit
    await _redrawn(visit, digits=visit.put_away(typed), said=None)


async def on_clear(visit: Visit, _: str) -> None:
    await _redrawn(visit, digits=None, said=None)


async def on_help(visit: Visit, _: str) -> None:
    _help(visit)
    await _redrawn(visit)


def _help(visit: Visit) -> None:
    visit.more("help", status="pressed", worker=None, day=None, joined=False)


async def draw_pad(visit: Visit, args: Mapping[str, Any]) -> None:
    if not staff_lock.is_locked(visit.worker_on, visit.now):
        await go(visit, "staff/menu")
        return
    await visit.show("staff/pin", typed=len(_digits(visit, args)), left=args.get("said"))


async def on_enter(visit: Visit, _: str) -> None:
    """The right PIN leads on. The fifth wrong one lets go of this phone."""
    typed = _digits(visit, visit.showing)
    if not typed or not staff_lock.is_locked(visit.worker_on, visit.now):
        await _redrawn(visit)
        return
    outcome = await staff_lock.enter(visit.tx, visit.worker_on, typed, now=visit.now)
    if outcome == 0:
        await visit.show_last("staff/pin_out")
    elif isinstance(outcome, int):
        await _redrawn(visit, digits=None, said=outcome)
    else:
        visit.staff = outcome
        await _onward(visit, visit.showing)


# Choosing one


async def draw_choosing(visit: Visit, args: Mapping[str, Any]) -> None:
    if visit.worker_on.has_pin:
        await go(visit, "staff/menu")
        return
    await visit.show(
        "staff/pin_new",
        typed=len(_digits(visit, args)),
        again=bool(args.get("first")),
        said=args.get("said"),
        shortest=SHORTEST,
        longest=LONGEST,
    )


async def on_choose(visit: Visit, _: str) -> None:
    """The digits once, and then again."""
    if visit.worker_on.has_pin:
        await go(visit, "staff/menu")
        return
    typed, first = _digits(visit, visit.showing), visit.showing.get("first")
    try:
        staff_lock.check(typed)
    except (NotAPin, TooEasy) as refused:
        await _redrawn(visit, digits=None, said="easy" if isinstance(refused, TooEasy) else "length")
        return
    if not first:
        await _redrawn(visit, digits=None, first=visit.put_away(typed), said=None)
    elif visit.take_out(first) != typed:
        await _redrawn(visit, digits=None, first=None, said="differs")
    else:
        visit.staff = await staff_lock.choose(visit.tx, visit.worker_on, typed, now=visit.now)
        await _onward(visit, visit.showing)


async def on_later(visit: Visit, _: str) -> None:
    """Nobody is kept from a task: they are asked again another day."""
    if visit.worker_on.has_pin:
        await go(visit, "staff/menu")
        return
    visit.staff = await staff_lock.later(visit.tx, visit.worker_on, now=visit.now)
    await _onward(visit, visit.showing)


_KEYS: dict[str, Handler] = {"digit": on_digit, "clear": on_clear, "pin_help": on_help}

PLACES[PAD] = Place(draw_pad, {**_KEYS, "enter": on_enter}, whose="staff")
PLACES[CHOOSING] = Place(draw_choosing, {**_KEYS, "choose": on_choose, "later": on_later}, whose="staff")

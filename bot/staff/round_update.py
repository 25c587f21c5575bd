"""What an owner says of one promise: how far it is, steps, one line; that nothing moved is an answer too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Handler, Place, Visit, go, number, redraw
from engagement import promise_words, round_updates
from engagement.promise_words import BadField
from engagement.rounds import Asked
from engagement.staff import Permission
from storage.ids import PromiseId, RoundId
from storage.promises import State

STATES: Mapping[str, State] = {"planned": "planned", "doing": "doing", "done": "done", "stuck": "stuck"}


def _named(args: Mapping[str, Any]) -> tuple[RoundId, PromiseId]:
    """The round and the promise the card is about. Raises: Garbled."""
    if not isinstance(args.get("round"), int) or not isinstance(args.get("promise"), int):
        raise Garbled
    return RoundId(args["round"]), PromiseId(args["promise"])


async def _asked(visit: Visit, args: Mapping[str, Any]) -> Asked:
    """What is asked. Raises: Garbled, RoundError."""
    return (await round_updates.one_asked(visit.tx, visit.worker_on, *_named(args)))[1]


def _at(visit: Visit) -> dict[str, Any]:
    of, promise = _named(visit.showing)
    return {"round": of, "promise": promise}


async def draw_update(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _asked(visit, args)
    await visit.show(
        "staff/round/update",
        we_will=one.shown.words.we_will,
        before=one.before.state,
        state=one.now.state,
        steps_done=one.now.steps_done,
        steps=one.now.steps,
        by_when=one.now.by_when,
        line=one.update.words,
        reason=one.shown.reason,
        given=one.given,
        max=promise_words.LONGEST["update"],
    )


async def on_state(visit: Visit, state: str) -> None:
    """One word; what is stuck needs a reason first."""
    if state not in STATES:
        raise Garbled
    one = await _asked(visit, visit.showing)
    if state == "stuck" and not one.shown.words.reason:
        await go(visit, "staff/round_reason", **_at(visit))
        return
    try:
        await round_updates.set_state(visit.tx, visit.worker_on, *_named(visit.showing), STATES[state], now=visit.now)
    except BadField:
        await go(visit, "staff/round_reason", **_at(visit))
    else:
        await redraw(visit)


async def on_steps(visit: Visit, steps: str) -> None:
    try:
        await round_updates.set_steps(visit.tx, visit.worker_on, *_named(visit.showing), number(steps), now=visit.now)
    except BadField:
        raise Garbled from None
    await redraw(visit)


async def on_line(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    try:
        await round_updates.say(visit.tx, visit.worker_on, *_named(visit.showing), text, now=visit.now)
    except BadField as error:
        visit.above("staff/round/bad_line", why=error.why, max=error.max)
    await redraw(visit)


async def draw_reason(visit: Visit, args: Mapping[str, Any]) -> None:
    one = await _asked(visit, args)
    await visit.show(
        "staff/round/reason",
        we_will=one.shown.words.we_will,
        max=promise_words.LONGEST["reason"],
        why=args.get("why"),
        words=list(args.get("words", ())),
    )


async def on_reason(visit: Visit, text: str) -> None:
    """Stuck, with this reason, if it is one that young people can be given."""
    await clear_typed(visit)
    of, promise = _named(visit.showing)
    try:
        await round_updates.set_state(visit.tx, visit.worker_on, of, promise, "stuck", reason=text, now=visit.now)
    except BadField as error:
        said = sorted(stem.rstrip("*") for stem in error.words)
        await go(visit, "staff/round_reason", **_at(visit), why=error.why, words=said)
    else:
        await go(visit, "staff/round_update", **_at(visit))


async def to_card(visit: Visit, _: str) -> None:
    await go(visit, "staff/round_update", **_at(visit))


def _give(*, moved: bool) -> Handler:
    async def on_give(visit: Visit, _: str) -> None:
        of, promise = _named(visit.showing)
        await round_updates.give(visit.tx, visit.settings, visit.worker_on, of, promise, moved=moved, now=visit.now)
        await go(visit, "staff/rounds")

    return on_give


ASKED = Permission.UPDATE_PROMISE
PLACES["staff/round_update"] = Place(
    draw_update,
    {"state": on_state, "steps": on_steps, "give": _give(moved=True), "nothing": _give(moved=False)},
    on_line,
    whose="staff",
    needs=ASKED,
)
PLACES["staff/round_reason"] = Place(draw_reason, {"back": to_card}, on_reason, whose="staff", needs=ASKED)

"""How it has been, when a worker changes: two taps and some words, each kept by itself and without a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.chat.typed import clear_typed
from bot.chat.visit import PLACES, Garbled, Place, Visit, go, stay
from engagement import answering_comments, voice
from engagement.voice import WrongLength

STEPS = ("felt", "told", "words")
STEP: Mapping[str, tuple[str, ...]] = {"felt": answering_comments.FELT, "told": answering_comments.TOLD}


async def to_having_us(visit: Visit, _: str) -> None:
    await go(visit, "voice/having_us")


async def draw_having_us(visit: Visit, args: Mapping[str, Any]) -> None:
    await visit.show("voice/having_us", step=_step(args), max=voice.LONGEST)


def _step(args: Mapping[str, Any]) -> str:
    """Which of the three is asked. Raises: Garbled."""
    step = str(args.get("step", STEPS[0]))
    if step not in STEPS:
        raise Garbled
    return step


async def on_felt(visit: Visit, said: str) -> None:
    """Each tap is kept by itself: nothing joins one person's two."""
    step = _step(visit.showing)
    if said not in STEP.get(step, ()):
        raise Garbled
    await voice.leave(visit.tx, kind="worker_change", mark=f"{step}:{said}", now=visit.now)
    await on_skip(visit, "")


async def on_skip(visit: Visit, _: str) -> None:
    at = STEPS.index(_step(visit.showing))
    if at + 1 < len(STEPS):
        await go(visit, "voice/having_us", step=STEPS[at + 1])
    else:
        await go(visit, "menu")


async def on_felt_words(visit: Visit, text: str) -> None:
    await clear_typed(visit)
    if _step(visit.showing) != "words":
        visit.above("say/button_please")
        await stay(visit)
        return
    try:
        await voice.leave(visit.tx, kind="worker_change", text=text, now=visit.now)
    except WrongLength as error:
        visit.above("say/too_long", max=error.max, got=error.got)
        await stay(visit)
        return
    visit.above("voice/kept_all")
    await go(visit, "menu")


PLACES["voice/having_us"] = Place(draw_having_us, {"felt": on_felt, "skip": on_skip}, on_felt_words)

"""What somebody has typed goes out of the chat; what was too long stays until it has been shortened."""

from __future__ import annotations

from bot.chat.events import Words
from bot.chat.visit import Visit


async def clear_typed(visit: Visit) -> None:
    """What was typed is gone from the chat, and what was too long before. To be called before the card moves."""
    if isinstance(visit.event, Words):
        for earlier in visit.showing.get("long", ()):
            await visit.clear(earlier)
        await visit.clear(visit.event.message, sent_at=visit.event.sent_at)


async def leave_too_long(visit: Visit, *, max: int, got: int) -> None:
    """What was typed stays in the chat, so that nobody has to type it again, and the card says how much fits."""
    if isinstance(visit.event, Words):
        too_long = [*visit.showing.get("long", ()), visit.event.message]
        visit.place, visit.anew = {**visit.showing, "long": too_long}, True
        await visit.show("say/too_long", max=max, got=got)

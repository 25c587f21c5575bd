"""How large the pictures of a story are: a button says it, so each is drawn once before anybody asks for it."""

from __future__ import annotations

from bot.reports import charts, drawing
from engagement import findings
from engagement.authority import Settings
from engagement.results import Results
from storage.store import Store

AT_A_TIME = 4
"""Pictures a heartbeat draws; whatever is left waits for the next."""


async def weigh(store: Store, settings: Settings) -> int:
    """Note how large the pictures are of which nobody knows yet; says how many were drawn."""
    async with store.transaction() as tx:
        waiting = (await findings.unweighed(tx))[:AT_A_TIME]
    for told, question in waiting:
        picture = await drawn(told.results, question, settings)
        async with store.transaction() as tx:
            await findings.weighed(tx, told.story.id, question, len(picture))
    return len(waiting)


async def drawn(found: Results, question: str, settings: Settings) -> bytes:
    """The picture of one question, as everybody may see it. Raises: NotDrawn."""
    return await drawing.png_elsewhere(charts.svg(found, question, settings, outside=True))

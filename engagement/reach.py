"""Whether messages reach a person: once they no longer do, somebody is asked to try another way."""

from __future__ import annotations

from datetime import datetime

from engagement import tasks
from engagement.authority import Settings
from engagement.rota import NobodyToAsk
from storage import outbox, people
from storage.ids import ChatId, PersonId
from storage.store import Transaction


async def lost(tx: Transaction, settings: Settings, chat: ChatId, now: datetime) -> None:
    """Messages do not arrive there any more: for somebody who wants them, that is a task. Safe to repeat."""
    found = await people.by_chat(tx, chat)
    if found is None:
        return
    await outbox.hold_person(tx, found.id)
    before = await people.by_id(tx, found.id)
    if not before.reachable:
        return
    await people.set_reachable(tx, chat, False)
    # Whoever has stopped us wants no message, so that none arrives is nothing to see to.
    if before.state == "joined":
        await _ask(tx, settings, before.id, now)


async def found_again(tx: Transaction, chat: ChatId, now: datetime) -> None:
    """Messages arrive there again, so that nobody need try another way. Safe to repeat."""
    found = await people.by_chat(tx, chat)
    if found is None or found.reachable:
        return
    await people.set_reachable(tx, chat, True)
    await joined(tx, found.id, now)


async def joined(tx: Transaction, person: PersonId, now: datetime) -> None:
    """They came in, on this phone or on another: whoever was to try another way need not."""
    await tasks.call_off(tx, person, tasks.UNREACHABLE, now=now)


async def _ask(tx: Transaction, settings: Settings, person: PersonId, now: datetime) -> None:
    try:
        first = (await tasks.choices(tx, settings, person, now)).owner
    except NobodyToAsk:
        return  # their card says it to whoever becomes their worker
    await tasks.ask(tx, settings, person, first.id, "", now, reason=tasks.UNREACHABLE)

"""A card that has shown somebody's details for long enough, as it looks without them."""

from __future__ import annotations

from datetime import datetime

from bot.chat.events import Opening
from bot.chat.refusals import REFUSED
from bot.chat.visit import PLACES, Visit, go, home
from bot.mouth import Saying
from bot.screens import Screens
from engagement.authority import Settings
from engagement.staff_cards import Faded
from storage import cards, chats, staff
from storage.store import Transaction


async def faded(tx: Transaction, card: Faded, *, settings: Settings, screens: Screens, now: datetime) -> Saying:
    """What is to be said so that the details are gone; the menu, where even what is left is not theirs any more."""
    index = chats.index_of(tx.keys, card.chat)
    visit = Visit(
        tx,
        now,
        settings,
        screens,
        Opening(0, card.chat),
        index,
        Saying(card.chat),
        staff=await staff.by_chat(tx, card.chat),
        card=await cards.of(tx, index),
    )
    args = dict(visit.showing)
    place = PLACES.get(args.pop("at", ""))
    try:
        await go(visit, place.fades if place is not None and place.fades else home(visit), **args)
    except tuple(REFUSED):
        await go(visit, home(visit))
    return visit.saying

"""Something to join, on a staff card, exactly as young people will read it."""

from __future__ import annotations

from markupsafe import Markup

from bot.chat import opportunities as cards
from bot.chat.visit import Visit
from engagement import opportunities
from engagement.opportunities import Opportunity


async def as_seen(visit: Visit, shown: Opportunity, *, place: int = 1, total: int = 1) -> tuple[Markup, Markup]:
    """The very card, and what stands there after \"Tell me more\"."""
    card = visit.words(
        cards.card_of(shown),
        said=opportunities.details(shown),
        number=opportunities.number(shown),
        place=place,
        total=total,
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        organiser=await cards.organiser(visit, shown),
        left=shown.places,
        waiting=False,
        all=False,
        mine=False,
    )
    more = visit.words("opportunity/more", **await cards.everything(visit, shown), joined=False)
    return Markup(card.text), Markup(more.text)  # noqa: S704 - escaped by the templates they come from

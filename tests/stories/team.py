"""A team as small as a story needs: who works in it, and whose people the young ones are."""

from __future__ import annotations

from typing import Self

from support.indoors import Indoors, button_data

from bot.sandbox.phones import Phone
from storage.ids import PersonId


def has(phone: Phone, action: str) -> bool:
    """Whether a button of this action is under the card."""
    return any(data.split(":")[1] == action for data in button_data(phone))


class Team:
    """Priya with three young people, Sam with one, and Mo, who runs participation."""

    def __init__(self, here: Indoors) -> None:
        self.here = here

    async def come(self) -> Self:
        here = self.here
        self.priya, self.priya_id = await here.staff_phone("Priya Shah", "pa")
        self.sam, self.sam_id = await here.staff_phone("Sam Okoro", "pa")
        self.mo, _ = await here.staff_phone("Mo Ali", "participation")
        self.young: dict[str, Phone] = {}
        self.ids: dict[str, PersonId] = {}
        for name, worker in (
            ("Ash", self.priya_id),
            ("Bea", self.priya_id),
            ("Cy", self.priya_id),
            ("Dee", self.sam_id),
        ):
            self.young[name], self.ids[name] = await here.joined(name, worker=worker)
        return self

    def shown(self, name: str) -> str:
        return self.young[name].card.text

    def told(self, words: str) -> set[str]:
        """Whose phone has ever shown these words."""
        return {name for name, phone in self.young.items() if words in self.here.seen_by(phone)}

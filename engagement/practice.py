"""Practice: until an authority goes live, only its testers are written to, and what they send is thrown away."""

from __future__ import annotations

from engagement.authority import Settings
from storage import people
from storage.ids import PersonId
from storage.store import Transaction


async def testers(tx: Transaction, settings: Settings) -> frozenset[PersonId]:
    """The people of the register whom the settings name as testers."""
    found: frozenset[PersonId] | None = tx.cache.get("testers")
    if found is None:
        named = [await people.by_reference(tx, reference) for reference in settings.testers]
        found = tx.cache["testers"] = frozenset(person.id for person in named if person is not None)
    return found


async def holds_back(tx: Transaction, settings: Settings, person: PersonId) -> bool:
    """Whether nothing may leave to this person, because this is practice and they are no tester."""
    return settings.practice and person not in await testers(tx, settings)

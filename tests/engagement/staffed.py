"""A made-up authority for the tests of this folder: its hours, its staff, a young person."""

from __future__ import annotations

from datetime import UTC, datetime

from engagement.authority import Settings
from storage import people, staff
from storage.ids import ChatId, PersonId, StaffId
from storage.people import Details
from storage.store import Transaction

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""A Monday morning in winter, when London clocks show UTC."""


def settings(**more: object) -> Settings:
    """Monday to Friday, 09:00 to 17:00; Dana on duty, Cara covering for Priya."""
    week = ("monday", "tuesday", "wednesday", "thursday", "friday")
    said: dict[str, object] = {
        "name": "Northfield",
        "council": "Northfield Council",
        "service": "the leaving care team",
        "working_hours": dict.fromkeys(week, "09:00-17:00"),
        "duty": ("Dana Duty",),
        "cover": {"Priya Patel": "Cara Cover"},
        "hours_line": "No one reads this at night.",
        "local_numbers": ({"name": "Duty team", "number": "01632 960123"},),
        "complaints": {"name": "Complaints", "number": "01632 960124"},
        "advocate": {"name": "An advocate", "number": "0808 800 5792"},
    }
    return Settings.model_validate(said | more)


async def hire(tx: Transaction, name: str, role: staff.Role, *, joined: bool = True) -> StaffId:
    """A member of staff; their chat's number is made from theirs."""
    added = await staff.add(tx, name, role)
    if joined:
        await staff.join(tx, added.id, ChatId(9_000 + added.id))
    return added.id


async def meet(tx: Transaction, name: str, worker: StaffId | None = None, *, joined: bool = True) -> PersonId:
    """A young person, and their worker if they have one."""
    added = await people.add(tx, Details(f"ref-{name}", name, "Example"), worker=worker)
    if joined:
        await people.join(tx, added.id, ChatId(1_000 + added.id))
    return added.id

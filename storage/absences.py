"""Who is off until when, and whom they named to stand in for them. Nothing says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import StaffId
from storage.store import Transaction
from storage.tables import absence as table


@dataclass(frozen=True, slots=True)
class Absence:
    """One member of staff is off: `back_on` is their first day back, `cover` whom they named, if anybody."""

    staff: StaffId
    back_on: date
    cover: StaffId | None


_OFF = select(table.c.staff, table.c.back_on, table.c.cover).where(
    table.c.authority == bindparam("of"), table.c.back_on > bindparam("day")
)
_OFF_ONE = _OFF.where(table.c.staff == bindparam("member"))


async def put(tx: Transaction, absence: Absence) -> None:
    """From now on they are off, and this is until when; it takes the place of what was said before."""
    adding = (postgresql if tx.on_postgres else sqlite).insert(table)
    values = {"back_on": absence.back_on.isoformat(), "cover": absence.cover}
    key = {"authority": tx.authority, "staff": absence.staff}
    saying = adding.values(key | values).on_conflict_do_update(index_elements=list(key), set_=values)
    await tx.connection.execute(saying)


async def end(tx: Transaction, member: StaffId) -> None:
    """They are back, or were never off."""
    await tx.connection.execute(delete(table).where(table.c.authority == tx.authority, table.c.staff == member))


async def of(tx: Transaction, member: StaffId, *, on: date) -> Absence | None:
    """Their absence, if they are off that day: on their first day back they are not."""
    asked = {"of": tx.authority, "member": member, "day": on.isoformat()}
    row = (await tx.connection.execute(_OFF_ONE, asked)).one_or_none()
    return None if row is None else Absence(row.staff, date.fromisoformat(row.back_on), row.cover)


async def off(tx: Transaction, *, on: date) -> Mapping[StaffId, StaffId | None]:
    """Everybody who is off that day, each with whom they named to stand in."""
    rows = await tx.connection.execute(_OFF, {"of": tx.authority, "day": on.isoformat()})
    return {row.staff: row.cover for row in rows}

"""What only one process may do at a time, and which one does it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.store import Transaction
from storage.tables import lease


def _take(dialect: type[postgresql.Insert] | type[sqlite.Insert]) -> postgresql.Insert | sqlite.Insert:
    adding = dialect(lease)
    free = or_(lease.c.holder == adding.excluded.holder, lease.c.until <= bindparam("moment", type_=lease.c.until.type))
    return adding.on_conflict_do_update(
        index_elements=[lease.c.name],
        set_={"holder": adding.excluded.holder, "until": adding.excluded.until},
        where=free,
    )


_TAKE = {
    True: _take(postgresql.Insert).returning(lease.c.holder),
    False: _take(sqlite.Insert).returning(lease.c.holder),
}
_GIVE_BACK = delete(lease).where(lease.c.name == bindparam("called"), lease.c.holder == bindparam("by"))
_ENDS_AT = select(lease.c.until).where(lease.c.name == bindparam("called"))


async def take(tx: Transaction, name: str, holder: str, *, now: datetime, seconds: int) -> bool:
    """Whether `holder` now has the lease for so long: it was free, over, or its own already."""
    values = {
        "name": name,
        "authority": tx.authority,
        "holder": holder,
        "until": now + timedelta(seconds=seconds),
        "moment": now,
    }
    return (await tx.connection.execute(_TAKE[tx.on_postgres], values)).first() is not None


async def give_back(tx: Transaction, name: str, holder: str) -> None:
    """Let another have it at once. Someone else's lease is left alone."""
    await tx.connection.execute(_GIVE_BACK, {"called": name, "by": holder})


async def ends_at(tx: Transaction, name: str) -> datetime | None:
    """When the lease is over, or was; None when nobody ever had it."""
    found: datetime | None = await tx.connection.scalar(_ENDS_AT, {"called": name})
    return found


async def holder(tx: Transaction, name: str) -> str | None:
    """Who has the lease, or had it last; None when nobody ever did."""
    found: str | None = await tx.connection.scalar(select(lease.c.holder).where(lease.c.name == name))
    return found

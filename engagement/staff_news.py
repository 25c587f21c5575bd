"""News for a member of staff: one neutral line with an update to see, which waits for the morning like any news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage import outbox
from storage.ids import StaffId
from storage.store import Transaction


async def tell(
    tx: Transaction,
    member: StaffId,
    *,
    occasion: str,
    opens: Mapping[str, Any],
    now: datetime,
    until: datetime,
) -> bool:
    """Whether it is new that they have this to see: once for an occasion, from `now` on and not after `until`."""
    return await outbox.queue(
        tx,
        occasion=occasion,
        staff=member,
        lane="staff",
        envelope="staff/update",
        opens=opens,
        not_before=now,
        expires_at=until,
    )

"""What a young person may see of a member of staff before they meet: the words sealed, and a picture's file id."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import StaffId
from storage.store import Transaction
from storage.tables import profile as table

ABOUT = b"profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody said of themselves. `days` are weekdays, Monday being 0; `photo` is Telegram's name for it."""

    days: tuple[int, ...] = ()
    where: str = ""
    likes: str = ""
    why: str = ""
    photo: str | None = None

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Profile()

_FIND = select(table.c.sealed).where(table.c.authority == bindparam("of"), table.c.staff == bindparam("member"))


async def of(tx: Transaction, member: StaffId) -> Profile:
    """What this member of staff shows of themselves; nothing, where they show nothing."""
    sealed = await tx.connection.scalar(_FIND, {"of": tx.authority, "member": member})
    if sealed is None:
        return NOTHING
    said = json.loads(tx.keys.register.open(sealed, ABOUT))
    return Profile(**{**said, "days": tuple(said["days"])})


async def put(tx: Transaction, member: StaffId, profile: Profile) -> None:
    """From now on this is shown of them; of an empty one nothing is kept."""
    if not profile:
        await remove(tx, member)
        return
    sealed = tx.keys.register.seal(json.dumps(asdict(profile), ensure_ascii=False).encode(), ABOUT)
    key = {"authority": tx.authority, "staff": member}
    adding = (postgresql if tx.on_postgres else sqlite).insert(table).values(key | {"sealed": sealed})
    saying = adding.on_conflict_do_update(index_elements=list(key), set_={"sealed": sealed})
    await tx.connection.execute(saying)


async def remove(tx: Transaction, member: StaffId) -> None:
    """Nothing is shown of them any more."""
    await tx.connection.execute(delete(table).where(table.c.authority == tx.authority, table.c.staff == member))

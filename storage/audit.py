"""What members of staff did: rows that are only ever added, each chained to the one before by a keyed hash.

A row holds who, what and when, with our own numbers and counts; names and words cannot get in. Nothing a young person
does is ever a row. What the chain cannot show is a cut-off end: the nightly line in the log is for that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import bindparam, func, insert, select, text

from storage.errors import StorageError
from storage.ids import StaffId
from storage.store import Transaction
from storage.tables import audit as table

Kind = Literal["changed", "missing", "reordered"]

NOBODY: Final = 0
"""The number that stands for the command line."""

BIGGEST_NUMBER: Final = 10_000_000
"""A larger one is no number or count of ours: it may be a chat, or a telephone."""

_PLAIN = re.compile(r"[a-z0-9_.:-]{1,40}")
_BEFORE_ALL = b""
_LOCK = 0x41554449
"""A lock of the audit's own, and the last one a transaction takes: it can stand in no other's way."""


class NotForAudit(StorageError):
    """Something other than a number of ours, a count or a short plain word was to be noted."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did. `staff` is None for the command line."""

    id: int
    at: datetime
    staff: StaffId | None
    action: str
    about: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which the chain does not hold, and what seems to have happened there."""

    id: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Digest:
    """The end of the chain as it stands: how many rows, the number of the last, and its link in hexadecimal."""

    count: int
    last_id: int
    link: str


_OURS = table.c.authority == bindparam("of")
_ROWS = select(table).where(_OURS).order_by(table.c.id)
_SINCE = select(table).where(_OURS, table.c.at >= bindparam("since", type_=table.c.at.type)).order_by(table.c.id)
_LAST = select(table.c.id, table.c.link).where(_OURS).order_by(table.c.id.desc()).limit(1)
_COUNT = select(func.count()).select_from(table).where(_OURS)
_FREE = select(func.coalesce(func.max(table.c.id), 0))
_NUMBERS = text("SELECT nextval(pg_get_serial_sequence('audit', 'id')) FROM generate_series(1, :many)")
_HOLD = text("SELECT pg_advisory_xact_lock(:lock, :authority)")


async def note(tx: Transaction, staff: StaffId | None, action: str, /, *, now: datetime, **about: int | str) -> None:
    """Add one row to the chain; it is written with the end of the transaction, and not at all if that fails.

    Raises: NotForAudit, for anything but plain words and numbers of ours.
    """
    for name, value in (("action", action), *about.items()):
        if not _may_stay(name, value):
            raise NotForAudit(name)
    said = json.dumps(about, sort_keys=True, separators=(",", ":"))
    row = {"authority": tx.authority, "at": now, "staff": staff or NOBODY, "action": str(action), "about": said}
    tx.cache.setdefault("audit", []).append(row)
    # In the second round, so that whatever else waits for the end has taken its locks before this takes its own.
    tx.before_commit["audit"] = lambda: _at_the_end(tx)


async def check(tx: Transaction) -> Broken | None:
    """Where the chain is broken first; None while every row is as it was written, with none between them gone."""
    await _write(tx)
    rows = (await tx.connection.execute(_ROWS, {"of": tx.authority})).all()
    before = _BEFORE_ALL
    for at, row in enumerate(rows):
        if row.link != _link_of(tx, before, row):
            return Broken(row.id, _what_happened(tx, rows, at))
        before = row.link
    return None


async def entries(tx: Transaction, *, since: datetime | None = None) -> tuple[Entry, ...]:
    """What was done, the earliest first: all of it, or from a moment on."""
    await _write(tx)
    asked: dict[str, Any] = {"of": tx.authority} if since is None else {"of": tx.authority, "since": since}
    rows = await tx.connection.execute(_ROWS if since is None else _SINCE, asked)
    return tuple(
        Entry(row.id, row.at, StaffId(row.staff) if row.staff else None, row.action, json.loads(row.about))
        for row in rows
    )


async def digest(tx: Transaction) -> Digest:
    """The end of the chain, to be kept somewhere else. Before the first row its link is nothing."""
    await _write(tx)
    count = await tx.connection.scalar(_COUNT, {"of": tx.authority})
    last = (await tx.connection.execute(_LAST, {"of": tx.authority})).one_or_none()
    return Digest(count or 0, last.id if last else 0, last.link.hex() if last else "")


async def holds(tx: Transaction, link: str) -> bool:
    """Whether a link that was written down once is (still) one of the chain's."""
    await _write(tx)
    try:
        wanted = bytes.fromhex(link)
    except ValueError:
        return False
    if wanted == _BEFORE_ALL:
        return True
    found = select(table.c.id).where(_OURS, table.c.link == bindparam("link"))
    return (await tx.connection.execute(found, {"of": tx.authority, "link": wanted})).first() is not None


def _may_stay(name: str, value: object) -> bool:
    if isinstance(value, bool) or not _PLAIN.fullmatch(name):
        return False
    if isinstance(value, int):
        return abs(value) < BIGGEST_NUMBER
    return isinstance(value, str) and _PLAIN.fullmatch(value) is not None


async def _at_the_end(tx: Transaction) -> None:
    tx.before_commit["audit"] = lambda: _write(tx)


async def _write(tx: Transaction) -> None:
    """Write what waits, in its order, with nobody else adding to the chain until this transaction ends."""
    rows: list[dict[str, Any]] = tx.cache.pop("audit", [])
    if not rows:
        return
    if tx.on_postgres:
        await tx.connection.execute(_HOLD, {"lock": _LOCK, "authority": tx.authority})
        numbers = list(await tx.connection.scalars(_NUMBERS, {"many": len(rows)}))
    else:
        free = await tx.connection.scalar(_FREE) or 0
        numbers = list(range(free + 1, free + 1 + len(rows)))
    last = (await tx.connection.execute(_LAST, {"of": tx.authority})).one_or_none()
    link = last.link if last else _BEFORE_ALL
    for number, row in zip(numbers, rows, strict=True):
        row["id"] = number
        link = row["link"] = _link(tx, link, row)
    await tx.connection.execute(insert(table), rows)


def _link(tx: Transaction, before: bytes, row: Mapping[str, Any]) -> bytes:
    """The keyed hash of the link before and of everything the row says."""
    said = [before.hex(), row["id"], row["authority"], int(row["at"].timestamp())]
    return tx.keys.look_ups.of("audit", json.dumps([*said, row["staff"], row["action"], row["about"]]))


def _link_of(tx: Transaction, before: bytes, row: Any) -> bytes:
    return _link(tx, before, row._mapping)


def _what_happened(tx: Transaction, rows: Sequence[Any], at: int) -> Kind:
    """What fits best for the row at that place: it stands elsewhere than it did, others are gone, or it was changed."""
    row, after = rows[at], rows[at + 1 : at + 2]
    others = [one for one in rows if one.id != row.id]
    if any(one.link == _link_of(tx, row.link, one) for one in others if one not in after):
        return "reordered"
    if any(next_.link == _link_of(tx, one.link, next_) for next_ in after for one in others):
        return "reordered"
    before = rows[at - 1].id if at else 0
    return "missing" if row.id != before + 1 else "changed"

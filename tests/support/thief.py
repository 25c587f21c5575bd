"""What a thief has after each look: the files, what lies in them and where, and for some attacks the live key."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from support.linkage import TOLD, Naive, Sealed, World
from support.pages import postgres_tuples, sqlite_cells

from storage.ids import PersonId
from storage.keys import Keys
from storage.store import Store

FILES, LOG = "the files", "the log"

Row = tuple[str, str, str]
"""(question, value, segments), as stored."""


@dataclass(frozen=True, slots=True)
class Box:
    """A sealed draft or a box of the pool."""

    survey: int
    epoch: str
    taps: bytes
    words: bytes


@dataclass
class Copy:
    """One look. Each kind of row comes in every order that its places give away, by the name of that order."""

    label: str
    sent: list[PersonId]
    """What somebody who watched would know besides: who had sent by then, in which order."""
    done: dict[str, list[PersonId]] = field(default_factory=dict)
    answers: dict[str, list[Row]] = field(default_factory=dict)
    pool: dict[str, list[Box]] = field(default_factory=dict)
    drafts: dict[PersonId, Box] = field(default_factory=dict)
    same_transaction: list[tuple[list[PersonId], list[str]]] = field(default_factory=list)
    """People and words whose rows were written together (PostgreSQL says so)."""
    found: dict[str, list[str]] = field(default_factory=dict)
    """The words that stand in plain text in its own files, and in the server's log, in the order of their places."""
    leaks: list[str] = field(default_factory=list)
    """Files with the plain beginning of a taps box, or an epoch key, in them."""
    read: int = 0
    """How many bytes were looked through."""
    epoch: str = ""
    live_key: bytes = b""

    def words(self, order: str) -> list[str]:
        """What everybody wrote, in one of the orders."""
        return [said_in(value) for asked, value, segments in self.answers[order] if asked == TOLD]


def said_in(value: str) -> str:
    said = json.loads(value)
    return str(said.get("text", "")) if isinstance(said, dict) else ""


@dataclass
class Thief:
    """Somebody with the files of one database."""

    store: Store
    keys: Keys
    world: World
    keeping: Sealed | Naive
    folder: Path
    data: Path | None
    """PostgreSQL's data folder, where it can be read."""
    beginning: bytes
    """How every taps box begins in plain text."""
    copies: list[Copy] = field(default_factory=list)

    async def look(self, label: str) -> None:
        """Take a copy of everything, and note what lies where."""
        copy = Copy(label, list(self.world.sent))
        if self.keeping.pool is not None:
            async with self.store.transaction() as tx:
                copy.epoch, _ = await tx.epoch()
            copy.live_key = (self.keys.burn / f"{copy.epoch}.key").read_bytes()
        if self.store.engine.dialect.name == "sqlite":
            self._look_at_sqlite(copy)
        else:
            await self._look_at_postgres(copy)
        self.copies.append(copy)

    # SQLite

    def _look_at_sqlite(self, copy: Copy) -> None:
        source = Path(self.store.engine.url.database or "")
        place = self.folder / str(len(self.copies))
        place.mkdir(parents=True)
        stolen = [Path(shutil.copyfile(file, place / file.name)) for file in source.parent.glob(f"{source.name}*")]
        database = place / source.name
        for name, cells in _orders_of_cells(database, self.keeping.done).items():
            copy.done[name] = [PersonId(cell.values[1]) for cell in cells if cell.values[-1]]
        for name, cells in _orders_of_cells(database, self.keeping.answers).items():
            copy.answers[name] = [tuple(cell.values[-3:]) for cell in cells]
        if self.keeping.pool is not None:
            for name, cells in _orders_of_cells(database, self.keeping.pool).items():
                copy.pool[name] = [Box(*cell.values[2:]) for cell in cells]
            for cell in sqlite_cells(database, "draft"):
                copy.drafts[PersonId(cell.values[1])] = Box(*cell.values[2:])
        self._scan(copy, stolen, own=stolen)
        shutil.rmtree(place)

    # PostgreSQL

    async def _look_at_postgres(self, copy: Copy) -> None:
        done, answers = self.keeping.done, self.keeping.answers
        # A thief of files waits for nobody, but a test must: what is only in memory cannot be stolen.
        async with self.store.engine.connect() as connection:
            await connection.execute(text("CHECKPOINT"))
            for name, order in _POSTGRES_ORDERS.items():
                rows = await connection.execute(text(f"SELECT person FROM {done} WHERE done ORDER BY {order}"))
                copy.done[name] = [PersonId(row.person) for row in rows]
            columns = "question, value, segments"
            for name, order in {**_POSTGRES_ORDERS, "key": self.keeping.key}.items():
                rows = await connection.execute(text(f"SELECT {columns} FROM {answers} ORDER BY {order}"))
                copy.answers[name] = [tuple(row) for row in rows]
            copy.same_transaction = await self._same_transaction(connection)
            file = await connection.scalar(text(f"SELECT pg_read_binary_file(pg_relation_filepath('{done}'))"))
            copy.done["dead rows too"] = _senders(file)
            if self.keeping.pool is not None:
                await self._look_at_boxes(copy, connection)
            path = await connection.scalar(text(f"SELECT pg_relation_filepath('{answers}')"))
        if self.data is not None:
            own = [each for each in (self.data / path).parent.iterdir() if each.is_file()]
            others = [each for each in (self.data / "pg_wal").iterdir() if each.is_file()]
            others += [each for each in (self.data / "log", self.data / "pg_xact") if each.is_file()]
            self._scan(copy, own + sorted(others), own=own)

    async def _look_at_boxes(self, copy: Copy, connection: Any) -> None:
        for name, order in {**_POSTGRES_ORDERS, "key": "key", "place of its words": _TOAST}.items():
            rows = await connection.execute(text(f"SELECT survey, epoch, taps, words FROM pool ORDER BY {order}"))
            copy.pool[name] = [Box(*row) for row in rows]
        rows = await connection.execute(text("SELECT person, survey, epoch, taps, words FROM draft"))
        copy.drafts = {PersonId(row[0]): Box(*row[1:]) for row in rows}

    async def _same_transaction(self, connection: Any) -> list[tuple[list[PersonId], list[str]]]:
        people: dict[str, list[PersonId]] = {}
        words: dict[str, list[str]] = {}
        query = text(f"SELECT xmin::text AS writer, person FROM {self.keeping.done} WHERE done ORDER BY ctid")
        for row in await connection.execute(query):
            people.setdefault(row.writer, []).append(PersonId(row.person))
        query = text(f"SELECT xmin::text AS writer, question, value FROM {self.keeping.answers} ORDER BY ctid")
        for row in await connection.execute(query):
            if row.question == TOLD:
                words.setdefault(row.writer, []).append(said_in(row.value))
        return [(people[writer], words[writer]) for writer in people if writer in words]

    # Both

    def _scan(self, copy: Copy, files: list[Path], *, own: list[Path]) -> None:
        """Look through every byte for words in plain text, for an opened box, and for the key."""
        mark = self.world.mark.encode()
        word = re.compile(re.escape(mark) + rb"[0-9a-f]{16}")
        secrets_of_ours = [self.beginning, copy.live_key] if copy.live_key else []
        ours = set(own)
        for file in files:
            try:
                whole = file.read_bytes()
            except FileNotFoundError:  # a log segment may be recycled while we read
                continue
            copy.read += len(whole)
            if mark in whole:
                where = LOG if file.parent.name == "pg_wal" else FILES if file in ours else file.name
                copy.found.setdefault(where, []).extend(hit.decode() for hit in word.findall(whole))
            if file in ours and any(each in whole for each in secrets_of_ours):
                copy.leaks.append(file.name)


_POSTGRES_ORDERS = {
    "as read": "ctid",
    "transaction": "xmin::text::bigint, ctid",
    "transaction, latest first": "xmin::text::bigint DESC, ctid",
}
_TOAST = "pg_column_toast_chunk_id(words)"


def _orders_of_cells(database: Path, table: str) -> dict[str, list[Any]]:
    cells = sqlite_cells(database, table)
    pages = {page: number for number, page in enumerate(dict.fromkeys(cell.page for cell in cells))}
    orders = {
        "as read": cells,
        "place in the file": sorted(cells, key=lambda cell: (cell.page, cell.offset)),
        "place in the file, back from each page's end": sorted(cells, key=lambda cell: (cell.page, -cell.offset)),
        "place in the page": sorted(cells, key=lambda cell: (pages[cell.page], cell.offset)),
        "back from each page's end": sorted(cells, key=lambda cell: (pages[cell.page], -cell.offset)),
    }
    if any(cell.overflow for cell in cells):
        orders["place of its words"] = sorted(cells, key=lambda cell: cell.overflow)
    return orders


def _senders(file: bytes) -> list[PersonId]:
    """Everybody with a flag, by the transaction that first set it, dead rows included.

    The person is the second number of a row, both in `participation` and in the naive table.
    """
    ordered = sorted(postgres_tuples(file), key=lambda found: (found.xmin, found.block, found.item))
    people = [PersonId(int.from_bytes(found.data[4:8], "little")) for found in ordered]
    return list(dict.fromkeys(people))

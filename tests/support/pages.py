"""What lies in a database's files, read byte by byte as somebody would who stole them: places, not only rows."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF = 2, 5, 10, 13
INTERIOR = (INDEX_INTERIOR, TABLE_INTERIOR)


@dataclass(frozen=True, slots=True)
class Cell:
    """One row where it lies: its page, its offset in it, and the page where it overflows to (0: nowhere)."""

    page: int
    offset: int
    overflow: int
    rowid: int | None
    values: tuple[object, ...]


def sqlite_cells(path: Path, table: str) -> list[Cell]:
    """The rows of a table in the order of its tree, whether or not it has row numbers."""
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?"
        (root,) = connection.execute(query, (table,)).fetchone()
    return list(_tree(path.read_bytes(), root))


def _tree(data: bytes, number: int) -> Iterator[Cell]:
    size = _page_size(data)
    start = (number - 1) * size
    head = start + (100 if number == 1 else 0)
    kind, count = data[head], _u16(data, head + 3)
    pointers = head + (12 if kind in INTERIOR else 8)
    for at in range(count):
        offset = _u16(data, pointers + 2 * at)
        if kind in INTERIOR:
            yield from _tree(data, _u32(data, start + offset))
        if kind != TABLE_INTERIOR:
            yield _cell(data, number, offset, kind)
    if kind in INTERIOR:
        yield from _tree(data, _u32(data, head + 8))


def _cell(data: bytes, number: int, offset: int, kind: int) -> Cell:
    size = _page_size(data)
    at = (number - 1) * size + offset + (4 if kind == INDEX_INTERIOR else 0)
    length, at = _varint(data, at)
    rowid = None
    if kind == TABLE_LEAF:
        rowid, at = _varint(data, at)
    local = _local(length, size - data[20], table=kind == TABLE_LEAF)
    payload = data[at : at + local]
    overflow = following = _u32(data, at + local) if local < length else 0
    while following and len(payload) < length:
        page = (following - 1) * size
        payload += data[page + 4 : page + min(size, 4 + length - len(payload))]
        following = _u32(data, page)
    return Cell(number, offset, overflow, rowid, _record(payload))


def _local(length: int, usable: int, *, table: bool) -> int:
    """How much of a row lies in its own page. Source: sqlite.org/fileformat2.html, section 1.6."""
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    kept = least + (length - least) % (usable - 4)
    return kept if kept <= most else least


def _record(payload: bytes) -> tuple[object, ...]:
    end, at = _varint(payload, 0)
    body, values = end, []
    while at < end:
        kind, at = _varint(payload, at)
        value, length = _value(payload, body, kind)
        values.append(value)
        body += length
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[object, int]:
    if kind == 0:
        return None, 0
    if kind in (8, 9):
        return kind - 8, 0
    if kind < 7:
        length = (0, 1, 2, 3, 4, 6, 8)[kind]
        return int.from_bytes(payload[at : at + length], "big", signed=True), length
    length = (kind - 12) // 2
    found = payload[at : at + length]
    return (found.decode() if kind % 2 else found), length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        byte = data[at + step]
        if step == 8:
            return (value << 8) | byte, at + 9
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:
            return value, at + step + 1
    raise AssertionError("a varint has nine bytes at most")


def _page_size(data: bytes) -> int:
    return 65_536 if _u16(data, 16) == 1 else _u16(data, 16)


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])


PG_PAGE = 8_192


@dataclass(frozen=True, slots=True)
class Tuple:
    """One row of a PostgreSQL table where it lies, dead ones too; `data` is what follows its header."""

    block: int
    item: int
    offset: int
    xmin: int
    xmax: int
    data: bytes


def postgres_tuples(file: bytes) -> list[Tuple]:
    """Every tuple of a heap file that has not been pruned away, whoever can still see it."""
    found = []
    for block in range(len(file) // PG_PAGE):
        page = file[block * PG_PAGE : (block + 1) * PG_PAGE]
        lower = struct.unpack_from("<H", page, 12)[0]
        for item, at in enumerate(range(24, lower, 4), 1):
            pointer = struct.unpack_from("<I", page, at)[0]
            offset, flags, length = pointer & 0x7FFF, (pointer >> 15) & 3, pointer >> 17
            if flags == 1 and length:
                xmin, xmax = struct.unpack_from("<II", page, offset)
                data = page[offset + page[offset + 22] : offset + length]
                found.append(Tuple(block, item, offset, xmin, xmax, data))
    return found

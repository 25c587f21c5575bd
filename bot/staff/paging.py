"""A long list on a card: a page at a time, and small buttons for what stands on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.chat.visit import Visit, number, redraw

Row = TypeVar("Row")
ButtonRows = list[list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """What stands on the page a card is at. `number` and `first`, the place of its first row, count from 1."""

    rows: Sequence[Row]
    number: int
    pages: int
    first: int


def page_of(rows: Sequence[Row], args: Mapping[str, Any], size: int) -> Page[Row]:
    """The page the card is at; the last there is, where the list has become shorter meanwhile."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(1, int(args.get("page", 1))), pages)
    before = (page - 1) * size
    return Page(rows[before : before + size], page, pages, before + 1)


def in_rows(labelled: Iterable[tuple[object, object]], size: int, *, chosen: Collection[object] = ()) -> ButtonRows:
    """Small buttons, so many in a row, from what each says and what it carries."""
    made: list[dict[str, object]] = [
        {"label": str(label), "arg": arg, "chosen": arg in chosen} for label, arg in labelled
    ]
    return [made[at : at + size] for at in range(0, len(made), size)]


async def on_page(visit: Visit, page: str) -> None:
    """The same list at another page."""
    await redraw(visit, page=number(page))

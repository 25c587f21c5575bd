"""The plan as a table: what each column holds, and reading one back. Every row is checked, and all faults are told."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from engagement import register_file
from engagement.plan_cells import TYPED, Bad, value
from engagement.promises import Shown
from engagement.register_file import Problem

WORKBOOK: Final = b"PK\x03\x04"
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_UNPACKED: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 1000

RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a table program may take for the beginning of a formula."""

COLUMNS: Final = (
    "id", "theme", "icon", "goes well", "number", "you said (to read)", "comes from", "we will", "who", "owner",
    "by when", "state", "steps done", "steps", "update", "reason", "what you will see", "what difference it makes",
    "who can help", "how to join in", "made with", "decided by", "decided on", "instead", "edited",
    "edited by (to read)",
)  # fmt: skip
READ_ONLY: Final = frozenset({"you said (to read)", "edited by (to read)"})
NEEDED: Final = tuple(column for column in COLUMNS if column not in READ_ONLY)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise as the file has it. `id` is None for a new one, `owner` a name; `edited` when it was exported."""

    line: int
    id: int | None
    theme: str
    icon: str
    goes_well: bool
    owner: str
    edited: datetime | None
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole file: the rows that could be read, and all that could not, with the ids that stand in those."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    ids_unread: frozenset[int] = frozenset()


# Out


def cells(one: Shown, *, said: str) -> dict[str, str]:
    """A promise by column; `said` is the sentence of where it comes from, only to be read."""
    row, words = one.promise, one.words
    return {
        "id": str(row.id),
        "theme": one.theme.name,
        "icon": one.theme.icon,
        "goes well": _yes(one.theme.goes_well),
        "number": str(row.number),
        "you said (to read)": said,
        "comes from": str(words.said),
        **{column: getattr(words, field) for column, field in TYPED.items()},
        "owner": one.owner or "",
        "by when": _day(row.by_when),
        "state": row.state.replace("_", " "),
        "steps done": str(row.steps_done),
        "steps": str(row.steps),
        "made with": _yes(row.made_with),
        "decided on": _day(words.decided_on),
        "edited": row.edited_at.isoformat(),
        "edited by (to read)": one.edited_by or "",
    }


def guarded(value: str) -> str:
    """The cell for a CSV file, where no program runs it; `unguarded` takes the mark off again."""
    return f"'{value}" if value.startswith(RUN) or (value[:1] == "'" and _marked(value)) else value


def unguarded(value: str) -> str:
    return value[1:] if value[:1] == "'" and _marked(value) else value


def _marked(value: str) -> bool:
    return value[1:].startswith((*RUN, "'"))


def _yes(true: bool) -> str:
    return "yes" if true else "no"


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


# In


def read(data: bytes) -> Table:
    """The table in the file. Whatever the bytes are, this returns."""
    try:
        lines = _workbook(data) if data.startswith(WORKBOOK) else _csv(data)
        return _read(lines)
    except Bad as bad:
        return Table((), (Problem(1, bad.what, bad.remedy),))


def _csv(data: bytes) -> list[tuple[int, list[str]]]:
    lines, problem = register_file.cells_of(data)
    if problem is not None:
        raise Bad(problem.what, problem.remedy)
    return [(line, [unguarded(cell.strip()) for cell in cells]) for line, cells in lines]


def _workbook(data: bytes) -> list[tuple[int, list[str]]]:
    """The rows of its first sheet. A small file that unpacks to something huge is not unpacked."""
    if len(data) > MAX_BYTES:
        raise Bad("The file is over 8 MB.", "Keep only the sheet with the plan.")
    import openpyxl  # type: ignore[import-untyped]  # a third of a second and 20 MiB, and few processes read a plan

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Bad("The file unpacks to more than 64 MB.", "Export the plan again.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            found = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=len(COLUMNS) + 20, values_only=True)
            return [(line, [_text(cell) for cell in cells]) for line, cells in enumerate(found, start=1)]
    except Bad:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in as many ways as there are parts in it
        raise Bad("This is not a workbook that can be read.", "Save it as .xlsx or as CSV UTF-8.") from error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return _yes(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _read(lines: Sequence[tuple[int, list[str]]]) -> Table:
    filled = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise Bad("The file is empty.", "Export the plan, and change that file.")
    if len(filled) > MAX_ROWS + 1:
        raise Bad(f"There are more than {MAX_ROWS} rows.", "A plan that long is read by nobody.")
    columns = _columns(filled[0][1])
    rows: list[Row] = []
    problems: list[Problem] = []
    unread: set[int] = set()
    for line, cells in filled[1:]:
        named = {column: cells[at] if at < len(cells) else "" for column, at in columns.items()}
        faults = list(_faults(line, named))
        problems += faults
        if not faults:
            rows.append(_row(line, named))
        elif named["id"].isascii() and named["id"].isdigit():
            unread.add(int(named["id"]))
    problems += _twice(rows)
    return Table(tuple(rows), tuple(sorted(problems)), frozenset(unread))


def _columns(cells: Sequence[str]) -> Mapping[str, int]:
    names = [" ".join(cell.split()).casefold() for cell in cells]
    missing = [column for column in NEEDED if column not in names]
    if missing:
        raise Bad(f"There is no column named {', '.join(missing)}.", "Keep the first row of the export as it is.")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise Bad(f"Two columns are named {twice[0]}.", "Keep the first row of the export as it is.")
    return {column: names.index(column) for column in NEEDED}


def _faults(line: int, named: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong with a row by itself."""
    for column in NEEDED:
        try:
            value(column, named[column])
        except Bad as bad:
            yield Problem(line, f"{column}: {bad.what}", bad.remedy)


def _row(line: int, named: Mapping[str, str]) -> Row:
    said = {column: value(column, cell) for column, cell in named.items()}
    fields = {field: said[column] for column, field in TYPED.items()}
    return Row(
        line,
        said["id"],
        said["theme"],
        said["icon"],
        said["goes well"],
        said["owner"],
        said["edited"],
        {
            **fields,
            "said": said["comes from"],
            "number": said["number"],
            "by_when": said["by when"],
            "state": said["state"],
            "steps_done": said["steps done"] or 0,
            "steps": said["steps"] or 0,
            "made_with": said["made with"],
            "decided_on": said["decided on"],
        },
    )


def _twice(rows: Sequence[Row]) -> Iterator[Problem]:
    """Rows that contradict each other."""
    seen: dict[int, int] = {}
    themes: dict[str, Row] = {}
    for row in rows:
        if row.id is not None:
            if row.id in seen:
                yield Problem(
                    row.line, f"{row.id} was on line {seen[row.id]} already.", "Leave the id of a new one empty."
                )
            seen.setdefault(row.id, row.line)
        first = themes.setdefault(row.theme.casefold(), row)
        if (row.theme, row.icon, row.goes_well) != (first.theme, first.icon, first.goes_well):
            yield Problem(
                row.line,
                f"“{row.theme}” has another name, icon or “goes well” than on line {first.line}.",
                "Write all three the same on each line of a theme.",
            )

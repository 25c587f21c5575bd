"""Reading a file of thank-you codes: a sheet with a column named code, or one code a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engagement.register_file import Problem, cells_of

COLUMN = "code"
LONGEST = 100
# What a spreadsheet makes of a long number: the digits are gone, and no look at the cell brings them back.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Codes:
    """A whole file. `lines` holds each code with its line; `headed` is whether the first line named the columns."""

    lines: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]
    headed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for _, code in self.lines)


def read(data: bytes) -> Codes:
    """The codes in the file and all that is wrong with it, never with a code in the words. This always returns."""
    rows, unreadable = cells_of(data)
    if unreadable is not None:
        return Codes((), (unreadable,))
    filled = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not filled:
        return Codes((), (Problem(1, "There is no code in this file.", "Put one code on each line."),))
    names = [cell.strip().casefold() for cell in filled[0][1]]
    headed = COLUMN in names
    if not headed and sum(bool(name) for name in names) > 1:
        what = f"There is no column named {COLUMN}."
        return Codes((), (Problem(filled[0][0], what, f"Name one column {COLUMN} in the first row."),))
    at = names.index(COLUMN) if headed else next(place for place, name in enumerate(names) if name)
    return _read(filled[1:] if headed else filled, at, headed=headed)


def _read(rows: Sequence[tuple[int, list[str]]], at: int, *, headed: bool) -> Codes:
    lines: list[tuple[int, str]] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, cells in rows:
        code = cells[at].strip() if at < len(cells) else ""
        problem = _wrong(line, code) or _twice(line, seen.get(code))
        if problem is None:
            seen[code] = line
            lines.append((line, code))
        else:
            problems.append(problem)
    if not rows:
        problems.append(Problem(1, "There is no code in this file.", f"Put the codes below the word {COLUMN}."))
    return Codes(tuple(lines), tuple(problems), headed)


def known(read_codes: Codes, known_codes: frozenset[str]) -> Iterator[Problem]:
    """A problem for each line whose code is here already."""
    for line, code in read_codes.lines:
        if code in known_codes:
            yield Problem(line, "This code is here already.", "Take the line out: a code is given once.")


def _wrong(line: int, code: str) -> Problem | None:
    if not code:
        return Problem(line, "There is no code on this line.", "Type it, or take the line out.")
    if len(code) > LONGEST:
        return Problem(line, f"This code is over {LONGEST} characters.", "Is it in the right column?")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in code):
        return Problem(line, "This code holds a character nobody can see.", "Type that cell again.")
    if _ROUNDED.match(code):
        return Problem(line, "A spreadsheet has rounded this number.", "Make the column text and paste it again.")
    return None


def _twice(line: int, first: int | None) -> Problem | None:
    return None if first is None else Problem(line, f"This code was on line {first} already.", "Keep it once.")

"""Reading the register a council exports: whatever its spreadsheet made of it, every row is read or reported."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError

from storage.people import Details
from surveys.definition import LANGUAGE

MAX_BYTES = 8 * 1024 * 1024
MAX_COLUMNS = 80
MAX_CELL = 200
MAX_REFERENCE = 40
PLAIN = ("reference", "first_name", "last_name", "preferred_name", "agreed_word", "gender", "home", "phone", "email")
NAMED = (*PLAIN, "birth_date", "language", "worker", "interests")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?\Z")
_BRITISH = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: 00:00(?::00)?)?\Z")
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A row, or a whole file, that cannot be read: where, what and how to mend it."""

    line: int
    what: str
    remedy: str
    reference: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.what} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the file has them. Only the columns in `given` were there; the rest says nothing."""

    line: int
    details: Details
    language: str
    worker: str
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class Register:
    """A whole file: the rows that could be read, and all that could not."""

    source: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


class _Bad(Exception):
    """This row cannot be used."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def read(data: bytes, *, source: str) -> Register:
    """The register in the file. Whatever the bytes are, this returns."""
    try:
        return _read(_text(data), source)
    except _Bad as bad:
        return Register(source, (), (Problem(1, bad.what, bad.remedy),))


def cells_of(data: bytes) -> tuple[tuple[tuple[int, list[str]], ...], Problem | None]:
    """Every row of any sheet, with the line it starts on; or none, and why it cannot be read."""
    try:
        return tuple(_lines(_text(data))), None
    except _Bad as bad:
        return (), Problem(1, bad.what, bad.remedy)


def _read(text: str, source: str) -> Register:
    lines = _lines(text)
    first = next(lines, None)
    if first is None:
        raise _Bad("The file is empty.", "Save the sheet as CSV with a first row of column names.")
    columns = _columns(first[1])
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        reference = ""
        try:
            named = _named(columns, cells)
            reference = named["reference"]
            row = _row(line, named)
            same = " ".join(reference.split()).casefold()
            if same in seen:
                raise _Bad(f"{reference} was on line {seen[same]} already.", "Keep one row a person.")
            seen[same] = line
            rows.append(row)
        except _Bad as bad:
            problems.append(Problem(line, bad.what, bad.remedy, reference))
    if not rows and not problems:
        raise _Bad("There is nobody in this file.", "Put one row for each person below the column names.")
    return Register(source, tuple(rows), tuple(problems))


def _text(data: bytes) -> str:
    """The file as text: UTF-8, UTF-16 or Windows-1252, with or without the mark that says which."""
    if len(data) > MAX_BYTES:
        raise _Bad("The file is over 8 MB.", "Export only the columns that are needed.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _Bad("This is a workbook or a document, not CSV.", "In the spreadsheet choose Save as, then CSV UTF-8.")
    for encoding in _encodings(data):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise _Bad("The letters in this file cannot be read.", "In the spreadsheet choose Save as, then CSV UTF-8.")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    start = data[:200]
    if b"\0" in start:
        return ("utf-16-le",) if start[1:2] == b"\0" else ("utf-16-be",)
    return ("utf-8", "cp1252")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row's cells with the line it starts on."""
    start, text = (1, text.partition("\n")[2]) if text[:4].casefold() == "sep=" else (0, text)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_SEPARATORS, key=head.count))
    while True:
        line = start + reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _Bad(f"From line {line} on the file is not CSV.", "Look for a quotation mark left open.") from error


def _columns(cells: list[str]) -> list[str]:
    names = [re.sub(r"[\s_-]+", "_", cell.strip().casefold()).strip("_")[:60] for cell in cells]
    while names and not names[-1]:
        names.pop()
    if "reference" not in names:
        raise _Bad("There is no column named reference.", "Name the columns in the first row, one of them reference.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _Bad(f"Two columns are named {twice[0] or 'nothing'}.", "Give each column a name of its own.")
    if len(names) > MAX_COLUMNS:
        raise _Bad(f"There are more than {MAX_COLUMNS} columns.", "Export only the columns that are needed.")
    return names


def _named(columns: list[str], cells: list[str]) -> dict[str, str]:
    """The row's cells by column."""
    while len(cells) > len(columns) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != len(columns):
        what = f"This row has {len(cells)} cells, the first row {len(columns)}."
        raise _Bad(what, "Put quotation marks around a cell that holds a comma or a semicolon.")
    named = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    for column, cell in named.items():
        if len(cell) > MAX_CELL:
            raise _Bad(f"{column} is over {MAX_CELL} characters.", "Shorten it, or leave the column out.")
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in cell):
            raise _Bad(f"{column} holds a line break or a character nobody can see.", "Type that cell again.")
    return named


def _row(line: int, named: Mapping[str, str]) -> Row:
    reference = named["reference"]
    if not reference:
        raise _Bad("The reference is empty.", "Give everybody a reference of their own.")
    if len(reference) > MAX_REFERENCE:
        raise _Bad(f"The reference is over {MAX_REFERENCE} characters.", "Use the number from your case system.")
    details = Details(
        **{column: named[column] for column in PLAIN if column in named},
        birth_date=_date(named.get("birth_date", "")),
        interests=tuple(part.strip() for part in named.get("interests", "").split(";") if part.strip()),
        groups={column: cell for column, cell in named.items() if column not in NAMED and cell},
    )
    return Row(line, details, _language(named.get("language", "")), named.get("worker", ""), frozenset(named))


def _date(given: str) -> date | None:
    if not given:
        return None
    iso, british = _ISO.match(given), _BRITISH.match(given)
    parts = iso.groups() if iso else british.groups()[::-1] if british else None
    try:
        born = date(*map(int, parts)) if parts else None
    except ValueError:
        born = None
    if born is None or born.year < 1900:
        raise _Bad("birth_date is not a date.", "Write it as 2006-02-28 or 28/02/2006.")
    return born


def _language(given: str) -> str:
    """A language's code, from its code or its name in English or in itself; empty for none."""
    if not given:
        return ""
    named = _languages().get(given.casefold())
    if named is not None:
        return named
    if LANGUAGE.match(code := given.replace("_", "-").lower()) and code.partition("-")[0] in _languages().values():
        return code
    raise _Bad("language is not one we know.", "Write its English name, or a code such as en, cy or ar.")


@cache
def _languages() -> Mapping[str, str]:
    """Codes of two or three letters by every name a language goes by."""
    names: dict[str, str] = {}
    for code, name in Locale("en").languages.items():
        if code.isalpha():
            names.setdefault(name.casefold(), code)
            try:
                names.setdefault(str(Locale(code).get_display_name()).casefold(), code)
            except UnknownLocaleError:
                continue
    return names

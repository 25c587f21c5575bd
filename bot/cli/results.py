"""`yousaid survey results`: what was published, to read, for a script, as a page and as a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import audit, authority
from engagement import results as published
from engagement.authority import Settings
from engagement.results import Results
from storage.store import Transaction


def results(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one page to look at and print.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a file for a table program.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Only what may leave the authority.")] = False,
) -> None:
    """What a closed survey found. Figures are published once, at close."""

    async def look(tx: Transaction) -> tuple[Results, Settings]:
        found = await published.of(tx, name)
        for what in ("html",) * (html is not None) + ("xlsx",) * (xlsx is not None):
            await audit.note(
                tx, None, audit.Action.EXPORTED, now=opening.now(), survey=found.opening.id, what=f"results.{what}"
            )
        return found, await authority.current(tx)

    found, settings = opening.in_transaction(look)
    lines = []
    if html is not None:
        lines.append(_write_page(found, settings, html, outside=public))
    if xlsx is not None:
        lines.append(_write_sheet(found, settings, xlsx, outside=public))
    if as_json:
        from bot.reports import as_json as reports
        from bot.reports import phrases, views

        first = phrases.say("first_line", views.views(found, settings, outside=public))
        opening.show({"first_line": first, **reports.document(found, outside=public)}, as_json=True)
    elif lines:
        opening.show(None, *lines, as_json=False)
    else:
        from bot.reports import text

        opening.show(None, text.text(found, settings, outside=public), as_json=False)


def _write_page(found: Results, settings: Settings, path: Path, *, outside: bool) -> str:
    with whole(path) as unfinished:
        from bot.reports import page

        unfinished.write_text(page.page(found, settings, outside=outside), "utf-8")
    return f"The page is in {path}."


def _write_sheet(found: Results, settings: Settings, path: Path, *, outside: bool) -> str:
    with whole(path) as unfinished:
        from bot.reports import sheet

        sheet.write(unfinished, found, settings, outside=outside)
    return f"The tables are in {path}."


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when the block ends well, and is gone when it does not.

    Raises: Refused, where nothing can be written there.
    """
    if path.is_dir():
        raise Refused(f"{path} is a folder; name a file.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=path.suffix, dir=path.absolute().parent)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)

"""`yousaid people invite` into files: a table for a sending service, letters, a worker's cards."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.cli import opening
from bot.cli.new_file import new_file, write
from bot.cli.refusals import Refused
from bot.reports import notify
from engagement import audit, invites
from engagement.invites import HandedOut, Invitation
from storage import staff
from storage.staff import Staff
from storage.store import Transaction

REMEDIES: Final = {
    "no address": "no phone number or e-mail address that works. Make them a letter: --only {reference} --letters FILE",
    "cannot join": "no name, or neither a birth date nor an agreed word, so they could never join. Add it and import.",
}


@dataclass(frozen=True, slots=True)
class Files:
    """Where the invites are to go. Without `emails`, `table` holds those without a phone number too."""

    table: Path | None
    emails: Path | None
    letters: Path | None


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is to be invited."""

    only: Collection[str] | None
    without_live: bool
    worker: str | None


def into(files: Files, whom: Whom) -> HandedOut:
    """New invites in these files, which are whole before the invites are kept and get their names after.

    Raises: Refused, and what `hand_out` raises.
    """

    async def do() -> HandedOut:
        settings = opening.settings()
        with ExitStack() as stack:
            places = {path: stack.enter_context(new_file(path)) for path in _named(files)}
            async with opening.opened(settings) as store:
                name = await opening.bot_name(settings)
                async with store.transaction() as tx:
                    worker = None if whom.worker is None else await named(tx, whom.worker)
                    handed = await invites.hand_out(
                        tx,
                        lambda handed: _write(handed, files, places, worker),
                        now=opening.now(),
                        bot_name=name,
                        by_message=files.table is not None,
                        on_paper=files.letters is not None,
                        only=whom.only,
                        without_live=whom.without_live,
                        worker=worker,
                    )
                    await note_made(tx, len(handed.made))
                    return handed

    if files.letters is not None:
        _renderers()  # while others can still write to the database
    return opening.wait(do())


async def note_made(tx: Transaction, count: int) -> None:
    """So many invites were made from the command line."""
    if count:
        await audit.note(tx, None, audit.Action.INVITE_MADE, now=opening.now(), count=count)


async def named(tx: Transaction, name: str) -> Staff:
    """The member of staff with that name or reference. Raises: Refused."""
    found = await staff.by_name_or_reference(tx, name)
    if found is None or found.state == "left":
        raise Refused(f"{name} is not staff.")
    return found


def told(handed: HandedOut, files: Files) -> list[str]:
    """What is where."""
    lines = []
    if files.table is not None and (by_table := _for_table(handed, files)):
        lines.append(f"{_counted(len(by_table), 'row')} in {files.table}.")
    if files.emails is not None and (by_email := _for_email(handed)):
        lines.append(f"{_counted(len(by_email), 'row')} in {files.emails}.")
    if handed.sheets:
        lines.append(f"{_counted(len(handed.sheets), 'invite')} to print in {files.letters}.")
    return [*lines, "They hold links that work: send them on, then remove the files."] if lines else []


def warned(handed: HandedOut, files: Files) -> list[str]:
    """Who was left out and what helps, and what the sending service would not take."""
    lines = [f"{one.reference}: {REMEDIES[one.why].format(reference=one.reference)}" for one in handed.left_out]
    if files.table is not None and files.emails is None:
        by_email = len(_for_email(handed))
        if 0 < by_email < len(handed.written):
            lines.append(
                f"{_counted(by_email, 'row')} in {files.table} with an e-mail address and no phone number. Notify"
                " refuses a file of texts with such rows: move them, the last ones, into a file of their own,"
                " or make it again with --emails FILE."
            )
    return lines


def _named(files: Files) -> list[Path]:
    return [path for path in (files.table, files.emails, files.letters) if path is not None]


def _for_email(handed: HandedOut) -> list[Invitation]:
    return [one for one in handed.written if not one.phone]


def _for_table(handed: HandedOut, files: Files) -> list[Invitation]:
    return [one for one in handed.written if one.phone or files.emails is None]


def _write(handed: HandedOut, files: Files, places: dict[Path, Path], worker: Staff | None) -> None:
    if files.table is not None and (by_table := _for_table(handed, files)):
        write(places[files.table], notify.table(by_table).encode())
    if files.emails is not None and (by_email := _for_email(handed)):
        write(places[files.emails], notify.table(by_email, notify.EMAIL_COLUMNS).encode())
    if files.letters is not None and handed.sheets:
        write(places[files.letters], _printed(files.letters, handed.sheets, worker))


def _printed(path: Path, sheets: Collection[Invitation], worker: Staff | None) -> bytes:
    from bot.reports import letters, letters_pdf

    first_name = None if worker is None else worker.name.split()[0]
    if path.suffix.lower() != ".pdf":
        return letters.html(sheets, worker=first_name).encode()
    try:
        return letters_pdf.pdf(sheets, worker=first_name)
    except letters_pdf.LettersMissing as error:
        raise Refused(
            f"The PDF has no letters for the name of: {', '.join(error.references) or 'the worker'}."
            f" Nothing was changed. Use --letters {path.with_suffix('.html')} and print it from a browser."
        ) from error


def _renderers() -> None:
    from bot.reports import letters_pdf  # noqa: F401 - it takes a second to load


def _counted(count: int, what: str) -> str:
    return f"{count} {what} is" if count == 1 else f"{count} {what}s are"

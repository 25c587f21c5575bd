"""`yousaid audit show`, `yousaid audit check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import audit
from engagement.audit import Broken, Digest, Entry
from engagement.london import local
from storage import openings, people, staff
from storage.errors import StorageError
from storage.ids import PersonId, StaffId, SurveyId
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="What members of staff did, and whether that is still as it was written.")

WHAT = {
    "changed": "it is not what was written",
    "missing": "what came before it is gone",
    "reordered": "it does not stand where it was written",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the audit, its numbers looked up."""

    id: int
    at: datetime
    who: str
    action: str
    about: Mapping[str, str]


@app.command("show")
def show(
    days: Annotated[int | None, typer.Option(min=1, help="Only the last so many days.")] = None,
    as_json: AsJson = False,
) -> None:
    """Who did what and when. Never what a young person did."""

    async def look(tx: Transaction) -> list[Shown]:
        found = await audit.lately(tx, days=days, now=opening.now())
        names = {who: await _name(tx, who) for who in {entry.staff for entry in found}}
        known: dict[tuple[str, int | str], str] = {}
        for entry in found:
            for about in entry.about.items():
                if about not in known:
                    known[about] = await _known_as(tx, *about)
        return [_shown(entry, names, known) for entry in found]

    rows = opening.in_transaction(look)
    opening.show(rows, *(map(_line, rows) if rows else ["Nothing yet."]), as_json=as_json)


@app.command("check")
def check(
    digest: Annotated[
        str | None, typer.Option(metavar="LINK", help="The link of an audit_digest line in the log.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether every line is as it was written, and with --digest whether none has gone from the end since."""

    async def look(tx: Transaction) -> tuple[Broken | None, Digest, bool]:
        holds = digest is None or await audit.holds(tx, digest.strip().lower())
        return await audit.broken(tx), await audit.digest(tx), holds

    broken, end, holds = opening.in_transaction(look)
    if broken is not None:
        raise Refused(f"The audit is broken at line {broken.id}: {WHAT[broken.kind]}. Keep a backup, and ask why.")
    if not holds:
        raise Refused("The audit has no line with that link: what was written up to it has been taken out or replaced.")
    lines = f"{end.count} lines, each as it was written. The last is {end.last_id}, with the link {end.link}."
    opening.show(end, lines if end.count else "Nothing is written yet.", as_json=as_json)


async def _name(tx: Transaction, who: StaffId | None) -> str:
    """Names are looked up to be shown; the audit has none."""
    return "the command line" if who is None else (await staff.by_id(tx, who)).name


async def _known_as(tx: Transaction, about: str, value: int | str) -> str:
    """A number as people here know it: a reference, a colleague's or a survey's name; itself where it is gone."""
    try:
        if about == "person":
            return (await people.details(tx, PersonId(int(value)))).reference
        if about in ("staff", "of", "to", "second", "cover"):
            return (await staff.by_id(tx, StaffId(int(value)))).name
        if about == "survey":
            return (await openings.find(tx, SurveyId(int(value)))).name
    except (StorageError, ValueError):
        return str(value)
    return str(value)


def _shown(entry: Entry, names: Mapping[StaffId | None, str], known: Mapping[tuple[str, int | str], str]) -> Shown:
    about = {name: known[name, value] for name, value in entry.about.items()}
    return Shown(entry.id, entry.at, names[entry.staff], entry.action, about)


def _line(one: Shown) -> str:
    about = "".join(f"  {name} {value}" for name, value in one.about.items())
    return f"{local(one.at):%Y-%m-%d %H:%M}  {one.who}  {one.action.replace('_', ' ')}{about}"

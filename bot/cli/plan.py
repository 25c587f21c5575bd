"""`yousaid plan show|export|import|page|status`: the plan to read, as a file that comes back, and as a page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.results import whole
from engagement import audit, authority, plan_check, plan_file, plan_import, promises
from engagement.authority import Settings
from engagement.london import today
from engagement.plan_check import Warning
from engagement.plan_import import Planned
from engagement.promises import MadeWith, Shown
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="What was promised, and what became of it.")

SHEETS = (".xlsx", ".csv")
WEAK: Mapping[str, str] = {
    "too_many_themes": "{count} themes. Five are the most that people can keep in mind.",
    "nothing_goes_well": "No theme builds on what goes well.",
    "not_from_young_people": "{count} not from young people: nothing published or approved is named.",
    "no_owner": "{count} without an owner who is asked for updates.",
    "nobody_named": "{count} that do not say who will do it.",
    "no_date": "{count} without a day.",
    "no_steps": "{count} without steps to count.",
    "no_reason": "{count} stuck or not doing, without a reason.",
    "nothing_to_see": "{count} that do not say what people will see.",
    "hard_words": "{count} with words a young person would not use: {words}.",
}


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """All themes and promises, as staff see them."""
    from bot.reports import plan_words

    found, settings = opening.in_transaction(_plan)
    lines = list(_lines(found, lambda one: plan_words.said(one.source, settings) if one.source else ""))
    opening.show([_plain(one) for one in found], *(lines or ["There is no plan yet."]), as_json=as_json)


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """How far it is, what is weak in it, and how much of it young people have a part in."""

    async def look(tx: Transaction) -> tuple[tuple[Shown, ...], tuple[Warning, ...], MadeWith]:
        rows, themes = await promises.every(tx), await promises.themes(tx)
        return rows, plan_check.check(themes, rows), promises.made_with([one.promise for one in rows])

    rows, weak, share = opening.in_transaction(look)
    states: dict[str, int] = {state: sum(one.promise.state == state for one in rows) for state in promises.STATES}
    said = {
        "promises": len(rows),
        "states": states,
        "told": sum(one.told for one in rows),
        "weak": [{"kind": one.kind, "count": one.count, "promises": one.promises, "words": one.words} for one in weak],
        "made_with": {"count": share.made_with, "of": share.of, "percent": share.percent},
        "elsewhere": {"percent": share.elsewhere.percent, "source": share.elsewhere.source},
    }
    opening.show(said, *_status(rows, states, weak, share), as_json=as_json)


@app.command("export")
def export(file: Annotated[Path, typer.Argument(metavar="FILE", help="A name that ends in .xlsx or .csv.")]) -> None:
    """The plan as a spreadsheet, to be changed and imported again."""
    from bot.reports import plan_sheet

    if file.suffix.casefold() not in SHEETS:
        raise typer.BadParameter(f"{file} ends neither in .xlsx nor in .csv")
    found, settings = opening.in_transaction(lambda tx: _exported(tx, f"plan{file.suffix.casefold()}"))
    with whole(file) as unfinished:
        if file.suffix.casefold() == ".csv":
            plan_sheet.write_csv(unfinished, found, settings)
        else:
            plan_sheet.write_workbook(str(unfinished), found, settings)
    opening.show(None, f"{_promises(len(found))} in {file}. Next: yousaid plan import {file}", as_json=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export that was changed, .xlsx or .csv.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: change the plan.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change the plan as the spreadsheet says: all of it, or nothing."""
    table = plan_file.read(opening.bytes_of(file))
    found = opening.in_transaction(lambda tx: plan_import.planned(tx, table))
    lines = list(_preview(found))
    if not yes and not found.is_nothing and sys.stdin.isatty():
        typer.echo("\n".join(lines))
        yes = typer.confirm("Change the plan?")
        lines = []
    done = yes and not found.is_nothing
    if done:
        found = opening.in_transaction(lambda tx: plan_import.apply(tx, table, now=opening.now()))
    closing = _closing(found, done=done)
    opening.show(_plain_import(found) | {"done": done}, *lines, *closing, as_json=as_json)


@app.command("page")
def page(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """The plan as one page to look at, to hand round and to print. Nothing in it may not leave the authority."""
    from bot.reports import plan_page

    found, settings = opening.in_transaction(lambda tx: _exported(tx, "plan.html"))
    share = promises.made_with([one.promise for one in found])
    with whole(file) as unfinished:
        unfinished.write_text(plan_page.page(found, share, settings, on=today(opening.now())), "utf-8")
    opening.show(None, f"The page is in {file}.", as_json=False)


async def _plan(tx: Transaction) -> tuple[tuple[Shown, ...], Settings]:
    return await promises.every(tx), await authority.current(tx)


async def _exported(tx: Transaction, what: str) -> tuple[tuple[Shown, ...], Settings]:
    await audit.note(tx, None, audit.Action.EXPORTED, now=opening.now(), what=what)
    return await _plan(tx)


# Lines


def _lines(found: tuple[Shown, ...], said: Callable[[Shown], str]) -> Iterator[str]:
    theme = None
    for one in found:
        if one.theme.id != theme:
            theme = one.theme.id
            yield f"{one.theme.name}{' (builds on what goes well)' if one.theme.goes_well else ''}"
        row = one.promise
        yield f"  {one.id}  {one.words.we_will}"
        yield f"     You said: {said(one) or 'not from young people'}"
        steps = f", {row.steps_done} of {row.steps} steps" if row.steps else ""
        by_when = "" if row.by_when is None else f", by {row.by_when}"
        owner = f", asked: {one.owner}" if one.owner else ""
        yield f"     {_state(row.state)}{steps}{by_when}{owner}{'' if one.told else ', nobody told yet'}"
        if one.reason:
            yield f"     {one.reason}"
        yield f"     Edited {row.edited_at:%d/%m/%Y} by {one.edited_by or 'the command line'}"


def _state(state: str) -> str:
    return state.replace("_", " ")


def _status(
    rows: tuple[Shown, ...], states: Mapping[str, int], weak: tuple[Warning, ...], share: MadeWith
) -> Iterator[str]:
    if not rows:
        yield "There is no plan yet."
        return
    counted = ", ".join(f"{count} {_state(state)}" for state, count in states.items() if count)
    yield f"{_promises(len(rows))}: {counted}. {sum(one.told for one in rows)} told."
    yield f"Young people have a part in {share.made_with} of {share.of} ({share.percent}%)."
    yield f"  In eight authorities it was {share.elsewhere.percent:.0f}%. Source: {share.elsewhere.source}."
    for one in weak:
        which = f" Which: {', '.join(map(str, one.promises))}." if one.promises else ""
        yield f"Weak: {WEAK[one.kind].format(count=one.count, words=', '.join(one.words))}{which}"


def _preview(found: Planned) -> Iterator[str]:
    for name in found.themes:
        yield f"New theme: {name}"
    for theme, values in found.themes_changed.items():
        for name, value in values.items():
            yield f"Theme {theme}, {name.replace('_', ' ')}: becomes {_said(value)}"
    for row in found.added:
        yield f"New promise under {row.theme}: {row.changes['we_will']}"
    for promise, changes in found.changed.items():
        for one in changes:
            yield f"Promise {promise}, {one.field.replace('_', ' ')}: {_said(one.was)} becomes {_said(one.will_be)}"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) and value else "nothing" if value in (None, "") else str(value)


def _closing(found: Planned, *, done: bool) -> list[str]:
    if found.is_nothing:
        return ["The plan is as the file has it. Nothing was changed."]
    if not done:
        return ["Nothing was changed. To change the plan: --yes."]
    told = [f"People were told of {promise}: now tell them, in the chat." for promise in found.dropped]
    return [f"{_promises(len(found.added))} added, {len(found.changed)} changed.", *told]


def _promises(count: int) -> str:
    return "1 promise" if count == 1 else f"{count} promises"


def _plain_import(found: Planned) -> dict[str, Any]:
    return {
        "themes": found.themes,
        "added": [row.changes["we_will"] for row in found.added],
        "changed": {
            str(promise): {one.field: {"was": _value(one.was), "will_be": _value(one.will_be)} for one in changes}
            for promise, changes in found.changed.items()
        },
        "dropped": found.dropped,
    }


def _value(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else _day_or_text(value)


def _day_or_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(one: Shown) -> dict[str, Any]:
    row, words = one.promise, one.words
    return {
        "id": one.id,
        "theme": one.theme.name,
        "we_will": words.we_will,
        "comes_from": str(words.said) if one.source else None,
        "who": words.who,
        "owner": one.owner,
        "by_when": row.by_when,
        "state": row.state,
        "steps_done": row.steps_done,
        "steps": row.steps,
        "reason": one.reason,
        "told": one.told,
        "made_with": row.made_with,
        "edited": row.edited_at.isoformat(),
        "edited_by": one.edited_by,
    }

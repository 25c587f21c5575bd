"""`yousaid round begin`, `status`, `tell`, `report`, and `yousaid loop`: the quarter, and whether the loop closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import opening
from bot.cli.new_file import new_file
from bot.cli.new_file import write as write_to
from bot.cli.people import AsJson
from engagement import authority, loop_figures, round_told, rounds, telling
from engagement.authority import Settings
from engagement.loop_figures import Loop, Share
from engagement.promise_standing import Moved, Standing
from engagement.round_told import Report
from engagement.rounds import Asked
from engagement.telling import Leaving, Preview
from storage.rounds import Round
from storage.store import Transaction

app = typer.Typer(
    no_args_is_help=True, help="Once a quarter: how far each promise is, and what moved, told to everyone."
)

STATES = {
    "planned": "not begun",
    "doing": "under way",
    "done": "done",
    "stuck": "stuck",
    "not_doing": "not kept",
}
LEFT_OUT = {
    "not_joined": "have not joined",
    "stopped": "want no messages",
    "unreachable": "messages don't reach",
    "opted_out": "want no news",
    "week_full": "have a full week",
    "practice": "are no testers",
}


@dataclass(frozen=True, slots=True)
class Status:
    """One round as it stands."""

    name: str
    state: str
    asked_on: date
    updates_by: date
    told_on: date | None
    comments_until: date | None
    asked: int
    given: int
    moved: tuple[Moved, ...]
    missing: tuple[str, ...]
    waiting: int


@app.command("begin")
def begin(as_json: AsJson = False) -> None:
    """Ask the owners of what is promised now. By itself it begins on the first working day of each quarter."""

    async def do(tx: Transaction) -> Status:
        made = await rounds.begin(tx, await authority.current(tx), None, now=opening.now())
        return await _status(tx, made)

    found = opening.in_transaction(do)
    opening.show(
        found,
        f"The round {found.name} has begun: {_count(found.asked, 'promise')} to hear about by {found.updates_by}.",
        "How far it is: yousaid round status",
        as_json=as_json,
    )


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Show the newest round: who has not answered, what moved, when comments end."""

    async def look(tx: Transaction) -> Status:
        return await _status(tx, await rounds.newest(tx))

    found = opening.in_transaction(look)
    opening.show(found, *_shown(found), as_json=as_json)


@app.command("tell")
def tell(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: tell them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell everyone who has joined what moved, and nothing else. Without --yes only shows whom it would reach."""

    async def look(tx: Transaction) -> tuple[Status, Preview]:
        of = await round_told.ready(tx, None, (await rounds.newest(tx)).id)
        looked = await telling.preview(tx, await authority.current(tx), "news", now=opening.now())
        return await _status(tx, of), looked

    async def do(tx: Transaction) -> tuple[Status, Leaving]:
        return await _tell(tx, await authority.current(tx))

    found, looked = opening.in_transaction(look)
    if not yes and not (opening.is_a_terminal() and _agrees(found, looked)):
        opening.show(
            {"round": found, "people": len(looked.people), "left_out": dict(looked.left_out)},
            *_shown(found),
            *_reach(looked),
            "Nobody was told. To tell them: --yes.",
            as_json=as_json,
        )
        return
    found, leaving = opening.in_transaction(do)
    opening.show(
        {"round": found, "people": leaving.chosen, "leaves_at": leaving.leaves_at.isoformat()},
        f"On its way to {_count(leaving.chosen, 'person', 'people')}. Comments come until {found.comments_until}.",
        as_json=as_json,
    )


@app.command("report")
def report(
    file: Annotated[Path, typer.Argument(help="Where the page goes; it must not be there yet.", metavar="FILE")],
) -> None:
    """Make the page for senior people, once the time for comments is over."""
    from bot.reports import round_report

    async def do(tx: Transaction) -> tuple[Report, Settings]:
        made = await round_told.report(tx, None, (await rounds.newest(tx)).id, now=opening.now())
        return made, await authority.current(tx)

    with new_file(file) as unfinished:
        made, settings = opening.in_transaction(do)
        write_to(unfinished, round_report.page(made, settings).encode())
    typer.echo(f"{file} holds the round {made.round.name}.")
    if made.waiting:
        typer.echo(f"{_count(made.waiting, 'comment')} not answered yet.")
    if made.reported_on < made.whole_on:
        typer.echo(f"What was written last can be read from {made.whole_on}, and is not in it.")


def loop(as_json: AsJson = False) -> None:
    """Whether the loop closes: how soon findings are told and to how many, updates in time, comments answered."""

    async def look(tx: Transaction) -> Loop:
        return await loop_figures.figures(tx, now=opening.now())

    found = opening.in_transaction(look)
    opening.show(found, *_loop(found), as_json=as_json)


async def _tell(tx: Transaction, settings: Settings) -> tuple[Status, Leaving]:
    """Everybody it reaches at this moment is told."""
    of = await round_told.ready(tx, None, (await rounds.newest(tx)).id)
    looked = await telling.preview(tx, settings, "news", now=opening.now())
    leaving = await telling.confirm(
        tx,
        settings,
        "news",
        occasion=round_told.occasion(of.id),
        opens={"screen": "round", "round": of.id},
        envelope="envelope/something",
        typed=str(len(looked.people)),
        shown=len(looked.people),
        now=opening.now(),
    )
    return await _status(tx, await round_told.left(tx, None, of.id, leaving, now=opening.now())), leaving


def _agrees(found: Status, looked: Preview) -> bool:
    typer.echo("\n".join((*_shown(found), *_reach(looked))))
    return typer.confirm("Tell them?")


async def _status(tx: Transaction, of: Round) -> Status:
    asked = await rounds.asked(tx, of)
    missing = await rounds.outstanding(tx, of) if of.state == "asking" else ()
    return Status(
        of.name,
        of.state,
        of.asked_on,
        of.updates_by,
        of.told_on,
        of.comments_until,
        len(asked),
        sum(one.given for one in asked),
        await round_told.moved(tx, of),
        tuple(_owned(one) for one in missing),
        await round_told.waiting(tx, of, now=opening.now()),
    )


def _owned(one: Asked) -> str:
    return f"{one.shown.words.we_will} ({one.owner.name if one.owner else 'nobody owns it'})"


def _shown(found: Status) -> list[str]:
    lines = [f"{found.name}: {_count(found.asked, 'promise')} asked about on {found.asked_on}, {found.given} answered."]
    if found.state == "asking":
        lines.append(f"To be answered by {found.updates_by}.")
    lines += [f"  not answered: {one}" for one in found.missing]
    lines.append(f"What moved: {len(found.moved)}." if found.moved else "Nothing moved.")
    lines += [f"  {one.we_will}: {_state(one.before)} -> {_state(one.after)}" for one in found.moved]
    if found.told_on is not None:
        lines.append(f"Told on {found.told_on}; comments until {found.comments_until}.")
    if found.waiting:
        lines.append(f"{_count(found.waiting, 'comment')} not answered yet.")
    return lines


def _state(one: Standing) -> str:
    steps = f", {one.steps_done} of {one.steps} steps" if one.steps and one.state != "done" else ""
    return f"{STATES[one.state]}{steps}"


def _reach(looked: Preview) -> list[str]:
    lines = [f"It would reach {len(looked.people)} of {looked.total}."]
    return lines + [f"  left out: {count} {LEFT_OUT[why]}" for why, count in looked.left_out.items()]


def _loop(found: Loop) -> list[str]:
    lines = [
        f"{one.name}, closed {one.closed_on}: "
        + ("findings not told yet" if one.days is None else f"findings told after {_count(one.days, 'day')}")
        for one in found.findings
    ]
    lines += [f"Told of the newest findings: {_share(found.findings_share)}"] if found.findings_share else []
    lines += [f"Told what moved: {_share(found.round_share)}"] if found.round_share else []
    lines.append(f"Updates from owners in time: {found.updates_in_time} of {found.updates_asked}")
    lines.append(f"Comments answered: {found.comments_answered} of {found.comments}")
    states = ", ".join(f"{count} {STATES[state]}" for state, count in found.promises.items())
    return [*lines, f"Promises: {states or 'none'}"]


def _share(one: Share) -> str:
    return f"about {one.told} of {one.joined} who joined"


def _count(many: int, one: str, more: str = "") -> str:
    return f"1 {one}" if many == 1 else f"{many} {more or f'{one}s'}"

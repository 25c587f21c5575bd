"""`yousaid survey check`, `open`, `close`, `status`."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli import opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import authority, surveys
from engagement.london import local
from engagement.surveys import Opened
from storage import drafts, openings, people
from storage.closing import Closed
from storage.store import Transaction
from surveys import timing
from surveys.disclosure import MIN_BASE
from surveys.load import load
from surveys.timing import Notice

app = typer.Typer(no_args_is_help=True, help="Questionnaires: check, open, watch, close.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="A shipped one, or a file.")]

NOTICES = {
    Notice.OVER_SEVEN_MINUTES: "over seven minutes: {} seconds",
    Notice.LONGER_THAN_PROMISED: "longer than people are told: {} seconds",
    Notice.BRANCHES_ON_SENSITIVE: "{} is asked only after certain answers to a sensitive question",
    Notice.LONG_RUN_OF_ONE_SCALE: "{} is the fifth question in a row with the same answers",
    Notice.MORE_THAN_TWO_SEGMENTS: "{} is a third segment",
    Notice.SEGMENTS_BEFORE_THE_END: "{} is a segment asked in the first half",
}


@app.command("check")
def check(name: Name, as_json: AsJson = False) -> None:
    """Say whether a questionnaire can be used, and how long it takes."""
    text, source = _definition(name)
    asked = load(text, source=source)
    takes = timing.estimate(asked)
    notices = [NOTICES[notice].format(about) for notice, about in timing.warnings(asked)]
    said = {
        "name": asked.name,
        "version": asked.version,
        "questions": len(asked.questions),
        "languages": asked.languages,
        "minutes_told": asked.minutes,
        "seconds": takes,
        "notices": notices,
    }
    opening.show(
        said,
        f"{source} can be used: {asked.name}, version {asked.version}, {len(asked.questions)} questions.",
        f"About {_minutes(takes.nothing_typed)} when nothing is typed, {_minutes(takes.all_typed)} when everything is;"
        f" {_minutes(takes.quick)} to {_minutes(takes.slow)} for quick and slow readers. People are told"
        f" {asked.minutes} minutes.",
        *(f"Worth another look: {notice}." for notice in notices),
        as_json=as_json,
    )


@app.command("open")
def open_(
    name: Name,
    closes: Annotated[str | None, typer.Option(help="The last day, 28 days from now if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a survey to everybody who has joined, or joins while it is open."""
    text, source = _definition(name)
    last_day = opening.day(closes)

    async def do(tx: Transaction) -> Opened:
        settings = await authority.current(tx)
        return await surveys.open_survey(tx, settings, text, source=source, closes=last_day, now=opening.now())

    opened = opening.in_transaction(do)
    said = {"survey": opened.survey, "closes": opened.closes_at, "invited": opened.invited, "told": opened.told}
    opening.show(
        said,
        f"{load(text, source=source).name} is open until {_last_moment(opened.closes_at)}.",
        f"{opened.invited} people are in the register; {opened.told} of them have joined and get one message.",
        as_json=as_json,
    )


@app.command("close")
def close(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: closing is final.")] = False,
    as_json: AsJson = False,
) -> None:
    """Close a survey for good. Unsent drafts are destroyed unread."""

    async def look(tx: Transaction) -> str:
        return (await surveys.named(tx, name)).name

    async def do(tx: Transaction) -> Closed:
        return await surveys.close_survey(tx, (await surveys.named(tx, name)).id, now=opening.now())

    opening.in_transaction(look)
    if not yes and _is_a_terminal():
        typer.confirm(f"Closing {name} is final, and unsent drafts are destroyed. Close it?", abort=True)
    closed = opening.in_transaction(do)
    line = (
        f"{name} is closed. {closed.sent} people sent it."
        if closed.published
        else f"{name} is closed. Fewer than {MIN_BASE} people sent it, so what they sent was destroyed unread."
    )
    opening.show({"published": closed.published, "sent": _told(closed.sent)}, line, as_json=as_json)


@app.command("status")
def status(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: AsJson = False) -> None:
    """How many are in the register, have joined and have sent. Never what, and never when."""

    async def look(tx: Transaction) -> dict[str, Any]:
        found = await openings.latest(tx, name)
        if found is None:
            raise Refused(f"{name} was never opened.")
        register = await people.everyone(tx)
        return {
            "name": found.name,
            "state": found.state,
            "closes": found.closes_at,
            "invited": found.invited,
            "register": len(register),
            "joined": sum(person.chat_index is not None for person in register),
            "sent": _told(len(await drafts.done_many(tx, found.id))),
        }

    said = opening.in_transaction(look)
    sent = f"fewer than {MIN_BASE}" if said["sent"] is None else said["sent"]
    opening.show(
        said,
        f"{said['name']} is {said['state']}; its last day is {_last_moment(said['closes'])}.",
        f"In the register {said['register']}, joined {said['joined']}, sent {sent}.",
        as_json=as_json,
    )


def _told(count: int) -> int | None:
    """A count of people who sent, once there are enough of them that it points at nobody."""
    return count if count >= MIN_BASE else None


def _definition(name: str) -> tuple[str, str]:
    """The text of a shipped definition, or of a file, and what to call it."""
    shipped = files("surveys") / "definitions" / f"{name}.yaml"
    if name.replace("_", "").isalnum() and shipped.is_file():
        return shipped.read_text("utf-8"), f"{name}.yaml"
    path = Path(name)
    if not path.is_file() and not path.suffix:
        known = sorted(one.name.removesuffix(".yaml") for one in (files("surveys") / "definitions").iterdir())
        raise Refused(f"There is no survey {name}. Shipped are {', '.join(known)}; or give a file.")
    return opening.text_of(path), name


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60} s"


def _last_moment(closes_at: Any) -> date:
    """The last whole day of a survey that closes at that midnight."""
    return date.fromordinal(local(closes_at).date().toordinal() - 1)


def _is_a_terminal() -> bool:
    import sys

    return sys.stdin.isatty()

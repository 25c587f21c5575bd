"""`yousaid campaign plan`, `preview`, `start`, `pause`, `resume`, `stop`, `remind`, `status`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import unescape
from pathlib import Path
from re import compile as pattern
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import definitions, opening
from bot.cli.new_file import new_file
from bot.cli.new_file import write as write_to
from bot.cli.people import AsJson
from engagement import audit, authority, campaign_plan, campaigns
from engagement.authority import Settings
from engagement.campaign_plan import OPENERS, Plan, Step
from engagement.campaign_reach import Ran
from engagement.campaign_steps import Scheduled
from engagement.campaigns import Preview, Watched
from storage.campaigns import Campaign
from storage.store import Transaction
from surveys.definition import text_in

if TYPE_CHECKING:
    from bot.screens import Screen, Screens

app = typer.Typer(no_args_is_help=True, help="Whom a survey is put to, in which steps, and who is still missing.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The survey: a shipped one, or a file.")]
Opened = Annotated[str, typer.Argument(metavar="NAME", help="The survey's name.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="A plan from `campaign plan`, as you changed it.")]
From = Annotated[str | None, typer.Option("--from", help="The first day; the next working day if left out.")]

STEPS = {
    "warm_up": "word beforehand",
    "invitation": "invitation, opens it",
    "reminder": "reminder",
    "last_reminder": "last reminder",
}
LEFT_OUT = {
    "not_joined": "have not joined",
    "stopped": "want no messages",
    "unreachable": "messages don't reach",
    "opted_out": "want no questions",
    "week_full": "have a full week, and wait",
    "practice": "are no testers",
    "sent": "have sent it",
    "no_more": "want no more of this one",
    "another_day": "asked for another day",
    "waiting": "still wait for the one before",
    "enough": "had their three",
    "too_soon": "had one under four days before",
    "other_group": "are not in the group",
}
DELIVERED = {
    "queued": "wait",
    "held": "are held",
    "sending": "are leaving",
    "sent": "arrived",
    "unknown": "may have arrived",
    "failed": "could not arrive",
    "practised": "would have been sent",
}
_TAG = pattern(r"<[^>]*>")


@app.command("plan")
def plan(
    write: Annotated[Path | None, typer.Option("--write", help="Into this file, instead of here.")] = None,
) -> None:
    """Print the usual plan, as a file to change: a word beforehand, an invitation, three reminders."""
    lines = "\n".join(campaign_plan.as_file(campaign_plan.default()))
    if write is None:
        typer.echo(lines)
        return
    with new_file(write) as unfinished:
        write_to(unfinished, f"{lines}\n".encode())
    typer.echo(f"{write} is there to change. Then: yousaid campaign preview NAME --plan {write}")


@app.command("preview")
def preview(name: Name, plan: PlanFile = None, starts: From = None, as_json: AsJson = False) -> None:
    """Show whom each step would reach today, who is left out and why, and what people will see. Nothing is changed."""
    text, source = definitions.read(name)
    wanted, first = _plan(plan), opening.day(starts)

    async def look(tx: Transaction) -> tuple[Preview, Settings]:
        settings = await authority.current(tx)
        found = await campaigns.preview(tx, settings, text, source=source, plan=wanted, starts=first, now=opening.now())
        return found, settings

    found, settings = opening.in_transaction(look)
    opening.show(_as_json(found), *_shown(found, settings), as_json=as_json)


@app.command("start")
def start(
    name: Name,
    plan: PlanFile = None,
    starts: From = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a campaign. Of a survey that is open already, only the reminders."""
    text, source = definitions.read(name)
    wanted, first = _plan(plan), opening.day(starts)

    async def look(tx: Transaction) -> tuple[Preview, Settings]:
        settings = await authority.current(tx)
        found = await campaigns.preview(tx, settings, text, source=source, plan=wanted, starts=first, now=opening.now())
        return found, settings

    async def do(tx: Transaction) -> Campaign:
        settings = await authority.current(tx)
        made = await campaigns.start(tx, settings, text, source=source, plan=wanted, starts=first, now=opening.now())
        await audit.note(tx, None, audit.Action.CAMPAIGN_STARTED, now=opening.now(), campaign=made.id)
        return made

    if not yes and opening.is_a_terminal():
        found, settings = opening.in_transaction(look)
        typer.echo("\n".join(_shown(found, settings)))
        typer.confirm("Start it?", abort=True)
    made = opening.in_transaction(do)
    watched = opening.in_transaction(lambda tx: campaigns.watch(tx, made.name))
    opening.show(
        {"campaign": made.id, "survey": made.name, "steps": _steps(watched.steps)},
        f"The campaign for {made.name} is under way. To watch it: yousaid campaign status {made.name}",
        *(f"  {one.on}: {STEPS[one.step.step]}" for one in watched.steps),
        as_json=as_json,
    )


@app.command("pause")
def pause(name: Opened) -> None:
    """Hold everything of the campaign that has not left yet."""

    async def do(tx: Transaction) -> None:
        await campaigns.pause(tx, name, now=opening.now())
        await audit.note(tx, None, audit.Action.CAMPAIGN_PAUSED, now=opening.now())

    opening.in_transaction(do)
    typer.echo("Paused: what has not left is held. What people asked for themselves still comes.")
    typer.echo(f"To go on: yousaid campaign resume {name}")


@app.command("resume")
def resume(name: Opened) -> None:
    """Go on; the steps still to come are later by as many days as the pause was long."""

    async def do(tx: Transaction) -> tuple[Scheduled, ...]:
        steps = await campaigns.resume(tx, name, now=opening.now())
        await audit.note(tx, None, audit.Action.CAMPAIGN_RESUMED, now=opening.now(), steps=len(steps))
        return steps

    steps = opening.in_transaction(do)
    typer.echo("It goes on." if steps else "It goes on, and no step is left before the survey closes.")
    for one in steps:
        typer.echo(f"  {one.on}: {STEPS[one.step.step]}")


@app.command("stop")
def stop(name: Opened) -> None:
    """End the campaign. The survey stays open, and can still be answered."""

    async def do(tx: Transaction) -> None:
        await campaigns.stop(tx, name)
        await audit.note(tx, None, audit.Action.CAMPAIGN_STOPPED, now=opening.now())

    opening.in_transaction(do)
    typer.echo("Stopped: what has not left will not.")


@app.command("remind")
def remind(
    name: Opened,
    group: Annotated[str, typer.Option(help="As `survey status` names it: home=hostel.")],
    on: Annotated[str | None, typer.Option(help="The day; the next working day if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan one more reminder, for one group only. Nobody gets more than three, or two within four days."""
    day = opening.day(on)

    async def do(tx: Transaction) -> tuple[Scheduled, Ran, Watched]:
        settings = await authority.current(tx)
        added, told = await campaigns.remind(tx, settings, name, group=group, on=day, now=opening.now())
        await audit.note(tx, None, audit.Action.CAMPAIGN_STARTED, now=opening.now(), step=added.number)
        return added, told, await campaigns.watch(tx, name)

    added, told, watched = opening.in_transaction(do)
    reach, left = told.shown(sent_shown=watched.sent_shown, group=True)
    opening.show(
        {"on": added.on, "group": group, "reach": reach, "left_out": left},
        f"A reminder for {group} leaves on {added.on}. As things are today it goes to {reach}.",
        *(f"  left out: {line}" for line in _left(left)),
        as_json=as_json,
    )


@app.command("status")
def status(name: Opened, as_json: AsJson = False) -> None:
    """What the campaign has done and what is to come."""
    found = opening.in_transaction(lambda tx: campaigns.watch(tx, name))
    said = {
        "survey": found.campaign.name,
        "state": found.campaign.state,
        "steps": [
            step | {"delivery": found.delivery.get(one.number, {})} | _ran(one, found)
            for one, step in zip(found.steps, _steps(found.steps), strict=True)
        ],
    }
    opening.show(said, f"The campaign for {name} is {found.campaign.state}.", *_watched(found), as_json=as_json)


def _watched(found: Watched) -> list[str]:
    lines = []
    for one in found.steps:
        lines.append(f"  {one.on}: {STEPS[one.step.step]}{_for_group(one.step)}{_went(one, found)}")
    return lines


def _went(one: Scheduled, found: Watched) -> str:
    if one.ran is None:
        return ", to come"
    reach, _ = _reach(one, found)
    delivered = found.delivery.get(one.number, {})
    parts = [f"{delivered[state]} {said}" for state, said in DELIVERED.items() if delivered.get(state)]
    return f", written to {reach}" + (f" ({', '.join(parts)})" if parts else "")


def _ran(one: Scheduled, found: Watched) -> dict[str, Any]:
    reach, left = _reach(one, found)
    return {"reach": reach, "left_out": left}


def _reach(one: Scheduled, found: Watched) -> tuple[str | None, Mapping[str, int]]:
    if one.ran is None:
        return None, {}
    return one.ran.shown(sent_shown=found.sent_shown, group=one.step.group is not None)


def _plan(file: Path | None) -> Plan:
    if file is None:
        return campaign_plan.default()
    return campaign_plan.read(opening.text_of(file), source=str(file))


def _left(left: Mapping[str, int]) -> list[str]:
    return [f"{count} {LEFT_OUT[why]}" for why, count in left.items()]


def _shown(found: Preview, settings: Settings) -> list[str]:
    """The whole campaign as people will get it."""
    from bot.screens import TEMPLATES, Screens  # only who wants to see it waits for it

    screens = Screens([TEMPLATES], settings, opening.now)
    lines = [
        f"{text_in(found.title, 'en')}: {found.register} people are in the register; open until {found.last_day}.",
    ]
    if found.codes_short:
        lines.append(
            f"If everybody answers, {found.codes_short} thank-you codes are missing: yousaid vouchers add FILE"
        )
    if found.practice:
        lines.append("This is practice: only testers get anything, and what they send is thrown away.")
    for one in found.steps:
        lines += ["", f"{one.on}, {STEPS[one.step.step]}{_for_group(one.step)}"]
        if one.ran is not None:
            reach, left = one.ran.shown(sent_shown=False)
            lines.append(f"  As things are today it goes to {reach}.")
            lines += [f"  left out: {line}" for line in _left(left)]
        lines += [f"  | {line}" for line in _as_seen(screens, _opener(screens, one.step))]
        lines += ["  | . . ."]
        lines += [f"  | {line}" for line in _as_seen(screens, _card(screens, found, one.step, settings))]
    lines += ["", "Whoever has sent it, said no more, or asked for another day by then is left out of a reminder."]
    return lines


def _for_group(step: Step) -> str:
    return f", for {step.group}" if step.group else ""


def _opener(screens: Screens, step: Step) -> Screen:
    if step.line:
        return screens.render("envelope/own", "en", now=opening.now(), line=text_in(step.line, "en"))
    return screens.render(OPENERS[step.opener or "still_here"], "en", now=opening.now())


def _card(screens: Screens, found: Preview, step: Step, settings: Settings) -> Screen:
    title = text_in(found.title, "en")
    about: dict[str, Any] = {"title": title, "minutes": found.minutes, "now": opening.now(), "s": settings}
    if step.step == "warm_up":
        return screens.render("survey/warm_up", "en", day=_opens(found), **about)
    if step.step == "invitation":
        return screens.render("survey/start", "en", worker=settings.worker_word, practice=found.practice, **about)
    return screens.render(
        "survey/reminder",
        "en",
        id=0,
        state="new",
        place=0,
        total=0,
        closes=found.last_day,
        card=step.card or "own",
        words=text_in(step.words, "en") if step.words else None,
        last=step.step == "last_reminder",
        **about,
    )


def _opens(found: Preview) -> date | None:
    return next((one.on for one in found.steps if one.step.step == "invitation"), None)


def _as_seen(screens: Screens, screen: Screen) -> list[str]:
    """The words and the buttons, as lines."""
    words = unescape(_TAG.sub("", screen.text)).split("\n")
    return [*words, *("  ".join(f"[{one.label}]" for one in row) for row in screen.rows)]


def _as_json(found: Preview) -> dict[str, Any]:
    steps = []
    for one, said in zip(found.steps, _steps(found.steps), strict=True):
        reach, left = one.ran.shown(sent_shown=False) if one.ran else ("0", {})
        steps.append(said | {"reach": reach, "left_out": left})
    return {
        "survey": found.name,
        "register": found.register,
        "last_day": found.last_day,
        "practice": found.practice,
        "codes_short": found.codes_short,
        "steps": steps,
    }


def _steps(steps: tuple[Scheduled, ...]) -> list[dict[str, Any]]:
    return [
        {"step": one.step.step, "on": one.on.isoformat(), "group": one.step.group, "done": one.ran is not None}
        for one in steps
    ]

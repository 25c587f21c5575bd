"""`yousaid call ask|record|list`: a day on which people are phoned, what somebody said in person, and who wants what.

Names and numbers stay in the chat, but for a worker's own people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any

import typer

from bot.cli import call_rota, opening
from bot.cli.people import AsJson
from bot.cli.refusals import Refused
from engagement import authority, calls, calls_asked, calls_recorded, telling
from engagement.audit import Action, note
from engagement.joining import details_name
from engagement.london import today
from engagement.staff import NotAllowed, Permission, may
from storage import calls as rows
from storage import people, staff
from storage.calls import Call, CallDay
from storage.people import Details, Person
from storage.staff import Staff
from storage.store import Transaction

app = typer.Typer(no_args_is_help=True, help="Calls on Christmas and other days.")
app.add_typer(call_rota.app, name="rota")
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who it is: a name or reference of the staff.")]
CHRISTMAS = "christmas"


def _clock(given: str | None, otherwise: time | None = None) -> time | None:
    """A time as it is typed, 11:00; anything else is a misuse."""
    if given is None:
        return otherwise
    try:
        return datetime.strptime(given, "%H:%M").time()
    except ValueError:
        raise typer.BadParameter(f"{given} is not a time; write 11:00") from None


async def member_named(tx: Transaction, named: str) -> Staff:
    """The member of staff of that name or reference who has not left. Raises: Refused."""
    plain = " ".join(named.split()).casefold()
    for one in await staff.everyone(tx):
        if one.state != "left" and plain in (one.name.casefold(), one.reference.casefold()):
            return one
    raise Refused(f"Nobody on the staff is called {named}: yousaid staff list")


@app.command("ask")
def ask(
    by: By,
    on: Annotated[str, typer.Option(metavar="DATE", help="The day: 2027-01-01 or 01/01/2027.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the day is called, for staff.")] = "",
    from_: Annotated[str | None, typer.Option("--from", metavar="HH:MM", help="People are phoned from.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="And until.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Make the day the preview shows.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a day on which people are phoned: everybody is asked in two working days. 25 December makes itself."""
    day, now = opening.day(on) or date.min, opening.now()
    hours = (_clock(from_, calls.OPENS) or calls.OPENS, _clock(to, calls.CLOSES) or calls.CLOSES)

    async def do(tx: Transaction) -> dict[str, Any]:
        settings, member = await authority.current(tx), await member_named(tx, by)
        reached = await telling.preview(tx, settings, "check_ins", now=now)
        asks = calls_asked.asks_on(settings, today(now))
        said = {"on": day, "asked_on": asks, "people": reached.total, "reached": len(reached.people), "made": yes}
        if yes:
            made = await calls_asked.make(
                tx, settings, member, day, now=now, name=name, from_time=hours[0], to_time=hours[1]
            )
            await note(tx, member, Action.CALLS_ASKED, now=now, day=made.id)
        return said

    said = opening.in_transaction(do)
    lines = [
        f"Asked about a call on {day}, {hours[0]:%H:%M} to {hours[1]:%H:%M}: {said['people']} in the register.",
        f"On {said['asked_on']} the chat asks those it reaches ({said['reached']} today); workers ask the others.",
        "Until then it can be called off in the chat." if yes else "Nothing was made yet. If that is right, add --yes.",
    ]
    opening.show(said, *lines, as_json=as_json)


@app.command("record")
def record(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="As the register has it.")],
    by: By,
    day: Annotated[str, typer.Option(metavar="DAY", help="christmas, or a date such as 2027-01-01.")] = CHRISTMAS,
    wanted: Annotated[bool | None, typer.Option("--yes/--no", help="Whether they would like a call.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="HH:MM", help="From when it suits them.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="And until.")] = None,
    number: Annotated[str | None, typer.Option(metavar="NUMBER", help="Another number than the register's.")] = None,
    who: Annotated[str | None, typer.Option(metavar="worker|anyone", help="Who should phone them.")] = None,
    newer: Annotated[bool, typer.Option("--newer", help="They said something else in the chat before.")] = False,
) -> None:
    """Record what somebody told their worker in person, also of people who never joined."""
    if wanted is None:
        raise typer.BadParameter("say --yes or --no")
    if who not in (None, "worker", "anyone"):
        raise typer.BadParameter("--who is worker or anyone")
    if (from_ is None) != (to is None):
        raise typer.BadParameter("--from and --to go together")
    said: dict[str, Any] = {"wanted": "yes" if wanted else "no"}
    if wanted:
        times = {"from_time": _clock(from_), "to_time": _clock(to)} if from_ else {}
        said |= times | {name: value for name, value in (("number", number), ("who", who)) if value is not None}

    async def do(tx: Transaction) -> CallDay:
        settings, member = await authority.current(tx), await member_named(tx, by)
        person = await people.by_reference(tx, reference)
        if person is None or person.state not in people.IN_REGISTER:
            raise Refused(f"Nobody in the register has the reference {reference}.")
        found = await calls_asked.find_day(tx, day, now=opening.now())
        await calls_recorded.record(tx, settings, member, person.id, found.id, now=opening.now(), newer=newer, **said)
        return found

    found = opening.in_transaction(do)
    typer.echo(f"Recorded for {reference}: {'a call' if wanted else 'no call'} on {found.on_day}.")


@app.command("list")
def list_(
    by: By,
    day: Annotated[str, typer.Option(metavar="DAY", help="christmas, or a date.")] = CHRISTMAS,
    as_json: AsJson = False,
) -> None:
    """Who would like a call: of everybody for whoever plans calls, with numbers only of one's own people."""

    async def look(tx: Transaction) -> list[_Listed]:
        member = await member_named(tx, by)
        found = await calls_asked.find_day(tx, day, now=opening.now())
        return [one async for one in _listed(tx, member, found)]

    found = opening.in_transaction(look)
    opening.show([_said(one) for one in found], *([_line(one) for one in found] or ["Nobody."]), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of the list; no number where the person is not one's own."""

    known: Details
    call: Call
    number: str | None


async def _listed(tx: Transaction, member: Staff, day: CallDay) -> Any:
    """Raises: NotAllowed."""
    plans = may(member, Permission.PLAN_CALLS)
    if not plans and not may(member, Permission.SEE_OWN_PEOPLE):
        raise NotAllowed(Permission.PLAN_CALLS)
    for call in await rows.on_day(tx, day.id):
        person: Person = await people.by_id(tx, call.person)
        own = person.worker == member.id
        if (plans or own) and person.state in people.IN_REGISTER:
            number = await calls.number_of(tx, call) if own and call.wanted == "yes" else None
            yield _Listed(await people.details(tx, call.person), call, number or None)


def _said(one: _Listed) -> dict[str, Any]:
    call = one.call
    return {
        "reference": one.known.reference,
        "name": details_name(one.known),
        "wanted": call.wanted,
        "recorded": call.recorded_by is not None,
        "who": call.who if call.wanted == "yes" else None,
        "from": None if call.from_time is None else f"{call.from_time:%H:%M}",
        "to": None if call.to_time is None else f"{call.to_time:%H:%M}",
        "number": one.number,
    }


def _line(one: _Listed) -> str:
    said = _said(one)
    when = f", {said['from']} to {said['to']}" if said["from"] else ""
    who = ", own worker" if said["who"] == "worker" else ""
    number = f", {one.number}" if one.number else ""
    return f"{said['reference']}: {said['name']}, {said['wanted'].replace('_', ' ')}{when}{who}{number}"

"""`yousaid survey check`, `open`, `close`; `status`, `results` and `themes` are beside it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from bot.cli import definitions, opening, reading, response, results, vouchers
from bot.cli.people import AsJson
from engagement import answering, audit, authority, surveys
from engagement import results as published
from engagement.audit import Action
from engagement.london import local
from engagement.surveys import Opened
from storage import drafts, openings
from storage.closing import Closed
from storage.store import Transaction
from surveys import timing
from surveys.definition import Questionnaire
from surveys.disclosure import MIN_BASE, MIN_INVITED_FOR_BREAKDOWN
from surveys.forecast import Forecast, Reason, forecast
from surveys.load import load
from surveys.publication import Level
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


LEVELS = {
    Level.DETAIL: "every answer",
    Level.BANDS: "bands",
    Level.SHARE: "one share",
    Level.WRITTEN: "words to read",
    Level.NOTHING: "nothing",
}
REASONS = {
    Reason.TOO_FEW_ANSWERS: "too few would answer",
    Reason.SMALL_COUNTS: "some counts would be too small",
    Reason.UNDER_50: "under 50 answers are shown as two-way splits",
    Reason.UNDER_300: "under 300 answers are shown by bands",
    Reason.ANSWERS_AS_BANDS: "0 to 10 is never shown number by number",
    Reason.FEW_INVITED: f"a breakdown needs {MIN_INVITED_FOR_BREAKDOWN} people in the register",
    Reason.SMALL_PARTS: "some part would be too small",
}
TYPICAL_RESPONSE = 45.0


@app.command("check")
def check(
    name: Name,
    register: Annotated[int | None, typer.Option("--people", min=1, help="How many are in the register.")] = None,
    response: Annotated[
        float | None, typer.Option(min=0, max=100, help="How many of a hundred will answer; 45 if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a questionnaire can be used, how long it takes, and with --people what could be shown of it."""
    if response is not None and register is None:
        raise typer.BadParameter("say of how many: --people")
    text, source = definitions.read(name)
    asked = load(text, source=source)
    likely = None if register is None else _forecast(asked, register, response)
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
        "forecast": likely,
    }
    opening.show(
        said,
        f"{source} can be used: {asked.name}, version {asked.version}, {len(asked.questions)} questions.",
        f"About {_minutes(takes.nothing_typed)} when nothing is typed, {_minutes(takes.all_typed)} when everything is;"
        f" {_minutes(takes.quick)} to {_minutes(takes.slow)} for quick and slow readers. People are told"
        f" {asked.minutes} minutes.",
        *(f"Worth another look: {notice}." for notice in notices),
        *(() if likely is None else _likely(likely)),
        as_json=as_json,
    )


def _forecast(asked: Questionnaire, register: int, response: float | None) -> Forecast:
    return forecast(
        asked,
        people=register,
        response=TYPICAL_RESPONSE if response is None else response,
        benchmarks=published.known_benchmarks(),
    )


def _likely(likely: Forecast) -> list[str]:
    """What could be shown; where it is not everything, why, and of which questions."""
    counts = [f"{said} of {likely.count(level)}" for level, said in LEVELS.items() if likely.count(level)]
    short: dict[str, list[str]] = {}
    for one in likely.questions:
        if one.reason is not None:
            said = f"{LEVELS[one.level]}{', some hidden' if one.hidden else ''}, because {REASONS[one.reason]}"
            short.setdefault(said, []).append(one.id)
    return [
        f"If {likely.response:g} in 100 of {likely.people} people answer, that is {likely.answers}. Of"
        f" {len(likely.questions)} questions could be shown: {', '.join(counts)}.",
        *(f"  {said[0].upper()}{said[1:]}: {', '.join(ids)}." for said, ids in short.items()),
        *(
            f"  By {part.id}: {', '.join(part.parts) or 'nothing'}"
            + ("." if part.reason is None else f", because {REASONS[part.reason]}.")
            for part in likely.segments
        ),
    ]


@app.command("open")
def open_(
    name: Name,
    closes: Annotated[str | None, typer.Option(help="The last day, 28 days from now if left out.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, although thank-you codes are short.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a survey to everybody who has joined, or joins while it is open."""
    text, source = definitions.read(name)
    last_day = opening.day(closes)

    async def short_of_codes(tx: Transaction) -> str | None:
        return await vouchers.short_line(tx, load(text, source=source).name)

    async def do(tx: Transaction) -> Opened:
        settings = await authority.current(tx)
        made = await surveys.open_survey(tx, settings, text, source=source, closes=last_day, now=opening.now())
        await audit.note(tx, None, Action.SURVEY_OPENED, now=opening.now(), survey=made.survey, people=made.invited)
        return made

    short = opening.in_transaction(short_of_codes)
    if short and not yes and opening.is_a_terminal():
        typer.confirm(f"{short} Open it all the same?", abort=True)
    opened = opening.in_transaction(do)
    said = {"survey": opened.survey, "closes": opened.closes_at, "invited": opened.invited, "told": opened.told}
    opening.show(
        said,
        f"{load(text, source=source).name} is open until {_last_moment(opened.closes_at)}.",
        f"{opened.invited} people are in the register; {opened.told} of them have joined and get one message.",
        *(() if short is None else (short,)),
        as_json=as_json,
    )


@app.command("close")
def close(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: closing is final.")] = False,
    tomorrow: Annotated[
        bool, typer.Option("--tomorrow", help="Close when tomorrow is over, and tell those with a draft now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Close a survey for good and publish its figures. Unsent drafts are destroyed unread."""
    if tomorrow:
        _close_tomorrow(name, as_json=as_json)
        return

    async def look(tx: Transaction) -> int:
        return len(await drafts.begun_by(tx, (await surveys.named(tx, name)).id))

    async def do(tx: Transaction) -> Closed:
        survey = (await surveys.named(tx, name)).id
        await audit.note(tx, None, Action.SURVEY_CLOSED, now=opening.now(), survey=survey)
        return await surveys.close_survey(tx, await authority.current(tx), survey, now=opening.now())

    unsent = opening.in_transaction(look)
    if not yes and opening.is_a_terminal():
        typer.confirm(
            f"Closing {name} is final. {_about(unsent)} would be destroyed unread; with --tomorrow their writers are"
            " told first. Close it now?",
            abort=True,
        )
    closed = opening.in_transaction(do)
    line = (
        f"{name} is closed. {closed.sent} people sent it. Its figures: yousaid survey results {name}"
        if closed.published
        else f"{name} is closed. Fewer than {MIN_BASE} people sent it, so what they sent was destroyed unread."
    )
    said = {"published": closed.published, "sent": _told(closed.sent), "drafts": unsent}
    opening.show(said, line, f"{_drafts(unsent)} destroyed unread.", as_json=as_json)


def _close_tomorrow(name: str, *, as_json: bool) -> None:
    async def do(tx: Transaction) -> tuple[date, int | None]:
        survey = (await surveys.named(tx, name)).id
        told = await surveys.close_tomorrow(tx, survey, now=opening.now())
        await audit.note(tx, None, Action.SURVEY_END_MOVED, now=opening.now(), survey=survey)
        return answering.last_day(await openings.find(tx, survey)), answering.about_many(told)

    last_day, told = opening.in_transaction(do)
    opening.show(
        {"closes": last_day, "told": told},
        f"{name} closes when {last_day} is over.",
        f"Told now, because they have begun and not sent it: {told or f'fewer than {MIN_BASE}'}.",
        as_json=as_json,
    )


def _about(count: int) -> str:
    """While it is open, whoever looks twice must not see that somebody has begun or sent in between."""
    about = answering.about_many(count)
    return f"About {about} unsent drafts" if about else f"Fewer than {MIN_BASE} unsent drafts"


def _drafts(count: int) -> str:
    return "1 unsent draft" if count == 1 else f"{count} unsent drafts"


app.command("status")(response.status)
app.command("results")(results.results)
app.command("themes")(reading.themes)


def _told(count: int) -> int | None:
    """A count of people who sent, once there are enough of them that it points at nobody."""
    return count if count >= MIN_BASE else None


def _minutes(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60} s"


def _last_moment(closes_at: Any) -> date:
    """The last whole day of a survey that closes at that midnight."""
    return date.fromordinal(local(closes_at).date().toordinal() - 1)

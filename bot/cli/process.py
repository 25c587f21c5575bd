"""`yousaid run`, `demo`, `tick`, `doctor`, `setup`: the process itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli import opening
from bot.cli.loading import loading
from bot.cli.refusals import Refused
from bot.settings import Settings
from engagement import audit, authority, surveys
from storage import schema
from storage.errors import KeyMissing, NotSetUp
from storage.keys import Keys
from storage.store import Store, make_engine

AsJson = Annotated[bool, typer.Option("--json", help="For a script.")]


def run() -> None:
    """Run the bot until it is told to stop."""
    settings = opening.settings(needs_token=True)
    opening.require_set_up(settings)
    with loading():
        from bot.polling import LeaseGone
        from bot.run import run as running

    logs.configure()
    try:
        opening.wait(running(settings))
    except LeaseGone:
        raise Refused("Another process has taken over polling with this token.") from None


def demo(
    port: Annotated[int, typer.Option(help="Where the page of phones is; 0 takes any that is free.")] = 8085,
) -> None:
    """Play with a made-up authority in the browser: no account, no internet."""
    from bot.sandbox.demo import demo as playing

    logs.configure("WARNING")
    opening.wait(playing(port=port))


def tick() -> None:
    """Do what is due now, once."""
    from bot.heartbeat import beat

    async def do() -> int:
        async with opening.opened(opening.settings()) as store:
            async with store.transaction() as tx:
                settings = await authority.current(tx)
            return await beat(store, settings, opening.now)

    logs.configure("WARNING")
    typer.echo(f"{opening.wait(do())} things were due.")


def doctor(as_json: AsJson = False) -> None:
    """Say whether everything that is needed is there."""
    from bot.doctor import examine

    findings = opening.wait(examine())
    opening.show(findings, *map(str, findings), as_json=as_json)
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def setup(file: Annotated[Path, typer.Argument(help="The authority's settings.", metavar="AUTHORITY.YAML")]) -> None:
    """Make the tables and keys, and put the authority's settings in place. Safe to repeat."""
    settings = opening.settings()
    wanted = authority.load(opening.text_of(file), source=str(file))
    name = opening.wait(_set_up(settings, wanted))
    typer.echo(f"{name} is set up. Next: yousaid staff add NAME --role participation")


async def _set_up(settings: Settings, wanted: authority.Settings) -> str:
    await _refuse_new_keys(settings)
    await _migrate(settings)
    store = Store.open(settings.database_url, settings.keys)
    try:
        async with store.transaction() as tx:
            before = await authority.current(tx)
            await authority.change(tx, wanted)
            await audit.note(tx, None, audit.Action.SETTINGS_CHANGED, now=opening.now())
            if before.practice != wanted.practice:
                await audit.note(tx, None, audit.Action.PRACTICE_SWITCHED, now=opening.now(), on=int(wanted.practice))
            if before.practice and not wanted.practice:
                thrown_away = await surveys.end_practice(tx, wanted, now=opening.now())
                typer.echo(f"Practice is over: {thrown_away} practice surveys were thrown away. Now it counts.")
    except NotSetUp:
        of = await store.add_authority(wanted.name, authority.kept(wanted))
        async with store.transaction(of) as tx:
            await audit.note(tx, None, audit.Action.SETTINGS_CHANGED, now=opening.now())
    finally:
        await store.close()
    return wanted.name


async def _migrate(settings: Settings) -> None:
    """Bring the tables up to date, loading what that takes only when they are not."""
    file = opening.sqlite_file(settings.database_url)
    if file is not None and not file.parent.is_dir():
        raise Refused(f"There is no folder {file.parent} for the database.")
    engine = make_engine(settings.database_url)
    try:
        if await schema.found(engine) != schema.head():
            await schema.migrate(engine)
    finally:
        await engine.dispose()


async def _refuse_new_keys(settings: Settings) -> None:
    """Raises KeyMissing where an authority is kept but its keys are not: new ones would open nothing of it."""
    try:
        opening.require_keys(settings.keys)
        return
    except KeyMissing:
        file = opening.sqlite_file(settings.database_url)
        engine = make_engine(settings.database_url)
        try:
            if (file is not None and not file.is_file()) or await schema.found(engine) is None:
                return
            with tempfile.TemporaryDirectory() as folder:
                try:
                    async with Store(engine, Keys(Path(folder))).transaction():
                        pass
                except NotSetUp:
                    return
        finally:
            await engine.dispose()
        raise

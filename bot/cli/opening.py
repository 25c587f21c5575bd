"""What every command begins with: settings, an open store with today's tables and its keys, a moment."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot import settings as process
from bot.settings import Settings
from storage import schema
from storage.errors import KeyMissing, NotSetUp
from storage.keys import KEEP_NAMES
from storage.store import Store, Transaction

Given = TypeVar("Given")


class NoSuchFile(Exception):
    """A file that was named is not there, or is none."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def now() -> datetime:
    return datetime.now(UTC)


def settings(*, needs_token: bool = False) -> Settings:
    """The settings of this process. Raises: SettingsWrong."""
    return process.load(needs_token=needs_token)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The store, checked first: a command must make neither an empty database nor keys that fit nothing.

    Raises: NotSetUp, KeyMissing, WrongSchema.
    """
    require_set_up(settings)
    store = Store.open(settings.database_url, settings.keys)
    try:
        await schema.check(store.engine)
        yield store
    finally:
        await store.close()


def require_set_up(settings: Settings) -> None:
    """Raises NotSetUp or KeyMissing before anything could be made that `setup` should make."""
    file = sqlite_file(settings.database_url)
    if file is not None and not file.is_file():
        raise NotSetUp
    require_keys(settings.keys)


def require_keys(folder: Path) -> None:
    """Raises KeyMissing unless every key of `keep/` is there."""
    for name in KEEP_NAMES:
        if not (folder / "keep" / f"{name}.key").is_file():
            raise KeyMissing(name)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for another kind, or one in memory."""
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None


def in_transaction(work: Callable[[Transaction], Awaitable[Given]]) -> Given:
    """What `work` gives, done in one transaction of the store."""

    async def do() -> Given:
        async with opened(settings()) as store, store.transaction() as tx:
            return await work(tx)

    return wait(do())


def wait(work: Coroutine[Any, Any, Given]) -> Given:
    return asyncio.run(work)


def text_of(path: Path) -> str:
    """What is in a file people wrote. Raises: NoSuchFile."""
    return bytes_of(path).decode("utf-8-sig", "replace")


def bytes_of(path: Path) -> bytes:
    """Raises: NoSuchFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoSuchFile(path) from error


def show(value: object, *lines: str, as_json: bool) -> None:
    """The value for a script, or the lines for a reader."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))
    else:
        typer.echo("\n".join(lines))


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def is_a_terminal() -> bool:
    """Whether somebody sits there who could be asked."""
    return sys.stdin.isatty()


def day(given: str | None) -> date | None:
    """A day as it is typed, 2026-12-24 or 24/12/2026; anything else is a misuse."""
    if given is None:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(given, form).date()
        except ValueError:
            continue
    raise typer.BadParameter(f"{given} is not a day; write 2026-12-24 or 24/12/2026")


async def bot_name(settings: Settings) -> str | None:
    """The bot's username as the settings or Telegram give it; None when neither does."""
    if settings.bot_name is not None or settings.token is None:
        return settings.bot_name
    from bot.doctor import Unanswered, ask_name

    try:
        return (await ask_name(settings)).name or None
    except Unanswered:
        return None

"""`yousaid doctor`: can this installation run? One plain line for each thing it needs."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp

from bot.settings import Settings, SettingsWrong, load
from engagement import authority, days
from engagement.london import today
from storage import schema, staff
from storage.errors import KeyMissing, NotSetUp, StorageError, WrongSchema
from storage.keys import KEEP_NAMES
from storage.sealing import KEY_BYTES
from storage.store import Store

MOST_SECONDS_APART = 30
CALL_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    about: str
    good: bool
    said: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'}  {self.about}: {self.said}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the Bot API said to getMe, and when it says it is."""

    status: int
    name: str
    date: datetime | None


class Unanswered(Exception):
    """The Bot API could not be reached; `why` is the kind of failure, never its text, which holds the token."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def examine(
    now: Callable[[], datetime] = lambda: datetime.now(UTC), given: dict[str, Any] | None = None
) -> list[Finding]:
    """Look at everything; nothing is created or changed."""
    try:
        settings = load(needs_token=True, given=given)
    except SettingsWrong as wrong:
        findings = [Finding("settings", False, problem) for problem in wrong.problems]
        try:
            settings = load(given=given)
        except SettingsWrong:
            return [*findings, _time_zone()]
    else:
        findings = [Finding("settings", True, "all there")]
    findings += await _telegram(settings, now)
    findings += _keys(settings.keys)
    findings += await _database(
        settings, keys_are_there=all(finding.good for finding in findings if finding.about == "keys")
    )
    return [*findings, *_days(now()), _time_zone()]


async def _telegram(settings: Settings, now: Callable[[], datetime]) -> list[Finding]:
    if settings.token is None:
        return [Finding("token", False, "not asked, there is none"), Finding("clock", False, "not compared")]
    try:
        answer = await ask_name(settings)
    except Unanswered as error:
        said = f"no answer from the Bot API ({error.why}); is the network open, is YOUSAID_API_URL right?"
        return [Finding("token", False, said), Finding("clock", False, "not compared, the Bot API did not answer")]
    if answer.status == 200 and answer.name:
        token = Finding("token", True, f"belongs to @{answer.name}")
    elif answer.status in (401, 404):
        token = Finding("token", False, "Telegram does not know it; ask @BotFather for the present one")
    else:
        token = Finding("token", False, f"the Bot API answered {answer.status}; try again in a few minutes")
    return [token, _clock(answer.date, now())]


async def ask_name(settings: Settings) -> Answer:
    """What getMe says. Raises: Unanswered."""
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(f"{settings.base_url}/getMe") as reply,
        ):
            return Answer(reply.status, _name(await reply.read()), _date(reply.headers.get("Date")))
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unanswered(type(error).__name__) from None


def _name(body: bytes) -> str:
    try:
        return str(json.loads(body)["result"]["username"])
    except (ValueError, KeyError, TypeError):
        return ""


def _date(header: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _clock(theirs: datetime | None, ours: datetime) -> Finding:
    if theirs is None:
        return Finding("clock", False, "not compared, the Bot API did not say the time")
    apart = abs(ours - theirs)
    if apart > timedelta(seconds=MOST_SECONDS_APART):
        return Finding("clock", False, f"{int(apart.total_seconds())} seconds off; set the time from the network (NTP)")
    return Finding("clock", True, "right")


def _keys(folder: Path) -> list[Finding]:
    """The folders and files, their permissions, and whether anybody else could read them."""
    problems: list[str] = []
    for place in (folder, folder / "keep", folder / "burn"):
        if not place.is_dir():
            problems.append(f"{place} is not there; `yousaid setup` makes it")
        elif place == folder:
            continue
        elif (mode := stat.S_IMODE(place.stat().st_mode)) & 0o077:
            problems.append(f"{place} is open to others ({mode:o}); chmod 700")
        elif not os.access(place, os.R_OK | os.W_OK | os.X_OK):
            problems.append(f"{place} cannot be used by this user")
    if (folder / "keep").is_dir():
        problems += [f"{folder / 'keep' / name}.key is not there" for name in _missing(folder / "keep")]
    for key in sorted(folder.glob("*/*.key")):
        if (mode := stat.S_IMODE(key.stat().st_mode)) & 0o077:
            problems.append(f"{key.parent.name}/{key.name} is open to others ({mode:o}); chmod 600")
        if key.stat().st_size != KEY_BYTES:
            problems.append(f"{key.parent.name}/{key.name} is damaged; bring it back from the safe")
    return [Finding("keys", False, problem) for problem in problems] or [Finding("keys", True, "there, and private")]


def _missing(keep: Path) -> list[str]:
    return [name for name in KEEP_NAMES if not (keep / f"{name}.key").is_file()]


async def _database(settings: Settings, *, keys_are_there: bool) -> list[Finding]:
    """Whether it can be reached, has today's tables, and its keys; never making what is not there."""
    file = _sqlite_file(settings.database_url)
    if file is not None and not file.is_file():
        return [Finding("database", False, f"{file} is not there; `yousaid setup` makes it")]
    if not keys_are_there:
        return [Finding("database", False, "not opened, because of the keys")]
    store = Store.open(settings.database_url, settings.keys)
    try:
        await schema.check(store.engine)
        async with store.transaction() as tx:
            await tx.epoch()
            return [Finding("database", True, "there, with today's tables"), *await _authority(tx)]
    except WrongSchema as wrong:
        said = f"has tables of version {wrong.found or 'none'}, this program wants {wrong.wanted}; run `yousaid setup`"
        return [Finding("database", False, said)]
    except NotSetUp:
        return [Finding("database", False, "holds no authority yet; run `yousaid setup authority.yaml`")]
    except KeyMissing:
        return [Finding("database", False, "its present key is not in keys/burn: drafts and waiting answers are lost")]
    except StorageError as error:
        return [Finding("database", False, f"cannot be read with these keys ({type(error).__name__})")]
    except Exception as error:  # whatever a driver raises when nobody is there, its text may hold the password
        return [
            Finding("database", False, f"cannot be opened ({type(error).__name__}); is YOUSAID_DATABASE_URL right?")
        ]
    finally:
        await store.close()


async def _authority(tx: Any) -> list[Finding]:
    """Whether the settings can be read and the people they name exist."""
    try:
        settings = await authority.current(tx)
    except ValueError:
        return [Finding("authority", False, "its settings are of another version; run `yousaid setup authority.yaml`")]
    named = [*settings.duty, *settings.cover, *settings.cover.values()]
    strangers = [name for name in dict.fromkeys(named) if await staff.by_name_or_reference(tx, name) is None]
    if strangers:
        # Named on the rota before they are added: worth saying, no reason not to start.
        said = f"{settings.name}; on its rota but not staff yet: {', '.join(strangers)}"
        return [Finding("authority", True, said)]
    return [Finding("authority", True, settings.name)]


def _days(now: datetime) -> list[Finding]:
    """Whether the table of days that move is about to end: no reason not to start, and worth saying a year ahead."""
    ending = ", ".join(one.name for one in days.runs_out(today(now)))
    said = f"the table ends within a year: {ending}; a newer yousaid has more"
    return [Finding("days", True, said)] if ending else []


def _sqlite_file(url: str) -> Path | None:
    scheme, _, path = url.partition(":///")
    return Path(path.partition("?")[0]) if scheme.startswith("sqlite") and path else None


def _time_zone() -> Finding:
    """Whether London's clocks are known, with the change in spring and autumn."""
    try:
        london = ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        return Finding("time zone", False, "Europe/London is not known; install tzdata")
    offsets = [datetime(2027, month, 1, tzinfo=london).utcoffset() for month in (1, 7)]
    if offsets != [timedelta(0), timedelta(hours=1)]:
        return Finding("time zone", False, "Europe/London has no summer time here; install tzdata")
    return Finding("time zone", True, f"Europe/London is known; this machine's own is {time.tzname[0]}")

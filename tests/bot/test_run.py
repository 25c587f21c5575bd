"""The process: one poller for each token, a clean end, and a log that says what is wrong and never the token."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.killing import ROOT, Forking, Process
from support.line import Line
from support.town import NORTHFIELD, Town

from bot.intake import Intake
from bot.polling import LEASE_SECONDS, Lease, LeaseGone, poll, polling
from bot.run import TEMPLATES, started
from bot.sandbox.phones import Phone
from bot.sandbox.server import serve
from bot.sandbox.telegram import Telegram
from bot.screens import Screens
from bot.settings import Settings, SettingsWrong
from engagement import authority
from storage import leases, schema
from storage.errors import NotSetUp, WrongSchema
from storage.store import Store

YOUSAID = Path(sys.executable).with_name("yousaid")
PATIENCE = 120.0
"""Seconds after which a process is given up."""
LOOK_AGAIN = 0.02
ELSEWHERE = "another-machine/17/4711"


@dataclass
class Processes:
    """Bots in processes of their own, on one database and one made-up Telegram."""

    telegram: Telegram
    environment: dict[str, str]
    folder: Path
    forking: Forking
    running: list[Process] = field(default_factory=list)

    def start_from_the_beginning(self) -> Process:
        """`yousaid run`, as it is typed."""
        with self.log(len(self.running)).open("wb") as log:
            process = subprocess.Popen(
                [YOUSAID, "run"], cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.running.append(process)
        return process

    def start(self, **more: str) -> Process:
        """The same in a process forked from one that has read the modules."""
        log = self.log(len(self.running))
        log.touch()
        process = self.forking.start(["run"], environment=self.environment | more, folder=self.folder, log=log)
        self.running.append(process)
        return process

    def log(self, number: int) -> Path:
        return self.folder / f"bot-{number}.log"

    def said(self, number: int = 0) -> str:
        return self.log(number).read_text(errors="replace")

    @property
    def polls(self) -> int:
        return sum(call.method == "getUpdates" for call in self.telegram.calls)

    async def polled(self, times: int = 1) -> None:
        """Come back when so many polls have been seen."""
        async with asyncio.timeout(PATIENCE):
            await self.telegram.changes.until(lambda: self.polls >= times)

    async def until_said(self, words: str, number: int = 0) -> None:
        """Come back when a process has logged this."""
        end = time.monotonic() + PATIENCE
        while words not in self.said(number):
            assert time.monotonic() < end, self.said(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.running[number].wait, LOOK_AGAIN)
                assert words in self.said(number), self.said(number)

    async def ended(self, process: Process) -> int:
        return await asyncio.to_thread(process.wait, PATIENCE)


@pytest.fixture
async def processes(sqlite_store: Store, tmp_path: Path, forking: Forking) -> AsyncIterator[Processes]:
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    async with sqlite_store.transaction() as tx:
        await authority.change(tx, words)
    telegram = Telegram()
    async with await serve(telegram) as running:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("YOUSAID_")} | {
            "YOUSAID_TOKEN": telegram.bot.token,
            "YOUSAID_API_URL": running.api_url,
            "YOUSAID_DATABASE_URL": sqlite_store.engine.url.render_as_string(hide_password=False),
            "YOUSAID_KEYS": str(tmp_path / "keys"),
        }
        made = Processes(telegram, environment, tmp_path, forking)
        try:
            yield made
        finally:
            for process in made.running:
                if process.poll() is None:
                    process.kill()
                process.wait()


async def test_a_process_polls_soon_answers_and_ends_cleanly_when_told_to(processes: Processes) -> None:
    process = processes.start_from_the_beginning()
    await processes.polled()
    ash = Phone(processes.telegram, "Ash")
    await ash.start()
    await ash.until("private link")
    process.send_signal(signal.SIGTERM)
    assert await processes.ended(process) == 0, processes.said()
    assert processes.telegram.bot.token.partition(":")[2] not in processes.said()


async def test_a_second_process_waits_until_the_first_one_ends(processes: Processes) -> None:
    first = processes.start()
    await processes.polled()
    processes.start()
    await processes.until_said("another_process_polls", 1)
    seen = processes.polls
    ash = Phone(processes.telegram, "Ash")
    await ash.start()
    await ash.until("private link")
    assert "poll_conflict" not in processes.said(0) + processes.said(1)
    first.send_signal(signal.SIGTERM)
    assert await processes.ended(first) == 0
    await processes.polled(seen + 2)
    await ash.start()
    async with asyncio.timeout(PATIENCE):
        await processes.telegram.settled()
    assert "poll_conflict" not in processes.said(0) + processes.said(1)


async def test_what_a_process_that_was_killed_held_is_taken_at_once(processes: Processes) -> None:
    first = processes.start()
    await processes.polled()
    first.kill()
    await processes.ended(first)
    seen = processes.polls
    processes.start()
    await processes.polled(seen + 1)
    assert "another_process_polls" not in processes.said(1)


async def test_a_wrong_token_is_said_without_the_token(processes: Processes) -> None:
    wrong = f"{processes.telegram.bot.token.partition(':')[0]}:AAE{'f' * 32}"
    process = processes.start(YOUSAID_TOKEN=wrong)
    await processes.until_said("token_refused")
    process.send_signal(signal.SIGTERM)
    assert await processes.ended(process) == 0
    assert wrong.partition(":")[2] not in processes.said()


async def test_without_a_network_it_stays_alive_and_says_so(processes: Processes) -> None:
    process = processes.start(YOUSAID_API_URL="http://127.0.0.1:9/bot")
    await processes.until_said("poll_failed")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert await processes.ended(process) == 0


# The lease


@pytest.fixture
def intake(telegram_line: Line) -> Intake:
    line = telegram_line
    words = authority.load(NORTHFIELD.read_text("utf-8"), source="northfield.yaml")
    return Intake(line.store, lambda: words, Screens([TEMPLATES], None), line.mouth, line.telegram.clock.now)


async def take_over(line: Line, name: str) -> None:
    """Another machine's process has the lease now."""
    async with line.store.transaction() as tx:
        assert await leases.take(tx, name, ELSEWHERE, now=line.telegram.clock.now(), seconds=LEASE_SECONDS)


async def test_a_lease_held_on_another_machine_is_waited_for_and_taken_when_it_is_over(telegram_line: Line) -> None:
    line = telegram_line
    lease = Lease(line.store, line.telegram.bot.token, line.telegram.clock.now)
    await take_over(line, lease.name)
    assert not await lease.take()
    line.telegram.clock.move(LEASE_SECONDS - 1)
    assert not await lease.take()
    line.telegram.clock.move(1)
    assert await lease.take()
    assert await lease.take(), "and renewed"


async def test_a_process_whose_lease_was_taken_over_stops_polling(telegram_line: Line) -> None:
    line = telegram_line
    lease = Lease(line.store, line.telegram.bot.token, line.telegram.clock.now)
    held = asyncio.Event()
    held.set()
    await take_over(line, lease.name)
    with pytest.raises(LeaseGone):
        await lease.hold(held)


async def test_the_lease_is_given_back_at_the_end_and_says_nothing_of_the_token(
    telegram_line: Line, intake: Intake
) -> None:
    line = telegram_line
    lease = Lease(line.store, line.telegram.bot.token, line.telegram.clock.now)
    assert line.telegram.bot.token.partition(":")[2] not in lease.name
    taking = asyncio.create_task(polling(lease, line.wire, intake))
    await line.until("getUpdates")
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    async with line.store.transaction() as tx:
        assert await leases.holder(tx, lease.name) is None


# The poll


async def polls(line: Line, intake: Intake, until: int) -> None:
    """Poll until so many polls were seen."""
    taking = asyncio.create_task(poll(line.wire, intake))
    await line.telegram.changes.until(lambda: len(line.calls("getUpdates")) >= until)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking


async def test_a_webhook_left_from_before_is_removed(telegram_line: Line, intake: Intake) -> None:
    line = telegram_line
    await line.wire.set_webhook("http://127.0.0.1:9/hook")
    ash = await line.phone()
    taking = asyncio.create_task(poll(line.wire, intake))
    await ash.until("private link")
    assert line.telegram.bot.webhook is None
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking


async def test_an_update_is_confirmed_only_by_the_poll_after_it_was_kept(telegram_line: Line, intake: Intake) -> None:
    line = telegram_line
    await line.phone()
    (update,) = line.telegram.bot.queue.waiting
    await polls(line, intake, 2)
    first, second = line.calls("getUpdates")[:2]
    assert "offset" not in first.params
    assert int(second.params["offset"]) == update.id + 1


async def test_bad_days_between_polls_are_survived(telegram_line: Line, intake: Intake) -> None:
    line = telegram_line
    line.telegram.faults.add("429", method="getUpdates", times=1, retry_after=1)
    line.telegram.faults.script(["502", "409", "reset_before"], method="getUpdates")
    with capture_logs() as said:
        await polls(line, intake, 5)
    assert [entry["event"] for entry in said] == ["poll_failed", "poll_conflict", "poll_failed"]


# Start-up


async def test_a_database_that_was_never_set_up_or_is_older_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(
        token="123456:" + "a" * 35,
        api_url="http://127.0.0.1:9/bot",
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'new.db'}",
        keys=tmp_path / "keys",
    )
    with pytest.raises(WrongSchema):
        async with started(settings):
            pass
    store = Store.open(settings.database_url, settings.keys)
    await schema.migrate(store.engine)
    await store.close()
    with pytest.raises(NotSetUp):
        async with started(settings):
            pass


def test_what_only_a_file_needs_is_not_read_at_the_start() -> None:
    """What reads workbooks alone would bring 20 MiB into every process."""
    for_files = {"alembic", "fpdf", "icalendar", "openpyxl", "PIL", "numpy", "segno", "vl_convert", "xlsxwriter"}
    say = "import sys, bot.run; print(*sys.modules)"
    started = subprocess.run([sys.executable, "-c", say], cwd=ROOT, capture_output=True, text=True, check=True)
    assert for_files & set(started.stdout.split()) == set()


async def test_without_a_token_nothing_is_even_opened(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", keys=tmp_path / "keys")
    with pytest.raises(SettingsWrong):
        async with started(settings):
            pass
    assert list(tmp_path.iterdir()) == []


async def test_what_is_owed_is_said_before_the_end(northfield: Town) -> None:
    town = northfield
    assert town.bot is not None
    assert town.bot.intake_task is not None
    ash = town.phone("Ash")
    hang = town.telegram.faults.add("hang", method="sendMessage")
    await ash.start()
    await town.telegram.changes.until(lambda: any(call.method == "sendMessage" for call in town.telegram.calls))
    stopping = asyncio.create_task(town.bot.stop([town.bot.intake_task]))
    town.telegram.faults.remove(hang)
    await stopping
    assert ash.holding("private link")

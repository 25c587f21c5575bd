"""A bot as a process of its own on its own core, and what it costs the machine."""

import asyncio
import contextlib
import os
import subprocess
import time
from pathlib import Path

import bots

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
BOT_CORE, LOAD_CORE = CORES[0], CORES[-1]


class Running:
    """The bot between start and stop; its output is kept in `log`. Profiled runs leave `profile` behind."""

    def __init__(self, bot: bots.Bot, folder: Path, api: str, *, profile: Path | None = None) -> None:
        python, *script = (str(part) for part in bot.program)
        profiler = ["-m", "cProfile", "-o", str(profile)] if profile else []
        command = [python, *profiler, *script, *bot.arguments]
        # Compiled files are what any real installation has.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.profile = profile
        self.log = folder / "bot.log"
        with self.log.open("wb") as output:
            self.started = time.perf_counter()
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=kept | bot.environment(folder, api),
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: os.sched_setaffinity(0, {BOT_CORE}),
            )

    async def first_poll(self, polled: asyncio.Event) -> float:
        """Seconds from start to the first getUpdates."""
        while not polled.is_set():
            if self.process.poll() is not None or time.perf_counter() - self.started > 60:
                raise SystemExit(f"the bot did not begin to poll:\n{self.tail()}")
            try:
                await asyncio.wait_for(polled.wait(), 0.25)
            except TimeoutError:
                continue
        return time.perf_counter() - self.started

    def cpu(self) -> float:
        """Seconds of CPU used so far, all threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def peak_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    async def stop(self) -> None:
        """End the process. A profiled one ends by itself, or its profile would not be written."""
        if self.profile is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, 30)
        self.process.kill()
        self.process.wait()

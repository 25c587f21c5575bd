"""How many answers a second? `make bench`, or `python tests/bench/run.py --help` for parts of it.

Each bot runs as a process on one core against a Bot API and phones on the other, in turn and several times over;
medians are printed. Nothing here passes or fails.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import bots
import load
import phones
import process
import stages
import tables

PEOPLE = 120  # answer in each run at least, so that a run lasts long enough to be measured
STARTS = 5


@dataclass(frozen=True, slots=True)
class Case:
    phones: int
    rtt_ms: int

    @classmethod
    def parse(cls, text: str) -> "Case":
        count, _, rtt = text.partition("@")
        return cls(int(count), int(rtt or 0))


def main() -> None:
    asked = _arguments()
    chosen = [bot for bot in bots.BOTS if not asked.only or bot.key in asked.only]
    cases = [Case.parse(text) for text in asked.phones]
    os.sched_setaffinity(0, {process.LOAD_CORE})
    with tempfile.TemporaryDirectory(prefix="yousaid-bench-") as scratch:
        if asked.profile:
            return asyncio.run(_profiles(chosen, cases[0], asked.seconds, Path(scratch)))
        runs = asyncio.run(_all_runs(asked, chosen, cases, Path(scratch)))
        starts = asyncio.run(_starts(chosen, Path(scratch))) if asked.starts else {}
    if asked.json:
        print(json.dumps({"machine": tables.machine(), "runs": runs, "starts": starts}, indent=1))
    else:
        print(tables.report(_medians(runs), starts, runs=asked.runs))


async def _all_runs(
    asked: argparse.Namespace, chosen: list[bots.Bot], cases: list[Case], scratch: Path
) -> list[dict[str, object]]:
    """Every bot in turn, again and again, so that a busy minute of the machine hits all of them."""
    runs = []
    for case in cases:
        for turn in range(asked.runs):
            for bot in chosen:
                folder = scratch / f"{bot.key}-{case.phones}-{case.rtt_ms}-{turn}"
                figures = await _one_run(bot, case, folder, asked.seconds)
                print(tables.progress(figures), file=sys.stderr)
                runs.append(figures)
    return runs


async def _one_run(
    bot: bots.Bot, case: Case, folder: Path, seconds: float, profile: Path | None = None
) -> dict[str, object]:
    people = max(case.phones, PEOPLE)
    crowd = phones.Crowd(
        bot.choose, bot.greeting, phones=case.phones, people=people, most_taps=bot.most_taps, rtt=case.rtt_ms / 1000
    )
    async with _started(bot, folder, people, crowd.api, profile) as running:
        await running.first_poll(crowd.api.polled)
        await crowd.gather()
        bot_cpu, load_cpu, calls = running.cpu(), time.process_time(), crowd.api.calls.total()
        played = await crowd.play(seconds)
        bot_cpu, load_cpu = running.cpu() - bot_cpu, time.process_time() - load_cpu
        peak = running.peak_mib()
        log = running.tail() if played.stuck else ""
    answers = len(played.waits)
    if not answers:
        raise SystemExit(f"{bot.title} answered nobody. {played.stuck}\n{log}")
    by_kind = defaultdict(list)
    for kind, wait in played.waits:
        by_kind[kind].append(wait)
    return {
        "bot": bot.key,
        **asdict(case),
        "answers": answers,
        "finished": played.finished,
        "seconds": played.seconds,
        "answers_per_s": answers / played.seconds,
        "p50_ms": _percentile(played.waits_only(), 50),
        "p99_ms": _percentile(played.waits_only(), 99),
        "cpu_ms": bot_cpu / answers * 1000,
        "bot_core": bot_cpu / played.seconds,
        "peak_mib": peak,
        "load_core": load_cpu / played.seconds,
        "calls_per_answer": (crowd.api.calls.total() - calls) / answers,
        "kinds": {
            kind: {"count": len(waits), "p50_ms": _percentile(waits, 50), "p99_ms": _percentile(waits, 99)}
            for kind, waits in by_kind.items()
        },
        "stuck": played.stuck,
        "log": log,
    }


@contextlib.asynccontextmanager
async def _started(bot: bots.Bot, folder: Path, people: int, api: load.BotApi, profile: Path | None):
    folder.mkdir()
    bot.prepare(folder, people)
    server, port = await api.listen()
    try:
        running = process.Running(bot, folder, f"http://127.0.0.1:{port}/bot", profile=profile)
        try:
            yield running
        finally:
            await running.stop()
    finally:
        server.close()


async def _starts(chosen: list[bots.Bot], scratch: Path) -> dict[str, float]:
    """Median seconds from start to first getUpdates; one start more, before, fills the disk cache."""
    medians = {}
    for bot in chosen:
        times = []
        for turn in range(STARTS + 1):
            crowd = phones.Crowd(bot.choose, bot.greeting, phones=1, people=1, most_taps=1, rtt=0)
            async with _started(bot, scratch / f"{bot.key}-start-{turn}", PEOPLE, crowd.api, None) as running:
                times.append(await running.first_poll(crowd.api.polled))
        medians[bot.key] = statistics.median(times[1:])
    return medians


def _medians(runs: list[dict[str, object]]) -> list[dict[str, object]]:
    """One row for each bot and case: the median of each figure over its runs."""
    groups = defaultdict(list)
    for run in runs:
        groups[run["phones"], run["rtt_ms"], run["bot"]].append(run)
    return [
        {
            name: statistics.median(run[name] for run in group) if isinstance(value, float) else value
            for name, value in group[0].items()
        }
        | {"stuck": next((run["stuck"] for run in group if run["stuck"]), "")}
        for group in groups.values()
    ]


def _percentile(waits: list[float], percent: int) -> float:
    return sorted(waits)[min(len(waits) - 1, len(waits) * percent // 100)] * 1000


async def _profiles(chosen: list[bots.Bot], case: Case, seconds: float, scratch: Path) -> None:
    """Print what each stage of an answer costs; the profiles stay in `build/`."""
    kept = bots.ROOT / "build"
    kept.mkdir(exist_ok=True)
    for bot in chosen:
        started, worked = kept / f"bench-{bot.key}-start.pstats", kept / f"bench-{bot.key}.pstats"
        crowd = phones.Crowd(bot.choose, bot.greeting, phones=1, people=1, most_taps=1, rtt=0)
        async with _started(bot, scratch / f"{bot.key}-idle", PEOPLE, crowd.api, started) as running:
            await running.first_poll(crowd.api.polled)
        figures = await _one_run(bot, case, scratch / f"{bot.key}-profiled", seconds, worked)
        stages.dearest(worked)
        print(f"## {bot.title}, by stage (profile in {worked})\n")
        print(stages.table(started, worked, figures["answers"]), "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[bot.key for bot in bots.BOTS], help="these bots")
    parser.add_argument(
        "--phones", nargs="+", default=["40", "200", "40@40"], metavar="N[@MS]", help="phones, at an added round trip"
    )
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken (3)")
    parser.add_argument("--seconds", type=float, default=12, help="at which a run is cut short (12)")
    parser.add_argument("--no-starts", dest="starts", action="store_false", help="do not time starting up")
    parser.add_argument("--json", action="store_true", help="every run, for a script")
    parser.add_argument("--profile", action="store_true", help="instead: where the time of one answer goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""The figures as a person reads them: Markdown, with the machine they were measured on."""

import platform
import tomllib
from datetime import UTC, datetime
from importlib import metadata

import bots
import process

TITLES = {bot.key: bot.title for bot in bots.BOTS}
DURABLE = {bot.key: bot.durable for bot in bots.BOTS}


def machine() -> dict[str, str]:
    """Date, versions and cores."""
    locked = tomllib.loads((bots.AIOGRAM / "uv.lock").read_text())["package"]
    other = {package["name"]: package.get("version", "") for package in locked}
    return {
        "date": f"{datetime.now(UTC):%d %b %Y %H:%M} UTC",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": f"{len(process.CORES)} (bot on {process.BOT_CORE}, load on {process.LOAD_CORE})"
        if len(process.CORES) > 1
        else "1: bot and load share it, so read only the ratios",
        "python-telegram-bot": metadata.version("python-telegram-bot"),
        "aiogram": other["aiogram"],
        "aiosqlite": f"{metadata.version('aiosqlite')} (with aiogram {other['aiosqlite']})",
        "yousaid": metadata.version("yousaid"),
    }


def report(rows: list[dict], starts: dict[str, float], *, runs: int) -> str:
    """The whole page: the machine, a table for each case, starting up."""
    lines = ["# Answers a second", "", ", ".join(f"{name} {value}" for name, value in machine().items()) + "."]
    lines += ["", f"Medians of {runs} alternating run(s), no think time. An answer is a tap and the screen it brings."]
    for phones, rtt_ms in dict.fromkeys((row["phones"], row["rtt_ms"]) for row in rows):
        case = [row for row in rows if (row["phones"], row["rtt_ms"]) == (phones, rtt_ms)]
        lines += ["", f"## {phones} phones, {_distance(rtt_ms)}", "", *_table(case)]
    if starts:
        lines += ["", "## Start to first getUpdates, median of 5", ""]
        lines += [f"- {TITLES[bot]}: {seconds:.2f} s" for bot, seconds in starts.items()]
    return "\n".join(lines)


def progress(run: dict) -> str:
    """One line while the rest is still being measured."""
    return (
        f"{run['bot']:8} {run['phones']:4} phones {run['rtt_ms']:3} ms: {run['answers_per_s']:7.1f} answers/s "
        f"p50 {run['p50_ms']:.0f} p99 {run['p99_ms']:.0f} ms, {run['cpu_ms']:.2f} CPU ms, {run['peak_mib']:.0f} MiB, "
        f"load {run['load_core']:.0%} {run['stuck'][:1500]}"
    )


def _distance(rtt_ms: int) -> str:
    return f"{rtt_ms} ms added to each round trip" if rtt_ms else "no round trip added"


def _table(rows: list[dict]) -> list[str]:
    rates = {row["bot"]: row["answers_per_s"] for row in rows}
    lines = [
        "| bot | answers/s | x echo | x aiogram | p50 ms | p99 ms | bot CPU ms per answer | bot core | peak MiB "
        "| API calls per answer | load core | durable before the next question |",
        "|" + "---|" * 12,
    ]
    for row in rows:
        ratios = [f"{row['answers_per_s'] / rates[key]:.2f}" if key in rates else "" for key in ("echo", "aiogram")]
        cells = [
            TITLES[row["bot"]] + (" (stuck)" if row["stuck"] else ""),
            f"{row['answers_per_s']:,.0f}" if row["answers_per_s"] >= 100 else f"{row['answers_per_s']:.1f}",
            *ratios,
            f"{row['p50_ms']:,.0f}",
            f"{row['p99_ms']:,.0f}",
            f"{row['cpu_ms']:.2f}",
            f"{row['bot_core']:.0%}",
            f"{row['peak_mib']:.0f}",
            f"{row['calls_per_answer']:.1f}",
            f"{row['load_core']:.0%}",
            "yes" if DURABLE[row["bot"]] else "no",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, *_kinds(rows)]


def _kinds(rows: list[dict]) -> list[str]:
    """What each kind of step took, where a bot has several."""
    lines = []
    for row in rows:
        if len(row["kinds"]) > 1:
            steps = (f"{kind} {k['p50_ms']:.0f} / {k['p99_ms']:.0f} ({k['count']})" for kind, k in row["kinds"].items())
            lines += ["", f"{TITLES[row['bot']]}, p50 / p99 ms by step, first run: " + ", ".join(steps) + "."]
    return lines

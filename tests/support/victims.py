"""Processes that work until they kill themselves where they were told: a child is forked for each order.

A fork, because starting Python for each of 200 kills would take longer than all of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KILLED = 9
TESTS = Path(__file__).parents[1]


class Victims:
    """The process that forks a new one for each order. Made by `victims`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, order: dict[str, object]) -> int:
        """How the one that was given this order ended: 0 done, 9 killed, 1 anything else."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def victims(script: Path) -> Iterator[Victims]:
    """A script that calls `serve`, running until the block ends."""
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=TESTS.parent,
        env={"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}", "PATH": ""},
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Victims(process)
        process.stdin.close()


def serve(obey: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Read one order a line, do each in a child of its own, and say how it ended. For the script itself."""
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(obey(json.loads(line)))  # type: ignore[arg-type]
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(-os.waitstatus_to_exitcode(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


def die(*_ignored: object) -> None:
    """Kill this process, and go no further until it is dead."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()

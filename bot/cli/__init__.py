"""The command line. Exit code 0: done; 1: refused, with the reason on standard error; 2: misused."""

from __future__ import annotations

import os
import sys

from bot.cli.loading import loading


def main() -> None:
    """What the `yousaid` command runs."""
    # Whatever it makes (a database, a backup, a key) is for the one who runs it.
    os.umask(0o077)
    with loading():
        from bot.cli.commands import app
        from bot.cli.refusals import said
    try:
        app()
    except Exception as error:
        lines = said(error)
        if lines is None:
            from bot import logs

            logs.configure()
            logs.failed(error)
            lines = "Something is wrong with yousaid itself; nothing was changed. The line above says where."
        print(lines, file=sys.stderr)  # noqa: T201 - the command line's own voice
        sys.exit(1)

"""A file that is new and for its owner alone, and that is whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.refusals import Refused


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; what is there when the block ends well gets the name, else nothing does.

    So a file of that name never holds what was not kept. Raises: Refused, where there is a file or can be none.
    """
    try:
        # Taking the name first means that nobody else's file can be overwritten later.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Refused(f"{path} is there already, and is not overwritten. Nothing was changed.") from None
    except OSError as error:
        raise _cannot(path, error) from error
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        yield unfinished
    except BaseException:
        path.unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)
        raise
    if not unfinished.exists():
        path.unlink()
        return
    try:
        os.replace(unfinished, path)
    except OSError as error:
        raise Refused(f"It is done, but the file is left under another name: {unfinished}.") from error


def write(unfinished: Path, data: bytes) -> None:
    """The data, safe on the disk. Raises: Refused, when it cannot be written."""
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot(unfinished, error) from error


def _cannot(path: Path, error: OSError) -> Refused:
    return Refused(f"{path} cannot be written: {error.strerror}. Nothing was changed.")

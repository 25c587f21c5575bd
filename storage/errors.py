"""What storage refuses. Each class says what it means; `bot/errors.py` says it to people."""

from __future__ import annotations


class StorageError(Exception):
    """Something stored could not be found, read or kept."""


class KeyMissing(StorageError):
    """A key file the database refers to is not there: what it sealed cannot be read."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Unreadable(StorageError):
    """A sealed box was altered, cut short, or sealed under another key."""


class TooBig(StorageError):
    """What was to be sealed does not fit the box's fixed size."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"{size} bytes, at most {most}")
        self.size, self.most = size, most


class NotSetUp(StorageError):
    """No authority has been set up in this database yet."""


class WrongSchema(StorageError):
    """The database was built by another version; migrations must be run first."""

    def __init__(self, found: str | None, wanted: str) -> None:
        super().__init__(f"found {found}, wanted {wanted}")
        self.found, self.wanted = found, wanted


class SurveyClosed(StorageError):
    """The survey is not open, so nothing more can be kept or sent."""


class NothingOpen(StorageError):
    """The person has no draft of this survey."""

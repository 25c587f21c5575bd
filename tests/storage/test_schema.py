"""The migrations build the tables, all of them and nothing else; and the sealed tables can tell no order."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    inspect,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import schema
from storage.errors import WrongSchema
from storage.store import make_engine
from storage.tables import Moment, metadata

T = TypeVar("T")

SEALED = ("participation", "draft", "pool", "slice", "answer")


async def on(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    async with engine.begin() as connection:
        return await connection.run_sync(work)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def without_rowid(connection: Connection) -> set[str]:
    rows = connection.execute(text("PRAGMA table_list"))
    return {row.name for row in rows if row.wr and not row.name.startswith("sqlite_")}


async def test_the_migrations_build_exactly_the_tables(database_url):
    engine = make_engine(database_url)
    assert await on(engine, differences) == []
    await engine.dispose()


async def test_the_comparison_sees_a_column_too_many(database_url):
    engine = make_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE pool ADD COLUMN seen BIGINT"))
    assert await on(engine, differences)
    await engine.dispose()


async def test_on_sqlite_the_same_tables_have_no_hidden_row_numbers_as_the_models_say(sqlite_database_url):
    engine = make_engine(sqlite_database_url)
    wanted = {
        table.name for table in metadata.tables.values() if table.dialect_options["sqlite"]["with_rowid"] is False
    }
    assert {"participation", "pool", "slice", "answer"} <= wanted
    assert await on(engine, without_rowid) == wanted
    await engine.dispose()


async def test_a_database_can_be_taken_down_to_nothing_and_built_again(empty_database_url):
    engine = make_engine(empty_database_url)
    await schema.migrate(engine)
    await schema.take_back(engine, schema.EMPTY)
    assert await on(engine, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]
    await schema.migrate(engine)
    assert await on(engine, differences) == []
    await engine.dispose()


async def test_an_empty_database_is_refused_and_says_what_is_wanted(empty_database_url):
    engine = make_engine(empty_database_url)
    with pytest.raises(WrongSchema) as refused:
        await schema.check(engine)
    assert (refused.value.found, refused.value.wanted) == (None, schema.head())
    await engine.dispose()


async def test_a_database_of_another_version_is_refused_and_the_newest_is_not(database_url):
    engine = make_engine(database_url)
    await schema.check(engine)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongSchema) as refused:
        await schema.check(engine)
    assert (refused.value.found, refused.value.wanted) == ("9999", schema.head())
    await engine.dispose()


async def test_migrating_again_changes_nothing(database_url):
    engine = make_engine(database_url)
    await schema.migrate(engine)
    await schema.check(engine)
    await engine.dispose()


async def test_a_migration_that_fails_leaves_nothing_half_built(empty_database_url):
    engine = make_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE task (id INTEGER)"))
    with pytest.raises(Exception, match="task"):
        await schema.migrate(engine)
    assert await on(engine, lambda connection: inspect(connection).get_table_names()) == ["task"]
    await engine.dispose()


def script(folder: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_there_is_one_newest_migration_and_its_number_is_its_revision():
    assert script(schema.MIGRATIONS).get_heads() == [schema.head()]
    for step in script(schema.MIGRATIONS).walk_revisions():
        assert Path(step.path).name.startswith(f"{step.revision}_")


def test_two_newest_migrations_are_refused(tmp_path):
    forked = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, forked, ignore=shutil.ignore_patterns("__pycache__"))
    for number in ("8001", "8002"):
        step = f'revision = "{number}"\ndown_revision = "{schema.head()}"\n'
        (forked / "versions" / f"{number}_fork.py").write_text(step)
    with pytest.raises(CommandError):
        script(forked).get_current_head()
    (forked / "versions" / "8002_again.py").write_text("")
    with pytest.raises(ValueError, match="two migrations"):
        schema.head(forked)


def tells(table: Table) -> list[str]:
    """What in a table could tell a time, an order, or (by a foreign key) a person."""
    found = []
    for column in table.columns:
        if isinstance(column.type, Moment | DateTime | BigInteger) or column.name.endswith(
            ("_at", "_on", "day", "until")
        ):
            found.append(f"{column.name}: a time")
        if column.autoincrement is True or isinstance(column.server_default, Identity) or column.name == "id":
            found.append(f"{column.name}: a serial")
        if column.foreign_keys:
            found.append(f"{column.name}: a foreign key")
        if column.server_default is not None or column.default is not None:
            found.append(f"{column.name}: filled in by itself")
    keys = [column.name for column in table.primary_key]
    if keys != ["key"] and keys != ["authority", "person", "survey"]:
        found.append(f"{keys}: neither a random key nor a person's own place")
    if keys == ["key"] and table.c.key.type.length != 16:
        found.append("key: not 16 random bytes")
    if keys == ["key"] and "person" in table.c:
        found.append("person: beside an answer")
    return found


@pytest.mark.parametrize("name", SEALED)
def test_the_sealed_tables_hold_no_time_no_serial_and_no_foreign_key(name):
    assert tells(metadata.tables[name]) == []


# The whole list, so that a column nobody thought about fails here first.
COLUMNS = {
    "participation": {"authority", "person", "survey", "done"},
    "draft": {"authority", "person", "survey", "epoch", "taps", "words"},
    "pool": {"key", "authority", "survey", "epoch", "taps", "words"},
    "slice": {"key", "authority", "survey", "epoch", "box"},
    "answer": {"key", "authority", "survey", "question", "value", "segments"},
}


@pytest.mark.parametrize("name", SEALED)
async def test_the_sealed_tables_have_these_columns_in_the_database_and_nothing_hangs_on_them(name, database_url):
    engine = make_engine(database_url)
    columns = await on(engine, lambda connection: inspect(connection).get_columns(name))
    assert {column["name"] for column in columns} == COLUMNS[name]
    assert not [column for column in columns if column.get("default") or column.get("identity")]
    assert await on(engine, lambda connection: inspect(connection).get_foreign_keys(name)) == []
    assert await on(engine, triggers) == []
    await engine.dispose()


def triggers(connection: Connection) -> list[str]:
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return list(connection.scalars(text(asked)))


NAIVE = Table(
    "naive",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", Integer, ForeignKey("person.id")),
    Column("sent_at", Moment, nullable=False),
    Column("value", Text, nullable=False),
)
CLEAN = {"key": LargeBinary(16), "survey": Integer(), "question": String(64), "done": Boolean()}
ONE_FAULT = {
    "a time": Column("seen", Moment),
    "a moment under another type": Column("seen", DateTime),
    "an innocent name for a time": Column("written_at", Integer),
    "a count that only grows": Column("number", Integer, Identity()),
    "a key to the person": Column("of", Integer, ForeignKey("person.id")),
    "the person": Column("person", Integer),
    "a moment filled in by the database": Column("seen", String, server_default=text("CURRENT_TIMESTAMP")),
}


def clean(*more: Column[object]) -> Table:
    columns = [Column(name, kind, primary_key=name == "key") for name, kind in CLEAN.items()]
    return Table("clean", MetaData(), *columns, *more)


def test_the_check_passes_a_clean_table_and_sees_every_fault_of_a_naive_one():
    assert tells(clean()) == []
    assert len(tells(NAIVE)) >= 4


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_the_check_sees_one_fault_alone(fault):
    assert tells(clean(ONE_FAULT[fault]._copy()))

"""`python -m storage.migrations "add the outbox"` writes the next migration: what the tables have and the last lacks.

Read what it wrote before keeping it, then run `ruff format` on it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from storage.schema import MIGRATIONS, head


def write(message: str) -> None:
    """Compare the tables with a database built by the migrations so far, and write the difference as a new one."""
    versions = MIGRATIONS / "versions"
    number = f"{int(head()) + 1:04}" if any(versions.glob("0*.py")) else "0001"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'so_far.db'}")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            if number != "0001":
                command.upgrade(config, "head")
            command.revision(config, message, rev_id=number, autogenerate=True)
        engine.dispose()
    (written,) = versions.glob(f"{number}_*.py")
    lines = written.read_text().splitlines(keepends=True)
    written.write_text("".join(line for line in lines if not line.lstrip().startswith("# ### ")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m storage.migrations")
    parser.add_argument("message")
    write(parser.parse_args().message)

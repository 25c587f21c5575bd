"""Run by Alembic, on the connection (and inside the transaction) that `storage.schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.tables import Moment, metadata


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Spell our own column type as what it is in the database: a migration must outlive the code around it."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()

"""published figures and readings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inside", sa.Text(), nullable=False),
        sa.Column("outside", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "survey", name=op.f("pk_publication")),
    )
    op.create_table(
        "reading",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("authority", "key", name=op.f("pk_reading")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    )
    op.create_index("ix_theme_survey", "theme", ["authority", "survey"], unique=False)
    op.create_table(
        "theming",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("theme", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("authority", "theme", "key", name=op.f("pk_theming")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("theming")
    op.drop_index("ix_theme_survey", table_name="theme")
    op.drop_table("theme")
    op.drop_table("reading")
    op.drop_table("publication")

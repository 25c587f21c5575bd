"""checkins days and calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("call_day", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(length=16), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("from_time", sa.String(length=5), nullable=True),
        sa.Column("to_time", sa.String(length=5), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("caller", sa.Integer(), nullable=True),
        sa.Column("caller_state", sa.String(length=16), nullable=False),
        sa.Column("backup", sa.Integer(), nullable=True),
        sa.Column("backup_state", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("authority", "call_day", "person", name=op.f("uq_call_authority_call_day_person")),
    )
    op.create_index("ix_call_caller", "call", ["authority", "caller"], unique=False)
    op.create_index("ix_call_person", "call", ["authority", "person"], unique=False)
    op.create_table(
        "call_capacity",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call_day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "call_day", "staff", name=op.f("pk_call_capacity")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "call_day",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("from_time", sa.String(length=5), nullable=False),
        sa.Column("to_time", sa.String(length=5), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_day")),
        sa.UniqueConstraint("authority", "key", name=op.f("uq_call_day_authority_key")),
    )
    op.create_table(
        "checkin",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("task", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("authority", "person", "on_day", name=op.f("uq_checkin_authority_person_on_day")),
    )
    op.create_index("ix_checkin_sent", "checkin", ["authority", "sent_at"], unique=False)
    op.create_table(
        "checkin_plan",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rhythm", sa.String(length=16), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_on", sa.String(length=10), nullable=True),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.Column("home_not_ok", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", name=op.f("pk_checkin_plan")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_choice",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "key", name=op.f("pk_day_choice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "greeting",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "key", "on_day", name=op.f("pk_greeting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "special_day",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_day", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("authority", "key", "year", name=op.f("pk_special_day")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("special_day")
    op.drop_table("greeting")
    op.drop_table("day_choice")
    op.drop_table("checkin_plan")
    op.drop_index("ix_checkin_sent", table_name="checkin")
    op.drop_table("checkin")
    op.drop_table("call_day")
    op.drop_table("call_capacity")
    op.drop_index("ix_call_person", table_name="call")
    op.drop_index("ix_call_caller", table_name="call")
    op.drop_table("call")

"""the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "authority",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    op.create_table(
        "card",
        sa.Column("chat_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("showing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chat_index", name=op.f("pk_card")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cleanup",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_cleanup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "draft",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("taps", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "survey", name=op.f("pk_draft")),
    )
    op.create_table(
        "due",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
        sa.UniqueConstraint("authority", "kind", "key", name=op.f("uq_due_authority_kind_key")),
    )
    op.create_index("ix_due_state", "due", ["state", "due_at"], unique=False)
    op.create_table(
        "epoch",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("authority", name=op.f("pk_epoch")),
    )
    op.create_table(
        "handled",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_handled")),
    )
    op.create_table(
        "invite",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
        sa.UniqueConstraint("code_index", name=op.f("uq_invite_code_index")),
    )
    op.create_index("ix_invite_person", "invite", ["authority", "person"], unique=False)
    op.create_index("ix_invite_staff", "invite", ["authority", "staff"], unique=False)
    op.create_table(
        "joining",
        sa.Column("chat_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("invite", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chat_index", name=op.f("pk_joining")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=128), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("envelope", sa.String(length=64), nullable=False),
        sa.Column("opens", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.String(length=10), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "authority", "occasion", "person", "staff", name=op.f("uq_outbox_authority_occasion_person_staff")
        ),
    )
    op.create_index("ix_outbox_person", "outbox", ["authority", "person"], unique=False)
    op.create_index("ix_outbox_state", "outbox", ["state", "not_before"], unique=False)
    op.create_table(
        "participation",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "survey", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("reference_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("worker", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("chat_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed_chat", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("full_messages", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("authority", "chat_index", name=op.f("uq_person_authority_chat_index")),
        sa.UniqueConstraint("authority", "reference_index", name=op.f("uq_person_authority_reference_index")),
    )
    op.create_index("ix_person_worker", "person", ["authority", "worker"], unique=False)
    op.create_table(
        "pool",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("taps", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pool")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slice",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_slice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("chat_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed_chat", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("authority", "chat_index", name=op.f("uq_staff_authority_chat_index")),
        sa.UniqueConstraint("authority", "name_index", name=op.f("uq_staff_authority_name_index")),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    op.create_index("ix_survey_state", "survey", ["authority", "state"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("backup", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["backup"], ["staff.id"], name=op.f("fk_task_backup_staff")),
        sa.ForeignKeyConstraint(["owner"], ["staff.id"], name=op.f("fk_task_owner_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_owner", "task", ["authority", "owner", "state"], unique=False)
    op.create_index("ix_task_person", "task", ["authority", "person"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_task_person", table_name="task")
    op.drop_index("ix_task_owner", table_name="task")
    op.drop_table("task")
    op.drop_index("ix_survey_state", table_name="survey")
    op.drop_table("survey")
    op.drop_table("staff")
    op.drop_table("slice")
    op.drop_table("pool")
    op.drop_index("ix_person_worker", table_name="person")
    op.drop_table("person")
    op.drop_table("participation")
    op.drop_index("ix_outbox_state", table_name="outbox")
    op.drop_index("ix_outbox_person", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("lease")
    op.drop_table("joining")
    op.drop_index("ix_invite_staff", table_name="invite")
    op.drop_index("ix_invite_person", table_name="invite")
    op.drop_table("invite")
    op.drop_table("handled")
    op.drop_table("epoch")
    op.drop_index("ix_due_state", table_name="due")
    op.drop_table("due")
    op.drop_table("draft")
    op.drop_table("cleanup")
    op.drop_table("card")
    op.drop_table("authority")
    op.drop_table("answer")

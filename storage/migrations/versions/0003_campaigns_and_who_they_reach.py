"""campaigns and who they reach."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("back_on", sa.String(length=10), nullable=False),
        sa.Column("cover", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("authority", "staff", name=op.f("pk_absence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("link", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["authority", "at"], unique=False)
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("leaves_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    op.create_index("ix_broadcast_staff", "broadcast", ["authority", "staff", "state"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("paused_on", sa.String(length=10), nullable=True),
        sa.Column("survey", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index("ix_campaign_state", "campaign", ["authority", "state"], unique=False)
    op.create_table(
        "handed",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("handover", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("authority", "handover", "person", name=op.f("pk_handed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("from_staff", sa.Integer(), nullable=False),
        sa.Column("to_staff", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index("ix_handover_to", "handover", ["authority", "to_staff", "state"], unique=False)
    op.create_table(
        "muted",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("survey", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "survey", name=op.f("pk_muted")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opted_out",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("authority", "person", "topic", name=op.f("pk_opted_out")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voucher",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.String(length=64), nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opening", sa.Integer(), nullable=True),
        sa.Column("person", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_voucher")),
        sa.UniqueConstraint("authority", "code_index", name=op.f("uq_voucher_authority_code_index")),
        sa.UniqueConstraint("authority", "opening", "person", name=op.f("uq_voucher_authority_opening_person")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_voucher_survey", "voucher", ["authority", "survey"], unique=False)
    op.add_column("staff", sa.Column("pin", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("pin_tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("staff", sa.Column("seen_at", sa.BigInteger(), nullable=True))
    op.add_column("survey", sa.Column("practice", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("survey", "practice")
    op.drop_column("staff", "seen_at")
    op.drop_column("staff", "pin_tries")
    op.drop_column("staff", "pin")
    op.drop_index("ix_voucher_survey", table_name="voucher")
    op.drop_table("voucher")
    op.drop_table("opted_out")
    op.drop_table("muted")
    op.drop_index("ix_handover_to", table_name="handover")
    op.drop_table("handover")
    op.drop_table("handed")
    op.drop_index("ix_campaign_state", table_name="campaign")
    op.drop_table("campaign")
    op.drop_index("ix_broadcast_staff", table_name="broadcast")
    op.drop_table("broadcast")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_table("audit")
    op.drop_table("absence")

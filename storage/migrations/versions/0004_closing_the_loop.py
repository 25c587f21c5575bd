"""closing the loop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "answer_group",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("progress_round", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.String(length=10), nullable=True),
        sa.Column("told_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_group")),
    )
    op.create_table(
        "comment",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("monday", sa.String(length=10), nullable=False),
        sa.Column("answer_group", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "heard",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("worker_round", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_heard")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "interest",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opportunity", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.BigInteger(), nullable=True),
        sa.Column("accept_by", sa.BigInteger(), nullable=True),
        sa.Column("wants_help", sa.Boolean(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.Column("felt", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("authority", "opportunity", "person", name=op.f("pk_interest")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_interest_person", "interest", ["authority", "person"], unique=False)
    op.create_table(
        "opportunity",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("organiser", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("answer_by", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index("ix_opportunity_state", "opportunity", ["authority", "state"], unique=False)
    op.create_table(
        "plan_theme",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("icon", sa.String(length=16), nullable=False),
        sa.Column("goes_well", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_theme")),
    )
    op.create_table(
        "profile",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "staff", name=op.f("pk_profile")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "progress_round",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_on", sa.String(length=10), nullable=False),
        sa.Column("updates_by", sa.String(length=10), nullable=False),
        sa.Column("told_on", sa.String(length=10), nullable=True),
        sa.Column("comments_until", sa.String(length=10), nullable=True),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=True),
        sa.Column("leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_round")),
        sa.UniqueConstraint("authority", "name", name=op.f("uq_progress_round_authority_name")),
    )
    op.create_table(
        "progress_update",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("progress_round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("promise", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.String(length=10), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "progress_round", "promise", name=op.f("pk_progress_update")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("theme", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("by_when", sa.String(length=10), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("made_with", sa.Boolean(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_on", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index("ix_promise_theme", "promise", ["authority", "theme"], unique=False)
    op.create_table(
        "promise_told",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("promise", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occasion", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("authority", "promise", "occasion", name=op.f("pk_promise_told")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signed_comment",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer_group", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_comment")),
    )
    op.create_index("ix_signed_comment_person", "signed_comment", ["authority", "person"], unique=False)
    op.create_index("ix_signed_comment_state", "signed_comment", ["authority", "state"], unique=False)
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("slides", sa.Text(), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told_on", sa.String(length=10), nullable=True),
        sa.Column("leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_index("ix_story_survey", "story", ["authority", "survey"], unique=False)
    op.create_table(
        "talk",
        sa.Column("authority", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("worker_round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("authority", "worker_round", "person", name=op.f("pk_talk")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "worker_round",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("authority", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("begun_on", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_round")),
    )


def downgrade() -> None:
    op.drop_table("worker_round")
    op.drop_table("talk")
    op.drop_index("ix_story_survey", table_name="story")
    op.drop_table("story")
    op.drop_index("ix_signed_comment_state", table_name="signed_comment")
    op.drop_index("ix_signed_comment_person", table_name="signed_comment")
    op.drop_table("signed_comment")
    op.drop_table("promise_told")
    op.drop_index("ix_promise_theme", table_name="promise")
    op.drop_table("promise")
    op.drop_table("progress_update")
    op.drop_table("progress_round")
    op.drop_table("profile")
    op.drop_table("plan_theme")
    op.drop_index("ix_opportunity_state", table_name="opportunity")
    op.drop_table("opportunity")
    op.drop_index("ix_interest_person", table_name="interest")
    op.drop_table("interest")
    op.drop_table("heard")
    op.drop_table("comment")
    op.drop_table("answer_group")

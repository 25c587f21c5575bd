"""Every table. Each carries its authority; names, birth dates and chat ids are in it only sealed or as a blind index.

`participation`, `pool`, `slice` and `answer` carry no time, no serial and no foreign key: see DESIGN "The sealed
pool" and `tests/storage/test_schema.py`, which fails when one of them gains any.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment, kept as whole seconds since 1970: the same on both databases, and sortable."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


def _authority(**options: Any) -> Column[int]:
    return Column("authority", Integer, nullable=False, **options)


def _serial() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


authority = Table(
    "authority",
    metadata,
    _serial(),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
)

epoch = Table(
    "epoch",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("name", String(32), nullable=False),
)

person = Table(
    "person",
    metadata,
    _serial(),
    _authority(),
    Column("reference_index", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("worker", Integer),
    Column("state", String(16), nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("chat_index", LargeBinary(32)),
    Column("sealed_chat", LargeBinary),
    Column("language", String(16), nullable=False),
    Column("full_messages", Boolean, nullable=False),
    UniqueConstraint("authority", "reference_index"),
    UniqueConstraint("authority", "chat_index"),
    Index("ix_person_worker", "authority", "worker"),
)

staff = Table(
    "staff",
    metadata,
    _serial(),
    _authority(),
    Column("name_index", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("role", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("chat_index", LargeBinary(32)),
    Column("sealed_chat", LargeBinary),
    Column("pin", LargeBinary),
    Column("pin_tries", Integer, nullable=False, server_default="0"),
    Column("seen_at", Moment),
    UniqueConstraint("authority", "name_index"),
    UniqueConstraint("authority", "chat_index"),
)

invite = Table(
    "invite",
    metadata,
    _serial(),
    _authority(),
    Column("code_index", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("person", Integer),
    Column("staff", Integer),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("code_index"),
    Index("ix_invite_person", "authority", "person"),
    Index("ix_invite_staff", "authority", "staff"),
)

# Someone between the first tap on a link and the end of the second check: no person is bound to the chat yet.
joining = Table(
    "joining",
    metadata,
    Column("chat_index", LargeBinary(32), primary_key=True),
    _authority(),
    Column("invite", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What each chat's one card shows. `version` is random, so that it neither counts taps nor can be guessed. No time is
# kept: how old a card is, every tap on it says.
card = Table(
    "card",
    metadata,
    Column("chat_index", LargeBinary(32), primary_key=True),
    _authority(),
    Column("message", BigInteger),
    Column("version", String(16), nullable=False),
    Column("showing", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Messages still to be removed from a chat: sealed chat and message id, and the hour after which Telegram refuses.
cleanup = Table(
    "cleanup",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# `practice` is null for a survey that counts; else JSON, the numbers of the people it may be tried out on.
survey = Table(
    "survey",
    metadata,
    _serial(),
    _authority(),
    Column("name", String(64), nullable=False),
    Column("definition", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("invited", Integer, nullable=False),
    Column("segments", Text, nullable=False),
    Column("practice", Text),
    Index("ix_survey_state", "authority", "state"),
)

participation = Table(
    "participation",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("survey", Integer, primary_key=True, autoincrement=False),
    Column("done", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

draft = Table(
    "draft",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("survey", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String(32), nullable=False),
    Column("taps", LargeBinary, nullable=False),
    Column("words", LargeBinary, nullable=False),
)

pool = Table(
    "pool",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("taps", LargeBinary, nullable=False),
    Column("words", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

slice_ = Table(
    "slice",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("epoch", String(32), nullable=False),
    Column("box", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

answer = Table(
    "answer",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("question", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("segments", Text, nullable=False),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    _serial(),
    _authority(),
    Column("occasion", String(128), nullable=False),
    Column("person", Integer, nullable=False),
    Column("staff", Integer, nullable=False),
    Column("lane", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("envelope", String(64), nullable=False),
    Column("opens", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("sent_on", String(10)),
    Column("message", BigInteger),
    UniqueConstraint("authority", "occasion", "person", "staff"),
    Index("ix_outbox_state", "state", "not_before"),
    Index("ix_outbox_person", "authority", "person"),
)

due = Table(
    "due",
    metadata,
    _serial(),
    _authority(),
    Column("kind", String(32), nullable=False),
    Column("key", String(128), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("authority", "kind", "key"),
    Index("ix_due_state", "state", "due_at"),
)

task = Table(
    "task",
    metadata,
    _serial(),
    _authority(),
    Column("person", Integer, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("owner", Integer, ForeignKey("staff.id")),
    Column("backup", Integer, ForeignKey("staff.id")),
    Column("state", String(16), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("ended_at", Moment),
    Index("ix_task_owner", "authority", "owner", "state"),
    Index("ix_task_person", "authority", "person"),
)

# Updates whose effect is committed. The number and the day it may be pruned, nothing of what was in them.
handled = Table(
    "handled",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    _authority(),
    Column("day", Integer, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    _authority(),
    Column("holder", String(64), nullable=False),
    Column("until", Moment, nullable=False),
)

# The figures of a closed survey, as they were published once. No moment: the survey's own row says its last day.
publication = Table(
    "publication",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("survey", Integer, primary_key=True, autoincrement=False),
    Column("inside", Text, nullable=False),
    Column("outside", Text, nullable=False),
)

# What somebody decided about one typed answer: `key` is the answer's own random one. `words` is JSON: which parts a
# person left blacked out, and the text as it may be quoted, once it may. What nobody has read has no row.
reading = Table(
    "reading",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("key", LargeBinary(16), primary_key=True),
    Column("survey", Integer, nullable=False),
    Column("question", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("words", Text),
    sqlite_with_rowid=False,
)

theme = Table(
    "theme",
    metadata,
    _serial(),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Index("ix_theme_survey", "authority", "survey"),
)

theming = Table(
    "theming",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("theme", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary(16), primary_key=True),
    sqlite_with_rowid=False,
)

# Who is told about a survey, in which steps. `plan` is JSON with the steps' dates worked out; `survey` is set once the
# survey it is about is open.
campaign = Table(
    "campaign",
    metadata,
    _serial(),
    _authority(),
    Column("name", String(64), nullable=False),
    Column("definition", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("paused_on", String(10)),
    Column("survey", Integer),
    Index("ix_campaign_state", "authority", "state"),
)

# "No more about this one", and those the last reminder promised not to write to again. Gone at Send and at close.
muted = Table(
    "muted",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("survey", Integer, primary_key=True, autoincrement=False),
    Column("why", String(16), nullable=False),
    sqlite_with_rowid=False,
)

# What a person has chosen not to be written to about.
opted_out = Table(
    "opted_out",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("topic", String(16), primary_key=True),
    sqlite_with_rowid=False,
)

# Something a member of staff sends to their people or to everybody; `sealed` holds the words, and a picture's file id.
broadcast = Table(
    "broadcast",
    metadata,
    _serial(),
    _authority(),
    Column("staff", Integer, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("leaves_at", Moment),
    Index("ix_broadcast_staff", "authority", "staff", "state"),
)

# Thank-you codes. `survey` is the questionnaire's name, so that codes can be there before it opens; `opening` and
# `person` are set when the evening's batch gives the code away.
voucher = Table(
    "voucher",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("survey", String(64), nullable=False),
    Column("code_index", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("opening", Integer),
    Column("person", Integer),
    UniqueConstraint("authority", "code_index"),
    UniqueConstraint("authority", "opening", "person"),
    Index("ix_voucher_survey", "authority", "survey"),
    sqlite_with_rowid=False,
)

# People on their way from one worker to another, until the new one agrees.
handover = Table(
    "handover",
    metadata,
    _serial(),
    _authority(),
    Column("from_staff", Integer, nullable=False),
    Column("to_staff", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Index("ix_handover_to", "authority", "to_staff", "state"),
)

handed = Table(
    "handed",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("handover", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# "I'm off till Monday": the first day back, and who stands in meanwhile.
absence = Table(
    "absence",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("back_on", String(10), nullable=False),
    Column("cover", Integer),
    sqlite_with_rowid=False,
)

# What members of staff did, each line chained to the one before: nothing here is ever changed, and never about what a
# young person did. `staff` is 0 for the command line.
audit = Table(
    "audit",
    metadata,
    _serial(),
    _authority(),
    Column("at", Moment, nullable=False),
    Column("staff", Integer, nullable=False),
    Column("action", String(40), nullable=False),
    Column("about", Text, nullable=False),
    Column("link", LargeBinary(32), nullable=False),
    Index("ix_audit_at", "authority", "at"),
)

# What was found, told to everybody as a story to tap through: `slides` is JSON, the questions chosen and the sentence
# of each; `asks` the survey that the last slide leads to.
story = Table(
    "story",
    metadata,
    _serial(),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("slides", Text, nullable=False),
    Column("asks", Integer),
    Column("state", String(16), nullable=False),
    Column("told_on", String(10)),
    Column("leaves_at", Moment),
    Column("chosen", Integer, nullable=False),
    Index("ix_story_survey", "authority", "survey"),
)

# Workers asking their people what should change, four or five each: whom they are to ask, and whether they have.
worker_round = Table(
    "worker_round",
    metadata,
    _serial(),
    _authority(),
    Column("survey", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("begun_on", String(10), nullable=False),
    Column("ends_on", String(10), nullable=False),
)

talk = Table(
    "talk",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("worker_round", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("staff", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    sqlite_with_rowid=False,
)

# What workers heard: which of the list and a line, both in the box. `choice` is left empty, or copies could be counted.
# Neither from whom nor who wrote it down.
heard = Table(
    "heard",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("worker_round", Integer, nullable=False),
    Column("choice", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# The plan: themes, and under each what was promised. `words` is JSON, everything a person reads of a promise.
plan_theme = Table(
    "plan_theme",
    metadata,
    _serial(),
    _authority(),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("icon", String(16), nullable=False),
    Column("goes_well", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
)

promise = Table(
    "promise",
    metadata,
    _serial(),
    _authority(),
    Column("theme", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("owner", Integer),
    Column("by_when", String(10)),
    Column("state", String(16), nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("made_with", Boolean, nullable=False),
    Column("edited_by", Integer, nullable=False),
    Column("edited_at", Moment, nullable=False),
    Column("updated_on", String(10)),
    Index("ix_promise_theme", "authority", "theme"),
)

# Under which occasions a promise was told, so that whoever was told of it hears when it is dropped.
promise_told = Table(
    "promise_told",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("promise", Integer, primary_key=True, autoincrement=False),
    Column("occasion", String(128), primary_key=True),
    sqlite_with_rowid=False,
)

# A quarter of the plan: owners are asked, people are told what moved, comments come in, senior people get the report.
# `moved` is JSON, the promises as they were told; `survey` the sealed round about all of them.
progress_round = Table(
    "progress_round",
    metadata,
    _serial(),
    _authority(),
    Column("name", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_on", String(10), nullable=False),
    Column("updates_by", String(10), nullable=False),
    Column("told_on", String(10)),
    Column("comments_until", String(10)),
    Column("moved", Text, nullable=False),
    Column("survey", Integer),
    Column("leaves_at", Moment),
    Column("chosen", Integer, nullable=False),
    UniqueConstraint("authority", "name"),
)

# What one owner was asked for in one round, and the day they gave it; `words` is their line.
progress_update = Table(
    "progress_update",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("progress_round", Integer, primary_key=True, autoincrement=False),
    Column("promise", Integer, primary_key=True, autoincrement=False),
    Column("owner", Integer),
    Column("given_on", String(10)),
    Column("words", Text, nullable=False),
    sqlite_with_rowid=False,
)

# What was said without a name: no person, no chat, and of time only the Monday on which it may be read.
comment = Table(
    "comment",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    _authority(),
    Column("kind", String(16), nullable=False),
    Column("about", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("monday", String(10), nullable=False),
    Column("answer_group", Integer),
    sqlite_with_rowid=False,
)

# Comments answered together. `progress_round` is set where they were about what was promised.
answer_group = Table(
    "answer_group",
    metadata,
    _serial(),
    _authority(),
    Column("name", Text, nullable=False),
    Column("progress_round", Integer),
    Column("answer", Text, nullable=False),
    Column("answered_on", String(10)),
    Column("told_on", String(10)),
)

# What was said with a name, by choice: answered by somebody, by a time that was said. `staff` is whom it is about.
signed_comment = Table(
    "signed_comment",
    metadata,
    _serial(),
    _authority(),
    Column("person", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("about", Integer, nullable=False),
    Column("staff", Integer),
    Column("sealed", LargeBinary, nullable=False),
    Column("answer_group", Integer),
    Column("state", String(16), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("ended_at", Moment),
    Index("ix_signed_comment_state", "authority", "state"),
    Index("ix_signed_comment_person", "authority", "person"),
)

# What a young person may see of a member of staff before they meet: `sealed` holds the words and a picture's file id.
profile = Table(
    "profile",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Something to join. `details` is JSON, everything a person reads of it; no places means as many as like.
opportunity = Table(
    "opportunity",
    metadata,
    _serial(),
    _authority(),
    Column("made_by", Integer, nullable=False),
    Column("organiser", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("details", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("places", Integer),
    Column("answer_by", Moment),
    Column("starts_at", Moment),
    Column("ends_at", Moment),
    Index("ix_opportunity_state", "authority", "state"),
)

# One person and one opportunity. `turn` is their place in the queue for a place, from the order in which they said yes.
# `answer` is what the organiser asked with it, sealed.
interest = Table(
    "interest",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("opportunity", Integer, primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("turn", Integer),
    Column("said_at", Moment),
    Column("accept_by", Moment),
    Column("wants_help", Boolean, nullable=False),
    Column("came", Boolean),
    Column("felt", String(16)),
    Column("answer", LargeBinary),
    Index("ix_interest_person", "authority", "person"),
    sqlite_with_rowid=False,
)

# How often somebody wants to be asked how they are, on which weekday and at which hour of London clocks. `home_not_ok`
# until they say it is OK again: only the first time makes a task.
checkin_plan = Table(
    "checkin_plan",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("rhythm", String(16), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("at", String(5), nullable=False),
    Column("state", String(16), nullable=False),
    Column("next_on", String(10)),
    Column("unanswered", Integer, nullable=False),
    Column("home_not_ok", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# One time somebody was asked how they are: `sealed` holds what they tapped. `task` is what came of it.
checkin = Table(
    "checkin",
    metadata,
    _serial(),
    _authority(),
    Column("person", Integer, nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("task", Integer),
    Column("sent_at", Moment),
    Column("seen_at", Moment),
    UniqueConstraint("authority", "person", "on_day"),
    Index("ix_checkin_sent", "authority", "sent_at"),
)

# On which date a day falls in one year, where staff have confirmed it or the authority has days of its own.
special_day = Table(
    "special_day",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("key", String(40), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("on_day", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("confirmed_by", Integer),
    Column("state", String(16), nullable=False),
    sqlite_with_rowid=False,
)

# The days that matter to somebody, by their own choice; a birthday is the day they gave, sealed.
day_choice = Table(
    "day_choice",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("key", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# A few words on somebody's day, from whoever pressed send: `sealed` holds them.
greeting = Table(
    "greeting",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("person", Integer, primary_key=True, autoincrement=False),
    Column("key", String(40), primary_key=True),
    Column("on_day", String(10), primary_key=True),
    Column("staff", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# A day on which people are phoned: Christmas of one year, another special day, or one person's own. `summary` is JSON,
# what became of it, kept for the next year.
call_day = Table(
    "call_day",
    metadata,
    _serial(),
    _authority(),
    Column("key", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("on_day", String(10), nullable=False),
    Column("state", String(16), nullable=False),
    Column("from_time", String(5), nullable=False),
    Column("to_time", String(5), nullable=False),
    Column("confirmed_by", Integer),
    Column("summary", Text, nullable=False),
    UniqueConstraint("authority", "key"),
)

# One person and one such day. `wanted` is yes, no, not_known or later; `recorded_by` the worker who asked in person.
# `sealed` holds the number, a note, and what came of it; `told` what the person was last told of caller and time.
call = Table(
    "call",
    metadata,
    _serial(),
    _authority(),
    Column("call_day", Integer, nullable=False),
    Column("person", Integer, nullable=False),
    Column("wanted", String(16), nullable=False),
    Column("recorded_by", Integer),
    Column("who", String(16), nullable=False),
    Column("from_time", String(5)),
    Column("to_time", String(5)),
    Column("sealed", LargeBinary, nullable=False),
    Column("caller", Integer),
    Column("caller_state", String(16), nullable=False),
    Column("backup", Integer),
    Column("backup_state", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("told", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("again_at", Moment),
    Column("version", Integer, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("authority", "call_day", "person"),
    Index("ix_call_caller", "authority", "caller"),
    Index("ix_call_person", "authority", "person"),
)

# How many calls a member of staff can make on such a day; none is leave.
call_capacity = Table(
    "call_capacity",
    metadata,
    _authority(primary_key=True, autoincrement=False),
    Column("call_day", Integer, primary_key=True, autoincrement=False),
    Column("staff", Integer, primary_key=True, autoincrement=False),
    Column("most", Integer, nullable=False),
    sqlite_with_rowid=False,
)

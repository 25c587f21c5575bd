"""Which doings of staff are noted for good. The list is closed, and nothing on it is a young person's doing."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from storage import audit
from storage.audit import Broken, Digest, Entry
from storage.ids import StaffId
from storage.staff import Staff
from storage.store import Transaction

__all__ = ["Action", "Broken", "Digest", "Entry", "broken", "digest", "holds", "lately", "note"]


class Action(StrEnum):
    """Something a member of staff did, or somebody at the command line."""

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    PIN_CHOSEN = "pin_chosen"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED_OUT = "pin_locked_out"
    STAFF_ADDED = "staff_added"
    STAFF_INVITED = "staff_invited"
    STAFF_LEFT = "staff_left"
    ABSENCE_SET = "absence_set"
    PEOPLE_MOVED = "people_moved"
    SETTINGS_CHANGED = "settings_changed"
    PRACTICE_SWITCHED = "practice_switched"
    REGISTER_IMPORTED = "register_imported"
    INVITE_MADE = "invite_made"
    EXPORTED = "exported"
    PERSON_SEEN = "person_seen"
    DETAILS_SHOWN = "details_shown"
    TASK_SEEN = "task_seen"
    TASK_TAKEN = "task_taken"
    TASK_TRIED = "task_tried"
    TASK_DONE = "task_done"
    TASK_PASSED = "task_passed"
    NUDGE_SENT = "nudge_sent"
    BROADCAST_SENT = "broadcast_sent"
    BROADCAST_STOPPED = "broadcast_stopped"
    CAMPAIGN_STARTED = "campaign_started"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_RESUMED = "campaign_resumed"
    CAMPAIGN_STOPPED = "campaign_stopped"
    SURVEY_OPENED = "survey_opened"
    SURVEY_END_MOVED = "survey_end_moved"
    SURVEY_CLOSED = "survey_closed"
    VOUCHERS_ADDED = "vouchers_added"
    TYPED_READ = "typed_read"
    QUOTE_DECIDED = "quote_decided"
    HELP_SENT_TO_EVERYONE = "help_sent_to_everyone"
    FINDINGS_TOLD = "findings_told"
    WORKER_ROUND_BEGUN = "worker_round_begun"
    PLAN_CHANGED = "plan_changed"
    PLAN_IMPORTED = "plan_imported"
    PLAN_TOLD = "plan_told"
    PROMISE_DROPPED = "promise_dropped"
    PROMISE_UPDATED = "promise_updated"
    UPDATE_ASKED = "update_asked"
    ROUND_BEGUN = "round_begun"
    ROUND_TOLD = "round_told"
    ROUND_REPORTED = "round_reported"
    COMMENTS_READ = "comments_read"
    COMMENTS_REPLIED = "comments_replied"
    TELLING_STOPPED = "telling_stopped"
    OPPORTUNITY_MADE = "opportunity_made"
    OPPORTUNITY_CHANGED = "opportunity_changed"
    OPPORTUNITY_CANCELLED = "opportunity_cancelled"
    ATTENDANCE_NOTED = "attendance_noted"
    PROFILE_CHANGED = "profile_changed"
    CHECKIN_SEEN = "checkin_seen"
    DAY_CONFIRMED = "day_confirmed"
    GREETING_SENT = "greeting_sent"
    CALLS_ASKED = "calls_asked"
    CALL_RECORDED = "call_recorded"
    CALL_ACCEPTED = "call_accepted"
    CALL_TRIED = "call_tried"
    CALLS_PROPOSED = "calls_proposed"
    CALLS_CONFIRMED = "calls_confirmed"
    DATA_EXPORTED = "data_exported"


async def note(
    tx: Transaction, member: Staff | StaffId | None, action: Action, /, *, now: datetime, **about: int | str
) -> None:
    """Note that this member of staff did it, or the command line (None), with our own numbers and counts only.

    Raises: NotForAudit.
    """
    who = member.id if isinstance(member, Staff) else member
    await audit.note(tx, who, action.value, now=now, **about)


async def lately(tx: Transaction, *, days: int | None, now: datetime) -> tuple[Entry, ...]:
    """What was done in the last so many days, or ever; the earliest first."""
    return await audit.entries(tx, since=None if days is None else now - timedelta(days=days))


async def broken(tx: Transaction) -> Broken | None:
    """Where what is noted is no longer as it was written; None when all of it is."""
    return await audit.check(tx)


async def holds(tx: Transaction, link: str) -> bool:
    """Whether the end of the chain that a night's line in the log gives is (still) part of it."""
    return await audit.holds(tx, link)


async def digest(tx: Transaction) -> Digest:
    """The end of the chain tonight, for the log: who later cuts rows off the end cannot cut them out of there too."""
    return await audit.digest(tx)

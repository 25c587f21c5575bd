"""A person's own data: what is held about them, no more messages, and forgetting them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engagement import (
    answering,
    calls,
    checkin_plans,
    checkin_records,
    checkin_replies,
    days,
    greetings,
    place_answers,
    places,
)
from engagement.authority import Settings
from engagement.london import local, today
from engagement.opportunities import details as said_of
from engagement.tasks import AMONG_STAFF
from storage import (
    choices,
    drafts,
    forgetting,
    openings,
    opportunities,
    outbox,
    people,
    signed_comments,
    staff,
    tasks,
    vouchers,
)
from storage.ids import PersonId
from storage.store import Transaction

EVER = datetime.fromtimestamp(0, UTC)


async def held(tx: Transaction, settings: Settings, person: PersonId) -> dict[str, Any]:
    """Everything kept about this person, as plain data. A survey says only whether it is begun or sent."""
    row = await people.by_id(tx, person)
    known = await people.details(tx, person)
    worker = None if row.worker is None else (await staff.by_id(tx, row.worker)).name
    known_tasks = await tasks.of_person(tx, person)
    return {
        "reference": known.reference,
        "name": f"{known.first_name} {known.last_name}".strip(),
        "known_as": known.known_as,
        "birth_date": None if known.birth_date is None else known.birth_date.isoformat(),
        "agreed_word": known.agreed_word or None,
        "gender": known.gender or None,
        "home": known.home or None,
        "phone": known.phone or None,
        "email": known.email or None,
        "interests": list(known.interests),
        "groups": dict(known.groups),
        "worker": worker,
        "chat": row.state,
        "messages_arrive": row.reachable,
        "language": row.language,
        "full_messages": row.full_messages,
        "not_wanted": sorted(await choices.not_wanted(tx, person)),
        "surveys": [one async for one in _surveys(tx, person)],
        "thank_you_codes": await _codes(tx, person),
        "asked_for_contact": [await _task(tx, one) for one in known_tasks if one.reason not in AMONG_STAFF],
        "asked_of_staff": [
            {"reason": one.reason, **await _task(tx, one)} for one in known_tasks if one.reason in AMONG_STAFF
        ],
        "things_to_join": [one async for one in _things(tx, person)],
        "calls_on_days": await calls.held(tx, person),
        "check_ins": await checkin_records.held(tx, person),
        "lines_on_check_ins": await checkin_replies.held(tx, person),
        "said_with_name": [await _said(tx, one) for one in await signed_comments.of_person(tx, person)],
        "days_that_matter": await days.held(tx, person),
        "a_line_from_the_team_is_fine": await days.team_is_fine(tx, person) or None,
        "words_on_your_days": await greetings.held(tx, person),
        "kept_by": settings.council,
    }


def lines(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is held, a line each, without what is empty."""
    for name, value in found.items():
        if value not in (None, "", [], {}):
            yield name, value


def as_json(found: Mapping[str, Any]) -> bytes:
    """What is held, as a file."""
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


async def stop_messages(tx: Transaction, person: PersonId) -> None:
    """Nothing that waits to be started to them will be sent, but for what they asked for themselves."""
    await outbox.cancel_for(tx, person, kinds=("ours",))
    await checkin_plans.stop(tx, person)


async def forget(tx: Transaction, person: PersonId) -> None:
    """Remove what names them, everywhere. Answers already sent stay: nobody can tell which they are."""
    for survey in await drafts.of(tx, person):
        await answering.forget_due(tx, person, survey)
    await places.leave_everything(tx, person)
    await calls.forget(tx, person)
    await checkin_records.forget_due(tx, person)
    await forgetting.forget(tx, person)


def gone_from_backups(settings: Settings, now: datetime) -> date:
    """The day by which the last backup that still holds them is thrown away."""
    return today(now) + timedelta(days=settings.backup_days)


async def _surveys(tx: Transaction, person: PersonId) -> Any:
    for opening in await openings.open_surveys(tx):
        sent = await drafts.done(tx, person, opening.id)
        no_more = {"no_more_wanted": True} if await choices.why_muted(tx, person, opening.id) == "asked" else {}
        if sent or no_more or await drafts.has_draft(tx, person, opening.id):
            begun = "sent" if sent else "not begun" if no_more else "begun, not sent"
            yield {"survey": opening.name, "state": begun, **no_more}


async def _codes(tx: Transaction, person: PersonId) -> list[dict[str, str]]:
    """The thank-you codes they were given; after a while nothing of them is kept."""
    return [{"code": one.code, "worth": one.worth} for one in await vouchers.of_person(tx, person, since=EVER)]


async def _things(tx: Transaction, person: PersonId) -> Any:
    """What they were shown to join, and what they said to it."""
    for one in await opportunities.of_person(tx, person):
        title = said_of(await opportunities.find(tx, one.opportunity)).title
        said = {"said_on": None if one.said_at is None else today(one.said_at).isoformat(), "felt": one.felt}
        more: dict[str, object] = {"asked_for_help": one.wants_help or None, "came": one.came}
        more["you_wrote"] = place_answers.read(tx, one) or None
        yield {
            "title": title,
            "state": one.state,
            **{name: value for name, value in (said | more).items() if value is not None},
        }


async def _said(tx: Transaction, one: signed_comments.SignedComment) -> dict[str, Any]:
    """What they said with their name. What they said without one nobody can find."""
    return {
        "said_on": today(one.made_at).isoformat(),
        "about": one.kind,
        "to": (await staff.by_id(tx, one.owner)).name,
        "words": one.text,
        "answer": one.answer or None,
    }


async def _task(tx: Transaction, task: tasks.Task) -> dict[str, Any]:
    owner = None if task.owner is None else (await staff.by_id(tx, task.owner)).name
    return {
        "asked": owner,
        "by": local(task.due_at).isoformat(timespec="minutes"),
        "state": task.state,
        "note": task.note or None,
        "wanted": task.wanted or None,
        "outcome": task.outcome or None,
    }

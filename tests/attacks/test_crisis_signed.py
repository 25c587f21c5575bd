"""Crisis words in every state of the signed lane: help first, worker and duty hear at once, and the card says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from support.indoors import Indoors, indoors

from bot.chat.visit import PLACES
from bot.sandbox.phones import Phone
from engagement import authority, calls, checkin_plans, checkin_replies, checkins, places
from engagement.opportunities import Details
from engagement.opportunities import kept as kept_as
from storage import calls as call_rows
from storage import checkins as kept
from storage import opportunities, signed_comments, staff, tasks
from storage.ids import PersonId, StaffId

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = date(2026, 11, 26)
CRIES = ("I want to kill myself", "i wnt 2 die", "im not safe")
HELP, NOBODY_TOLD, PASSED_ON = "Here are people you can talk to", "No one has been told.", "I've passed it to"
A_DAY: dict[str, Any] = {"day": TODAY.isoformat()}

STATES: dict[str, dict[str, Any]] = {
    "checkin, asked": {"at": "checkin", **A_DAY},
    **{f"checkin, {q}": {"at": "checkin/question", **A_DAY, "q": q} for q in ("ci_mood", "ci_safe", "ci_contact")},
    "checkin, done": {"at": "checkin/done", **A_DAY},
    "checkin, over": {"at": "checkin", "day": "2026-01-01"},
    "checkin, stopped": {"at": "checkin/stopped"},
    "checkin, a line back": {"at": "checkin/reply", **A_DAY},
    **{place: {"at": place, **A_DAY} for place in PLACES if place.startswith("check_ins")},
    **{place: {"at": place} for place in PLACES if place.startswith("call") and place != "calls/"},
    "comment, signed": {"at": "voice/write", "kind": "change", "signed": True},
    "a yes, what the organiser asks": {"at": "thing/asks"},
    "contact, asked": {"at": "contact/done"},
    "contact, moved": {"at": "contact/moved"},
    "contact, note": {"at": "contact/note"},
}


@pytest.fixture
async def here(sqlite_database_url: str, tmp_path: Path) -> AsyncIterator[Indoors]:
    async with indoors(sqlite_database_url, tmp_path / "keys", now=NOW) as opened:
        yield opened
        assert opened.given_up == []


def test_no_state_with_a_name_on_it_is_left_out() -> None:
    signed = {name for name, place in PLACES.items() if place.signed}
    assert signed <= {showing["at"] for showing in STATES.values()}


async def in_state(here: Indoors, name: str, showing: dict[str, Any], worker: StaffId) -> tuple[Phone, PersonId]:
    """Somebody who has come that far, with their card there."""
    phone, person = await here.joined(f"P{len(here.phones)}", worker=worker)
    showing = dict(showing)
    async with here.store.transaction() as tx:
        words = await authority.current(tx)
        if showing["at"].startswith("check"):
            await checkin_plans.choose(tx, person, "weekly", 3, time(17), now=NOW)
            await kept.ask(tx, person, TODAY, was_not_ok=False)
        if showing["at"] in ("checkin/question", "checkin/done", "checkin/reply", "check_ins/day"):
            taps = ("ci_mood", "ci_safe", "ci_contact")
            for question in taps[: taps.index(showing["q"]) + 1 if "q" in showing else 3]:
                await checkins.tap(tx, words, person, TODAY, question, _option(question), now=NOW)
        if showing["at"] == "checkin/reply":
            (one,) = await kept.of_person(tx, person)
            member = await staff.by_id(tx, worker)
            await checkin_replies.send(tx, words, member, one.id, "Thanks for this.", now=NOW)
        if showing["at"].startswith("call"):
            call = await calls.on_a_day(tx, words, person, date(2026, 12, 9), now=NOW)
            showing |= {"day": call.day}
        if showing["at"] == "thing/asks":
            said = Details(title="Dinner", what_you_do="Eat.", asks="Anything you can't eat?")
            dinner = await opportunities.add(
                tx, made_by=worker, organiser=worker, kind="activity", details=kept_as(said)
            )
            await places.publish(tx, dinner.id, now=NOW)
            await places.say_yes(tx, person, dinner.id, now=NOW)
            showing |= {"opportunity": dinner.id}
    if showing["at"].startswith("contact/"):
        await here.do(phone, "contact", "ask")
        showing |= {"task": (await here.at(phone))["task"]}
    await here.put(phone, showing)
    return phone, person


def _option(question: str) -> str:
    return {"ci_mood": "ok", "ci_safe": "ok", "ci_contact": "no_thanks"}[question]


async def words_kept(here: Indoors, person: PersonId) -> str:
    """Everything of theirs that somebody can read with their name on it."""
    async with here.store.transaction() as tx:
        found = [task.note for task in await tasks.of_person(tx, person)]
        found += [one.text for one in await signed_comments.of_person(tx, person)]
        found += [call_rows.words(tx, call).note for call in await call_rows.of_person(tx, person)]
    return "\n".join(found)


async def test_help_comes_first_worker_and_duty_are_told_and_the_card_says_so_wherever_a_name_is_on_it(
    here: Indoors,
) -> None:
    duty, _ = await here.staff_phone("Marcus Bell", "manager")
    worker, member = await here.staff_phone("Priya Shah", "pa")
    await here.staff_phone("Asha Khan", "participation")
    there = [(name, *await in_state(here, name, showing, member)) for name, showing in STATES.items()]
    await here.tick()
    said = len(here.telegram.said)
    for number, (_, phone, _) in enumerate(there):
        await phone.type(CRIES[number % len(CRIES)])
    await here.turn()
    for number, (name, phone, person) in enumerate(there):
        cry = CRIES[number % len(CRIES)]
        theirs = [call for call in here.telegram.said[said:] if call.chat == phone.id]
        first = next(call.text for call in theirs if call.method == "sendMessage")
        assert HELP in first, (name, first)
        assert PASSED_ON in first, (name, first)
        assert not any(NOBODY_TOLD in call.text for call in theirs), name
        assert sum(HELP in call.text for call in theirs) == 1, name
        assert cry in await words_kept(here, person), name
    await here.tick()
    assert not any(cry in call.text for call in here.telegram.said[said:] for cry in CRIES)
    for told in (worker, duty):
        lines = [call.text for call in here.telegram.said[said:] if call.chat == told.id]
        assert len(lines) == len(there), told.user.first_name
        assert not any(phone.user.first_name in line for line in lines for _, phone, _ in there)

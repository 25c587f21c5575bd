"""Check-ins and tasks are kept as long as the authority says, can be had as a table before, and then are gone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from staffed import MONDAY, hire, meet, settings

from engagement import audit, checkins, signed_export, signed_kept, tasks
from engagement.staff import NotAllowed
from storage import checkins as kept
from storage import due, outbox, staff
from storage import tasks as stored

TODAY = date(2026, 11, 23)


async def jo_has_spoken(tx):
    priya, morgan = await hire(tx, "Priya Patel", "pa"), await hire(tx, "Morgan", "manager")
    jo = await meet(tx, "Jo", priya)
    await kept.ask(tx, jo, TODAY, was_not_ok=False)
    for question, option in (("ci_mood", "bad"), ("ci_safe", "ok"), ("ci_contact", "soon")):
        await checkins.tap(tx, settings(), jo, TODAY, question, option, now=MONDAY)
    (task,) = await tasks.mine(tx, jo)
    await tasks.change_note(tx, jo, task.id, "=1+1 by text", now=MONDAY)
    await tasks.done(tx, settings(), priya, task.id, "spoke", "Rang, all fine", now=MONDAY)
    return jo, priya, morgan


async def test_one_person_as_a_table_for_whoever_answers_for_data_and_it_is_noted(sqlite_store):
    async with sqlite_store.transaction() as tx:
        jo, priya, morgan = await jo_has_spoken(tx)
        lead = await staff.add(tx, "Dee Protect", "data_protection")
        for other in (priya, morgan):
            with pytest.raises(NotAllowed):
                await signed_export.export(tx, await staff.by_id(tx, other), jo, now=MONDAY)
        rows = await signed_export.export(tx, lead, jo, now=MONDAY)
        (noted,) = [one for one in await audit.lately(tx, days=None, now=MONDAY) if one.action == "data_exported"]
        assert (noted.staff, noted.about) == (lead.id, {"person": jo})
    found = list(csv.DictReader(io.StringIO(signed_export.as_csv(rows).decode("utf-8-sig"))))
    assert [(row["day"], row["kind"], row["what"], row["said"]) for row in found] == [
        ("2026-11-23", "check-in", "How is today?", "Bad"),
        ("2026-11-23", "check-in", "Is home OK to be in right now?", "Yes"),
        ("2026-11-23", "check-in", "Want someone to get in touch?", "Yes, as soon as you can"),
        ("2026-11-23", "task", "contact", "'=1+1 by text"),
    ]
    last = found[-1]
    assert (last["asked"], last["by_when"], last["state"], last["done_by"], last["outcome"]) == (
        "Priya Patel", "2026-11-24 10:00", "spoke", "Priya Patel", "Rang, all fine",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("months", "last", "gone"),
    [
        (12, datetime(2027, 11, 23, 6, tzinfo=UTC), datetime(2027, 11, 24, 6, tzinfo=UTC)),
        (1, datetime(2026, 12, 23, 6, tzinfo=UTC), datetime(2026, 12, 24, 6, tzinfo=UTC)),
        (24, datetime(2028, 11, 23, 6, tzinfo=UTC), datetime(2028, 11, 24, 6, tzinfo=UTC)),
    ],
)
async def test_after_as_many_months_as_the_authority_says_they_are_gone_with_all_that_was_told(
    sqlite_store, months, last, gone
):
    words = settings(keep_signed_months=months)
    async with sqlite_store.transaction() as tx:
        jo, priya, _ = await jo_has_spoken(tx)
        assert await signed_kept.prune(tx, words, now=last) == 0
        assert await signed_kept.prune(tx, words, now=gone) == 2
        assert await kept.of_person(tx, jo) == ()
        assert await stored.of_person(tx, jo) == ()
        assert not [row for row in await outbox.of_staff(tx, priya) if row.occasion.startswith("task:")]
        assert not [row for row in await due.claim(tx, now=gone, limit=50) if row.kind.startswith("task_")]
        assert await signed_kept.prune(tx, words, now=gone) == 0


async def test_what_is_still_to_be_done_stays_however_old_it_is(sqlite_store):
    async with sqlite_store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        jo = await meet(tx, "Jo", priya)
        await tasks.ask(tx, settings(), jo, priya, "", MONDAY)
        assert await signed_kept.prune(tx, settings(), now=datetime(2030, 1, 1, tzinfo=UTC)) == 0
        assert len(await tasks.mine(tx, jo)) == 1


@pytest.mark.parametrize(
    ("now", "months", "first"),
    [
        (datetime(2028, 2, 29, 12, tzinfo=UTC), 12, date(2027, 2, 28)),
        (datetime(2027, 3, 31, 12, tzinfo=UTC), 1, date(2027, 2, 28)),
        (datetime(2027, 1, 15, 12, tzinfo=UTC), 1, date(2026, 12, 15)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 12, date(2025, 12, 31)),
    ],
)
def test_the_first_day_that_is_kept(now, months, first):
    assert signed_kept.kept_from(settings(keep_signed_months=months), now) == first

"""Promises: what they stand on, what may be changed by whom, what is weak, and what cannot vanish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from staffed import MONDAY, hire, meet, settings
from support import typed

from engagement import authority, plan_check, plan_themes, promise_words, promises, reading, telling
from engagement.promise_sources import Sources
from engagement.promise_words import BadField, Said, Words
from engagement.promises import NeverTold, NotDropped, WasTold
from engagement.staff import NotAllowed
from storage import outbox, readings, staff
from storage import promises as storage
from storage.ids import PromiseId, StaffId, SurveyId
from storage.promises import NoSuchPromise, PlanTheme
from storage.staff import Staff
from storage.store import Store, Transaction

DROPPED = {
    "state": "not_doing",
    "reason": "The money was not agreed.",
    "decided_by": "The head of service",
    "decided_on": date(2026, 11, 20),
    "instead": "A data card for each of you.",
}


async def member(tx: Transaction, role: staff.Role = "participation", name: str = "Pat Three") -> Staff:
    return await staff.by_id(tx, await hire(tx, name, role))


async def a_promise(tx: Transaction, **changes: Any) -> PromiseId:
    themes = await storage.themes(tx) or (await plan_themes.add(tx, None, name="Money", now=MONDAY),)
    added = await promises.add(tx, None, themes[0].id, {"we_will": "Pay for wifi."} | changes, now=MONDAY)
    return added.id


@pytest.fixture
def authority_settings() -> str:
    return authority.kept(settings())


async def published(store: Store) -> SurveyId:
    """Ten people answered, and each wrote something that may be quoted once it is read."""
    async with store.transaction() as tx:
        survey = await typed.open_words(tx, now=MONDAY)
        await typed.sent(tx, survey, [{"helps": (f"Somebody to ring, {n}", True)} for n in range(10)])
    await typed.closed(store, survey, now=MONDAY)
    return survey


# What somebody reads


@pytest.mark.parametrize(
    "words",
    [
        Words("Pay for wifi."),
        Words("Pay.", said=Said("priority", 7, "best.homes"), who="Us", decided_on=date(2026, 12, 1), instead="A card"),
        Words("“Ring”, it's {x} \\ 😀", said=Said("quote", 3, "ab12")),
    ],
)
def test_what_is_kept_comes_back_as_it_was(words: Words) -> None:
    assert promise_words.read(promise_words.dumped(words)) == words
    assert "null" not in promise_words.dumped(words)


@pytest.mark.parametrize("text", ["finding", "finding::x", "finding:x:y", "none:1:x", "rumour:1:x", "finding:1:"])
def test_a_source_nobody_could_have_written_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        promise_words.said(text)


@pytest.mark.parametrize(
    ("typed_in", "day"),
    [("2027-03-01", date(2027, 3, 1)), ("1/3/2027", date(2027, 3, 1)), ("1 March 2027", date(2027, 3, 1)), ("", None)],
)
def test_a_day_is_read_as_people_write_it(typed_in: str, day: date | None) -> None:
    assert promise_words.day("by_when", typed_in) == day


@pytest.mark.parametrize("text", ["soon", "31/2/2027", "1/3/27", "2027"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadField) as caught:
        promise_words.day("by_when", text)
    assert caught.value.why == "not_a_day"


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), ("No money.", "empty"), ("This is subject to a review of eligibility criteria.", "hard")],
)
def test_a_reason_is_refused_that_says_nothing_or_says_it_in_jargon(text: str, why: str) -> None:
    with pytest.raises(BadField) as caught:
        promise_words.reason("reason", text)
    assert caught.value.why == why
    promise_words.reason("reason", "The money was not agreed.")


# What it stands on


async def test_what_was_said_is_looked_up_where_it_was_published_and_is_never_a_copy(sqlite_store: Store) -> None:
    survey = await published(sqlite_store)
    async with sqlite_store.transaction() as tx:
        reader = await member(tx)
        key = next(iter(await readings_of(tx, reader, survey)))
        quote, finding = Said("quote", survey, key.hex()), Said("finding", survey, "feeling")
        ids = [await a_promise(tx, said=said) for said in (quote, finding)]
        assert finding in await Sources(tx).figures(survey)
        assert [one.said for one in await Sources(tx).quotes(survey)] == [quote]
        shown = {one.id: one for one in await promises.every(tx)}
        quoted, found = shown[ids[0]].source, shown[ids[1]].source
        assert quoted is not None
        assert quoted.quote.startswith("Somebody to ring")
        assert found is not None
        assert found.results.inside.figure("feeling").base == 10
        assert "Somebody" not in (await storage.find(tx, ids[0])).words
        await reading.do_not_use(tx, reader, survey, 1)
        assert (await promises.of(tx, ids[0])).source is None, "it may be quoted no more, here neither"


async def readings_of(tx: Transaction, reader: Staff, survey: SurveyId) -> Mapping[bytes, readings.Reading]:
    """The first text of the list is passed to be quoted, the second only read."""
    await reading.approve(tx, reader, survey, 1, ())
    await reading.read(tx, reader, survey, 2)
    found = await readings.of(tx, survey)
    return {key: one for key, one in found.items() if one.state == "quotable"}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("finding", "helps"), ("finding", "nothing"), ("priority", "feeling.nothing"), ("quote", "00"), ("quote", "zz"),
        ("finding", "feeling.good"),
    ],
)  # fmt: skip
async def test_nothing_can_stand_on_what_was_never_published(sqlite_store: Store, kind: Any, key: str) -> None:
    survey = await published(sqlite_store)
    async with sqlite_store.transaction() as tx:
        for said in (Said(kind, survey, key), Said(kind, 99, key)):
            with pytest.raises(BadField):
                await a_promise(tx, said=said)


# Changing


async def test_a_change_is_kept_with_who_made_it_and_can_be_undone(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pat, promise = await member(tx), await a_promise(tx)
        changes = {"by_when": date(2027, 3, 1), "who": " The  repairs\nteam ", "steps": 3, "steps_done": 1}
        saved = await promises.save(tx, pat, promise, changes, now=MONDAY + timedelta(days=1))
        found = await promises.of(tx, promise)
        assert (found.words.who, found.promise.by_when, found.promise.steps) == (
            "The repairs team",
            date(2027, 3, 1),
            3,
        )
        assert (found.edited_by, found.promise.edited_at) == ("Pat Three", MONDAY + timedelta(days=1))
        assert saved.before == {"by_when": None, "who": "", "steps": 0, "steps_done": 0}
        await promises.save(tx, pat, promise, saved.before, now=MONDAY)
        found = await promises.of(tx, promise)
        assert (found.words.who, found.promise.by_when, found.promise.steps) == ("", None, 0)


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"we_will": " "}, "we_will", "empty"),
        ({"we_will": "x" * 161}, "we_will", "long"),
        ({"steps": 2, "steps_done": 3}, "steps_done", "too_many"),
        ({"steps": 51}, "steps", "not_a_number"),
        ({"state": "late"}, "state", "not_known"),
        ({"owner": 99}, "owner", "not_known"),
        ({"state": "stuck"}, "reason", "empty"),
        ({"state": "not_doing", "reason": "We must prioritise other workstreams."}, "reason", "hard"),
    ],
)
async def test_what_cannot_stand_there_is_refused_and_changes_nothing(
    sqlite_store: Store, changes: dict[str, Any], field: str, why: str
) -> None:
    async with sqlite_store.transaction() as tx:
        promise = await a_promise(tx)
        before = await storage.find(tx, promise)
        with pytest.raises(BadField) as caught:
            await promises.save(tx, None, promise, changes, now=MONDAY)
        assert (caught.value.field, caught.value.why) == (field, why)
        assert await storage.find(tx, promise) == before


async def test_whoever_owns_a_promise_says_how_far_it_is_and_no_more(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        pa, other = await member(tx, "pa", "Priya Shah"), await member(tx, "pa", "Sam Okoro")
        ada = await member(tx, "administrator", "Ada One")
        promise = await a_promise(tx, owner=pa.id, steps=3)
        await promises.save(tx, pa, promise, {"state": "doing", "steps_done": 1, "update": "Begun."}, now=MONDAY)
        for who, changes in ((pa, {"we_will": "Less."}), (other, {"state": "done"}), (ada, {"state": "done"})):
            with pytest.raises(NotAllowed):
                await promises.save(tx, who, promise, changes, now=MONDAY)
        with pytest.raises(NotAllowed):
            await promises.remove(tx, pa, promise, now=MONDAY)
        with pytest.raises(BadField):
            await promises.save(tx, None, promise, {"owner": ada.id}, now=MONDAY)


# What people were told


async def test_what_nobody_was_told_of_can_be_taken_out_and_all_else_only_dropped(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        kept, gone = await a_promise(tx), await a_promise(tx)
        assert not await promises.is_open(tx)
        await promises.remove(tx, None, gone, now=MONDAY)
        await promises.note_told(tx, promises.plan_occasion(MONDAY.date()))
        assert await promises.is_open(tx)
        assert [one.id for one in await promises.open_to_all(tx)] == [kept]
        with pytest.raises(WasTold):
            await promises.remove(tx, None, kept, now=MONDAY)
        with pytest.raises(WasTold):
            await plan_themes.end(tx, None, (await storage.find(tx, kept)).theme, now=MONDAY)
        with pytest.raises(NoSuchPromise):
            await promises.of(tx, gone)


@pytest.mark.parametrize("missing", ["reason", "decided_by", "decided_on", "instead"])
async def test_nobody_is_told_no_without_why_who_when_and_what_instead(sqlite_store: Store, missing: str) -> None:
    async with sqlite_store.transaction() as tx:
        promise = await a_promise(tx)
        await promises.note_told(tx, promises.SHOWN)
        with pytest.raises(BadField) as caught:
            nothing = None if missing == "decided_on" else ""
            await promises.save(tx, None, promise, {**DROPPED, missing: nothing}, now=MONDAY)
        assert caught.value.field == missing
        with pytest.raises(NotDropped):
            await promises.dropped(tx, promise)


async def test_a_dropped_promise_goes_to_those_who_were_told_of_it(store: Store) -> None:
    async with store.transaction() as tx:
        promise, never = await a_promise(tx), None
        jo, _ = await meet(tx, "Jo"), await meet(tx, "Ash")
        occasion = promises.plan_occasion(MONDAY.date())
        await outbox.queue(
            tx, occasion=occasion, person=jo, lane="young", envelope="envelope/update", opens={"screen": "plan"},
            not_before=MONDAY, expires_at=MONDAY + timedelta(days=1),
        )  # fmt: skip
        await promises.note_told(tx, occasion)
        await promises.save(tx, None, promise, DROPPED, now=MONDAY)
        assert [one.id for one in await promises.told_of(tx, promise)] == [], "it has not left yet"
        (row,) = await outbox.claim(tx, now=MONDAY)
        await outbox.sent(tx, row.id, 7, on=MONDAY.date())
        assert [one.id for one in await promises.told_of(tx, promise)] == [jo]
        assert (await promises.dropped(tx, promise)).words.instead == DROPPED["instead"]
        never = await a_promise(tx, state="not_doing", reason="The money was not agreed.")
        with pytest.raises(NeverTold):
            await promises.dropped(tx, never)
        await promises.note_told(tx, promises.SHOWN)
        assert len(await promises.told_of(tx, promise)) == 2, "anybody could read it"


async def test_a_plan_that_was_stopped_before_it_reached_anybody_was_not_told(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        promise, occasion = await a_promise(tx), promises.plan_occasion(MONDAY.date())
        await meet(tx, "Jo")
        leaving = await telling.confirm(
            tx, settings(), "news", occasion=occasion, opens={"screen": "plan"}, envelope="envelope/update", typed="1",
            shown=1, now=MONDAY,
        )  # fmt: skip
        assert leaving.chosen == 1
        await promises.note_told(tx, occasion)
        await telling.stop(tx, occasion)
        await promises.take_back_told(tx, occasion)
        assert not (await promises.of(tx, promise)).told


# What is weak


async def test_everything_weak_is_named_and_counted(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        for number in range(6):
            await plan_themes.add(tx, None, name=f"Theme {number}", now=MONDAY)
        owner = await hire(tx, "Priya Shah", "pa")
        bare = await a_promise(tx)
        whole = await a_promise(
            tx, owner=owner, who="Us", by_when=date(2027, 3, 1), steps=2, see="A card.", helpers="Eligible partners"
        )
        found = {one.kind: one for one in plan_check.check(await promises.themes(tx), await promises.every(tx))}
    assert found.pop("too_many_themes").count == 6
    assert found.pop("nothing_goes_well").count == 6
    assert found.pop("not_from_young_people").promises == (bare, whole)
    assert found.pop("hard_words").words == ("eligib",)
    assert {one.promises for one in found.values()} == {(bare,)}
    assert set(found) == {"no_owner", "nobody_named", "no_date", "no_steps", "nothing_to_see"}


async def test_a_whole_plan_has_nothing_weak(sqlite_store: Store) -> None:
    survey = await published(sqlite_store)
    async with sqlite_store.transaction() as tx:
        owner: StaffId = await hire(tx, "Priya Shah", "pa")
        await plan_themes.add(tx, None, name="Money", goes_well=True, now=MONDAY)
        await a_promise(
            tx, owner=owner, who="Us", by_when=date(2027, 3, 1), steps=2, see="A card.",
            said=Said("finding", survey, "feeling"),
        )  # fmt: skip
        assert plan_check.check(await promises.themes(tx), await promises.every(tx)) == ()


async def test_the_share_made_with_young_people_stands_beside_the_published_one(sqlite_store: Store) -> None:
    async with sqlite_store.transaction() as tx:
        assert promises.made_with([]).percent is None
        for made_with in (True, False, False):
            await a_promise(tx, made_with=made_with)
        share = promises.made_with([one.promise for one in await promises.every(tx)])
    assert (share.made_with, share.of, share.percent) == (1, 3, 33)
    assert share.elsewhere.percent == 27
    assert "Challenges to co-production" in share.elsewhere.source


@pytest.mark.parametrize(("given", "why"), [("", "empty"), ("x" * 41, "long"), ("MONEY", "taken")])
async def test_a_theme_has_a_short_name_of_its_own(sqlite_store: Store, given: str, why: str) -> None:
    async with sqlite_store.transaction() as tx:
        made: PlanTheme = await plan_themes.add(tx, None, name="Money", now=MONDAY)
        with pytest.raises(BadField) as caught:
            await plan_themes.add(tx, None, name=given, now=MONDAY)
        assert caught.value.why == why
        assert await plan_themes.change(tx, None, made.id, now=MONDAY, name="money") == replace(made, name="money")

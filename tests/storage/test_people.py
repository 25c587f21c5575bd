"""The register: found by chat and reference, nothing readable in the file, forgetting is forgetting."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from storage import chats, erasures, invites, people, staff
from storage.chats import ChatTaken
from storage.ids import ChatId, PersonId
from storage.people import Details
from storage.store import Store
from storage.tables import person as table

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ANA, BEN = ChatId(7_000_000_001), ChatId(7_000_000_002)
JO = Details(
    "C-001",
    "Joanna",
    "Smythe",
    preferred_name="Jo",
    birth_date=date(2006, 2, 28),
    agreed_word="marmalade",
    home="own tenancy",
    phone="07700 900123",
    interests=("music", "food"),
    groups={"locality": "North"},
)


async def test_what_the_register_says_comes_back_as_it_was_given(store: Store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa")
        jo = await people.add(tx, JO, worker=priya.id, language="cy")
    async with store.transaction() as tx:
        assert await people.details(tx, jo.id) == JO
        assert await people.by_reference(tx, "  c-001 ") == jo
        assert await people.by_reference(tx, "C-002") is None
        assert (jo.state, jo.language, jo.worker, jo.chat_index) == ("listed", "cy", priya.id, None)
        assert JO.known_as == "Jo"


async def test_given_a_reference_in_use_when_added_again_then_it_is_refused_and_the_transaction_lives(store: Store):
    async with store.transaction() as tx:
        await people.add(tx, JO)
        with pytest.raises(people.ReferenceTaken):
            await people.add(tx, JO)
        assert len(await people.everyone(tx)) == 1


async def test_given_a_chat_when_joined_then_it_finds_its_person_and_no_other_can_have_it(store: Store):
    async with store.transaction() as tx:
        jo, bo = await people.add(tx, JO), await people.add(tx, Details("C-002", "Bo"))
        assert await people.by_chat(tx, ANA) is None
        joined = await people.join(tx, jo.id, ANA)
        assert (joined.state, joined.reachable) == ("joined", True)
        assert await people.by_chat(tx, ANA) == joined
        with pytest.raises(ChatTaken):
            await people.join(tx, bo.id, ANA)
        assert (await people.by_id(tx, bo.id)).state == "listed"
    async with store.transaction() as tx:
        assert await people.by_chat(tx, ANA) == joined
        assert await people.chat_of(tx, jo.id) == ANA
        assert await people.joined(tx) == [joined]


async def test_a_chat_of_a_member_of_staff_is_nobody_elses_and_the_other_way_round(store: Store):
    async with store.transaction() as tx:
        jo, priya = await people.add(tx, JO), await staff.add(tx, "Priya Shah", "pa")
        await staff.join(tx, priya.id, ANA)
        await people.join(tx, jo.id, BEN)
        with pytest.raises(ChatTaken):
            await people.join(tx, jo.id, ANA)
        with pytest.raises(ChatTaken):
            await staff.join(tx, priya.id, BEN)


async def test_given_a_new_phone_when_joined_again_then_the_old_chat_is_a_strangers(store: Store):
    async with store.transaction() as tx:
        jo = await people.add(tx, JO)
        await people.join(tx, jo.id, ANA)
        await people.join(tx, jo.id, BEN)
        assert await people.by_chat(tx, ANA) is None
        assert await people.chat_of(tx, jo.id) == BEN


async def test_given_a_batch_of_chats_when_preloaded_then_looking_them_up_asks_nothing_more(sqlite_store: Store):
    asked: list[str] = []
    event.listen(
        sqlite_store.engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2].split()[0])
    )
    async with sqlite_store.transaction() as tx:
        jo = await people.add(tx, JO)
        await people.join(tx, jo.id, ANA)
    async with sqlite_store.transaction() as tx:
        asked.clear()
        for module in (people, staff, invites):
            await module.preload(tx, [ANA, BEN, ANA])
        assert asked == ["SELECT"] * 3
        found = await people.by_chat(tx, ANA)
        assert found is not None
        assert found.id == jo.id
        assert [await people.by_chat(tx, BEN), await staff.by_chat(tx, ANA), await invites.joining(tx, BEN)] == [
            None
        ] * 3
        assert asked == ["SELECT"] * 3


async def test_what_a_person_changes_shows_at_once_and_later(store: Store):
    async with store.transaction() as tx:
        jo = await people.join(tx, (await people.add(tx, JO)).id, ANA)
        await people.set_language(tx, jo.id, "ar")
        await people.set_full_messages(tx, jo.id, True)
        await people.set_reachable(tx, ANA, False)
        changed = await people.set_state(tx, jo.id, "stopped")
        assert await people.by_chat(tx, ANA) == changed
        assert await people.set_reachable(tx, BEN, False) is None
    async with store.transaction() as tx:
        assert await people.by_id(tx, jo.id) == changed
        assert (changed.language, changed.full_messages, changed.reachable, changed.state) == (
            "ar",
            True,
            False,
            "stopped",
        )


async def test_given_somebody_who_stopped_when_they_leave_the_register_and_return_then_they_are_still_stopped(store):
    async with store.transaction() as tx:
        jo = await people.join(tx, (await people.add(tx, JO)).id, ANA)
        await people.set_state(tx, jo.id, "stopped")
        await people.leave(tx, jo.id)
        assert (await people.leave(tx, jo.id)).state == "gone"
        assert await people.everyone(tx) == []
        assert (await people.come_back(tx, jo.id)).state == "stopped"
        assert await people.details(tx, jo.id) == JO


async def test_given_this_is_not_me_when_unlinked_then_the_chat_is_free_and_the_person_listed(store: Store):
    async with store.transaction() as tx:
        jo = await people.join(tx, (await people.add(tx, JO)).id, ANA)
        free = await people.unlink(tx, jo.id)
        assert (free.state, free.chat_index) == ("listed", None)
        assert await people.by_chat(tx, ANA) is None
        assert await people.chat_of(tx, jo.id) is None


async def test_given_forget_me_when_done_then_nothing_leads_to_them_and_the_register_cannot_bring_them_back(
    store: Store,
):
    async with store.transaction() as tx:
        jo = await people.join(tx, (await people.add(tx, JO)).id, ANA)
        made = await invites.make(tx, person=jo.id, expires_at=NOW + timedelta(days=60))
        index = people.reference_index(tx, "C-001")
        await people.forget(tx, jo.id)
        with pytest.raises(invites.DeadLink):
            await invites.find(tx, made.code, now=NOW)
    async with store.transaction() as tx:
        assert await people.by_chat(tx, ANA) is None
        assert await people.by_reference(tx, "C-001") is None
        row = (await tx.connection.execute(select(table))).one()
        assert (row.state, row.chat_index, row.sealed_chat, row.worker) == ("gone", None, None, None)
        assert row.reference_index != index
        assert await people.details(tx, jo.id) == Details("")
        assert await people.everyone(tx) == []
    assert index in erasures.noted(store.keys)


async def test_given_an_erasure_that_is_rolled_back_then_no_note_of_it_is_left(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        jo = await people.add(tx, JO)
    with pytest.raises(ZeroDivisionError):
        async with sqlite_store.transaction() as tx:
            await people.forget(tx, jo.id)
            raise ZeroDivisionError
    assert not erasures.noted(sqlite_store.keys)


async def test_nothing_about_a_person_is_readable_in_the_file(sqlite_store: Store, tmp_path: Path):
    async with sqlite_store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa", reference="W-77")
        jo = await people.add(tx, JO, worker=priya.id)
        await people.join(tx, jo.id, ANA)
        await staff.join(tx, priya.id, BEN)
        made = await invites.make(tx, person=jo.id, expires_at=NOW)
    raw = (tmp_path / "yousaid.db").read_bytes().lower()
    said = [
        "joanna",
        "smythe",
        "jo\0",
        "2006",
        "marmalade",
        "tenancy",
        "900123",
        "music",
        "north\0",
        "c-001",
        "priya",
        "w-77",
    ]
    said += [str(ANA), str(BEN), made.code.lower(), made.words]
    assert [word for word in said if word.encode() in raw] == []
    assert not any(chat.to_bytes(8, order) in raw for chat in (ANA, BEN) for order in ("big", "little"))


async def test_ages_and_homes_are_counted_over_everybody_in_the_register(store: Store):
    async with store.transaction() as tx:
        await people.add(tx, JO)
        await people.add(tx, Details("C-002", "Bo", birth_date=date(2008, 12, 1), home="own tenancy"))
        await people.add(tx, Details("C-003", "Cy"))
        left = await people.add(tx, Details("C-004", "Di", birth_date=date(2008, 12, 1), home="hostel"))
        await people.leave(tx, left.id)
        assert await people.invited_segments(tx, date(2026, 2, 27)) == {
            "age": {"19": 1, "17": 1},
            "home": {"own tenancy": 2},
        }


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(2006, 2, 28), date(2026, 2, 27), 19),
        (date(2006, 2, 28), date(2026, 2, 28), 20),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_in_whole_years(born, today, years):
    assert people.age_on(born, today) == years


async def test_a_number_nobody_has_is_refused(store: Store):
    async with store.transaction() as tx:
        for refused in (people.by_id, people.details, people.forget, people.unlink):
            with pytest.raises(people.NoSuchPerson):
                await refused(tx, PersonId(99))


async def test_staff_are_found_by_name_or_reference_and_no_two_share_a_name(store: Store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, " Priya  Shah", "pa", reference="W-77")
        lead = await staff.add(tx, "Marcus Bell", "participation")
        assert priya.name == "Priya Shah"
        assert await staff.by_name_or_reference(tx, "priya shah") == priya
        assert await staff.by_name_or_reference(tx, "w-77") == priya
        assert await staff.by_name_or_reference(tx, "nobody") is None
        assert await staff.by_name_or_reference(tx, "") is None
        assert await staff.everyone(tx, "participation") == [lead]
        with pytest.raises(staff.NameTaken):
            await staff.add(tx, "PRIYA SHAH", "manager")


async def test_given_a_member_of_staff_when_they_leave_then_their_chat_and_invites_open_nothing(store: Store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa")
        made = await invites.make(tx, staff=priya.id, expires_at=NOW + timedelta(days=60))
        await staff.join(tx, priya.id, ANA)
        assert await staff.chat_of(tx, priya.id) == ANA
        gone = await staff.leave(tx, priya.id)
        assert (gone.state, gone.chat_index) == ("left", None)
        assert await staff.by_chat(tx, ANA) is None
        assert await staff.everyone(tx) == []
        with pytest.raises(invites.DeadLink):
            await invites.find(tx, made.code, now=NOW)


async def test_a_chat_comes_back_only_from_its_own_box(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        box = chats.seal(tx.keys, ANA)
        assert chats.unseal(tx.keys, box) == ANA
        assert chats.unseal(tx.keys, None) is None
        assert box != chats.seal(tx.keys, ANA)

"""Invites handed out: who gets one which way, and that earlier links work on when nothing could be handed out."""

import errno
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engagement import invites as handing
from engagement import register
from engagement.invites import HandedOut, LeftOut, NoLinks, email_address, phone_number
from engagement.register import SomebodyElses
from engagement.register_file import read
from storage import invites, people, staff
from storage.invites import DeadLink
from storage.staff import Staff
from storage.store import Store, Transaction

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
REGISTER = """reference,first_name,last_name,birth_date,agreed_word,language,worker,phone,email
C-1,Jo,Smythe,2006-02-28,,,Priya Shah,+44 7700 900123,jo@example.org
C-2,Bo,Li,,kite,pl,Priya Shah,,bo@example.org
C-3,Cy,Lee,2006-01-01,,,Tom Reed,by letter please,
C-4,Di,Moe,,,,Priya Shah,07700 900124,
"""


async def northfield(tx: Transaction) -> Staff:
    priya = await staff.add(tx, "Priya Shah", "pa")
    await staff.add(tx, "Tom Reed", "pa")
    await register.apply(tx, read(REGISTER.encode(), source="people.csv"))
    return priya


def keep(_: HandedOut) -> None:
    """A file that could be written."""


async def handed(tx: Transaction, *ways: str, **options: Any) -> HandedOut:
    return await handing.hand_out(
        tx,
        options.pop("write", keep),
        now=NOW,
        bot_name=options.pop("bot_name", "example_bot"),
        by_message="message" in ways,
        on_paper="paper" in ways,
        **options,
    )


async def test_who_has_a_number_or_an_address_is_written_to_and_the_others_get_paper(store: Store):
    async with store.transaction() as tx:
        await northfield(tx)
        out = await handed(tx, "message", "paper")
    assert [(one.name, one.short_name, one.phone, one.email, one.language) for one in out.written] == [
        ("Jo", "Jo S", "07700900123", "jo@example.org", "en"),
        ("Bo", "Bo L", "", "bo@example.org", "pl"),
    ]
    assert [(one.name, one.worker, one.last_day) for one in out.sheets] == [("Cy", "Tom", date(2027, 1, 21))]
    assert out.left_out == (LeftOut("C-4", "cannot join"),)
    assert [one.reference for one in out.made] == ["C-1", "C-2", "C-3"]
    async with store.transaction() as tx:
        for one in out.made:
            assert (await invites.find(tx, one.start, now=NOW)).words == one.words
            assert one.link == f"https://t.me/example_bot?start={one.start}"


async def test_who_is_left_out_keeps_the_link_they_have(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        await northfield(tx)
        earlier = {one.reference: one.start for one in await register.invite_everyone(tx, now=NOW)}
        out = await handed(tx, "message")
        assert [(one.reference, one.why) for one in out.left_out] == [("C-3", "no address"), ("C-4", "cannot join")]
        for reference in ("C-3", "C-4"):
            await invites.find(tx, earlier[reference], now=NOW)
        with pytest.raises(DeadLink):
            await invites.find(tx, earlier["C-1"], now=NOW)
        assert not (await handed(tx, "message", without_live=True)).made


async def test_given_the_disk_is_full_then_every_earlier_link_works_on(store: Store):
    def full(out: HandedOut) -> None:
        assert len(out.sheets) == 3
        raise OSError(errno.ENOSPC, "No space left on device")

    async with store.transaction() as tx:
        await northfield(tx)
        earlier = await register.invite_everyone(tx, now=NOW)
    with pytest.raises(OSError, match="No space"):
        async with store.transaction() as tx:
            await handed(tx, "paper", write=full)
    async with store.transaction() as tx:
        for one in earlier:
            assert (await invites.find(tx, one.start, now=NOW)).words == one.words


async def test_a_worker_gets_their_own_people_and_nobody_elses(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        priya = await northfield(tx)
        assert [one.reference for one in (await handed(tx, "paper", worker=priya)).sheets] == ["C-1", "C-2"]
        listed = await register.invite_everyone(tx, now=NOW, worker=priya)
        assert [one.reference for one in listed] == ["C-1", "C-2", "C-4"]
        one = await handed(tx, "paper", worker=priya, only=["c-2"])
        assert [one.reference for one in one.made] == ["C-2"]
        with pytest.raises(SomebodyElses) as refused:
            await handed(tx, "paper", worker=priya, only=["C-2", "C-3"])
        assert (refused.value.worker, refused.value.references) == ("Priya Shah", ("C-3",))


async def test_without_the_bots_name_nothing_is_handed_out(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        await northfield(tx)
        [earlier] = await register.invite_everyone(tx, now=NOW, only=["C-1"])
        with pytest.raises(NoLinks):
            await handed(tx, "paper", bot_name=None)
        await invites.find(tx, earlier.start, now=NOW)


async def test_a_link_is_promised_for_no_day_on_which_it_stops(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        await northfield(tx)
        [sheet] = (await handed(tx, "paper", only=["C-1"])).sheets
        made = await invites.find(tx, sheet.link.partition("start=")[2], now=NOW)
        assert made.expires_at.date() - sheet.last_day == timedelta(days=1)
    # The end of a London day in summer is 11pm in UTC; that day is still a whole one.
    assert handing.last_day(datetime(2027, 6, 30, 23, 0, tzinfo=UTC)) == date(2027, 6, 30)


async def test_a_worker_who_has_left_is_named_to_nobody(sqlite_store: Store):
    async with sqlite_store.transaction() as tx:
        priya = await northfield(tx)
        await staff.leave(tx, priya.id)
        assert {one.worker for one in (await handed(tx, "paper")).sheets} == {"", "Tom"}
        assert len(await people.everyone(tx)) == 4


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("07700 900123", "07700900123"),
        ("+44 7700 900123", "07700900123"),
        ("+44 (0)7700 900-123", "07700900123"),
        ("00447700900123", "07700900123"),
        ("7700900123", "07700900123"),  # a table program took the nought away
        ("447700900123", "07700900123"),
        ("+33 6 12 34 56 78", "33612345678"),
        ("0033612345678", "33612345678"),
        ("+7 912 345 67 89", "79123456789"),
        ("0161 496 0000", ""),
        ("+44 161 496 0000", ""),
        ("07700 90012", ""),
        ("07700 900123 (mum)", ""),
        ("=07700900123", ""),
        ("٠٧٧٠٠٩٠٠١٢٣", ""),
        ("", ""),
    ],
)
def test_a_number_becomes_digits_that_a_text_can_be_sent_to_or_nothing(given, number):
    assert phone_number(given) == number


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" jo@example.org ", "jo@example.org"),
        ("jo.o'neil+x@mail.example.org", "jo.o'neil+x@mail.example.org"),
        ("=cmd@example.org", ""),
        ("-jo@example.org", ""),
        ("jo@example", ""),
        ("jo at example.org", ""),
        ("jo@example.org, bo@example.org", ""),
        ("", ""),
    ],
)
def test_an_address_is_one_that_can_be_written_to_or_nothing(given, address):
    assert email_address(given) == address

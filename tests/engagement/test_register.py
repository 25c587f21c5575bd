"""Importing the register: however a spreadsheet saves it, nothing half done, nobody brought back against their will."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement import register
from engagement.register import SecondPersonNeeded, UnreadableRows
from engagement.register_file import NAMED, Register, read
from engagement.staff import NotAllowed
from storage import erasures, invites, openings, people, staff
from storage.ids import ChatId
from storage.store import Store, Transaction

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HEAD = (
    "reference,first_name,last_name,preferred_name,birth_date,agreed_word,gender,home,language,worker,"
    "phone,email,interests"
)
JO = 'C-001,Joanna,Smythe,Jo,2006-02-28,,f,own tenancy,English,Priya Shah,07700 900123,jo@example.org,"music;food"'
BO = "C-002,Zoë,O’Neil,,28/02/2008,marmalade,,hostel,cy,,,,"
SMALLEST = """
name: tiny
version: 1
purpose: pulse
title: A quick one
minutes: 1
parts:
  - id: one
    questions:
      - id: going
        kind: single
        text: How is it going?
        options:
          - {id: fine, label: Fine}
          - {id: not_fine, label: Not fine}
"""


def file(*rows: str, head: str = HEAD) -> Register:
    return read("\n".join((head, *rows)).encode(), source="people.csv")


def told(register: Register) -> list[str]:
    return [str(problem) for problem in register.problems]


async def put(tx: Transaction, *rows: str, **options: object) -> register.Preview:
    return await register.apply(tx, file(*rows), **options)  # type: ignore[arg-type]


async def open_a_survey(tx: Transaction, *, closes_at: datetime = NOW + timedelta(days=28)) -> None:
    await openings.open_survey(
        tx, name="tiny", definition=SMALLEST, closes_at=closes_at, invited=1, segments={}, now=NOW
    )


# Reading


def test_the_columns_of_the_register_are_read_as_they_are_meant():
    rows = file(JO, BO).rows
    jo, bo = (row.details for row in rows)
    assert (jo.reference, jo.known_as, jo.birth_date, jo.interests) == (
        "C-001",
        "Jo",
        date(2006, 2, 28),
        ("music", "food"),
    )
    assert (bo.first_name, bo.last_name, bo.birth_date, bo.agreed_word) == (
        "Zoë",
        "O’Neil",
        date(2008, 2, 28),
        "marmalade",
    )
    assert [(row.line, row.language, row.worker) for row in rows] == [(2, "en", "Priya Shah"), (3, "cy", "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_way_a_spreadsheet_saves_it_reads_the_same(encoding, separator, newline):
    text = newline.join(
        separator.join(row) for row in (["Reference", "First name", "HOME"], ["C-1", "Zoë", "O’Neil’s"])
    )
    got = read((text + newline).encode(encoding), source="people.csv")
    assert told(got) == []
    assert [(row.details.reference, row.details.first_name, row.details.home) for row in got.rows] == [
        ("C-1", "Zoë", "O’Neil’s")
    ]


def test_a_line_that_names_the_separator_is_understood_and_lines_are_still_counted_from_the_top():
    got = read(b"sep=;\nreference;birth_date\nC-1;2006-02-28\nC-2;soon\n", source="people.csv")
    assert [row.line for row in got.rows] == [3]
    assert [problem.line for problem in got.problems] == [4]


def test_other_columns_are_kept_as_groups_and_fewer_are_fine():
    row = file("C-1,North,", head="reference,Locality,On EET").rows[0]
    assert row.details.groups == {"locality": "North"}
    assert row.given == {"reference", "locality", "on_eet"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("C-9,,,,31/02/2006,,,,,,,,", "line 2: birth_date is not a date. Write it as 2006-02-28 or 28/02/2006."),
        ("C-9,,,,02/28/2006,,,,,,,,", "line 2: birth_date is not a date."),
        ("C-9,,,,28/02/06,,,,,,,,", "line 2: birth_date is not a date."),
        (",Jo,,,,,,,,,,,", "line 2: The reference is empty."),
        ("C-9,Jo", "line 2: This row has 2 cells, the first row 13."),
        ("C-9,Jo,Smythe, Jr,,,,,,,,,,,x", "line 2: This row has 15 cells, the first row 13."),
        ("C-9,,,,,,,,Klingonese,,,,", "line 2: language is not one we know."),
        (f"C-9,{'J' * 201},,,,,,,,,,,", "line 2: first_name is over 200 characters."),
        (f"{'9' * 41},,,,,,,,,,,,", "line 2: The reference is over 40 characters."),
        ("C-9,J\x07o,,,,,,,,,,,", "line 2: first_name holds a line break or a character nobody can see."),
    ],
)
def test_a_row_that_cannot_be_read_says_its_line_and_what_to_do(row, says):
    got = file(row)
    assert got.rows == ()
    assert len(got.problems) == 1
    assert told(got)[0].startswith(says)
    assert got.problems[0].remedy


def test_all_bad_rows_are_told_at_once_and_the_good_ones_are_kept_apart():
    got = file(JO, "C-1,,,,soon,,,,,,,,", "", "c-001,again,,,,,,,,,,,", BO)
    assert [row.details.reference for row in got.rows] == ["C-001", "C-002"]
    assert [(problem.line, problem.reference) for problem in got.problems] == [(3, "C-1"), (5, "c-001")]
    assert "was on line 2 already" in got.problems[1].what


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty."),
        (b"reference,home\n", "There is nobody in this file."),
        (b"name,home\nJo,flat\n", "There is no column named reference."),
        (b"reference,home,Home\n1,2,3\n", "Two columns are named home."),
        (b"PK\x03\x04whatever", "This is a workbook"),
        (b"reference,home\n1,\x81\x8d\x8f", "The letters in this file cannot be read."),
        (b"reference\n" + b"x" * 9_000_000, "The file is over 8 MB."),
        (b'reference,home\n1,"' + b"x" * 140_000, "From line 2 on the file is not CSV."),
        (",".join(["reference", *map(str, range(90))]).encode(), "There are more than 80 columns."),
    ],
)
def test_a_file_that_is_no_register_says_why(data, says):
    got = read(data, source="people.csv")
    assert got.rows == ()
    assert told(got)[0].removeprefix("line 1: ").startswith(says)


@given(st.binary(max_size=400))
def test_whatever_the_bytes_are_reading_ends_with_rows_or_reasons(data):
    got = read(data, source="people.csv")
    assert got.rows or got.problems


CELLS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["C-1", "28/02/2006", '"', ",", ";", "\n", "\0", "=1+1", "31/02/2006", "9999-99-99", "٣", "0000-00-00"]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=14), max_size=6), st.sampled_from([HEAD, "reference;birth_date"]))
def test_however_the_cells_are_mangled_every_line_is_a_row_or_a_reason(rows, head):
    text = "\n".join([head, *(",".join(cells) for cells in rows)])
    got = read(text.encode(), source="people.csv")
    assert all(row.details.reference for row in got.rows)
    assert all(problem.what and problem.remedy and problem.line >= 1 for problem in got.problems)
    assert len({row.details.reference.casefold() for row in got.rows}) == len(got.rows)


# Importing


async def test_given_a_file_when_imported_then_everybody_is_listed_with_their_worker_and_language(store: Store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa", reference="W-7")
        done = await put(tx, JO, BO, "C-003,Cy,Lee,,,,,,,w-7,,,")
        assert (len(done.new), done.unknown_workers, done.cannot_join) == (3, (), ("C-003",))
    async with store.transaction() as tx:
        listed = {details.reference: person for person, details in await people.register(tx)}
        assert {reference: person.worker for reference, person in listed.items()} == {
            "C-001": priya.id,
            "C-002": None,
            "C-003": priya.id,
        }
        assert listed["C-002"].language == "cy"


async def test_given_the_same_file_again_then_nothing_changes(store: Store):
    async with store.transaction() as tx:
        await staff.add(tx, "Priya Shah", "pa")
        await put(tx, JO, BO)
        again = await put(tx, JO, BO)
        assert (again.new, again.changed, again.leaving, again.unchanged) == ((), (), (), 2)


async def test_given_changes_and_a_worker_nobody_knows_when_previewed_then_they_are_told_and_nothing_is_done(store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa")
        await put(tx, JO, BO)
        plan = await register.preview(
            tx,
            file(
                JO.replace("own tenancy", "student flat").replace("Priya Shah", "Somebody Else"), "C-004,Di,,,,,,,,,,,"
            ),
        )
        assert [(change.row.line, change.fields) for change in plan.changed] == [(2, ("home",))]
        assert plan.unknown_workers == ("Somebody Else",)
        assert [reference for reference, _ in plan.leaving] == ["C-002"]
        assert [row.details.reference for row in plan.new] == ["C-004"]
        jo = await people.by_reference(tx, "C-001")
        assert jo is not None
        assert (jo.worker, (await people.details(tx, jo.id)).home) == (priya.id, "own tenancy")
        assert len(await people.everyone(tx)) == 2


async def test_given_fewer_columns_when_imported_then_what_they_do_not_say_stays(store: Store):
    async with store.transaction() as tx:
        await staff.add(tx, "Priya Shah", "pa")
        await put(tx, JO)
        await register.apply(tx, file("C-001,student flat,North", head="reference,home,locality"))
        await register.apply(tx, file("C-001,yes", head="reference,mentor"))
        jo = await people.by_reference(tx, "C-001")
        assert jo is not None
        known = await people.details(tx, jo.id)
        assert (known.home, known.first_name, known.phone) == ("student flat", "Joanna", "07700 900123")
        assert known.groups == {"locality": "North", "mentor": "yes"}
        assert jo.worker is not None


async def test_given_one_bad_row_when_imported_then_nothing_is_unless_it_is_to_be_skipped(store: Store):
    bad = "C-002,Bo,,,soon,,,,,,,,"
    async with store.transaction() as tx:
        await put(tx, JO, BO)
    with pytest.raises(UnreadableRows) as refused:
        async with store.transaction() as tx:
            await put(tx, "C-005,New,,,,,,,,,,,", bad)
    assert [problem.line for problem in refused.value.problems] == [3]
    async with store.transaction() as tx:
        assert len(await people.everyone(tx)) == 2
        done = await put(tx, JO, bad, "C-005,New,,,,,,,,,,,", skip_unreadable=True)
        assert [reference for reference, _ in done.leaving] == []
        assert len(await people.everyone(tx)) == 3


async def test_while_a_reference_cannot_be_read_nobody_is_said_to_have_left(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO, BO)
        plan = await register.preview(tx, file("C-005,New,,,,,,,,,,,", ",nameless,,,,,,,,,,,"))
        assert plan.leaving == ()


async def test_given_a_survey_is_open_when_people_would_leave_then_a_second_person_who_may_must_agree(store: Store):
    async with store.transaction() as tx:
        worker = await staff.add(tx, "Priya Shah", "pa")
        manager = await staff.add(tx, "Marcus Bell", "manager")
        await put(tx, JO, BO)
        await put(tx, JO, BO, "C-003,Cy,,,,,,,,,,,")
        await open_a_survey(tx)
        await put(tx, JO, BO, "C-003,Cy,,,,,,,,,,,", "C-004,Di,,,,,,,,,,,")
        with pytest.raises(SecondPersonNeeded) as refused:
            await put(tx, JO)
        assert refused.value.leaving == ("C-002", "C-003", "C-004")
        with pytest.raises(NotAllowed):
            await put(tx, JO, second=worker)
        assert len(await people.everyone(tx)) == 4
        await put(tx, JO, second=manager)
        assert len(await people.everyone(tx)) == 1


async def test_given_a_faulty_file_that_lost_people_when_the_right_one_follows_then_all_is_as_before(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO, BO)
        bo = await people.by_reference(tx, "C-002")
        assert bo is not None
        before = await people.join(tx, bo.id, ChatId(7_000_000_002))
        await put(tx, JO)
        assert (await people.by_id(tx, bo.id)).state == "gone"
        again = await put(tx, JO, BO)
        assert [change.returns for change in again.changed] == [True]
        assert await people.by_id(tx, bo.id) == before


async def test_given_a_language_chosen_in_the_chat_when_imported_then_the_choice_stays(store: Store):
    async with store.transaction() as tx:
        await put(tx, BO)
        bo = await people.by_reference(tx, "C-002")
        assert bo is not None
        await put(tx, BO.replace(",cy,", ",ar,"))
        assert (await people.by_id(tx, bo.id)).language == "ar"
        await people.join(tx, bo.id, ChatId(7_000_000_002))
        await people.set_language(tx, bo.id, "pl")
        await put(tx, BO.replace(",cy,", ",so,"))
        assert (await people.by_id(tx, bo.id)).language == "pl"


async def test_given_somebody_who_asked_to_be_forgotten_when_imported_then_only_their_own_wish_brings_them_back(store):
    async with store.transaction() as tx:
        await put(tx, JO, BO)
        jo = await people.by_reference(tx, "C-001")
        assert jo is not None
        await people.forget(tx, jo.id)
    async with store.transaction() as tx:
        done = await put(tx, JO, BO)
        assert (done.forgotten, done.new, done.leaving, done.unchanged) == (("C-001",), (), (), 1)
        assert await people.by_reference(tx, "C-001") is None
    async with store.transaction() as tx:
        await put(tx, JO, BO, bring_back=["c-001"])
    async with store.transaction() as tx:
        assert await people.by_reference(tx, "C-001") is not None
        assert not erasures.noted(tx.keys)
        assert (await put(tx, JO, BO)).unchanged == 2


# Inviting


async def test_everybody_who_has_not_joined_gets_a_link_that_works_for_sixty_days(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO, BO)
        bo = await people.by_reference(tx, "C-002")
        assert bo is not None
        await people.join(tx, bo.id, ChatId(7_000_000_002))
        [made] = await register.invite_everyone(tx, now=NOW, bot_name="@example_bot")
        assert (made.reference, made.name) == ("C-001", "Jo")
        assert made.link == f"https://t.me/example_bot?start={made.start}"
        found = await invites.find(tx, made.start, now=NOW)
        assert (found.words, found.expires_at) == (made.words, NOW + timedelta(days=60))


async def test_the_links_name_no_bot_while_its_name_is_unknown(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO)
        assert [made.link for made in await register.invite_everyone(tx, now=NOW)] == [None]


async def test_given_a_survey_that_closes_later_then_the_links_live_until_it_does(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO)
        await open_a_survey(tx, closes_at=NOW + timedelta(days=90))
        [made] = await register.invite_everyone(tx, now=NOW)
        assert (await invites.find(tx, made.start, now=NOW)).expires_at == NOW + timedelta(days=90)


async def test_invites_can_be_for_some_only_and_leave_out_who_has_a_live_one(store: Store):
    async with store.transaction() as tx:
        await put(tx, JO, BO)
        [first] = await register.invite_everyone(tx, now=NOW, only=["c-001"])
        others = await register.invite_everyone(tx, now=NOW, without_live=True)
        assert [made.reference for made in others] == ["C-002"]
        assert (await invites.find(tx, first.start, now=NOW)).tries_left == 3
        later = await register.invite_everyone(tx, now=NOW + timedelta(days=61), without_live=True)
        assert [made.reference for made in later] == ["C-001", "C-002"]
        with pytest.raises(register.NobodyOfThatName) as refused:
            await register.invite_everyone(tx, now=NOW, only=["C-001", "C-404"])
        assert refused.value.references == ("C-404",)


async def test_a_member_of_staff_is_invited_in_the_same_shape(store: Store):
    async with store.transaction() as tx:
        priya = await staff.add(tx, "Priya Shah", "pa")
        made = await register.invite_staff(tx, priya, now=NOW, bot_name="example_bot")
        assert (made.reference, made.name) == ("Priya Shah", "Priya Shah")
        assert (await invites.find(tx, made.start, now=NOW)).staff == priya.id


def test_every_column_of_the_register_has_a_meaning():
    assert set(HEAD.split(",")) == set(NAMED)

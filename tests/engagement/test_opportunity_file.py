"""Things to join from a file: sheets as councils save them, YAML by hand, and every mistake with its line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from staffed import MONDAY, hire

from engagement import opportunity_file, typed_times
from engagement.london import LONDON
from engagement.opportunities import details
from engagement.typed_times import BadTime
from storage import opportunities
from storage.store import Store
from surveys.errors import DefinitionError

YAML = b"""opportunities:
  - title: Pool night
    what_you_do: Play pool.
    starts: Sat 12 Dec 6-8pm
    places: 8
    interests: [pool, music]
    organiser: Priya Patel
  - title: Mentors
    kind: mentor
    what_for: We want every new person to have somebody.
    what_you_do: Meet somebody new once a month.
    meetings: 6
"""


def mistakes(data: bytes, source: str = "things.csv") -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        opportunity_file.read(data, source=source, now=MONDAY)
    return [str(one) for one in refused.value.mistakes]


def test_a_sheet_as_a_spreadsheet_saves_it_is_read() -> None:
    sheet = 'Title;Kind;What you do;Starts;Ends;Answer by;Places;Interests\r\n"Pool; and pizza";activity;Play.;'
    sheet += "12/12/2026 18:00;20:00;10/12/2026;8;pool ; music\r\n;;;;;;;\r\n"
    (one,) = opportunity_file.read(
        sheet.replace("pool ; music", '"pool ; music"').encode("utf-16"), source="t.csv", now=MONDAY
    )
    assert (one.line, one.kind, one.places, one.details.title) == (2, "activity", 8, "Pool; and pizza")
    assert one.details.interests == ("pool", "music")
    assert one.starts_at == datetime(2026, 12, 12, 18, tzinfo=UTC)
    assert one.ends_at == datetime(2026, 12, 12, 20, tzinfo=UTC)
    assert one.answer_by == datetime(2026, 12, 10, 17, tzinfo=UTC)


def test_yaml_is_read_and_every_mistake_has_its_line_and_remedy() -> None:
    with pytest.raises(DefinitionError) as refused:  # a number where words belong
        opportunity_file.read(YAML, source="things.yaml", now=MONDAY)
    assert [str(one) for one in refused.value.mistakes] == [
        "things.yaml, line 12: meetings: this is not text."
        " Write it, in quotes if it is a number, or yes, no, true or false."
    ]
    read = opportunity_file.read(YAML.replace(b"meetings: 6", b'meetings: "6"'), source="things.yaml", now=MONDAY)
    assert [(one.line, one.kind, one.organiser) for one in read] == [(2, "activity", "Priya Patel"), (8, "mentor", "")]
    assert read[0].ends_at == datetime(2026, 12, 12, 20, tzinfo=UTC)
    assert mistakes(YAML.replace(b"places", b"place"), "things.yaml")[0].startswith(
        "things.yaml, line 5: place: nobody reads this. Did you mean `places`?"
    )
    assert mistakes(b"opportunities: []", "things.yaml") == [
        "things.yaml, line 1: There is nothing to join in it. Add at least one."
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Pool,Play.,,,,0", "line 2: places: this is too little. At least 1."),
        ("Pool,,,,,8", "line 2: what_you_do: this is missing. Add it."),
        (f"{'x' * 61},Play.,,,,8", "line 2: title: this is too much. At most 60."),
        ("Pool,Play.,Monday,,,8", "line 2: starts: there is no time in it. Write it as 12/12/2026 18:00."),
        ("Pool,Play.,31/2/2027 18:00,,,8", "line 2: starts: there is no such day. Write it as 12/12/2026 18:00."),
        ("Pool,Play.,12/12/2026 18:00,17:00,,8", "line 2: ends: it ends before it starts. Put the earlier time first."),
        ("Pool,Play.,,17:00,,8", "line 2: ends: it says when it ends and not when it starts. Add starts."),
        (
            "Pool,Play.,12/12/2026 18:00,,13/12/2026,8",
            "line 2: answer_by: this is after it has begun. Take an earlier day, or leave it out.",
        ),
        (
            "Pool,Play.,1/11/2026 18:00,,,8",
            "line 2: starts: this is over already. Take a later day, or take the row out.",
        ),
        (
            "Pool, and pizza,Play.,,,,8",
            "line 2: This row has 7 cells, the first row 6."
            " Put quotation marks around a cell that holds a comma or a semicolon.",
        ),
    ],
)
def test_each_mistake_in_a_row_is_said(row: str, said: str) -> None:
    found = mistakes(f"title,what_you_do,starts,ends,answer_by,places\n{row}\n".encode())
    assert f"things.csv, {said}" in found


def test_an_empty_file_two_columns_alike_and_a_workbook_are_refused() -> None:
    assert mistakes(b"") == [
        "things.csv, line 1: The file is empty. Name the columns in the first row, one of them title."
    ]
    assert mistakes(b"title,Title\nPool,x\n")[0].startswith("things.csv, line 1: Two columns are named title.")
    assert "workbook" in mistakes(b"PK\x03\x04 and so on")[0]
    assert mistakes(b"title,what_you_do\n") == ["things.csv, line 1: There is nothing to join in it. Add at least one."]


async def test_nothing_is_made_of_a_file_of_which_one_row_cannot_be(sqlite_store: Store) -> None:
    read = opportunity_file.read(YAML.replace(b"meetings: 6", b'meetings: "6"'), source="things.yaml", now=MONDAY)
    async with sqlite_store.transaction() as tx:
        priya = await hire(tx, "Priya Patel", "pa")
        await hire(tx, "Al Admin", "administrator")
        for organiser, said in (
            (None, "It names nobody who organises it."),
            ("Nobody Here", "Nobody Here is not staff here."),
            ("Al Admin", "Al Admin may not organise things, or has left."),
        ):
            with pytest.raises(DefinitionError) as refused:
                await opportunity_file.plan(tx, read, organiser=organiser)
            assert [one.line for one in refused.value.mistakes] == [8]
            assert said in str(refused.value)
        planned = await opportunity_file.plan(tx, read, organiser="Priya Patel")
        made = await opportunity_file.make(tx, planned, now=MONDAY)
        assert [(one.state, one.organiser, details(one).title) for one in made] == [
            ("open", priya, "Pool night"),
            ("open", priya, "Mentors"),
        ]
        with pytest.raises(DefinitionError) as again:
            await opportunity_file.plan(tx, [*read, read[0]], organiser="Priya Patel")
        assert len(again.value.mistakes) == 3
        assert len(await opportunities.open_ones(tx)) == 2


# Days and times as people type them


@pytest.mark.parametrize(
    ("typed", "starts", "ends"),
    [
        ("Fri 27 Nov 6-8pm", (2026, 11, 27, 18, 0), (2026, 11, 27, 20, 0)),
        ("27/11 18:00-20:30", (2026, 11, 27, 18, 0), (2026, 11, 27, 20, 30)),
        ("27th of November at 6", (2026, 11, 27, 18, 0), None),
        ("November 27, 6.30pm to 8pm", (2026, 11, 27, 18, 30), (2026, 11, 27, 20, 0)),
        ("tomorrow 11-1pm", (2026, 11, 24, 11, 0), (2026, 11, 24, 13, 0)),
        ("Monday noon", (2026, 11, 30, 12, 0), None),
        ("today 3pm", (2026, 11, 23, 15, 0), None),
        ("2026-12-01T09:30".replace("T", " "), (2026, 12, 1, 9, 30), None),
        ("1 Feb 10am - 4pm", (2027, 2, 1, 10, 0), (2027, 2, 1, 16, 0)),
        ("3/7/2027 06:00", (2027, 7, 3, 5, 0), None),  # London is an hour ahead in summer
        ("thurs at 5", (2026, 11, 26, 17, 0), None),
    ],
)
def test_a_day_and_a_time_are_read_as_people_mean_them(
    typed: str, starts: tuple[int, ...], ends: tuple[int, ...] | None
) -> None:
    found = typed_times.span(typed, now=MONDAY)
    assert found.starts_at == datetime(*starts, tzinfo=UTC)  # type: ignore[arg-type,misc]
    assert found.ends_at == (None if ends is None else datetime(*ends, tzinfo=UTC))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("soon", "no_day"),
        ("6pm", "no_day"),
        ("Friday", "no_time"),
        ("31 April 6pm", "no_such_day"),
        ("13/13 6pm", "no_such_day"),
        ("Friday 13pm", "no_such_time"),
        ("Friday 25:00", "no_such_time"),
        ("Mon 27 Nov 6pm", "weekday"),
        ("today 9am", "past"),
        ("1/12/2029 6pm", "far"),
        ("Friday 8pm-6pm", "backwards"),
    ],
)
def test_what_is_no_moment_says_why(typed: str, why: str) -> None:
    with pytest.raises(BadTime) as refused:
        typed_times.span(typed, now=MONDAY)
    assert refused.value.why == why


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_moment_to_come_or_is_refused(typed: str) -> None:
    try:
        found = typed_times.span(typed, now=MONDAY)
    except BadTime:
        return
    assert MONDAY < found.starts_at <= MONDAY + timedelta(days=367)
    assert found.ends_at is None or found.ends_at > found.starts_at


@hypothesis_settings(max_examples=50)
@given(st.dates(MONDAY.date() + timedelta(days=1), MONDAY.date() + timedelta(days=360)), st.times())
def test_a_moment_is_read_as_it_was_written(day: object, at: object) -> None:
    wanted = datetime.combine(day, at).replace(second=0, microsecond=0)  # type: ignore[arg-type]
    found = typed_times.span(f"{wanted:%d/%m/%Y %H:%M}", now=MONDAY)
    here = found.starts_at.astimezone(LONDON)
    assert abs(here.replace(tzinfo=None) - wanted) in (timedelta(0), timedelta(hours=1))  # an hour that never comes

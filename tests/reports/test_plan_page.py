"""The plan as a page: everything of three layouts in one, nothing from elsewhere, no number that may not leave."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from made_up import northfield, results
from test_results_page import Tree

from bot.reports import plan_page, plan_words
from engagement import promises
from engagement.promise_sources import Source
from engagement.promise_words import Said, Words
from engagement.promises import Shown
from storage.ids import PlanThemeId, PromiseId, StaffId
from storage.promises import PlanTheme, Promise, State

NOW, DAY = datetime(2026, 11, 24, 10, tzinfo=UTC), date(2026, 11, 24)
HOME = PlanTheme(PlanThemeId(1), 1, "Where you live", "🏠", True, "live")
MONEY = PlanTheme(PlanThemeId(2), 2, "Money & <more>", "", False, "live")
HEADINGS = [
    "You said",
    "We will",
    "Who and when",
    "How it goes",
    "What you will see",
    "What difference this makes for you",
]


def shown(
    number: int,
    words: Words,
    *,
    theme: PlanTheme = HOME,
    source: Source | None = None,
    state: State = "doing",
    by_when: date | None = None,
    steps: tuple[int, int] = (0, 0),
) -> Shown:
    row = Promise(
        PromiseId(number), theme.id, number, "", None, by_when, state, *steps, number == 1, StaffId(1), NOW, None
    )  # fmt: skip
    return Shown(row, theme, words, source, "Priya Shah", "Pat Three", True)


def a_plan() -> list[Shown]:
    whole = Words(
        "Pay for wifi.", who="The housing team", update="Ten homes have it.", see="A box by the door.",
        difference="Online from day one.", helpers="The wifi firm", join_in="Try it first.",
    )  # fmt: skip
    dropped = Words(
        "A meal out.", reason="The money was not agreed.", decided_by="The head", decided_on=date(2026, 11, 1),
        instead="A shop card.",
    )  # fmt: skip
    found = results(60)
    settled = Source(Said("finding", 2, "home_settled"), found)
    return [
        shown(1, whole, source=settled, steps=(2, 5), by_when=date(2026, 10, 1)),
        shown(2, Words("Ring back."), source=Source(Said("quote", 2, "ab"), found, "Not <a> machine")),
        shown(3, dropped, theme=MONEY, state="not_doing", by_when=date(2026, 10, 1)),
    ]


def page(rows: list[Shown]) -> str:
    share = promises.made_with([one.promise for one in rows])
    return plan_page.page(rows, share, northfield(), on=DAY)


def plain(html: str) -> str:
    return " ".join("".join(Tree(html).root.itertext()).split())


def test_one_page_carries_the_three_layouts_as_columns() -> None:
    html = page(a_plan())
    root = Tree(html).root
    heads = [" ".join("".join(head.itertext()).split()) for head in root.iter("th") if head.get("scope") == "col"]
    assert heads[1:7] == HEADINGS
    first, second, third = (row for row in root.iter("tr") if row.find("td") is not None)
    assert [cell.get("data-head") for cell in first.findall("td")] == HEADINGS
    cells = [" ".join("".join(cell.itertext()).split()) for cell in first.findall("td")]
    assert cells[1] == "Pay for wifi.Who can help: The wifi firmHow to join in: Try it first."
    assert cells[2] == "The housing teamBy 1 October 2026. That day has passed"
    assert cells[3] == "Under way 2 of 5 steps done Ten homes have it.Last edited 24 November 2026 by Pat"
    assert cells[4:] == ["A box by the door.", "Online from day one."]
    assert "“Not <a> machine”" in "".join(second.itertext())
    told = "".join(third.itertext())
    assert "Not from young people" in told
    assert "We can't do this" in told
    assert "The head decided on 1 November 2026." in told
    assert "That day has passed" not in told, "it says nothing of one that is not kept"


def test_what_did_not_come_from_young_people_is_counted_and_their_part_stands_beside_the_published_one() -> None:
    said = plain(page(a_plan()))
    assert "1 of 3 did not come from young people. They are marked." in said
    assert "Young people had a part in 1 of 3 (33%). In eight councils it was 27%" in said
    assert "Source: The Story of New Belongings" in said


def test_a_page_without_a_plan_says_so() -> None:
    assert "There is nothing in it yet." in plain(page([]))


def test_nothing_on_it_comes_from_elsewhere_or_could_run() -> None:
    html = page(a_plan())
    assert "default-src 'none'" in html
    assert not re.search(r"""(src|href)=["'](?!#|data:,)""", html)
    assert "<script" not in html
    assert "url(" not in html
    assert "Money &amp; &lt;more&gt;" in html


def test_a_number_that_may_not_leave_the_authority_is_not_on_it() -> None:
    """What is said of a finding is what is published outside, whatever more is known inside."""
    few = results(12)
    for figure in few.inside.figures:
        source = Source(Said("finding", 2, figure.id), few)
        said = plan_words.said(source, northfield(), outside=True)
        outside = next((one for one in few.outside.figures if one.id == figure.id), None)
        if outside is None or outside.base is None:
            assert not re.search(r"\d+ in 100", said), said

"""Ten cards, sorted or ranked: how many picked each beside how well it is done, in words, on a page, in a picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from itertools import pairwise

import made_up
import pytest
from made_up import northfield
from support.town import DEFINITIONS
from test_charts import SVG, true_width

from bot.reports import cards, charts, page, text
from bot.reports.cards import CardsView
from bot.reports.views import views
from bot.screens import utf16_units
from engagement.results import Results
from surveys.cards import outcome
from surveys.load import load

NAMES = {"pick": "gold_standard_cards", "rank": "gold_standard_cards_rank"}
SIZES = (30, 60, 400)
EACH = [pytest.param(mode, size, id=f"{mode}-{size}") for mode in NAMES for size in SIZES]


@cache
def results(mode: str, size: int) -> Results:
    asked = load((DEFINITIONS / f"{NAMES[mode]}.yaml").read_text("utf-8"), source=NAMES[mode])
    return made_up.results.__wrapped__(size, asked=asked)


def view(found: Results) -> CardsView:
    made = cards.of(views(found, northfield()))
    assert made is not None
    return made


@pytest.mark.parametrize(("mode", "size"), EACH)
def test_the_most_picked_card_comes_first_and_what_is_hidden_last(mode: str, size: int) -> None:
    found = results(mode, size)
    got = outcome(found.asked, found.inside)
    assert got is not None
    assert got.mode == mode
    counts = [-1 if card.picked is None else card.picked for card in got.cards]
    assert len(counts) == 10
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(("mode", "size"), EACH)
def test_the_words_say_both_numbers_of_every_card_and_no_difference(mode: str, size: int) -> None:
    found = results(mode, size)
    said = " ".join(text.text(found, northfield()).split())
    for row in view(found).rows:
        assert f"{row.label}: " in said
    assert "-" not in re.sub(r"[a-z]-[a-z]", "", said)  # no number is negative: nothing was taken from anything
    caption = charts.summary_caption(found, northfield())
    assert utf16_units(caption) <= 1024
    assert view(found).rows[0].label in caption


def test_bands_are_added_up_from_the_counts_that_are_shown() -> None:
    found = results("rank", 400)
    for row in view(found).rows:
        assert [bar.label for bar in row.done] == ["Very well or well", "Half and half", "Badly or very badly"]
    figure = found.inside.figure("done_money")
    shown = {str(cell.members[0]): cell.count for cell in figure.cells}
    row = next(row for row in view(found).rows if row.label == "You have enough money to live on")
    assert row.done[0].count == shown["very_well"] + shown["well"]
    assert row.done[0].percent == round(100 * row.done[0].count / figure.base)


@pytest.mark.parametrize(("mode", "size"), EACH)
def test_the_picture_can_be_read_on_a_small_phone_and_no_line_lies_on_another(mode: str, size: int) -> None:
    root = ElementTree.fromstring(charts.summary_svg(results(mode, size), northfield()))
    assert 1080 <= int(root.get("height", 0)) <= 1350
    left = []
    for one in root.iter(f"{SVG}text"):
        letters, x = float(one.get("font-size", 0)), float(one.get("x", 0))
        assert letters >= 54
        long = true_width(one.text or "", letters, bold=one.get("font-weight") == "bold")
        begins = x - (long if one.get("text-anchor") == "end" else 0)
        assert begins >= 50
        assert begins + long <= 1040
        if one.get("text-anchor") is None:
            left.append((float(one.get("y", 0)), letters))
    assert all(below[0] - above[0] >= below[1] * 0.75 for above, below in pairwise(sorted(left)))


@pytest.mark.parametrize("mode", NAMES)
def test_the_page_has_both_side_by_side_for_every_card(mode: str) -> None:
    found = results(mode, 60)
    html = page.page(found, northfield())
    table = html[html.index(f"<caption>{'What matters most' if mode == 'rank' else 'What needs most work'}") :]
    table = table[: table.index("</table>")]
    assert table.count('<tr><th scope="row">') == 10


def test_a_survey_about_something_else_sets_nothing_beside_anything() -> None:
    found = made_up.results(30)
    assert outcome(found.asked, found.inside) is None
    assert cards.of(views(found, northfield())) is None

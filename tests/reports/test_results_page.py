"""The page of results: for eyes, ears, keyboards and paper, with nothing in it that comes from elsewhere."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hostile import ENDLESS, TAG, broken_down, hostile, unshown
from made_up import northfield, results
from playwright.async_api import Page, async_playwright

from bot.reports.page import page
from bot.reports.phrases import say
from bot.reports.views import FigureView, views
from engagement.results import Results, known_benchmarks

VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


class Tree(HTMLParser):
    """HTML as a tree; anything that is not closed where it should be is an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = ElementTree.Element("page")
        self._open = [self.root]
        self.feed(html)
        self.close()
        assert [one.tag for one in self._open] == ["page"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), tag
        node = ElementTree.SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        at = self._open[-1]
        if len(at):
            at[-1].tail = (at[-1].tail or "") + data
        else:
            at.text = (at.text or "") + data


@cache
def shown(kind: str, *, outside: bool = False) -> str:
    return page(FOUND[kind](), northfield(), outside=outside)


def everything() -> Results:
    """The most there can be: a breakdown, an earlier wave, benchmarks, and a question with nothing to show."""
    return unshown(broken_down(results(400, waves=True), "home_safe", "age_band"), "pet")


FOUND = {"few": lambda: results(30), "all": everything, "hostile": hostile}
KINDS = [*FOUND]


@cache
def tree(kind: str, *, outside: bool = False) -> ElementTree.Element:
    return Tree(shown(kind, outside=outside)).root


def said(node: ElementTree.Element) -> str:
    """What is read in it, on one line."""
    return " ".join("".join(node.itertext()).split())


def section(root: ElementTree.Element, figure: FigureView) -> ElementTree.Element:
    """The part of the page that is about this question."""
    return next(one for one in root.iter("section") if one.get("aria-labelledby") == f"q-{figure.id}")


def figures(kind: str, *, outside: bool = False) -> tuple[FigureView, ...]:
    return views(FOUND[kind](), northfield(), outside=outside).figures


def headings(root: ElementTree.Element) -> Iterator[int]:
    return (int(node.tag[1]) for node in root.iter() if re.fullmatch("h[1-6]", node.tag))


# For whoever listens to it, or has no mouse


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_ordered_for_whoever_listens_to_it(kind: str) -> None:
    root = tree(kind)
    html = root.find("html")
    assert html is not None
    assert html.get("lang") == "en-GB"
    assert said(next(root.iter("title")))
    assert [node.tag for node in next(root.iter("body"))] == ["a", "header", "nav", "main", "footer"]
    levels = list(headings(root))
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(node.get("aria-label") for node in root.iter("nav"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_and_label_leads_to_something_that_is_there_once(kind: str) -> None:
    root = tree(kind)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    led = [node.get("href", "")[1:] for node in root.iter("a")]
    led += [node.get("aria-labelledby", "") for node in root.iter() if node.get("aria-labelledby")]
    assert led[0] == "main"
    assert set(led) <= set(ids)
    parts = [node.get("id") for node in root.iter("h2")]
    assert [node.get("href", "")[1:] for node in next(root.iter("nav")).iter("a")] == parts


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_behind_every_picture_stands_a_table_with_the_same_numbers(kind: str, outside: bool) -> None:
    root = tree(kind, outside=outside)
    for figure in figures(kind, outside=outside):
        node = section(root, figure)
        assert len(list(node.iter("svg"))) == figure.drawable + sum(one.shares for one in figure.segments)
        tables = list(node.iter("table"))
        assert len(tables) == figure.drawable + len(figure.segments)
        if not figure.drawable:
            assert say("nothing", figure) in said(node)
            continue
        body = tables[0].find("tbody")
        assert body is not None
        for row, bar in zip(body, figure.bars, strict=True):
            head, number, *_ = (said(cell) for cell in row)
            assert head == " ".join(bar.label.split())
            if bar.count is None:
                assert number == "chidden, too few to show"
            else:
                assert number == (say("size", bar.percent) if figure.in_words else str(bar.count))
        assert figure.in_words or figure.base is None or str(figure.base) in said(tables[0])


@pytest.mark.parametrize("kind", KINDS)
def test_tables_have_captions_and_heads_and_can_be_reached_and_scrolled(kind: str) -> None:
    root = tree(kind)
    parents = {child: parent for parent in root.iter() for child in parent}
    for table in root.iter("table"):
        caption = table.find("caption")
        assert caption is not None
        assert said(caption)
        assert all(cell.get("scope") == "col" for cell in table.findall("thead/tr/th"))
        for row in [*table.findall("tbody/tr"), *table.findall("tfoot/tr")]:
            assert row[0].tag == "th"
            assert row[0].get("scope") == "row"
            assert len(row) <= len(table.findall("thead/tr/th"))
        region = parents[table]
        assert (region.get("role"), region.get("tabindex")) == ("region", "0")
        assert region.get("aria-label")
    for picture in root.iter("svg"):
        assert picture.get("role") == "img"
        assert said(picture[0])
        assert picture[0].tag == "title"
        assert parents[picture].tag == "figure"


def test_a_breakdown_has_a_picture_where_a_share_is_shown_and_a_table_with_heads_both_ways() -> None:
    root = tree("all")
    figure = next(one for one in figures("all") if one.id == "home_safe")
    table = [*section(root, figure).iter("table")][1]
    assert [said(cell) for cell in table.findall("thead/tr/th")][2:-1] == [bar.label for bar in figure.bars]
    first, *others = table.findall("tbody/tr")
    assert said(first[1]) == "100"
    assert said(first[-1]) == "20%, likely 20 to 40"
    assert all(said(cell) == "chidden, too few to show" for row in others for cell in row[2:])


# What is said


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_page_says_first_who_answered_and_last_what_numbers_cannot_say(kind: str, outside: bool) -> None:
    root, found = tree(kind, outside=outside), views(FOUND[kind](), northfield(), outside=outside)
    assert say("first_line", found) in said(next(root.iter("header")))
    about = next(one for one in root.iter("section") if one.get("aria-labelledby") == "about")
    assert say("rules", found) in said(about)
    assert say("missing", found) in said(about)
    assert said(about).endswith(say("why"))
    assert ("For use inside the council" in said(root)) is not outside


def test_under_fifty_answers_the_page_has_words_and_no_per_cents() -> None:
    root = tree("few")
    for figure in figures("few"):
        assert not re.search(r"\d%|\d in 100", said(section(root, figure)))


def test_a_published_figure_stands_with_its_source_and_what_to_mind() -> None:
    root = tree("all")
    beside = [one for one in figures("all") if one.beside]
    assert beside
    for figure in beside:
        words = said(section(root, figure))
        assert all(sentence in words for sentence in known_benchmarks().use_with_care)
        for one in figure.beside:
            assert say("beside", one) in words
            assert one.source in words


def test_two_waves_are_never_shown_as_people_who_changed() -> None:
    root = tree("all")
    note = say("waves_note")
    assert say("waves_note") in said(next(one for one in root.iter("section") if one.get("aria-labelledby") == "about"))
    waved = [one for one in figures("all") if say("wave", one)]
    assert waved
    for figure in waved:
        assert f"{say('wave', figure)} {note}" in said(section(root, figure))


def test_a_caution_stands_beside_its_question() -> None:
    root = tree("all")
    internet = next(one for one in figures("all") if one.id == "internet")
    assert internet.caution
    assert internet.caution in said(section(root, internet))
    assert said(root).count(internet.caution) == 1


def test_outside_no_table_has_a_number_under_ten_and_nobody_is_broken_down() -> None:
    assert 'class="by"' in shown("all")
    root = tree("all", outside=True)
    assert not [node for node in root.iter("details") if node.get("class") == "by"]
    counts = [said(row[1]) for table in root.iter("table") for row in table.findall("tbody/tr")]
    assert all(int(count) >= 10 for count in counts if count.isdigit())
    assert "chidden, too few to show" in counts


# What it is made of


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_survey_says_it_stays_words_and_nothing_is_fetched(kind: str) -> None:
    html = shown(kind)
    root = Tree(html).root
    assert not {"script", "iframe", "object", "img", "form", "base"} & {node.tag for node in root.iter()}
    assert not [name for node in root.iter() for name in node.keys() if name.startswith("on")]  # noqa: SIM118
    for node in root.iter():
        assert node.get("href", "#").startswith(("#", "data:,"))
        assert "src" not in node.keys()  # noqa: SIM118
    assert not re.search(r"url\(|@import", html)
    policy = next(node for node in root.iter("meta") if node.get("http-equiv") == "Content-Security-Policy")
    assert policy.get("content", "").startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    if kind == "hostile":
        assert TAG in said(next(root.iter("h1")))
        assert TAG not in html
        assert ENDLESS in said(root)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_letters_stand_out_from_what_they_are_on() -> None:
    colours = dict(re.findall(r"--(\w+): (#\w{6})", shown("few")))
    for letters in ("ink", "soft", "fill"):
        for paper in ("#ffffff", colours["wash"]):
            light, dark = luminance(paper), luminance(colours[letters])
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (letters, paper)


# In a browser


@pytest.mark.browser
async def test_in_a_browser_it_fits_a_narrow_screen_a_keyboard_and_paper(tmp_path: Path) -> None:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("NO CHROMIUM ON PATH: the page of results was NOT opened in a browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        for kind in ("all", "hostile"):
            file = tmp_path / f"{kind}.html"
            file.write_text(shown(kind), "utf-8")
            tab = await browser.new_page(viewport={"width": 320, "height": 640})
            wrong: list[str] = []
            tab.on("console", lambda line, wrong=wrong: wrong.append(line.text))
            tab.on("request", lambda asked, wrong=wrong: wrong.append(asked.url))
            await tab.goto(file.as_uri())
            await _reflows(tab)
            await tab.emulate_media(media="print")
            assert await tab.evaluate(CLOSED_TABLES_ARE_THERE)
            assert wrong == [file.as_uri()]
            await tab.close()
        await browser.close()


async def _reflows(tab: Page) -> None:
    await tab.keyboard.press("Tab")
    assert await tab.evaluate("document.activeElement.className") == "skip"
    assert await tab.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    await tab.keyboard.press("Enter")
    assert await tab.evaluate("document.activeElement.id") == "main"
    for letters in ("100%", "200%"):
        await tab.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
        await tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert await tab.evaluate("document.scrollingElement.scrollWidth") <= 320
    small = "[...document.querySelectorAll('nav a, summary')].filter(one => one.getBoundingClientRect().height < 24)"
    assert await tab.evaluate(f"{small}.length") == 0
    await tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = false })")


CLOSED_TABLES_ARE_THERE = """() => {
  const closed = [...document.querySelectorAll('details:not([open]) table')];
  return closed.length > 0 && closed.every((one) => one.closest('.short') || one.getBoundingClientRect().height > 20);
}"""

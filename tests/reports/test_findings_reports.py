"""Findings as sentences, as a page, on a wall and in a group chat: plain words, and nothing that is not published."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
import zxingcpp
from hostile import hostile
from made_up import northfield, results
from PIL import Image
from pypdf import PdfReader
from test_letters import read_codes

from bot.reports import drawing, finding, findings_page, findings_poster, findings_square
from bot.screens import utf16_units
from engagement import findings
from engagement.findings import Slide
from engagement.results import Results
from surveys.said_numbers import unpublished

SAMPLES = Path(__file__).parent / "samples"
SIZES = (14, 30, 60, 400)


@cache
def slides(size: int) -> tuple[Slide, ...]:
    """The headline measures, as they are proposed."""
    found = finding.proposed(results(size), northfield())
    main = finding.headlines(results(size), found)
    return tuple(Slide(one.question, one.said) for one in found if one.question in main)


def everything(found: Results) -> tuple[Slide, ...]:
    """Every figure that can be told."""
    return tuple(Slide(one.question, one.said) for one in finding.proposed(found, northfield()))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_in_a_sentence_and_beside_it_is_published(size: int, seed: int) -> None:
    found = results(size, seed=seed)
    for outside, publication in ((False, found.inside), (True, found.outside)):
        for one in finding.proposed(found, northfield(), outside=outside):
            figure, question = publication.figure(one.question), found.asked.question(one.question)
            assert unpublished(one.said, publication, figure, question) == (), one.said
            assert unpublished(one.beside, publication, figure, question) == (), one.beside
            assert findings.can_be_told(figure)


def test_sentences_are_plain_and_say_how_many_in_words() -> None:
    said = {one.question: one for one in finding.proposed(results(60), northfield())}
    assert said["home_safe"].said == "About half always feel safe where they live."
    assert said["home_safe"].beside == "That is 55 in 100."
    assert said["pet"].said == "Do you have a pet, or an animal you help look after? About half said: Yes."
    assert "advice" not in said, "what was typed is no figure"
    assert finding.base(results(60), northfield()) == "About 60 people told us how life is."
    few = {one.question: one for one in finding.proposed(results(30), northfield())}
    assert few["home_safe"].beside == "", "under fifty there are words and no percentages"
    assert all("%" not in one.said for one in said.values())


def test_a_share_that_everybody_or_nobody_gave_is_said_with_the_question() -> None:
    found = finding.proposed(hostile(), northfield())
    assert all("Everyone always" not in one.said and "Nobody always" not in one.said for one in found)


@pytest.mark.parametrize("size", SIZES)
def test_what_hangs_on_a_wall_holds_only_what_may_leave_the_authority(size: int) -> None:
    found = results(size)
    told = everything(found)
    shown = {one.question for one in finding.for_a_wall(found, northfield(), told)}
    assert shown <= {figure.id for figure in found.outside.figures if findings.can_be_told(figure)}
    for one in finding.for_a_wall(found, northfield(), told):
        figure = found.outside.figure(one.question)
        assert unpublished(one.said, found.outside, figure, found.asked.question(one.question)) == ()
    if size < 20:
        assert shown == set()


def test_her_own_words_hang_on_a_wall_only_where_everybody_is_shown_the_same() -> None:
    found = results(60)
    same, other = Slide("home_safe", "We feel safe.", own=True), Slide("lonely", "We feel lonely.", own=True)
    assert [one.said for one in finding.for_a_wall(found, northfield(), (same,))] == ["We feel safe."]
    assert [one.said for one in finding.for_a_wall(found, northfield(), (other,))] != ["We feel lonely."]
    assert [one.said for one in finding.told(found, northfield(), (other,))] == ["We feel lonely."]


@pytest.mark.parametrize("size", [30, 400])
def test_the_page_loads_nothing_and_runs_nothing(size: int) -> None:
    html = findings_page.page(results(size), northfield(), slides(size))
    assert not re.findall(r"(?:src|href|url)\s*[=(]", html)
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    for one in finding.for_a_wall(results(size), northfield(), slides(size)):
        assert one.said in html
    assert html.count("People who did not answer may feel differently.") == 1


def test_the_page_takes_hostile_words_as_words() -> None:
    html = findings_page.page(hostile(), northfield(), everything(hostile()))
    assert "<script>alert" not in html


def test_the_poster_is_one_sheet_with_every_sentence_and_a_code_that_leads_to_the_bot() -> None:
    made = findings_poster.pdf(results(400), northfield(), slides(400), bot_name="@example_bot")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) == 1
    words = " ".join(pages[0].split())
    assert all(one.sentence in words for one in slides(400))
    assert "People who did not answer may feel differently." in words
    assert read_codes(made) == ["https://t.me/example_bot"]
    assert read_codes(findings_poster.pdf(results(400), northfield(), slides(400))) == []


def test_a_poster_of_endless_words_stays_one_sheet() -> None:
    made = findings_poster.pdf(results(400), northfield(), [Slide("home_safe", "W" * 200, own=True)] * 2)
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


@pytest.mark.parametrize("size", [30, 60, 400])
def test_the_square_is_square_and_its_words_fit_below_it(size: int) -> None:
    svg = findings_square.svg(results(size), northfield(), slides(size))
    assert 'viewBox="0 0 1080 1080"' in svg
    caption = findings_square.caption(results(size), northfield(), slides(size))
    assert utf16_units(caption) <= 1024
    assert "About " in caption
    assert caption.endswith("People who did not answer may feel differently.")


def test_endless_words_are_left_off_the_square_before_they_leave_it() -> None:
    svg = findings_square.svg(results(400), northfield(), [Slide("home_safe", "Wide words " * 18, own=True)] * 8)
    assert 'viewBox="0 0 1080 1080"' in svg
    assert "more." in svg


def test_the_square_is_a_small_png_with_no_code_on_it() -> None:
    with Image.open(io.BytesIO(drawing.png(findings_square.svg(results(400), northfield(), slides(400))))) as picture:
        assert picture.size == (1080, 1080)
        assert zxingcpp.read_barcodes(picture.convert("L")) == []


def test_the_samples_show_what_is_made_today() -> None:
    """A changed drawing fails here until somebody has looked: `python tests/reports/test_findings_reports.py`."""
    assert (SAMPLES / "findings_square.svg").read_text("utf-8") == _square(), "look at it, then draw the samples anew"


def _square() -> str:
    return findings_square.svg(results(400), northfield(), slides(400))


if __name__ == "__main__":
    (SAMPLES / "findings_square.svg").write_text(_square(), "utf-8")
    with Image.open(io.BytesIO(drawing.png(_square()))) as big:
        big.convert("RGB").resize((360, 360), Image.Resampling.LANCZOS).quantize(32).save(
            SAMPLES / "findings_square.png", optimize=True
        )

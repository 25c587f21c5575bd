"""Printed invites: what stands on each page, whether a camera can read it, and names that try to be something else."""

from __future__ import annotations

import io
import re
from datetime import date
from html.parser import HTMLParser

import pytest
import vl_convert
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader
from pypdf.generic import ContentStream

from bot.reports import letters, letters_pdf, notify
from bot.reports.letters_pdf import LettersMissing
from engagement.invites import Invitation

TAG = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://x.example")'
ENDLESS = "W" * 200
DOTS_A_POINT = 2


def invitation(number: int = 1, name: str = "Jo", *, language: str = "en", worker: str = "Priya") -> Invitation:
    return Invitation(
        reference=f"C-{number}",
        link=f"https://t.me/example_bot?start=abcdefghijklmnopqrst{number:02}",
        words=f"blue kite{number}",
        name=name,
        short_name=f"{name} S",
        phone="",
        email="",
        language=language,
        worker=worker,
        last_day=date(2027, 1, 21),
    )


def pages(made: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


def read_codes(made: bytes, number: int = 0) -> list[str]:
    """What a camera reads on that page: its rectangles, filled in the order and colours of the file."""
    page = PdfReader(io.BytesIO(made)).pages[number]
    tall = float(page.mediabox.height)
    picture = Image.new("L", (int(page.mediabox.width) * DOTS_A_POINT, int(tall) * DOTS_A_POINT), 255)
    draw, shade, waiting = ImageDraw.Draw(picture), 0, (0.0, 0.0, 0.0, 0.0)
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator in (b"rg", b"g"):
            shade = int(255 * float(operands[0]))
        elif operator == b"re":
            left, bottom, width, height = map(float, operands)
            top, foot = sorted((tall - bottom, tall - bottom - height))
            waiting = (left, top, left + width, foot)
        elif operator == b"f":
            draw.rectangle([round(edge * DOTS_A_POINT) for edge in waiting], shade)
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def heights(made: bytes) -> list[float]:
    """How far above the foot of its page each line of text stands, in points."""
    return [
        float(operands[1])
        for page in PdfReader(io.BytesIO(made)).pages
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations
        if operator == b"Td"
    ]


class Page(HTMLParser):
    """The text of a page and what it would load or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name == "src" or (name == "href" and tag != "a")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_each_person_has_one_page_with_their_name_their_words_and_how_to_join():
    made = pages(letters_pdf.pdf([invitation(1, "Jo"), invitation(2, "Łucja", worker="")]))
    assert len(made) == 2
    jo, lucja = made
    for said in ("Hi Jo,", "blue kite1", "5. Answer two short questions", "a bot, not a person", "21 January 2027"):
        assert said in jo
    assert "Ask Priya for a new one" in jo
    assert "the person who gave you this" in " ".join(lucja.split())
    assert "Hi Łucja," in lucja
    assert "blue kite2" in lucja
    assert "Jo" not in lucja
    assert "kite1" not in lucja


def test_a_camera_reads_the_link_from_each_page_of_the_pdf():
    made = letters_pdf.pdf([invitation(1), invitation(2)])
    assert [read_codes(made, 0), read_codes(made, 1)] == [[invitation(1).link], [invitation(2).link]]


def test_a_worker_gets_eight_cards_to_a_page_and_every_one_can_be_read():
    people = [invitation(number) for number in range(1, 10)]
    made = letters_pdf.pdf(people, worker="Priya")
    first, second = pages(made)
    assert "Invites for Priya to hand over" in first
    assert first.count("Jo S") == 8
    assert "blue kite9" in second
    assert set(read_codes(made)) == {one.link for one in people[:8]}
    assert read_codes(made, 1) == [people[8].link]
    page = letters.html(people, worker="Priya")
    assert page.count('class="sheet') == 2
    assert page.count('class="card"') == 9


def test_the_page_for_a_browser_holds_everything_and_its_code_can_be_read():
    html = letters.html([invitation(1), invitation(2)])
    page = Page(html)
    assert (page.tags.count("article"), page.tags.count("svg"), page.loads) == (2, 2, [])
    assert "url(" not in html
    assert "break-after: page" in html
    drawing = re.search(r"<svg.*?</svg>", html, re.S)
    assert drawing is not None
    shown = drawing[0].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300" ', 1)
    with Image.open(io.BytesIO(vl_convert.svg_to_png(shown))) as picture:
        assert [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))] == [invitation(1).link]


def test_paper_and_browser_say_the_same():
    one = invitation()
    paper = " ".join(" ".join(pages(letters_pdf.pdf([one]))).split())
    browser = " ".join(" ".join(Page(letters.html([one])).text).split())
    [sheet] = letters.sheets([one])
    for said in (sheet.hello, sheet.intro, *sheet.steps, sheet.bot, sheet.trouble, sheet.until, sheet.words_why):
        assert said in paper
        assert said in browser
    assert len(sheet.steps) == 5


@pytest.mark.parametrize("name", [TAG, FORMULA, ENDLESS, "  ", "{{ 7 * 7 }}", "Zoë-Łucja O’Neil"])
def test_whatever_a_name_tries_to_be_it_is_a_name_on_one_page(name):
    people = [invitation(1, name), invitation(2)]
    for worker in (None, "Priya"):
        assert len(pages(letters_pdf.pdf(people, worker=worker))) == (2 if worker is None else 1)
        page = Page(letters.html(people, worker=worker))
        assert "script" not in page.tags
        assert "49" not in "".join(page.text)
    assert name[:40] in "".join(Page(letters.html(people)).text)


@pytest.mark.parametrize("language", sorted(letters.languages()))
def test_in_every_language_the_longest_name_leaves_the_rest_on_its_page_and_on_its_card(language):
    worker = "Wilhelmina-Alexandra"
    long = [invitation(number, ENDLESS, language=language, worker=worker) for number in range(8)]
    assert min(heights(letters_pdf.pdf(long))) > 40
    # Eight names of two lines push nothing over the line that the cards are cut along.
    top = max(heights(letters_pdf.pdf([invitation(0, "J")], worker=worker))[2:])
    assert top - min(heights(letters_pdf.pdf(long[:1], worker=worker))[2:]) < 62 / 25.4 * 72 - 40


def test_a_name_the_font_has_no_letters_for_is_named_and_the_browser_has_it():
    people = [invitation(1, "محمد"), invitation(2), invitation(3, "Нина")]
    with pytest.raises(LettersMissing) as refused:
        letters_pdf.pdf(people)
    assert refused.value.references == ("C-1", "C-3")
    assert "Hi محمد," in Page(letters.html(people)).text
    # An accent that was typed by itself is no other letter.
    assert "Hi Zoé," in pages(letters_pdf.pdf([invitation(1, "Zoe\u0301")]))[0]


@pytest.mark.parametrize(
    ("wanted", "known", "written"),
    [
        ("pl", {"en", "pl"}, "pl"),
        ("pl", {"en"}, "en"),
        ("pt-BR", {"en", "pt"}, "pt"),
        ("pt-BR", {"en", "pt", "pt-BR"}, "pt-BR"),
        ("../../secret", {"en"}, "en"),
    ],
)
def test_it_is_written_in_their_language_where_there_is_one_and_else_in_english(wanted, known, written):
    assert letters.language_of(wanted, known) == written
    assert letters.sheets([invitation(language=wanted)])[0].language == "en"


def test_no_cell_of_the_table_begins_a_formula():
    table = notify.table([invitation(1, "=cmd|' /C calc'!A0"), invitation(2, "\t+44 Jo"), invitation(3, "@Bo")])
    assert [line.split(",")[2] for line in table.splitlines()] == ["name", "cmd|' /C calc'!A0", "44 Jo", "Bo"]

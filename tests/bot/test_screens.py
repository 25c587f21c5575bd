"""Screens: what Telegram would refuse is refused here, and nothing is shared between two renderings."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screens import Button, Screen, ScreenError, Screens, utf16_units

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHIPPED = Path(__file__).parents[2] / "bot" / "templates"
LANGUAGE = "code: {code}\nname: {code}\nlocale: {locale}\nreviewer: us\nreviewed: 2026-11-22\nclock: {clock}\n"

Write = Callable[..., Screens]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Templates of our own: names (`/` as `__`) and their text, in English or another language."""

    def write(language: str = "en", locale: str = "en_GB", clock: int = 12, **templates: str) -> Screens:
        folder = tmp_path / language
        folder.mkdir(exist_ok=True)
        (folder / "language.yaml").write_text(LANGUAGE.format(code=language, locale=locale, clock=clock), "utf-8")
        for name, text in templates.items():
            path = folder / f"{name.replace('__', '/')}.j2"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return Screens([tmp_path], SimpleNamespace(council="Ely"))

    return write


def test_text_and_rows_come_out_apart(write: Write) -> None:
    screens = write(
        menu='Hello {{ name }}.\n\n{% do row(button("Go", "go", 7, style="primary"), copy("Copy", "116 123")) %}\n'
    )
    assert screens.render("menu", "en", name="<Jo> & Sam") == Screen(
        "Hello &lt;Jo&gt; &amp; Sam.",
        ((Button("Go", "go", "7", "primary"), Button("Copy", copy="116 123")),),
        True,
        "menu",
    )


def test_the_keyboard_is_telegrams_json(write: Write) -> None:
    screen = write(
        menu='x{% do row(button("Go", "go", 7, "danger"), button("No", "no")) %}{% do row(copy("C", "1")) %}'
    )
    keyboard = screen.render("menu", "en").keyboard("abcdefgh")
    assert keyboard == [
        [
            {"text": "Go", "callback_data": "abcdefgh:go:7", "style": "danger"},
            {"text": "No", "callback_data": "abcdefgh:no:"},
        ],
        [{"text": "C", "copy_text": {"text": "1"}}],
    ]
    assert json.loads(json.dumps(keyboard)) == keyboard


def test_a_label_is_plain_text_however_it_was_put_together(write: Write) -> None:
    screens = write(menu='x{% do row(button("Ask " ~ name, "ask"), button(name|clip(9), "a")) %}')
    assert [b.label for b in screens.render("menu", "en", name="O'Neil & <b>").rows[0]] == [
        "Ask O'Neil & <b>",
        "O'Neil &…",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "{{ missing }}",
        "{{ 'x' * 4097 }}",
        "{{ '😀' * 2049 }}",
        "x{% do row(button('', 'a')) %}",
        "x{% do row(button(' ', 'a')) %}",
        "x{% do row(button('y' * 65, 'a')) %}",
        "x{% do row(button('y', '')) %}",
        "x{% do row(button('y', 'a:b')) %}",
        "x{% do row(button('y', 'a', 'b' * 54)) %}",
        "x{% do row(button('y', 'a', 'é' * 27)) %}",
        "x{% do row(button('y', 'a', style='green')) %}",
        "x{% do row(copy('y', '')) %}",
        "x{% do row(copy('y', 'z' * 257)) %}",
        "x{% set b = button('y', 'a') %}{% do row(b, b, b, b, b, b, b, b, b) %}",
        "x{% for n in range(101) %}{% do row(button('y', 'a')) %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ s.council.nothing }}",
        "{% if %}",
    ],
)
def test_what_would_be_refused_is_refused_here(write: Write, text: str) -> None:
    with pytest.raises(ScreenError) as refused:
        write(menu=text).render("menu", "en")
    assert (refused.value.name, refused.value.language) == ("menu", "en")


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'x' * 4096 }}",
        "{{ '😀' * 2048 }}",
        "<b>{{ '&' * 4096 }}</b>",
        "x{% do row(button('y' * 64, 'a', 'b' * 53)) %}",
        "x{% set b = button('y', 'a') %}{% do row(b, b, b, b, b, b, b, b) %}",
        "x{% for n in range(100) %}{% do row(button('y', 'a')) %}{% endfor %}",
    ],
)
def test_what_fits_is_let_through_to_the_last_unit(write: Write, text: str) -> None:
    screen = write(menu=text).render("menu", "en")
    assert utf16_units(screen.text) <= 4096
    for row in screen.keyboard("12345678"):
        for button in row:
            assert len(str(button["callback_data"]).encode()) <= 64


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_an_argument_holds_a_button_fits_or_is_refused(label: str, arg: str) -> None:
    screens = Screens([SHIPPED], SimpleNamespace())
    people = [{"id": arg, "name": label}]
    try:
        screen = screens.render("staff/pass_on", "en", people=people)
    except ScreenError:
        return
    assert len(f"12345678:to:{screen.rows[0][0].arg}".encode()) <= 64


def test_a_missing_template_says_so(write: Write) -> None:
    with pytest.raises(ScreenError, match="menu"):
        write(other="x").render("menu", "en")


def test_a_language_falls_back_to_english_template_by_template(write: Write) -> None:
    write(menu="Menu {{ when|day }}", help="Help")
    screens = write("de", "de_DE", 24, menu="Menü {{ when|day }}")
    assert set(screens.languages) == {"en", "de"}
    assert screens.render("menu", "de", today=date(2026, 11, 23), when=date(2026, 11, 24)).text == "Menü Dienstag"
    assert screens.render("help", "de").text == "Help"
    assert screens.render("menu", "fr", today=date(2026, 11, 23), when=date(2026, 11, 24)).text == "Menu Tuesday"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{{ d(2026, 11, 24)|day }}", "Tuesday"),
        ("{{ d(2026, 11, 23)|day }}", "Monday"),
        ("{{ d(2026, 11, 30)|day }}", "Monday 30 November"),
        ("{{ d(2026, 11, 22)|day }}", "Sunday 22 November"),
        ("{{ m(2026, 11, 29, 23, 59)|day }}", "Sunday"),
        ("{{ m(2026, 7, 31, 23, 30)|day }}", "Saturday 1 August"),
        ("{{ m(2026, 11, 24, 17, 0)|time }}", "5pm"),
        ("{{ m(2026, 11, 24, 17, 5)|time }}", "5.05pm"),
        ("{{ m(2026, 11, 24, 0, 30)|time }}", "12.30am"),
        ("{{ m(2026, 11, 24, 12, 0)|time }}", "12pm"),
        ("{{ m(2026, 7, 1, 11, 0)|time }}", "12pm"),
        ("{{ m(2026, 11, 24, 17, 0)|short_day }}", "Tue"),
        ("{{ d(2026, 11, 24)|date }}", "24 November"),
        ("{{ m(2026, 7, 31, 23, 30)|date }}", "1 August"),
        ("{{ ['Jo']|names }}", "Jo"),
        ("{{ ['Jo', 'Sam']|names }}", "Jo and Sam"),
        ("{{ ['Jo', 'Sam', 'Alex']|names }}", "Jo, Sam and Alex"),
    ],
)
def test_days_and_times_are_londons_and_said_as_people_say_them(write: Write, written: str, said: str) -> None:
    def moment(*parts: int) -> datetime:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]

    assert write(menu=written).render("menu", "en", now=NOW, d=date, m=moment).text == said


def test_the_day_may_come_from_a_clock_or_be_given(write: Write, tmp_path: Path) -> None:
    write(menu="{{ when|day }}")
    ticking = Screens([tmp_path], SimpleNamespace(), clock=lambda: NOW)
    assert ticking.render("menu", "en", when=date(2026, 11, 24)).text == "Tuesday"
    assert ticking.render("menu", "en", when=date(2026, 11, 24), today=date(2026, 1, 1)).text == "Tuesday 24 November"
    assert (
        Screens([tmp_path], SimpleNamespace()).render("menu", "en", when=date(2026, 11, 24)).text
        == "Tuesday 24 November"
    )


def test_options_are_laid_as_they_lie_and_what_is_chosen_is_marked(write: Write) -> None:
    screens = write(menu='{{ choices(rows, "pick", ranked) }}')
    rows = [[{"label": "A", "arg": 0, "chosen": 2}, SimpleNamespace(label="B", arg=1, chosen=False)]]
    assert screens.render("menu", "en", rows=rows, ranked=False) == Screen(
        "1", ((Button("✓ A", "pick", "0"), Button("B", "pick", "1")),), True, "menu"
    )
    assert screens.render("menu", "en", rows=rows, ranked=True).rows[0][0].label == "2. A"


def test_renderings_at_the_same_time_do_not_share_rows(write: Write) -> None:
    screens = write(menu="{{ n }}{% for i in range(n) %}{% do row(button(n, 'a', i)) %}{% endfor %}")
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda n: screens.render("menu", "en", n=n % 50 + 1), range(400)))
    for screen in drawn:
        assert len(screen.rows) == int(screen.text)
        assert {button.label for row in screen.rows for button in row} == {screen.text}


def test_gaps_are_one_blank_line(write: Write) -> None:
    assert write(menu="a\n\n\n{% if no is defined %}x{% endif %}\n\nb  \n\n").render("menu", "en").text == "a\n\nb"


@pytest.mark.parametrize(
    ("name", "protect"),
    [
        ("survey/question", True),
        ("staff/task", True),
        ("join/check", True),
        ("menu", True),
        ("envelope/survey", True),
        ("help", False),
        ("unknown", False),
        ("errors/not_saved", False),
        ("files/my_data_caption", False),
    ],
)
def test_help_and_files_may_be_passed_on_and_cards_may_not(write: Write, name: str, protect: bool) -> None:
    assert write(**{name.replace("/", "__"): "x"}).render(name, "en").protect is protect


def test_every_shipped_template_compiles() -> None:
    screens = Screens([SHIPPED], SimpleNamespace())
    screens.compile_all()
    assert len(screens.names()) > 80

"""What is proposed to go black, and that nothing of it is left: a hint for a reader, never the reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engagement.redaction import Kind, Span, fold, merged, proposed, redacted, wherever

NAMES = (
    *("Priya Shah", "Zoë", "Jo", "O'Brien", "Anne-Marie", "Mary Jane", "De La Cruz", "Marcus Bell", "Oluwaseun"),
    *("Will", "May", "Hope", "Grace", "Lee", "Siân", "Nguyễn", "Александра", "J"),
)


def black(text: str, names: tuple[str, ...] = NAMES) -> str:
    return redacted(text, proposed(text, names))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # A tool made for this missed both in one sentence.
        ("Priya has my NI number, QQ 12 34 56 C, in her book", "[name] has my NI number, [NI number], in her book"),
        ("qq123456c or QQ-12-34-56", "[NI number] or [NI number]"),
        # Names, however they are written.
        ("priya, PRIYA and Shah", "[name], [name] and [name]"),
        ("Priya Shah said no", "[name] said no"),
        ("Priya's room, priyas room, Priya’s", "[name]'s room, [name] room, [name]’s"),
        ("zoe, ZOE, Zoë and Zoe\u0308", "[name], [name], [name] and [name]"),
        ("sian nguyen, александра", "[name], [name]"),
        ("obrien, O’Brien, o'brien, Brien", "[name], [name], [name], [name]"),
        ("anne marie, annemarie, Anne-Marie, Marie", "[name], [name], [name], [name]"),
        ("Mary Jane or Jane or Cruz", "[name] or [name] or [name]"),
        ("@ Jo's, (Jo) and jo123", "@ [name]'s, ([name]) and [name]123"),
        # Whole words only, and from two letters.
        ("joke, Joanna, wheelie, priyanka, j", "joke, Joanna, wheelie, priyanka, j"),
        # Everyday words that are names as well: only with a capital letter.
        ("I will go in may, i hope, with grace", "I will go in may, i hope, with grace"),
        ("I saw Will in May with Grace and Hope", "I saw [name] in [name] with [name] and [name]"),
        ("Will shouted. He rang the bell", "[name] shouted. He rang the bell"),
        ("I WILL NOT GO", "I WILL NOT GO"),
        # Numbers to ring, also those kept for drama.
        ("ring 07700 900123, 07700900123 or +44 7700 900 123", "ring [phone], [phone] or [phone]"),
        ("(01632) 960-199 and 0808 157 0121", "[phone] and [phone]"),
        ("+353 85 012 3456", "[phone]"),
        # Where to write and where to go.
        ("jo.b+x@mail.example.org, @kit_99", "[e-mail], [handle]"),
        ("see www.example.org/jo or t.me/kit", "see [link] or [link]"),
        ("NR2 1AB, nr21ab, EC1A 1BB", "[postcode], [postcode], [postcode]"),
        # Long runs of digits: accounts, references, days of birth.
        ("acc 12345678, sort 20-00-00, born 12/03/2006", "acc [number], sort [number], born [number]"),
        ("I am 19, in flat 12, since 2024, £350", "I am 19, in flat 12, since 2024, £350"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_points_at_somebody_goes_black_and_the_rest_stands(text: str, left: str) -> None:
    assert black(text) == left


def test_without_a_register_the_patterns_are_still_found() -> None:
    assert black("Priya, 07700 900123", ()) == "Priya, [phone]"


def test_a_name_that_is_typed_wrong_or_not_in_the_register_is_missed_and_so_a_person_reads() -> None:
    assert black("Pryia and Dave") == "Pryia and Dave"


def test_words_chosen_by_hand_are_found_wherever_they_stand() -> None:
    text = "My kite, the KITE and a kitemark. Blue  kite."
    assert redacted(text, wherever(text, "kite")) == "My [left out], the [left out] and a kitemark. Blue  [left out]."
    assert redacted(text, wherever(text, " blue kite ")) == "My kite, the KITE and a kitemark. [left out]."
    assert redacted(text, wherever(text, "mark")) == "My kite, the KITE and a kite[left out]. Blue  kite."
    assert wherever(text, "plane") == wherever(text, "  ") == ()


def test_marks_that_overlap_are_one() -> None:
    spans = (Span(6, 9, Kind.WORDS), Span(2, 7, Kind.NAME), Span(9, 10, Kind.PHONE), Span(3, 3, Kind.NAME))
    assert merged(spans) == (Span(2, 9, Kind.NAME), Span(9, 10, Kind.PHONE))
    assert redacted("0123456789ab", spans) == "01[name][phone]ab"


# Whatever is typed

WRITTEN = (
    *(*NAMES, *map(str.upper, NAMES), "Zoe\u0308", "will", "Will's", "07700 900123", "+44 7700 900123", "a.b@c.org"),
    *("@kit", "NR2 1AB", "QQ123456C", "20-00-00", "12345678", "(0770) 0900 123", "www.x.org/jo", "[name]", "[", "]"),
    *(" ", " ", "-", "'", "@", ".", "/", "(", ")", "\n", "!"),
)
pieces = st.one_of(st.sampled_from(WRITTEN), st.text(max_size=6), st.text("0123456789 -().+@aJo", max_size=8))
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts)
@example("Jo@me")
@example("a@Jo.com 1Jo2345678Jo9")
def test_marks_lie_in_the_text_in_order_and_apart(text: str) -> None:
    spans = proposed(text, NAMES)
    places = [at for span in spans for at in (span.start, span.end)]
    assert all(span.start < span.end for span in spans)
    assert places == sorted(places)
    assert all(0 <= at <= len(text) for at in places)


@given(texts)
@example("Jo@me")
@example("Jo(0770) 0900 123")
@example("http://[Jo]")
def test_what_is_blacked_out_once_has_nothing_left_to_black_out(text: str) -> None:
    once = black(text)
    assert black(once) == once


@given(texts)
def test_of_a_mark_nothing_is_left_and_everything_else_stands_as_it_was(text: str) -> None:
    spans = proposed(text, NAMES)
    left = redacted(text, spans)
    at = 0
    for before, span in zip((0, *(one.end for one in spans)), spans, strict=False):
        for said in (text[before : span.start], f"[{span.kind}]"):
            assert left.startswith(said, at)
            at += len(said)
    assert left[at:] == text[spans[-1].end if spans else 0 :]


@given(
    st.sampled_from(NAMES[:9]), st.sampled_from(["{} did", "so, {}!", "it was ({})", "{}", "tell {}'s mum"]), st.data()
)
def test_no_name_of_the_register_outlasts_it_in_any_case_or_form(name: str, frame: str, data: st.DataObject) -> None:
    written = data.draw(st.sampled_from([str.lower, str.upper, str.title, str]))(name)
    written = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), written)
    left = fold(black(frame.format(written)).replace("[name]", ""))
    assert not any(fold(part) in left for part in name.split() if len(part) > 2)

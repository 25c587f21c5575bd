"""An authority's settings: checked as strictly as a questionnaire, and every mistake told at once."""

import re
from datetime import time
from pathlib import Path

import pytest

from engagement import authority
from engagement.authority import Settings, load
from storage.store import Store
from surveys.errors import DefinitionError

NORTHFIELD = (Path(__file__).parents[2] / "bot/sandbox/northfield.yaml").read_text("utf-8")
KEPT_FOR_DRAMA = re.compile(r"(01632 960|07700 900|0808 157 0)\d{3}$")  # Ofcom's ranges, given to nobody


def mistakes(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        load(text, source="a.yaml")
    return [str(mistake).removeprefix("a.yaml, ") for mistake in refused.value.mistakes]


def changed(*changes: tuple[str, str]) -> str:
    text = NORTHFIELD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_made_up_authority_can_be_used_and_comes_back_from_its_row_unchanged():
    settings = load(NORTHFIELD, source="northfield.yaml")
    assert (settings.name, settings.cap, settings.worker_word, settings.practice) == ("Northfield", 3, "PA", False)
    assert settings.working_hours["friday"] == (time(9), time(16, 30))
    assert "saturday" not in settings.working_hours
    assert settings.duty == ("Marcus Bell", "Ruth Adeyemi")
    assert (
        str(settings.out_of_hours_line) == "Northfield out-of-hours team, 01632 960199. Evenings, nights and weekends."
    )
    assert Settings.model_validate_json(authority.kept(settings)) == settings


def test_every_number_in_the_made_up_authority_belongs_to_nobody():
    settings = load(NORTHFIELD, source="northfield.yaml")
    lines = [settings.out_of_hours_line, *settings.local_numbers, settings.complaints, settings.advocate]
    numbers = [line.number for line in lines if line is not None and line.number]
    assert len(numbers) == 5
    assert [number for number in numbers if not KEPT_FOR_DRAMA.match(number)] == []


def test_all_mistakes_are_told_at_once_each_with_its_line_and_a_remedy():
    found = mistakes(
        changed(
            ("service: the Next Steps team\n", ""),
            ("cap: 3", "cap: 30"),
            ("monday: 09:00-17:00", "monday: 9 to 5"),
            ("tuesday:", "tuseday:"),
            ("  number: 01632 960199", "  numbr: 01632 960199"),
            ("practice: false", "practice: maybe"),
        )
    )
    assert found == [
        "line 2: service: this is missing. Add it.",
        "line 13: cap: this is too much. At most 7.",
        "line 17: working_hours.monday: These are not hours. "
        "Write them as 09:00-17:00, or leave the day out when closed.",
        "line 18: working_hours.tuseday: nobody reads this. Did you mean `tuesday`?",
        "line 34: out_of_hours_line.number: this is missing. Add it.",
        "line 36: out_of_hours_line.numbr: nobody reads this. Did you mean `number`?",
        "line 69: practice: this is neither true nor false. Write true or false.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("languages: [en]", "languages: [cy]", "English is not among the languages."),
        ("languages: [en]", "languages: [en, Welsh!]", "“Welsh!” is not a language code."),
        ("languages: [en]", "languages: []", "this is empty."),
        ("wednesday: 09:00-17:00", "wednesday: 17:00-09:00", "This day closes before it opens."),
        ("wednesday: 09:00-17:00", "wednesday: 09:00-25:00", "There is no such time of day."),
        ("  Sam Okoro: Priya Shah", "  Sam Okoro: sam okoro", "Sam Okoro covers for themselves."),
        ("number: 01632 960199", "number: 988", "this is not text."),
        ("number: 01632 960199", 'number: "988"', "988 is not the number people here are told."),
        ("number: 01632 960199", 'number: "911"', "911 is not the number people here are told."),
        ("number: 01632 960199", "number: +1 800 273 8255", "This is not a phone number in the United Kingdom."),
        ("number: 01632 960199", "number: call us", "This is not a phone number in the United Kingdom."),
        ("complaints@northfield.example", "complaints", "this is not an e-mail address."),
        ("contact_within_hours: 8", "contact_within_hours: 0", "this is too little. At least 1."),
        ("council: Northfield Council", "council: yes" + "y" * 90, "this is too much. At most 80."),
        ("council: Northfield Council", "council: 5", "this is not text."),
        ("council: Northfield Council", "council:", "this is not text."),
        ("bot_words:", "bot_words: PA\nwords:", "this is one value where several belong."),
        ("cap: 3", "cap: 3\ncap: 4", "`cap` is given twice"),
        ("duty: [Marcus Bell, Ruth Adeyemi]", "duty: 3", "this is not a list."),
    ],
)
def test_what_could_not_be_true_is_refused(old, new, says):
    found = mistakes(changed((old, new)))
    assert [mistake for mistake in found if says in mistake], found


@pytest.mark.parametrize("text", ["", "[]", "- a", "just words", "name: [", "\0", "name: x"])
def test_text_that_is_no_settings_file_is_refused_with_reasons(text):
    assert mistakes(text)


def test_short_numbers_and_one_name_on_duty_are_fine():
    settings = load(
        changed(
            ("number: 01632 960199", 'number: "85258"'), ("duty: [Marcus Bell, Ruth Adeyemi]", "duty: Marcus Bell")
        ),
        source="a.yaml",
    )
    assert settings.duty == ("Marcus Bell",)


def test_words_in_another_language_replace_only_what_was_translated():
    settings = load(
        changed(
            ("languages: [en]", "languages: [en, cy]"),
            ("practice: false", "translations:\n  cy:\n    council: Cyngor Northfield"),
        ),
        source="a.yaml",
    )
    assert settings.spoken("cy").council == "Cyngor Northfield"
    assert settings.spoken("cy-GB").service == "the Next Steps team"
    assert settings.spoken("en") is settings


async def test_settings_can_be_changed_and_are_read_back(store: Store):
    settings = load(NORTHFIELD, source="northfield.yaml")
    async with store.transaction() as tx:
        await authority.change(tx, settings)
    async with store.transaction() as tx:
        assert await authority.current(tx) == settings

"""The plan of a campaign as a file: what it may say, and every mistake with its line and its remedy."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.run import TEMPLATES
from engagement import campaign_plan
from engagement.campaign_plan import CARDS, MOST_REMINDERS, OPENERS, Plan, Step
from surveys.errors import DefinitionError

INVITATION = "steps:\n  - step: invitation\n    day: 0\n"


def refused(text: str) -> str:
    with pytest.raises(DefinitionError) as mistakes:
        campaign_plan.read(text, source="plan.yaml")
    return str(mistakes.value)


def test_the_usual_plan_warms_up_invites_and_reminds_three_times_the_last_saying_so():
    plan = campaign_plan.default()
    assert [one.step for one in plan.steps] == ["warm_up", "invitation", "reminder", "reminder", "last_reminder"]
    assert len({one.opener for one in plan.steps}) == 5, "each has its own opener"
    assert len({one.card for one in plan.steps}) == 5, "and its own card"
    assert campaign_plan.last_day(plan, date(2027, 1, 11)) == date(2027, 2, 11)


def test_the_usual_plan_written_out_reads_as_itself():
    assert campaign_plan.read("\n".join(campaign_plan.as_file(campaign_plan.default())), source="x") == (
        campaign_plan.default()
    )


def test_words_and_lines_of_ones_own_survive_the_file():
    text = (
        'at: "16:30"\nopen_days: 14\n' + INVITATION + "    line: Free this week?\n"
        '  - step: reminder\n    day: 5\n    words: "Last time: \\"wifi\\".\\nTwo things changed."\n'
        "    line: {en: Have a look?, cy: Cymer gip?}\n"
    )
    plan = campaign_plan.read(text, source="plan.yaml")
    assert plan.at == time(16, 30)
    assert plan.steps[1].words == {"en": 'Last time: "wifi".\nTwo things changed.'}
    assert plan.steps[1].card is None
    assert campaign_plan.read("\n".join(campaign_plan.as_file(plan)), source="again") == plan


def test_every_opener_and_card_there_is_to_choose_is_a_template():
    for template in OPENERS.values():
        assert (TEMPLATES / "en" / f"{template}.j2").is_file()
    reminder = (TEMPLATES / "en" / "survey" / "reminder.j2").read_text("utf-8")
    assert all(f'card == "{card}"' in reminder for card in (*CARDS["reminder"][1:], *CARDS["last_reminder"]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("steps: []", "Add at least one"),
        ("stepss: []", "Did you mean `steps`?"),
        ("steps:\n  - step: reminder\n    day: 4", "There must be one invitation"),
        (INVITATION + "  - step: invitation\n    day: 9", "There must be one invitation"),
        (INVITATION + "  - step: warm_up\n    day: 9", "A warm-up comes first"),
        (INVITATION + "  - step: reminder\n    day: 3", "Leave 4 days before each"),
        (INVITATION + "  - step: reminder\n    day: 7\n  - step: reminder\n    day: 10", "on day 10 comes too soon"),
        (INVITATION + "".join(f"  - step: reminder\n    day: {day}\n" for day in (4, 8, 12, 16)), "At most 3"),
        (INVITATION + "  - step: last_reminder\n    day: 7\n  - step: reminder\n    day: 14", "put it last"),
        (INVITATION + "  - step: reminder\n    day: 30", "when the survey has closed"),
        (INVITATION + "    line: Your foster care questions", "plan.yaml, line 4: steps.0.line"),
        (INVITATION + f"    line: {'long ' * 20}", "at most 60 characters"),
        (INVITATION + "    opener: shout_out", "There is no opener shout_out"),
        (INVITATION + "    words: Hello there", "Take `words` out"),
        (INVITATION + f"  - step: reminder\n    day: 5\n    words: {'a' * 401}", "At most 400 characters"),
        (
            INVITATION + "  - {step: reminder, day: 5, card: short}\n  - {step: reminder, day: 10, card: short}",
            "Give each its own",
        ),
        (
            INVITATION + "  - {step: reminder, day: 5, words: Hi}\n  - {step: reminder, day: 10, words: Hi}",
            "Two steps say the same",
        ),
        ('at: "23:00"\n' + INVITATION, "from 09:00 to 19:00"),
        ("open_days: 2\n" + INVITATION, "At least 7"),
        (INVITATION + "    day: x", "day"),
    ],
)
def test_a_plan_that_breaks_a_promise_is_refused_with_the_remedy(text, says):
    assert says in refused(text)


@given(
    days=st.lists(st.integers(0, 60), min_size=1, max_size=7),
    kinds=st.lists(st.sampled_from(["warm_up", "invitation", "reminder", "last_reminder"]), min_size=1, max_size=7),
)
def test_whatever_plan_is_taken_keeps_what_was_promised(days, kinds):
    steps = [f"  - step: {kind}\n    day: {day}" for kind, day in zip(kinds, days, strict=False)]
    try:
        plan = campaign_plan.read("steps:\n" + "\n".join(steps), source="plan.yaml")
    except DefinitionError:
        return
    reminders = [one.day for one in plan.steps if one.is_reminder]
    assert len(reminders) <= MOST_REMINDERS
    assert all(later - earlier >= 4 for earlier, later in pairwise(reminders))
    assert all(day - plan.invitation.day >= 4 for day in reminders)
    assert campaign_plan.read("\n".join(campaign_plan.as_file(plan)), source="again") == plan


def test_a_step_of_a_group_says_which():
    step = Step.model_validate({"step": "reminder", "day": 0, "group": "home=hostel"})
    assert Plan.model_validate({"steps": [{"step": "invitation", "day": 0}, step.model_dump() | {"day": 5}]}).steps[
        1
    ].group == ("home=hostel")

"""The plan of a campaign: which steps, on which days, each with its own opener and its own card. A file can say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engagement import lock_screen, written
from surveys.definition import Model, Texts, wrong

Kind = Literal["warm_up", "invitation", "reminder", "last_reminder"]
REMINDERS: Final[frozenset[Kind]] = frozenset({"reminder", "last_reminder"})

MOST_REMINDERS: Final = 3
REMINDER_GAP: Final = timedelta(days=4)
SEND_FROM, SEND_UNTIL = time(9), time(19)
MOST_CHARS: Final = 400

OPENERS: Final[Mapping[str, str]] = {
    "on_its_way": "envelope/on_its_way",
    "have_a_look": "envelope/survey",
    "still_here": "envelope/reminder",
    "any_time": "envelope/any_time",
    "once_more": "envelope/once_more",
}
"""The neutral lines that are there to choose from, and their templates."""

CARDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "warm_up": ("warm_up",),
    "invitation": ("start",),
    "reminder": ("short", "private", "your_pace"),
    "last_reminder": ("last",),
}
"""The cards to choose from for each kind of step; the first that no other step has is taken when none is named."""

_OPENED_BY: Final[Mapping[Kind, tuple[str, ...]]] = {
    "warm_up": ("on_its_way",),
    "invitation": ("have_a_look",),
    "reminder": ("still_here", "any_time", "once_more"),
    "last_reminder": ("once_more", "any_time", "still_here"),
}


def _short_lines(lines: dict[str, str]) -> dict[str, str]:
    for language, line in lines.items():
        if "\n" in line.strip() or len(line) > lock_screen.LONGEST_LINE:
            raise wrong("This opener is too long.", f"One line of at most {lock_screen.LONGEST_LINE} characters.")
        if found := lock_screen.gives_away(line, language=language):
            raise wrong(
                f"A lock screen would show “{found[0].rstrip('*')}”.", "Write a line that says nothing about anyone."
            )
    return lines


def _short_words(texts: dict[str, str]) -> dict[str, str]:
    if any(len(text) > MOST_CHARS for text in texts.values()):
        raise wrong("These words are too long.", f"At most {MOST_CHARS} characters.")
    return texts


class Step(Model):
    """One thing that people get. `day` counts from the first day of the campaign, which is 0."""

    step: Kind
    day: int = Field(ge=0, le=200)
    opener: str | None = None
    line: Annotated[Texts, AfterValidator(_short_lines)] | None = None
    """An opener of one's own, in place of a shipped one."""
    card: str | None = None
    words: Annotated[Texts, AfterValidator(_short_words)] | None = None
    """A card's words of one's own, in place of a shipped card."""
    group: str | None = Field(default=None, pattern=r"^[^=]{1,60}=[^=]{1,60}$")
    """Only the people of one group of the register, as `survey status` names it: `home=hostel`."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if self.opener is not None and self.opener not in OPENERS:
            raise wrong(f"There is no opener {self.opener}.", f"Choose of {', '.join(OPENERS)}, or write a `line`.")
        if self.card is not None and self.card not in CARDS[self.step]:
            raise wrong(f"There is no such card: {self.card}.", f"Choose of {', '.join(CARDS[self.step])}.")
        if self.words is not None and self.step not in REMINDERS:
            raise wrong("This step has a card with fixed words.", "Take `words` out; reminders may have their own.")
        return self

    @property
    def is_reminder(self) -> bool:
        return self.step in REMINDERS


class Plan(Model):
    """The steps in their order, the hour at which each begins to leave, and how long the survey stays open."""

    at: time = time(10)
    open_days: int = Field(default=28, ge=7, le=120)
    """Days from the invitation to the last day of the survey."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not SEND_FROM <= self.at <= SEND_UNTIL:
            raise wrong("Nothing leaves at that hour.", "Choose a time from 09:00 to 19:00.")
        kinds = [one.step for one in self.steps]
        if kinds.count("invitation") != 1:
            raise wrong("There must be one invitation.", "Write one step `invitation`: it opens the survey.")
        if kinds.count("warm_up") > 1 or kinds.count("last_reminder") > 1:
            raise wrong("A step is there twice.", "One warm_up and one last_reminder at most.")
        if "warm_up" in kinds and kinds[0] != "warm_up":
            raise wrong("A warm-up comes first.", "Put it before the invitation.")
        if any(one.is_reminder for one in self.steps[: kinds.index("invitation")]):
            raise wrong("A reminder comes before the invitation.", "Put it after.")
        if "last_reminder" in kinds and kinds[-1] != "last_reminder":
            raise wrong("Something comes after the last reminder.", "The last one says it is the last: put it last.")
        _on_their_days(self)
        _worded_differently(self)
        return self

    @property
    def invitation(self) -> Step:
        return next(one for one in self.steps if one.step == "invitation")


def _on_their_days(plan: Plan) -> None:
    for before, after in zip(plan.steps, plan.steps[1:], strict=False):
        if after.day <= before.day:
            raise wrong(f"Day {after.day} does not come after day {before.day}.", "Put the steps in their order.")
        if after.is_reminder and after.day - before.day < REMINDER_GAP.days:
            raise wrong(
                f"The reminder on day {after.day} comes too soon.", f"Leave {REMINDER_GAP.days} days before each."
            )
    if sum(one.is_reminder for one in plan.steps) > MOST_REMINDERS:
        raise wrong("That is too many reminders.", f"At most {MOST_REMINDERS}, the last one counted.")
    if plan.steps[-1].day - plan.invitation.day >= plan.open_days:
        raise wrong("The last step comes when the survey has closed.", "Move it forward, or raise `open_days`.")


def _worded_differently(plan: Plan) -> None:
    whole = finished(plan.steps)
    for what in ("opener", "card"):
        said = [one for step in whole if step.is_reminder and (one := getattr(step, what)) is not None]
        if len(said) != len(set(said)):
            raise wrong(f"Two reminders have the same {what}.", "Give each its own, so that each says something new.")
    own = [text for step in whole for texts in (step.line, step.words) if texts for text in texts.values()]
    if len(own) != len(set(own)):
        raise wrong("Two steps say the same.", "Give each its own words.")


def finished(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with an opener and a card each: where none was named, the first that no other step has."""
    openers = {one.opener for one in steps}
    cards = {one.card for one in steps}
    whole: list[Step] = []
    for step in steps:
        more: dict[str, str] = {}
        if step.opener is None and step.line is None:
            more["opener"] = next(
                (one for one in _OPENED_BY[step.step] if one not in openers), _OPENED_BY[step.step][0]
            )
        if step.card is None and step.words is None:
            more["card"] = next((one for one in CARDS[step.step] if one not in cards), CARDS[step.step][0])
        openers.add(more.get("opener"))
        cards.add(more.get("card"))
        whole.append(step.model_copy(update=more))
    return tuple(whole)


def default() -> Plan:
    """A warm-up, the invitation three days later, and three reminders a week apart, the last of which says so."""
    days: tuple[tuple[Kind, int], ...] = (
        ("warm_up", 0),
        ("invitation", 3),
        ("reminder", 10),
        ("reminder", 17),
        ("last_reminder", 25),
    )
    return Plan(steps=finished(tuple(Step(step=kind, day=day) for kind, day in days)))


def read(text: str, *, source: str) -> Plan:
    """The plan the text gives. Raises: DefinitionError, with every mistake, its line and its remedy."""
    plan = written.read(Plan, text, source=source, names=sorted({*Plan.model_fields, *Step.model_fields}))
    return plan.model_copy(update={"steps": finished(plan.steps)})


def as_file(plan: Plan) -> Iterator[str]:
    """The plan as the lines of a file that `read` reads, with what may be changed said beside it."""
    yield "# When the messages of a day begin to leave, on London clocks; and how many days the survey is open."
    yield f'at: "{plan.at:%H:%M}"'
    yield f"open_days: {plan.open_days}"
    yield "# `day` counts from the first day. Reminders: at most three, four days or more apart, each in its own words."
    yield f"# Openers: {', '.join(OPENERS)}; or `line:` with a neutral line of your own."
    yield f"# Cards of a reminder: {', '.join(CARDS['reminder'])}; or `words:` of your own."
    yield "steps:"
    for step in plan.steps:
        yield f"  - step: {step.step}"
        yield f"    day: {step.day}"
        for name in ("opener", "card", "group"):
            if (said := getattr(step, name)) is not None and not (name == "card" and step.step not in REMINDERS):
                yield f"    {name}: {said}"
        for name in ("line", "words"):
            if texts := getattr(step, name):
                yield f"    {name}:"
                yield from (f"      {language}: {_quoted(text)}" for language, text in texts.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def last_day(plan: Plan, starts: date) -> date:
    """The last day of a survey whose campaign starts on that day."""
    return starts + timedelta(days=plan.invitation.day + plan.open_days)

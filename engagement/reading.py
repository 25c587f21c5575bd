"""Typed answers, read by a person once their survey is published: nothing of whose or when, and no two of one box.

The list is the same for every reader: question by question, within one in the order of its answers' random keys. Only
questions that ten people answered are on it. Whoever reads decides what of a text must go and whether it may be
quoted; only what its writer said may be quoted ever can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from engagement import answering, redaction, results, rota
from engagement.authority import Settings
from engagement.london import london, today
from engagement.redaction import Kind, Span
from engagement.staff import Permission, may, require
from storage import answers, due, openings, outbox, people, readings, staff
from storage.answers import Typed
from storage.due import Due
from storage.ids import SurveyId
from storage.openings import Opening
from storage.readings import Mark, Reading, State, ThemeId
from storage.staff import Staff
from storage.store import Transaction
from surveys import disclosure
from surveys.definition import Question, Questionnaire

REMINDER, DEADLINE = "reading_reminder", "reading_deadline"
"""What is due on the morning of the day by which a list is to be read, and at the end of that day."""

KEPT = timedelta(days=30)
NUMBERS_KEPT = timedelta(days=14)
FEWEST_UNDER_A_THEME = 5
"""Fewer texts are not counted out loud."""

MOST_THEMES, MAX_THEME_CHARS = 30, 26
"""They fit on one page, and each on a button."""

WHEN_NEVER_OPEN = time(9), time(17)


class ReadingError(Exception):
    """Nothing is changed: what was asked for is not on the list, or not in a state for it."""


class ThemeRefused(ReadingError):
    """A theme's name is empty or too long, or there are too many."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list is read. `following` is the first place nobody has decided about; places count from 1."""

    asked: Questionnaire
    total: int
    read: int
    following: int | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One typed answer as its reader sees it. `state` is None while nobody has read it; `words` what may be quoted."""

    place: int
    progress: Progress
    question: Question
    text: str
    ok_to_quote: bool
    marks: tuple[Span, ...]
    state: State | None
    words: str | None
    themes: frozenset[ThemeId]


@dataclass(frozen=True, slots=True)
class Themed:
    """A theme and how many answers are under it, rounded to 5; None for fewer than 5."""

    id: ThemeId
    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that may be printed as they stand, said by "a young person"."""

    words: str


@dataclass(frozen=True, slots=True)
class _List:
    opening: Opening
    asked: Questionnaire
    typed: Sequence[Typed]
    readings: Mapping[bytes, Reading]

    def at(self, place: int) -> Typed:
        if not 1 <= place <= len(self.typed):
            raise ReadingError
        return self.typed[place - 1]

    def reading(self, one: Typed) -> Reading | None:
        return self.readings.get(one.key)

    @property
    def unread(self) -> list[int]:
        return [place for place, one in enumerate(self.typed, 1) if one.key not in self.readings]


# Reading


async def look(tx: Transaction, settings: Settings, reader: Staff, survey: SurveyId) -> Progress:
    """How far the list is read. Raises: NotAllowed, NotPublished, NoSuchSurvey."""
    require(reader, Permission.READ_COMMENTS)
    return _progress(settings, await _list(tx, survey))


async def card(tx: Transaction, settings: Settings, reader: Staff, survey: SurveyId, place: int) -> Card:
    """The answer at that place. Raises: NotAllowed, NotPublished, NoSuchSurvey, ReadingError."""
    listed, one = await _at(tx, reader, survey, place)
    decided = listed.reading(one)
    under = {theme.id for theme in await readings.themes(tx, survey) if one.key in theme.keys}
    return Card(
        place,
        _progress(settings, listed),
        listed.asked.question(one.question),
        one.text,
        one.quote,
        await _marks(tx, one, decided),
        decided.state if decided else None,
        decided.words if decided else None,
        frozenset(under),
    )


async def read(tx: Transaction, reader: Staff, survey: SurveyId, place: int) -> None:
    """Somebody has read it; whatever was decided about it stands."""
    listed, one = await _at(tx, reader, survey, place)
    if listed.reading(one) is None:
        await readings.keep(tx, survey, Reading(one.key, one.question, "read"))


async def black_out(tx: Transaction, reader: Staff, survey: SurveyId, place: int, words: str) -> bool:
    """Whether these words stand in the answer, and are blacked out wherever they do. Raises: ReadingError."""
    listed, one = await _at(tx, reader, survey, place)
    found = redaction.wherever(one.text, words)
    if found:
        await _mark(tx, survey, listed, one, (*await _marks(tx, one, listed.reading(one)), *found))
    return bool(found)


async def undo_mark(tx: Transaction, reader: Staff, survey: SurveyId, place: int, start: int) -> None:
    """What was blacked out from there on stands again. Raises: ReadingError."""
    listed, one = await _at(tx, reader, survey, place)
    marks = await _marks(tx, one, listed.reading(one))
    left = [mark for mark in marks if mark.start != start]
    if len(left) == len(marks):
        raise ReadingError
    await _mark(tx, survey, listed, one, left)


async def approve(tx: Transaction, reader: Staff, survey: SurveyId, place: int, marks: Iterable[Span]) -> None:
    """It may be quoted, with exactly these parts blacked out: a person has seen what will stand.

    Raises: ReadingError, where its writer did not say so.
    """
    _, one = await _at(tx, reader, survey, place)
    if not one.quote:
        raise ReadingError
    whole = redaction.merged(marks)
    words = redaction.redacted(one.text, whole)
    await readings.keep(tx, survey, Reading(one.key, one.question, "quotable", _as_kept(whole), words))


async def do_not_use(tx: Transaction, reader: Staff, survey: SurveyId, place: int) -> None:
    """It is not quoted, whatever its writer said."""
    await _set_state(tx, reader, survey, place, "not_used")


async def undecide(tx: Transaction, reader: Staff, survey: SurveyId, place: int) -> None:
    """It is read and no more; its marks are kept."""
    await _set_state(tx, reader, survey, place, "read")


async def quotes(tx: Transaction, survey: SurveyId, question: str) -> tuple[Quote, ...]:
    """What may be printed of a question's answers, in no order. Raises: NotPublished, NoSuchSurvey."""
    listed = await _list(tx, survey)
    theirs = (one for one in listed.typed if one.question == question and one.quote)
    decided = (listed.reading(one) for one in theirs)
    return tuple(Quote(one.words) for one in decided if one and one.state == "quotable" and one.words is not None)


# Themes


async def themes(tx: Transaction, survey: SurveyId) -> tuple[Themed, ...]:
    """A survey's themes, the largest first, with counts as they may be shown. Raises: NotPublished, NoSuchSurvey."""
    known = {one.key for one in (await _list(tx, survey)).typed}
    counted = [
        Themed(theme.id, theme.name, _shown(len(theme.keys & known))) for theme in await readings.themes(tx, survey)
    ]
    return tuple(sorted(counted, key=lambda one: (-(one.count or 0), one.name.casefold(), one.id)))


async def put_under(tx: Transaction, reader: Staff, survey: SurveyId, place: int, name: str) -> None:
    """The answer is under the theme of that name, which is made if there is none. Raises: ThemeRefused."""
    _, one = await _at(tx, reader, survey, place)
    name = " ".join(name.split())
    known = await readings.themes(tx, survey)
    theme = next((each.id for each in known if each.name.casefold() == name.casefold()), None)
    if theme is None:
        if not 0 < len(name) <= MAX_THEME_CHARS or len(known) >= MOST_THEMES:
            raise ThemeRefused
        theme = await readings.add_theme(tx, survey, name)
    await readings.tick(tx, theme, one.key)


async def put_under_or_not(tx: Transaction, reader: Staff, survey: SurveyId, place: int, theme: int) -> None:
    """The answer is under the theme, or no longer; a theme with nothing left under it goes. Raises: ReadingError."""
    _, one = await _at(tx, reader, survey, place)
    known = next((each for each in await readings.themes(tx, survey) if each.id == theme), None)
    if known is None:
        raise ReadingError
    if one.key not in known.keys:
        await readings.tick(tx, known.id, one.key)
    elif len(known.keys) > 1:
        await readings.untick(tx, known.id, one.key)
    else:
        await readings.remove_theme(tx, known.id)


# Help numbers to everyone


async def reached(tx: Transaction, reader: Staff) -> int:
    """How many people have joined and get messages: to whom the help numbers would go."""
    require(reader, Permission.READ_COMMENTS)
    return len(await people.joined(tx))


async def numbers_to_everyone(tx: Transaction, reader: Staff, *, now: datetime) -> int:
    """Everybody who has joined gets the help card, once a day at most; says to how many it is new.

    To all alike: nobody can tell who wrote what was read, and getting it says nothing about anyone.
    """
    require(reader, Permission.READ_COMMENTS)
    new = 0
    for person in await people.joined(tx):
        new += await outbox.queue(
            tx,
            occasion=f"numbers:{today(now).isoformat()}",
            person=person.id,
            lane="young",
            envelope="envelope/something",
            opens={"screen": "numbers", "opened": True},
            not_before=now,
            expires_at=now + NUMBERS_KEPT,
        )
    return new


# The promise that a person reads it


async def start(tx: Transaction, settings: Settings, survey: SurveyId, *, now: datetime) -> None:
    """A survey is published: where people were told that a person reads what they type, somebody has it to do now."""
    if settings.reader is None:
        return
    listed = await _list(tx, survey)
    if not listed.typed:
        return
    opens, due_at = last_shift(settings, listed.opening)
    await _tell(tx, survey, "waits", Permission.READ_COMMENTS, screen="reading", due_at=due_at, now=now)
    if now < opens:
        await due.add(tx, REMINDER, str(survey), opens)
    await due.add(tx, DEADLINE, str(survey), due_at)


async def remind(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """Today is the day: whoever could read it is reminded, if there is something left to read."""
    survey = SurveyId(int(row.key))
    if (listed := await _unread(tx, survey)) is not None:
        _, due_at = last_shift(settings, listed.opening)
        await _tell(tx, survey, "due", Permission.READ_COMMENTS, screen="reading", due_at=due_at, now=now)


async def overdue(tx: Transaction, settings: Settings, row: Due, now: datetime) -> None:
    """The promised day is over: managers hear of it, if there is something left to read."""
    survey = SurveyId(int(row.key))
    if (listed := await _unread(tx, survey)) is not None:
        _, due_at = last_shift(settings, listed.opening)
        await _tell(tx, survey, "overdue", Permission.SEE_OVERDUE, screen="reading/late", due_at=due_at, now=now)


async def late(
    tx: Transaction, settings: Settings, manager: Staff, survey: SurveyId
) -> tuple[Progress, tuple[str, ...]]:
    """How far a list is read, without a word of it, and who could read it. Raises: NotAllowed, NotPublished."""
    require(manager, Permission.SEE_OVERDUE)
    readers = [one.name for one in await staff.everyone(tx) if may(one, Permission.READ_COMMENTS)]
    return _progress(settings, await _list(tx, survey)), tuple(readers)


async def _unread(tx: Transaction, survey: SurveyId) -> _List | None:
    listed = await _list(tx, survey)
    return listed if listed.unread else None


async def _tell(
    tx: Transaction,
    survey: SurveyId,
    what: str,
    whom: Permission,
    *,
    screen: str,
    due_at: datetime,
    now: datetime,
) -> None:
    for member in await staff.everyone(tx):
        if may(member, whom):
            await outbox.queue(
                tx,
                occasion=f"reading:{survey}:{what}",
                staff=member.id,
                lane="staff",
                envelope=f"reading/{what}",
                opens={"screen": screen, "survey": survey, "due": due_at.isoformat()},
                not_before=now,
                expires_at=max(now, due_at) + KEPT,
            )


def last_shift(settings: Settings, opening: Opening) -> tuple[datetime, datetime]:
    """When the last working day of those promised begins and ends."""
    days = settings.reader.days if settings.reader else 0
    promised = answering.last_day(opening) + timedelta(days=days)
    for day in (promised - timedelta(days=back) for back in range(days)):
        hours = settings.working_hours.get(rota.DAYS[day.weekday()])
        if hours is not None and not rota.is_bank_holiday(day):
            return london(day, hours[0]), london(day, hours[1])
    return london(promised, WHEN_NEVER_OPEN[0]), london(promised, WHEN_NEVER_OPEN[1])


# The list


async def _list(tx: Transaction, survey: SurveyId) -> _List:
    """Raises: NotPublished, NoSuchSurvey."""
    opening = await openings.find(tx, survey)
    found = await results.of_opening(tx, opening)
    shown = {figure.id for figure in found.inside.figures if figure.base is not None}
    order = {question.id: at for at, question in enumerate(found.asked.questions)}
    typed = [one for one in await answers.typed(tx, survey) if one.question in shown]
    typed.sort(key=lambda one: (order[one.question], one.key))
    return _List(opening, found.asked, typed, await readings.of(tx, survey))


async def _at(tx: Transaction, reader: Staff, survey: SurveyId, place: int) -> tuple[_List, Typed]:
    require(reader, Permission.READ_COMMENTS)
    listed = await _list(tx, survey)
    return listed, listed.at(place)


def _progress(settings: Settings, listed: _List) -> Progress:
    unread = listed.unread
    due_at = None if settings.reader is None else last_shift(settings, listed.opening)[1]
    total = len(listed.typed)
    return Progress(listed.asked, total, total - len(unread), min(unread, default=None), due_at)


async def _marks(tx: Transaction, one: Typed, decided: Reading | None) -> tuple[Span, ...]:
    """What a person left blacked out; what is proposed, while nobody has changed it."""
    if decided is not None and decided.marks is not None:
        return tuple(Span(start, end, Kind(kind)) for start, end, kind in decided.marks)
    return redaction.proposed(one.text, await _names(tx))


async def _names(tx: Transaction) -> set[str]:
    """The names of everybody who is or was in the register, and of all staff."""
    found = {member.name for member in await staff.everyone(tx)}
    for _, known in await people.register(tx, people.STATES):
        found |= {known.first_name, known.last_name, known.preferred_name}
    return found


async def _mark(tx: Transaction, survey: SurveyId, listed: _List, one: Typed, marks: Iterable[Span]) -> None:
    """Raises: ReadingError where it may be quoted: what stands was seen as it is, and is undone first."""
    decided = listed.reading(one) or Reading(one.key, one.question, "read")
    if decided.state == "quotable":
        raise ReadingError
    await readings.keep(tx, survey, replace(decided, marks=_as_kept(redaction.merged(marks))))


async def _set_state(tx: Transaction, reader: Staff, survey: SurveyId, place: int, state: State) -> None:
    listed, one = await _at(tx, reader, survey, place)
    decided = listed.reading(one) or Reading(one.key, one.question, state)
    await readings.keep(tx, survey, replace(decided, state=state, words=None))


def _as_kept(marks: Iterable[Span]) -> tuple[Mark, ...]:
    return tuple((mark.start, mark.end, str(mark.kind)) for mark in marks)


def _shown(count: int) -> int | None:
    return disclosure.rounded(count) if count >= FEWEST_UNDER_A_THEME else None

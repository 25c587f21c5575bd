"""Taking updates: confirmed only when kept, one bad one never in the way of the rest, and no word broken."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.engine import make_url
from structlog.testing import capture_logs
from support.town import DEFINITIONS, TUESDAY, Town

from bot.intake import Intake
from bot.polling import poll
from bot.run import TEMPLATES, Bot
from bot.sandbox.phones import Phone
from bot.screens import Screen, Screens
from engagement import authority, surveys
from storage import drafts, handled, people
from storage.ids import SurveyId
from surveys.values import Answers

SORRY = "That didn't save. My fault, not yours. Please tap again."


class Unwell(Screens):
    """Screens of which some cannot be drawn, as long as `ill` says so."""

    def __init__(self, town: Town) -> None:
        super().__init__([TEMPLATES], None, town.clock.now)
        self.ill: Callable[[str, str], bool] = lambda _name, _language: False
        self.tried = 0

    def render(self, name: str, language: str, /, **context: object) -> Screen:
        if self.ill(name, language):
            self.tried += 1
            raise RuntimeError("this screen cannot be drawn")
        return super().render(name, language, **context)


def running(town: Town) -> Bot:
    assert town.bot is not None
    return town.bot


@asynccontextmanager
async def unwell(town: Town) -> AsyncIterator[Unwell]:
    """The bot's updates are taken by an intake whose screens may be made to fail."""
    bot, screens = running(town), Unwell(town)
    assert bot.intake_task is not None
    bot.intake_task.cancel()
    await asyncio.wait([bot.intake_task])
    taking = asyncio.create_task(poll(bot.wire, Intake(bot.store, bot.words, screens, bot.mouth, bot.clock)))
    yield screens
    taking.cancel()
    await asyncio.wait([taking])


async def opened(town: Town) -> SurveyId:
    source = (DEFINITIONS / "pulse.yaml").read_text("utf-8")
    async with town.store.transaction() as tx:
        words = await authority.current(tx)
        made = await surveys.open_survey(tx, words, source, source="pulse.yaml", closes=None, now=TUESDAY)
    return made.survey


async def begun(town: Town, name: str) -> Phone:
    """Somebody at the first question."""
    phone = await town.joined(name, "Lee")
    await phone.choose("Have a look")
    await phone.choose("Start")
    return phone


async def kept(town: Town, survey: SurveyId) -> dict[str, Answers]:
    """What is kept of each person's answers, by first name."""
    async with town.store.transaction() as tx:
        return {
            details.first_name: await drafts.read(tx, person.id, survey)
            for person, details in await people.register(tx)
        }


@asynccontextmanager
async def database_away(town: Town) -> AsyncIterator[None]:
    """Nothing can be read or written that an update needs."""
    path = make_url(town.settings.database_url).database
    assert path is not None
    # In a thread: waiting for the file here would hold up the bot that has it.
    await asyncio.to_thread(_rename, path, "handled", "handled_away")
    yield
    await asyncio.to_thread(_rename, path, "handled_away", "handled")


def _rename(path: str, table: str, name: str) -> None:
    with sqlite3.connect(path, timeout=10) as other:
        other.execute(f"ALTER TABLE {table} RENAME TO {name}")
    other.close()


async def test_one_update_that_cannot_be_handled_costs_its_neighbours_nothing(either_northfield: Town) -> None:
    town = either_northfield
    survey = await opened(town)
    ash, jo, sam = [await begun(town, name) for name in ("Ash", "Jo", "Sam")]
    async with town.store.transaction() as tx:
        (bad,) = [person.id for person, details in await people.register(tx) if details.first_name == "Jo"]
        await people.set_language(tx, bad, "cy")
    with capture_logs() as said:
        async with unwell(town) as screens:
            screens.ill = lambda name, language: language == "cy" and name.startswith("survey/")
            taps = [phone.press(0) for phone in (ash, jo, sam)]
            answers = [await tap.answered() for tap in taps if tap is not None]
            await town.telegram.settled()
    assert [answer.text for answer in answers] == ["", SORRY, ""]
    assert [line["updates"] for line in said if line["event"] == "batch_failed"] == [3]
    assert [phone.text[:4] for phone in (ash, jo, sam)] == ["2 of", "1 of", "2 of"]
    assert {name: len(answers.values) for name, answers in (await kept(town, survey)).items()} == {
        "Ash": 1,
        "Jo": 0,
        "Sam": 1,
    }


async def test_an_update_that_fails_is_tried_twice_alone_then_noted_and_apologised_for(northfield: Town) -> None:
    town = northfield
    survey = await opened(town)
    ash = await begun(town, "Ash")
    with capture_logs() as said:
        async with unwell(town) as screens:
            screens.ill = lambda name, _: name == "survey/question"
            answer = await ash.tap(0)
            assert (answer.text, answer.alert) == (SORRY, True)
            assert screens.tried == 3, "once with its batch, twice alone"
            assert (await kept(town, survey))["Ash"].values == {}
            screens.ill = lambda _name, _language: False
            await ash.choose(0)
            assert ash.text.startswith("2 of ")
            assert screens.tried == 3, "it was confirmed, and does not come round again"
    assert [line["error"] for line in said if line["event"] == "update_given_up"] == ["RuntimeError"]


async def test_words_that_could_not_be_handled_are_apologised_for_in_a_message(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    async with unwell(northfield) as screens:
        screens.ill = lambda name, _: not name.startswith("errors/")
        await ash.say("hello")
    assert ash.holding(SORRY)


async def test_an_update_nobody_can_read_is_noted_and_the_next_one_is_heard(northfield: Town) -> None:
    ash = await northfield.joined("Ash", "Lee")
    poison = northfield.telegram.poison(northfield.telegram.bot, ash.user)
    with capture_logs() as said:
        await ash.say("/menu")
    assert ash.text.startswith("What would you like to do?")
    assert [line["update"] for line in said if line["event"] == "update_unreadable"] == [poison]
    async with northfield.store.transaction() as tx:
        assert await handled.already(tx, [poison]) == {poison}


async def test_an_update_that_comes_twice_is_done_once(northfield: Town) -> None:
    town = northfield
    survey = await opened(town)
    ash = await begun(town, "Ash")
    town.telegram.bot.queue.repeat()
    await ash.choose(0)
    await ash.choose(0)
    assert ash.text.startswith("3 of ")
    assert len((await kept(town, survey))["Ash"].values) == 2


async def test_the_same_update_twice_in_one_batch_is_done_once(northfield: Town) -> None:
    town = northfield
    survey = await opened(town)
    ash = await begun(town, "Ash")
    ash.press(0)
    (raw,) = [update.json() for update in town.telegram.bot.queue.waiting]
    await town.telegram.settled()
    await running(town).intake.handle([raw, raw])
    await town.telegram.settled()
    assert ash.text.startswith("2 of ")
    assert len((await kept(town, survey))["Ash"].values) == 1


async def test_while_the_database_is_away_nothing_is_confirmed_and_each_tap_is_told_once(northfield: Town) -> None:
    town = northfield
    survey = await opened(town)
    ash = await begun(town, "Ash")
    with capture_logs() as said:
        async with database_away(town):
            answer = await ash.tap(0)
            assert (answer.text, answer.alert) == (SORRY, True)
            assert [update.kind for update in town.telegram.bot.queue.waiting] == ["callback_query"]
        await town.telegram.settled()
    assert "database_away" in {line["event"] for line in said}
    assert len([call for call in town.telegram.calls if call.params.get("text") == SORRY]) == 1
    # It was told that it did not save. So it did not, whenever it comes round again.
    assert ash.text.startswith("1 of ")
    assert (await kept(town, survey))["Ash"].values == {}
    await ash.choose(0)
    assert ash.text.startswith("2 of ")


async def test_what_was_typed_while_the_database_was_away_counts_when_it_is_back(northfield: Town) -> None:
    town = northfield
    ash = await town.joined("Ash", "Lee")
    with capture_logs() as said:
        async with database_away(town):
            await ash.type("/help")
            while "database_away" not in {line["event"] for line in said}:
                await town.telegram.changes.next()
        await ash.until("Here are people you can talk to")
    assert SORRY not in "".join(ash.reader())

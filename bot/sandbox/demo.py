"""`make demo`: a made-up council, sixty young people and phones to play with. Bot, database and HTTP are real."""

from __future__ import annotations

import asyncio
import random
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from bot.run import Bot, started
from bot.sandbox import leap, loop
from bot.sandbox.clock import Clock
from bot.sandbox.desk import put_on_desk
from bot.sandbox.people import PEOPLE, STAFF, TYPED, YOUNG_PHONES, details
from bot.sandbox.phones import Phone
from bot.sandbox.server import Running, serve
from bot.sandbox.telegram import Telegram
from bot.sandbox.web import Page
from bot.settings import Settings
from engagement import answering, authority, campaign_plan, campaigns, surveys, voucher_file, vouchers
from storage import drafts, invites, openings, people, pool, schema, staff
from storage.ids import ChatId, PersonId, SurveyId
from storage.store import Store, Transaction
from surveys import flow
from surveys.definition import Kind, Question, Questionnaire
from surveys.plan import TICKS
from surveys.plan import TYPED as TYPED_KINDS
from surveys.values import Answers

NORTHFIELD = Path(__file__).parent / "northfield.yaml"
SURVEY = "care_leaver_survey"
DEFINITION = Path(__file__).parents[2] / "surveys" / "definitions" / f"{SURVEY}.yaml"
HAVE_SENT, HAVE_BEGUN = 34, 8
SENT_LAST_YEAR = 44
LAST_YEAR, OPEN_FOR = timedelta(days=364), timedelta(days=28)
OPEN_SINCE = timedelta(days=3)
"""So the first reminder leaves on the next working day: a reminder keeps four days from what came before it."""
CODES, WORTH = 60, "£10"
SEED = 20261124
INVITE_DAYS = 60
MORNING = timedelta(hours=1)
"""How long the team has been at work when the play begins: nobody is asleep, and what is asked is due today."""
GUIDE = [
    ("Priya Shah", "is a PA. Press START and type PS. Then press Lock above the phone."),
    ("Ash", "is a young person. Press START, type AH, tap 1. Answer some, then ask someone to contact you."),
    ("Asha Green", "is the participation worker. Press START, type AG. Under You said, we will, tell what was said."),
    ("Jo", "is a young person too. Press START, type JM, tap 8. Read the plan, join something, say something."),
    ("Desk", "moves the clock, runs the night's job, closes the survey, begins the quarter's round on the plan."),
    ("Christmas", "START on all six phones. Desk: go to 24 November. Ash says yes to a call, Jo no, Sami nothing."),
    ("Then", "8 December: staff say how many calls they can make, Priya asks Sami. 18 December: Marcus confirms."),
    ("Then", "Callers and backups accept. 24 December: Ash hears who. Christmas morning: Priya presses no answer."),
]


@dataclass(frozen=True, slots=True)
class Demo:
    """A playing sandbox: where its page is, and what it is made of."""

    running: Running
    page: Page
    bot: Bot
    store: Store
    clock: Clock


async def demo(*, port: int) -> None:
    """Play until Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="yousaid-demo-") as folder:
        async with playing(Path(folder), port=port) as here:
            Console().print(f"The page of phones is at {here.running.url}/ (Ctrl-C ends it).", soft_wrap=True)
            await stop.wait()


@asynccontextmanager
async def playing(folder: Path, *, port: int = 0) -> AsyncIterator[Demo]:
    """The sandbox, filled and running, until the block ends. Nothing of it is kept.

    It begins on the morning of Northfield's next working day, and from then on time passes as it does. While the calls
    on Christmas are under way outside, it begins before them.
    """
    words = authority.load(NORTHFIELD.read_text("utf-8"), source=NORTHFIELD.name)
    clock = Clock(leap.begins(words, datetime.now(UTC)) + MORNING)
    telegram = Telegram(clock=clock)
    page = Page(telegram, telegram.bot, title="Northfield, a made-up council", guide=GUIDE)
    async with await serve(telegram, port=port, also=[page.routes]) as running:
        settings = Settings(
            token=telegram.bot.token,
            api_url=running.api_url,
            database_url=f"sqlite+aiosqlite:///{folder}/demo.db",
            keys=folder / "keys",
        )
        store = Store.open(settings.database_url, settings.keys)
        try:
            await schema.migrate(store.engine)
            await _fill(store, page, words, clock.now())
            async with started(settings, clock=clock.now) as bot:
                telegram.at_work.append(lambda: bot.mouth.is_speaking)
                put_on_desk(page, store, bot, clock, survey=SURVEY)
                yield Demo(running, page, bot, store, clock)
        finally:
            await store.close()


async def _fill(store: Store, page: Page, words: authority.Settings, now: datetime) -> None:
    await store.add_authority(words.name, authority.kept(words))
    until = now + timedelta(days=INVITE_DAYS)
    async with store.transaction() as tx:
        for name, role, job in STAFF:
            member = await staff.add(tx, name, role)
            invite = await invites.make(tx, staff=member.id, expires_at=until)
            page.add_phone(name, f"{job}. Press START, type {_initials(name)}.", invite.code).open_chat()
        await _add_people(tx, page, until)
    chance = random.Random(SEED)  # noqa: S311 (made-up answers, the same each time)
    last_year = await _opened(store, words, now - LAST_YEAR)
    await _answered_by(store, last_year, chance, sent=SENT_LAST_YEAR, begun=0, typed=())
    async with store.transaction() as tx:
        await surveys.close_survey(tx, words, last_year, now=now - LAST_YEAR + OPEN_FOR)
        await loop.fill(tx, last_year, now=now)
    survey = await _opened(store, words, now - OPEN_SINCE)
    await _remind_and_thank(store, words, now)
    await _answered_by(store, survey, chance, sent=HAVE_SENT, begun=HAVE_BEGUN, typed=TYPED)
    async with store.transaction() as tx:
        await pool.turn(tx)


async def _opened(store: Store, words: authority.Settings, now: datetime) -> SurveyId:
    async with store.transaction() as tx:
        text = DEFINITION.read_text("utf-8")
        return (await surveys.open_survey(tx, words, text, source=DEFINITION.name, closes=None, now=now)).survey


async def _remind_and_thank(store: Store, words: authority.Settings, now: datetime) -> None:
    """Reminders are planned for the survey that is open, and there is a thank-you code for everybody."""
    codes = voucher_file.read("\n".join(["code", *(f"DEMO-{n:04}" for n in range(1, CODES + 1))]).encode())
    text, plan = DEFINITION.read_text("utf-8"), campaign_plan.default()
    async with store.transaction() as tx:
        await vouchers.add(tx, codes, name=SURVEY, worth=WORTH, now=now)
        await campaigns.start(tx, words, text, source=DEFINITION.name, plan=plan, starts=None, now=now)


async def _answered_by(
    store: Store, survey: SurveyId, chance: random.Random, *, sent: int, begun: int, typed: Sequence[str]
) -> None:
    """So many have sent, and so many have begun and not sent; `typed` is what they may write."""
    async with store.transaction() as tx:
        asked = await openings.questionnaire(tx, survey)
        for at, person in enumerate((await people.joined(tx))[: sent + begun]):
            await _answer(tx, asked, person.id, survey, chance, stop_early=at >= sent, typed=typed)


async def _add_people(tx: Transaction, page: Page, until: datetime) -> None:
    """Sixty young people; most have joined already, a few have phones on the page and are still to join."""
    for at, made_up in enumerate(PEOPLE):
        known = details(made_up, at)
        worker = await staff.by_name_or_reference(tx, made_up.worker)
        person = await people.add(tx, known, worker=worker.id if worker else None)
        if made_up.first in YOUNG_PHONES:
            invite = await invites.make(tx, person=person.id, expires_at=until)
            day = known.birth_date.day if known.birth_date and not known.agreed_word else None
            check = f"type {known.agreed_word}" if day is None else f"tap {day}"
            page.add_phone(
                known.known_as,
                f"Young person. Press START, type {made_up.first[0]}{made_up.last[0]}, {check}. "
                f"The invite says “{invite.words}”.",
                invite.code,
            ).open_chat()
        elif not made_up.not_joined:
            await people.join(tx, person.id, _phone_elsewhere(page, made_up.first))


def _phone_elsewhere(page: Page, first: str) -> ChatId:
    """The chat of somebody whose phone is real enough to get messages, and is not on the page."""
    phone = Phone(page.telegram, first, bot=page.bot)
    phone.chat.started = True
    return ChatId(phone.id)


def _initials(name: str) -> str:
    return "".join(part[0] for part in name.split())


async def _answer(
    tx: Transaction,
    asked: Questionnaire,
    person: PersonId,
    survey: SurveyId,
    chance: random.Random,
    *,
    stop_early: bool,
    typed: Sequence[str],
) -> None:
    """One made-up person answers; some stop half way and leave a draft."""
    answers = await drafts.start(tx, person, survey)
    limit = chance.randint(4, 20) if stop_early else len(asked.questions)
    for _ in range(limit):
        question = flow.next_question(asked, answers)
        if question is None:
            break
        answers = _answered(asked, answers, question, chance, typed)
    await drafts.keep(tx, person, survey, answers)
    if not stop_early:
        await answering.send(tx, person, survey)


def _answered(
    asked: Questionnaire, answers: Answers, question: Question, chance: random.Random, typed: Sequence[str]
) -> Answers:
    if question.kind is Kind.INFO:
        return flow.seen(asked, answers, question.id)
    if question.kind in TYPED_KINDS and typed and chance.random() < 0.5:
        answers = flow.write(asked, answers, question.id, chance.choice(typed))
        return flow.quote(asked, answers, question.id, chance.random() < 0.5)
    if question.kind in TYPED_KINDS or chance.random() < 0.08:
        return flow.skip(asked, answers, question.id)
    if question.kind is Kind.SCALE:
        return flow.choose(asked, answers, question.id, min(10, max(0, round(chance.gauss(6.2, 2.4)))))
    if question.kind in TICKS:
        picks = chance.sample(range(len(question.options)), k=min(chance.randint(1, 3), len(question.options)))
        for pick in picks:
            answers = flow.choose(asked, answers, question.id, pick)
        return flow.done(asked, answers, question.id)
    weights = [len(question.options) - at + 1 for at in range(len(question.options))]
    return flow.choose(asked, answers, question.id, chance.choices(range(len(question.options)), weights)[0])

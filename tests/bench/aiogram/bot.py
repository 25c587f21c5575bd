"""Yardstick: a plain survey bot on aiogram. Each answer is committed before the next question is shown."""

import asyncio
import os

import aiosqlite
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

QUESTIONS = [f"Question {n}: how do you feel about this part of your life at the moment?" for n in range(1, 32)]
OPTIONS = ["Very good", "Quite good", "Neither good nor bad", "Quite bad", "Very bad"]
CONTROLS = ["Back", "Skip", "Help", "Hide", "Stop, keep my place"]

router = Router()


class Choice(CallbackData, prefix="a"):
    question: int
    option: int


def card(question: int) -> tuple[str, InlineKeyboardMarkup]:
    """One question's text and keyboard: an option a row, then the controls every question has.

    Built from plain lists: InlineKeyboardBuilder copies every button deeply.
    """
    buttons = [
        InlineKeyboardButton(text=label, callback_data=Choice(question=question, option=option).pack())
        for option, label in enumerate(OPTIONS + CONTROLS)
    ]
    rows = [[button] for button in buttons[:5]] + [buttons[5:7], buttons[7:9], buttons[9:]]
    return f"{question + 1} of {len(QUESTIONS)}\n\n{QUESTIONS[question]}", InlineKeyboardMarkup(inline_keyboard=rows)


@router.message(CommandStart())
async def on_start(message: Message, db: aiosqlite.Connection) -> None:
    cursor = await db.execute("SELECT count(*) FROM answer WHERE person = ?", (message.chat.id,))
    (answered,) = await cursor.fetchone()
    if answered < len(QUESTIONS):
        text, keyboard = card(answered)
        await message.answer(text, reply_markup=keyboard)


@router.callback_query(Choice.filter())
async def on_choice(query: CallbackQuery, callback_data: Choice, db: aiosqlite.Connection) -> None:
    await db.execute(
        "INSERT OR REPLACE INTO answer (person, question, option) VALUES (?, ?, ?)",
        (query.from_user.id, callback_data.question, callback_data.option),
    )
    await db.commit()
    question = callback_data.question + 1
    if question < len(QUESTIONS):
        text, keyboard = card(question)
        await query.message.edit_text(text, reply_markup=keyboard)
    else:
        await query.message.edit_text("Thank you. All done.")
    await query.answer()


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BENCH_API"].removesuffix("/bot")))
    async with aiosqlite.connect(os.environ["BENCH_DATABASE"]) as db:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA synchronous = FULL")
        await db.execute(
            "CREATE TABLE IF NOT EXISTS answer"
            " (person INTEGER, question INTEGER, option INTEGER, PRIMARY KEY (person, question)) WITHOUT ROWID"
        )
        dispatcher = Dispatcher(db=db)
        dispatcher.include_router(router)
        await dispatcher.start_polling(Bot(os.environ["BENCH_TOKEN"], session=session))


if __name__ == "__main__":
    asyncio.run(main())

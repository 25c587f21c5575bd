"""Yardstick: the least a python-telegram-bot bot can do. It stores nothing and shows what was tapped."""

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

KEYBOARD = [[InlineKeyboardButton(f"Option {n}", callback_data=f"option:{n}")] for n in range(1, 6)]


async def on_start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_text("Tap one: 0", reply_markup=InlineKeyboardMarkup(KEYBOARD))


async def on_tap(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    await query.answer()
    taps = int(query.message.text.split()[-1]) + 1
    await query.edit_message_text(f"You tapped {query.data}: {taps}", reply_markup=InlineKeyboardMarkup(KEYBOARD))


def main() -> None:
    application = ApplicationBuilder().token(os.environ["BENCH_TOKEN"]).base_url(os.environ["BENCH_API"]).build()
    application.add_handler(CommandHandler("start", on_start))
    application.add_handler(CallbackQueryHandler(on_tap))
    application.run_polling()


if __name__ == "__main__":
    main()
